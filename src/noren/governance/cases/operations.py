"""Opening cases and taking their steps: decided, stored, written into the house's log."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final, TypeVar

from noren.governance.cases import requests
from noren.governance.cases.incidents import FACTS, Clocks, Incident, Step, Trigger, stepped
from noren.governance.cases.refusing import Refused
from noren.governance.cases.requests import Instrument, LegalRequest, Outcome
from noren.governance.cases.store import CaseStore
from noren.governance.ports import Entry, EntryKind, Fact, Journal
from noren.governance.purposes import ITEMS
from noren.kernel.clock import Clock
from noren.kernel.say import Say

C = TypeVar("C", Incident, LegalRequest)
_OPENED: Final = 0


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of an incident: None leaves as it is."""

    triggers: frozenset[Trigger] | None = None
    persons: int | None = None
    facts: Mapping[str, str] | None = None
    protected_by: str | None = None


@dataclass(frozen=True, slots=True)
class CaseRoom:
    """What works on cases. ``clocks``: of the regime in force; ``today``: the local day."""

    store: CaseStore
    journal: Journal
    clock: Clock
    clocks: Callable[[], Clocks]
    today: Callable[[], date]

    def open_incident(self, *, found_on: date, known: Known, who: str) -> Incident | Refused:
        """Open an incident: from the day on which it was found the clocks run."""
        if found_on > self.today():
            return _ahead()
        new = Incident(self.store.new_id(Incident, found_on.year), found_on, frozenset(), done={Step.OPENED: found_on})
        made = _with(new, known)
        return made if isinstance(made, Refused) else self._add(made, Step.OPENED, who, _OPENED)

    def tell(self, name: str, *, known: Known, who: str) -> Incident | Refused:
        """Bring the facts of an incident up to date."""

        def change(incident: Incident) -> Incident | Refused:
            after = stepped(incident, Step.FACTS, self.today(), self.clocks())
            return after if isinstance(after, Refused) else _with(after, known)

        return self._change(Incident, name, Step.FACTS, who, change)

    def step(self, name: str, *, step: Step, on: date, who: str) -> Incident | Refused:
        """Take a step of an incident that was done on a day."""
        if on > self.today():
            return _ahead()
        return self._change(Incident, name, step, who, lambda each: stepped(each, step, on, self.clocks()))

    def open_request(self, request: LegalRequest) -> LegalRequest | Refused:
        """Open a legal request; its id is given here."""
        unknown = sorted(request.asked - set(ITEMS))
        if unknown:
            return _unknown("item-unknown", unknown, ITEMS)
        if request.received_on > self.today():
            return _ahead()
        name = self.store.new_id(LegalRequest, request.received_on.year)
        return self._add(replace(request, id=name), "received", request.opened_by, _OPENED)

    def approve(self, name: str, *, who: str) -> LegalRequest | Refused:
        """Turn one of the two keys."""
        return self._change(LegalRequest, name, "approved", who, lambda each: requests.approved(each, who))

    def give(self, name: str, *, items: frozenset[str], who: str) -> LegalRequest | Refused:
        """Write down what was given."""
        return self._change(LegalRequest, name, "given", who, lambda each: requests.gave(each, items, self.today()))

    def refuse(self, name: str, *, reason: str, who: str) -> LegalRequest | Refused:
        """Turn a request down."""
        return self._change(
            LegalRequest, name, "refused", who, lambda each: requests.refused(each, reason, self.today())
        )

    def _change(self, kind: type[C], name: str, step: str, who: str, change: Callable[[C], C | Refused]) -> C | Refused:
        steps = self.store.steps(kind, name)
        if not steps:
            return no_such_case(name)
        after = change(steps[-1].case)
        return after if isinstance(after, Refused) else self._add(after, step, who, steps[-1].number)

    def _add(self, case: C, step: str, who: str, after: int) -> C:
        now = self.clock.now()
        self.store.add(case, step=step, who=who, at=now, after=after)
        self.journal.append([entry_of(case, after + 1, str(step), who, now)])
        return case


def entry_of(case: Incident | LegalRequest, number: int, step: str, who: str, at: datetime, **more: Fact) -> Entry:
    """Return what the log tells of a step."""
    facts: dict[str, Fact] = {"case": case.id, "step": step, "who": who, "number": number, **more}
    if isinstance(case, LegalRequest):
        facts |= {"instrument": case.instrument.value, "outcome": case.outcome.value, "keys": len(case.approvals)}
    return Entry(_kind(case, step), at, facts)


def missing(store: CaseStore, logged: Iterable[Entry]) -> list[Entry]:
    """Return the entries of the steps of which the log tells nothing: a crash came between a step and its entry."""
    known: set[tuple[str, int]] = set()
    count = Counter[str]()
    for entry in logged:
        if "case" in entry.body:
            name = str(entry.body["case"])
            count[name] += 1  # an older entry says no number: they stand in the order of the steps
            known.add((name, int(entry.body.get("number", count[name]))))
    kinds: tuple[type[Incident] | type[LegalRequest], ...] = (Incident, LegalRequest)
    steps = [taken for kind in kinds for case in store.cases(kind) for taken in store.steps(kind, case.id)]
    lacking = [taken for taken in steps if (taken.case.id, taken.number) not in known]
    return [entry_of(each.case, each.number, each.step, each.who, each.at, late=True) for each in lacking]


def _kind(case: Incident | LegalRequest, step: str) -> EntryKind:
    if isinstance(case, Incident):
        kinds = {Step.OPENED: EntryKind.INCIDENT_OPENED, Step.CLOSED: EntryKind.INCIDENT_CLOSED}
        return kinds.get(Step(step), EntryKind.INCIDENT_STEP)
    if step == "approved":
        return EntryKind.APPROVAL
    open_ = case.outcome is Outcome.OPEN
    return EntryKind.LEGAL_REQUEST_RECEIVED if open_ else EntryKind.LEGAL_REQUEST_ANSWERED


def _with(incident: Incident, known: Known) -> Incident | Refused:
    unknown = sorted(set(known.facts or ()) - set(FACTS))
    if unknown:
        return _unknown("fact-unknown", unknown, FACTS)
    return replace(
        incident,
        triggers=incident.triggers if known.triggers is None else known.triggers,
        persons=incident.persons if known.persons is None else known.persons,
        facts={**incident.facts, **(known.facts or {})},
        protected_by=incident.protected_by if known.protected_by is None else known.protected_by,
    )


def is_loud(request: LegalRequest) -> bool:
    """Return whether an open request is one that everybody who runs the house shall see: it may give purchases."""
    return request.outcome is Outcome.OPEN and request.instrument in (Instrument.WARRANT, Instrument.COURT_ORDER)


def _ahead() -> Refused:
    return Refused(
        "day-ahead",
        Say("これからの日は書けません。", "A day that has not come can not be written."),
        Say("日付を確かめてください。", "Check the date."),
    )


def no_such_case(name: str) -> Refused:
    """Return the refusal of a case that is not there."""
    return Refused(
        "no-such-case",
        Say(f"{name} という事案・照会はありません。", f"There is no case {name}."),
        Say("list で番号を確かめてください。", "See its id with list."),
    )


def _unknown(rule: str, words: list[str], known: Mapping[str, object]) -> Refused:
    names = ", ".join(known)
    return Refused(
        rule,
        Say(f"知らない語です: {'、'.join(words)}", f"Not known: {', '.join(words)}"),
        Say(f"使える語: {names}", f"The words are: {names}"),
    )
