"""A member's consents and stops: evidence and rules, as they are kept with her, sealed under her key. Pure.

A stop is a rule, never a list: ``all`` covers companies that join later too. Nothing that comes
from a file lifts a stop; only her own later resumption does (``resumed``), and a still later stop ends that.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, tzinfo
from typing import Any, Final, Literal, cast

Scope = Literal["all", "purpose", "recipient", "channel"]
SCOPES: Final[tuple[Scope, ...]] = ("all", "purpose", "recipient", "channel")
MAX_TEXT_BYTES: Final = 4_096
"""What one member's consents and stops may come to: about 60 of them."""


@dataclass(frozen=True, slots=True)
class Consent:
    """That she agreed: to what ``kind``, for which recipient (empty: us), when, and to which version of the text.

    ``withdrawn_at`` empty: it stands.
    """

    kind: str
    recipient: str
    given_at: str
    text_version: str
    withdrawn_at: str = ""


@dataclass(frozen=True, slots=True)
class Stop:
    """That she stopped something: its scope, the purpose's, recipient's or channel's name, and since when.

    ``resumed`` empty: in force.
    """

    scope: Scope
    name: str
    since: str
    resumed: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Choices:
    """All consents and stops of one member, each in a fixed order."""

    consents: tuple[Consent, ...] = ()
    stops: tuple[Stop, ...] = ()

    @property
    def in_force(self) -> tuple[Stop, ...]:
        """The stops that hold now."""
        return tuple(stop for stop in self.stops if not stop.resumed)

    def consents_to(self, kind: str) -> bool | None:
        """Return whether a consent of this kind stands; None where she was never asked. A stop weighs more."""
        stopped = {(stop.scope, stop.name) for stop in self.in_force}
        if ("channel", kind) in stopped:
            return False
        given = [consent for consent in self.consents if consent.kind == kind]
        if not given:
            return None
        return ("all", "") not in stopped and any(not consent.withdrawn_at for consent in given)


def with_consent(choices: Choices, given: Consent) -> Choices:
    """Add a consent; one that is known may only learn of its withdrawal."""
    known = {_evidence(each): each for each in choices.consents}
    before = known.get(_evidence(given))
    if before is not None:
        given = replace(before, withdrawn_at=_first(before.withdrawn_at, given.withdrawn_at))
    known[_evidence(given)] = given
    return replace(choices, consents=tuple(sorted(known.values(), key=_evidence)))


def with_stop(choices: Choices, given: Stop, zone: tzinfo) -> Choices:
    """Add a stop; of one that is known the earlier beginning stands, and it is in force again when it is asked anew.

    ``zone``: where a day without a time begins.
    """
    known = {(each.scope, each.name): each for each in choices.stops}
    before = known.get((given.scope, given.name))
    if before is not None:
        anew = bool(before.resumed) and _instant(given.since, zone) > _instant(before.resumed, zone)
        since = min(before.since, given.since, key=lambda text: (_instant(text, zone), text))
        given = replace(given, since=given.since if anew else since, resumed="" if anew else before.resumed)
    known[given.scope, given.name] = given
    return replace(choices, stops=_in_order(known.values()))


def resumed(choices: Choices, scope: Scope, name: str, at: str) -> Choices:
    """Lift a stop by her own word, from ``at`` on."""
    stops = [
        replace(each, resumed=at) if (each.scope, each.name) == (scope, name) and not each.resumed else each
        for each in choices.stops
    ]
    return replace(choices, stops=_in_order(stops))


def joined(one: Choices, other: Choices, zone: tzinfo) -> Choices:
    """Return the choices of two members who are one person: of each stop the stricter."""
    for consent in other.consents:
        one = with_consent(one, consent)
    for stop in other.stops:
        same = next((each for each in one.stops if (each.scope, each.name) == (stop.scope, stop.name)), None)
        if same is not None and bool(same.resumed) != bool(stop.resumed):
            rest = tuple(each for each in one.stops if each is not same)
            stricter = same if not same.resumed else stop
            one = replace(one, stops=_in_order((*rest, stricter)))
        elif same is None:
            one = replace(one, stops=_in_order((*one.stops, stop)))
        else:
            one = with_stop(one, stop, zone)
    return one


def as_text(choices: Choices) -> str | None:
    """Return choices as they are sealed; None where there are none."""
    if not (choices.consents or choices.stops):
        return None
    consents = [[c.kind, c.recipient, c.given_at, c.text_version, c.withdrawn_at] for c in choices.consents]
    stops = [[s.scope, s.name, s.since, s.resumed] for s in choices.stops]
    return json.dumps([consents, stops], ensure_ascii=False, separators=(",", ":"))


def from_text(text: str | None) -> Choices:
    """Return the choices that :func:`as_text` wrote."""
    if text is None:
        return Choices()
    consents, stops = cast("list[list[list[Any]]]", json.loads(text))
    return Choices(tuple(Consent(*each) for each in consents), tuple(Stop(*each) for each in stops))


def _evidence(consent: Consent) -> tuple[str, str, str, str]:
    return consent.kind, consent.recipient, consent.given_at, consent.text_version


def _in_order(stops: Iterable[Stop]) -> tuple[Stop, ...]:
    return tuple(sorted(stops, key=lambda each: (SCOPES.index(each.scope), each.name)))


def _first(one: str, other: str) -> str:
    """Return the earlier of two texts of time, either of which may be missing."""
    return min(filter(None, (one, other)), default="")


def _instant(text: str, zone: tzinfo) -> datetime:
    if "T" in text:
        return datetime.fromisoformat(text)
    return datetime.combine(date.fromisoformat(text), time(), zone)
