"""A member's choices: consents as evidence, stops as rules, how much is kept of her. Pure.

A stop is a rule, never a list: what it leaves open it covers for companies that join later too. Nothing that comes
from a file lifts a stop; only her own later resumption does (``resumed``), and a still later stop ends that.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, tzinfo
from typing import Final, Literal

from noren.governance.stopping import EVERYTHING, Rule, Use, in_order, stopped_by

Scope = Literal["all", "purpose", "recipient", "channel"]
SCOPES: Final[tuple[Scope, ...]] = ("all", "purpose", "recipient", "channel")
"""How an older system's file and an older revision of the vault name a rule of at most one part."""


@dataclass(frozen=True, slots=True)
class Guardian:
    """Who agreed for a child: name, what she or he is to the child, and how it was said (paper, counter, call)."""

    name: str
    relation: str
    how: str


@dataclass(frozen=True, slots=True)
class Consent:
    """That she agreed: to what ``kind``, for which recipient (empty: us), when, and to which version of the text.

    ``withdrawn_at`` empty: it stands. ``guardian``: who agreed for a child.
    """

    kind: str
    recipient: str
    given_at: str
    text_version: str
    withdrawn_at: str = ""
    guardian: Guardian | None = None


@dataclass(frozen=True, slots=True)
class Stop:
    """That she stopped something, and since when. ``resumed`` empty: in force."""

    rule: Rule
    since: str
    resumed: str = ""


@dataclass(frozen=True, slots=True)
class Received:
    """The newest choice of her own: what it said (word, value), the texts that she saw, when it came and held.

    ``in_force_at`` empty: the ledger side has not heard of it yet. ``logged``: it stands in the log.
    """

    said: tuple[tuple[str, str], ...]
    text_version: str
    received_at: str
    in_force_at: str = ""
    logged: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class Choices:
    """All choices of one member, each in a fixed order.

    ``points_only``, ``keep_months`` (0: the programme's own term): None where she has not chosen here.
    """

    consents: tuple[Consent, ...] = ()
    stops: tuple[Stop, ...] = ()
    points_only: bool | None = None
    keep_months: int | None = None
    received: Received | None = field(default=None, repr=False)

    @property
    def in_force(self) -> tuple[Stop, ...]:
        """The stops that hold now."""
        return tuple(stop for stop in self.stops if not stop.resumed)

    @property
    def crosses(self) -> tuple[tuple[Stop, ...], bool | None, int | None]:
        """What the ledger side must know of them."""
        return self.in_force, self.points_only, self.keep_months

    def stopped_by(self, use: Use) -> Rule | None:
        """Return the stop that covers a use; None: none does."""
        return stopped_by((stop.rule for stop in self.in_force), use)

    def consents_to(self, kind: str, recipient: str = "") -> bool | None:
        """Return whether a consent of this kind stands; None where she was never asked. A stop weighs more."""
        stopped = {stop.rule for stop in self.in_force}
        if Rule(channel=kind) in stopped:
            return False
        given = [each for each in self.consents if each.kind == kind and each.recipient == recipient]
        if not given:
            return None
        return EVERYTHING not in stopped and any(not consent.withdrawn_at for consent in given)


def rule_of(scope: Scope, name: str) -> Rule:
    """Return the rule that a scope and a name mean."""
    return Rule() if scope == "all" else Rule(**{scope: name})


def with_consent(choices: Choices, given: Consent) -> Choices:
    """Add a consent; one that is known may only learn of its withdrawal."""
    known = {_evidence(each): each for each in choices.consents}
    before = known.get(_evidence(given))
    if before is not None:
        given = replace(before, withdrawn_at=_first(before.withdrawn_at, given.withdrawn_at))
    known[_evidence(given)] = given
    return replace(choices, consents=tuple(sorted(known.values(), key=_evidence)))


def withdrawn(choices: Choices, kind: str, recipient: str, at: str) -> Choices:
    """Withdraw every consent of a kind to a recipient, from ``at`` on."""
    consents = tuple(
        replace(each, withdrawn_at=at)
        if (each.kind, each.recipient, each.withdrawn_at) == (kind, recipient, "")
        else each
        for each in choices.consents
    )
    return replace(choices, consents=consents)


def with_stop(choices: Choices, given: Stop, zone: tzinfo) -> Choices:
    """Add a stop; of one that is known the earlier beginning stands, and it is in force again when it is asked anew.

    ``zone``: where a day without a time begins.
    """
    known = {each.rule: each for each in choices.stops}
    before = known.get(given.rule)
    if before is not None:
        anew = bool(before.resumed) and _instant(given.since, zone) > _instant(before.resumed, zone)
        since = min(before.since, given.since, key=lambda text: (_instant(text, zone), text))
        given = replace(given, since=given.since if anew else since, resumed="" if anew else before.resumed)
    known[given.rule] = given
    return replace(choices, stops=_in_order(known.values()))


def stopped_now(choices: Choices, rule: Rule, at: str, zone: tzinfo) -> Choices:
    """Stop by her own word from ``at`` on; what is stopped already stays as it is."""
    if any(each.rule == rule for each in choices.in_force):
        return choices
    others = tuple(each for each in choices.stops if each.rule != rule)
    return with_stop(replace(choices, stops=others), Stop(rule, at), zone)


def resumed(choices: Choices, rule: Rule, at: str) -> Choices:
    """Lift a stop by her own word, from ``at`` on."""
    stops = [replace(each, resumed=at) if each.rule == rule and not each.resumed else each for each in choices.stops]
    return replace(choices, stops=_in_order(stops))


def joined(one: Choices, other: Choices, zone: tzinfo) -> Choices:
    """Return the choices of two members who are one person: of each the stricter."""
    for consent in other.consents:
        one = with_consent(one, consent)
    for stop in other.stops:
        same = next((each for each in one.stops if each.rule == stop.rule), None)
        if same is not None and bool(same.resumed) != bool(stop.resumed):
            rest = tuple(each for each in one.stops if each is not same)
            stricter = same if not same.resumed else stop
            one = replace(one, stops=_in_order((*rest, stricter)))
        elif same is None:
            one = replace(one, stops=_in_order((*one.stops, stop)))
        else:
            one = with_stop(one, stop, zone)
    return replace(one, points_only=_either(one, other), keep_months=_shorter(one.keep_months, other.keep_months))


def _either(one: Choices, other: Choices) -> bool | None:
    said = [each.points_only for each in (one, other) if each.points_only is not None]
    return any(said) if said else None


def _shorter(one: int | None, other: int | None) -> int | None:
    """Return the shorter keeping: 0 is the programme's own term, the longest."""
    months = [each for each in (one, other) if each]
    return min(months) if months else one if one is not None else other


def _evidence(consent: Consent) -> tuple[str, str, str, str]:
    return consent.kind, consent.recipient, consent.given_at, consent.text_version


def _in_order(stops: Iterable[Stop]) -> tuple[Stop, ...]:
    known = {stop.rule: stop for stop in stops}
    return tuple(known[rule] for rule in in_order(known))


def _first(one: str, other: str) -> str:
    """Return the earlier of two texts of time, either of which may be missing."""
    return min(filter(None, (one, other)), default="")


def _instant(text: str, zone: tzinfo) -> datetime:
    if "T" in text:
        return datetime.fromisoformat(text)
    return datetime.combine(date.fromisoformat(text), time(), zone)
