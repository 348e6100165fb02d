"""What the member's page shows of her choices: each with what it covers and what goes on, and the button that is next.

No script is needed: every choice is a form of one button. Pure, from values to lines of a page.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from noren.governance.consent_texts import KINDS, ConsentKind, texts_in_force
from noren.governance.parties import PartyKind
from noren.governance.purposes import PURPOSES
from noren.governance.register import Register
from noren.governance.stop_texts import (
    AUTO_DELETE_GOES_ON,
    CHANNELS,
    KEEP_MONTHS,
    POINTS_ONLY,
    POINTS_ONLY_GOES_ON,
    Names,
    auto_delete,
    covers,
    goes_on,
)
from noren.governance.stopping import EVERYTHING, Rule, spell
from noren.identity.acknowledging import in_force_says
from noren.identity.choices import Choices, Consent
from noren.identity.deciding import Decided
from noren.kernel.say import Lang, Say

_COMPANIES: Final = frozenset(
    {PartyKind.GROUP, PartyKind.AFFILIATE, PartyKind.JOINT_USER, PartyKind.PARTNER, PartyKind.FRANCHISEE}
)
MAX_COMPANIES: Final = 6_000


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A stop that a member has made or may make.

    ``stopped``: in force ``since``; ``covered``: a broader stop covers it.
    """

    value: str
    name: str
    says: str
    rest: str
    stopped: bool
    since: str
    covered: bool


@dataclass(frozen=True, slots=True)
class ConsentRow:
    """A text to which she may agree, or has agreed. ``since``: the day on which she did; empty: she did not.

    ``offered``: the version to which she can agree now, where it is not the one that she agreed to.
    """

    kind: str
    recipient: str
    name: str
    text: str
    version: str
    since: str
    offered: str
    offered_text: str


@dataclass(frozen=True, slots=True)
class ChoicesView:
    """All that the page shows of choices."""

    everything: RuleRow
    channels: tuple[RuleRow, ...]
    purposes: tuple[RuleRow, ...]
    others: tuple[RuleRow, ...]
    purpose_names: tuple[tuple[str, str], ...]
    company_names: tuple[tuple[str, str], ...]
    channel_names: tuple[tuple[str, str], ...]
    points_only: bool | None
    points_only_says: str
    points_only_rest: str
    keep_months: int
    keep_terms: tuple[tuple[int, str], ...]
    keep_rest: str
    consents: tuple[ConsentRow, ...]
    child: bool
    holds: str
    waiting: bool


def choices_view(decided: Decided, *, register: Register | None, names: Names, lang: Lang, child: bool) -> ChoicesView:
    """Return what the page shows of what stands."""
    choices = decided.choices
    stops = {stop.rule: stop.since[:10] for stop in choices.in_force}
    purposes = _stoppable(register)
    companies = _companies(register)
    single = [Rule(purpose=code) for code in purposes], [Rule(channel=code) for code in CHANNELS]
    shown = {EVERYTHING, *single[0], *single[1]}
    made = _Rows(stops, names, lang)
    received = choices.received
    return ChoicesView(
        everything=made.row(EVERYTHING),
        channels=tuple(map(made.row, single[1])),
        purposes=tuple(map(made.row, single[0])),
        others=tuple(made.row(stop.rule) for stop in choices.in_force if stop.rule not in shown),
        purpose_names=_pairs(purposes, lang),
        company_names=_pairs(companies, lang),
        channel_names=_pairs(CHANNELS, lang),
        points_only=decided.points_only,
        points_only_says=POINTS_ONLY(lang),
        points_only_rest=POINTS_ONLY_GOES_ON(lang),
        keep_months=choices.keep_months or 0,
        keep_terms=tuple((months, auto_delete(months)(lang)) for months in KEEP_MONTHS),
        keep_rest=AUTO_DELETE_GOES_ON(lang),
        consents=tuple(_consents(choices, register, names, lang)),
        child=child,
        holds="" if received is None else in_force_says(received)(lang),
        waiting=decided.waiting,
    )


@dataclass(frozen=True, slots=True)
class _Rows:
    stops: Mapping[Rule, str]
    names: Names
    lang: Lang

    def row(self, rule: Rule) -> RuleRow:
        said = [name(self.lang) for name in self.names.of(rule) if name(self.lang)]
        return RuleRow(
            value=spell(rule),
            name=" × ".join(said),
            says=covers(rule, self.names)(self.lang),
            rest=goes_on(rule)(self.lang),
            stopped=rule in self.stops,
            since=self.stops.get(rule, ""),
            covered=any(each != rule and each.covers_rule(rule) for each in self.stops),
        )


def _stoppable(register: Register | None) -> dict[str, Say]:
    """Return the purposes without which the programme can still be run."""
    found = PURPOSES if register is None else {name: each.value for name, each in register.purposes.items()}
    return {name: purpose.name for name, purpose in found.items() if not purpose.essential}


def _companies(register: Register | None) -> dict[str, Say]:
    if register is None:
        return {}
    known = {name: each.value for name, each in register.parties.items() if each.value.kind in _COMPANIES}
    return dict(list({name: party.name for name, party in sorted(known.items())}.items())[:MAX_COMPANIES])


def _pairs(names: Mapping[str, Say], lang: Lang) -> tuple[tuple[str, str], ...]:
    return tuple((code, name(lang)) for code, name in names.items())


def _consents(choices: Choices, register: Register | None, names: Names, lang: Lang) -> Iterable[ConsentRow]:
    for kind, recipient in _askable(choices, register):
        texts = texts_in_force(register, kind, recipient) or {}
        standing = [c for c in choices.consents if (c.kind, c.recipient, c.withdrawn_at) == (kind, recipient, "")]
        newest = max(standing, key=_given_at, default=None)
        offered = next((each for each in texts if newest is None or each != newest.text_version), "")
        if newest is None and not offered:
            continue
        seen = offered if newest is None else newest.text_version
        company = names.recipients.get(recipient, Say(recipient, recipient))(lang)
        yield ConsentRow(
            kind=kind,
            recipient=recipient,
            name=f"{KINDS[kind](lang)} × {company}" if recipient else KINDS[kind](lang),
            text=texts[seen](lang) if seen in texts else "",
            version=seen,
            since="" if newest is None else newest.given_at[:10],
            offered=offered,
            offered_text=texts[offered](lang) if offered else "",
        )


def _askable(choices: Choices, register: Register | None) -> list[tuple[ConsentKind, str]]:
    """Return to what she can agree now, and to what she agreed before."""
    scopes = [] if register is None else [n.value.scope for n in register.notices.values() if n.holds(register.at)]
    third: set[str] = {c.recipient for c in choices.consents if c.kind == "third-party" and c.recipient}
    for scope in scopes:
        third |= {party for party in scope if texts_in_force(register, "third-party", party)}
    return [("terms", ""), ("email", ""), ("post", ""), *(("third-party", party) for party in sorted(third))]


def _given_at(consent: Consent) -> str:
    return consent.given_at
