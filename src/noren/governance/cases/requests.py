"""What authorities ask for: the instrument, the scope asked and given, two keys, and what is published of it. Pure.

Policy as data (``MAY_GIVE``): on a mere inquiry no history of purchases is ever given; for that it takes a warrant
or an order, two approvals by others than whoever opened the case, and no more than was asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Final

from noren.governance.cases.refusing import Refused
from noren.governance.purposes import ITEMS, Tells
from noren.kernel.say import Say

KEYS: Final = 2
"""Approvals without which nothing is given."""


class Instrument(StrEnum):
    """On what an authority asks."""

    INQUIRY = "inquiry"
    BAR_INQUIRY = "bar-inquiry"
    ADMINISTRATIVE = "administrative"
    COURT_ORDER = "court-order"
    WARRANT = "warrant"


INSTRUMENT_SAYS: Final[dict[Instrument, Say]] = {
    Instrument.INQUIRY: Say(
        "捜査関係事項照会書(刑訴法197条2項)", "written inquiry (Code of Criminal Procedure 197(2))"
    ),
    Instrument.BAR_INQUIRY: Say("弁護士会照会(弁護士法23条の2)", "bar association's inquiry (Attorneys Act 23-2)"),
    Instrument.ADMINISTRATIVE: Say("行政機関による調査", "inquiry by an administrative body"),
    Instrument.COURT_ORDER: Say("裁判所の命令・嘱託", "order or commission of a court"),
    Instrument.WARRANT: Say("令状(裁判官の発する許可状)", "warrant of a judge"),
}

_IDENTITY: Final = frozenset(name for name, item in ITEMS.items() if item.tells is Tells.IDENTITY)
_ALL: Final = frozenset(name for name, item in ITEMS.items() if item.person_level)
MAY_GIVE: Final[Mapping[Instrument, frozenset[str]]] = {
    Instrument.INQUIRY: frozenset({"member-number"}),
    Instrument.BAR_INQUIRY: frozenset(),
    Instrument.ADMINISTRATIVE: frozenset({"member-number"}),
    Instrument.COURT_ORDER: _IDENTITY,
    Instrument.WARRANT: _ALL,
}
"""The items that may be given at most on each instrument."""


class Outcome(StrEnum):
    """How a request ended."""

    OPEN = "open"
    GIVEN = "given"
    PARTLY = "partly-given"
    REFUSED = "refused"


OUTCOME_SAYS: Final[dict[Outcome, Say]] = {
    Outcome.OPEN: Say("対応中", "open"),
    Outcome.GIVEN: Say("応じた", "given"),
    Outcome.PARTLY: Say("一部に応じた", "given in part"),
    Outcome.REFUSED: Say("応じなかった", "refused"),
}


@dataclass(frozen=True, slots=True)
class LegalRequest:
    """A request as its steps left it. ``number``: the instrument's own. ``persons``: about how many it asks.

    ``sealed_until``: before that day the person is not told, because the instrument says so; None: she may be told.
    """

    id: str
    authority: str
    instrument: Instrument
    number: str
    received_on: date
    asked: frozenset[str]
    persons: int
    opened_by: str
    sealed_until: date | None = None
    approvals: tuple[str, ...] = ()
    given: frozenset[str] = frozenset()
    outcome: Outcome = Outcome.OPEN
    ended_on: date | None = None
    reason: str = ""

    def may_be_told(self, on: date) -> bool:
        """Whether the person concerned may be told of it."""
        return self.sealed_until is None or on >= self.sealed_until


def approved(request: LegalRequest, who: str) -> LegalRequest | Refused:
    """Return the request with one more key turned; nobody turns two, and not who opened it."""
    if request.outcome is not Outcome.OPEN:
        return _ended(request.id)
    if who == request.opened_by or who in request.approvals:
        return Refused(
            "two-others-approve",
            Say(
                "承認するのは、受け付けた人と別の、互いに別の2人です。",
                "Two others than whoever opened it approve, each once.",
            ),
            Say("別の人が承認してください。", "Let somebody else approve."),
        )
    return replace(request, approvals=(*request.approvals, who))


def gave(request: LegalRequest, items: frozenset[str], on: date) -> LegalRequest | Refused:
    """Return the request after ``items`` were given: no more than was asked, no more than its instrument allows."""
    if request.outcome is not Outcome.OPEN:
        return _ended(request.id)
    beyond, barred = items - request.asked, items - MAY_GIVE[request.instrument]
    if beyond:
        return _listed("more-than-asked", "求められていない項目です", "Not asked for", beyond)
    if barred:
        kind = INSTRUMENT_SAYS[request.instrument]
        return _listed("instrument-too-weak", f"{kind.ja}では渡せない項目です", f"Not given on a {kind.en}", barred)
    if len(request.approvals) < KEYS:
        return Refused(
            "two-keys-missing",
            Say(f"承認がまだ{len(request.approvals)}人です。", f"{len(request.approvals)} of {KEYS} have approved."),
            Say("noren request approve で2人の承認を得てください。", "Get both with noren request approve."),
        )
    outcome = Outcome.GIVEN if items == request.asked else Outcome.PARTLY
    return replace(request, given=items, outcome=outcome if items else Outcome.REFUSED, ended_on=on)


def refused(request: LegalRequest, reason: str, on: date) -> LegalRequest | Refused:
    """Return the request after it was turned down, with the reason."""
    if request.outcome is not Outcome.OPEN:
        return _ended(request.id)
    return replace(request, outcome=Outcome.REFUSED, ended_on=on, reason=reason)


def counts(requests: Iterable[LegalRequest], year: int) -> dict[str, dict[str, int]]:
    """Return a year's requests by instrument and outcome: what is published. Sealed ones are counted too."""
    found = {str(each): dict.fromkeys(map(str, Outcome), 0) for each in Instrument}
    for request in requests:
        if request.received_on.year == year:
            found[request.instrument][request.outcome] += 1
    return found


def _ended(name: str) -> Refused:
    return Refused(
        "request-ended",
        Say(f"{name} への対応は終わっています。", f"{name} has been dealt with."),
        Say("新しく受け付けてください。", "Open a new one."),
    )


def _listed(rule: str, ja: str, en: str, items: frozenset[str]) -> Refused:
    names = sorted(items)
    ja_names = "、".join(ITEMS[name].name.ja if name in ITEMS else name for name in names)
    en_names = ", ".join(ITEMS[name].name.en if name in ITEMS else name for name in names)
    return Refused(
        rule,
        Say(f"{ja}: {ja_names}", f"{en}: {en_names}"),
        Say("その項目を外してください。", "Leave those items out."),
    )
