"""Running a cleared flow: the intent is written before, the clearance asked again at the last instant, the end after.

A flow that was begun and neither completed nor stopped stands in the log as such: whoever looks sees that it was cut.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from noren.governance.clearing import Cleared, still
from noren.governance.ports import Entry, EntryKind, Fact, Journal
from noren.governance.refusing import Refused
from noren.governance.register import Register
from noren.kernel.clock import Clock

P = TypeVar("P", bound=str)
R = TypeVar("R", bound=str)


class Registers(Protocol):
    """The register, read anew at each call."""

    def at(self, at: datetime) -> Register:
        """Return what the register knows at an instant."""
        ...


@dataclass(frozen=True, slots=True)
class FlowRun(Generic[P, R]):
    """One run of a flow. ``run``: its own id. ``rows`` and ``members``: how much went; None: not completed."""

    run: str
    cleared: Cleared[P, R]
    begun_at: datetime
    completed_at: datetime | None = None
    rows: int | None = None
    members: int | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """What a run moved."""

    rows: int
    members: int


@dataclass(frozen=True, slots=True)
class Runner:
    """Runs flows. ``journal``: of the side that runs them; ``new_run`` makes a run's id."""

    registers: Registers
    journal: Journal
    clock: Clock
    new_run: Callable[[], str]

    def run(self, cleared: Cleared[P, R], move: Callable[[FlowRun[P, R]], Done]) -> FlowRun[P, R] | Refused:
        """Run ``move`` if the flow may still run now; what it raises stops the run and is written down."""
        begun = self._begin(cleared)
        if isinstance(begun, Refused):
            return begun
        self._write(EntryKind.FLOW_RUN_BEGUN, begun, {})
        try:
            done = move(begun)
        except BaseException:
            self._write(EntryKind.FLOW_RUN_STOPPED, begun, {})
            raise
        ended = replace(begun, completed_at=self.clock.now(), rows=done.rows, members=done.members)
        self._write(EntryKind.FLOW_RUN_COMPLETED, ended, {"rows": done.rows, "members": done.members})
        return ended

    def _begin(self, cleared: Cleared[P, R]) -> FlowRun[P, R] | Refused:
        now = self.clock.now()
        again = still(cleared, self.registers.at(now), at=now)
        if isinstance(again, Refused):
            facts = {**_flow_facts(cleared), "rule": again.rule}
            self.journal.append([Entry(EntryKind.FLOW_REFUSED, now, facts)])
            return again
        return FlowRun(self.new_run(), again, now)

    def _write(self, kind: EntryKind, run: FlowRun[P, R], more: Mapping[str, Fact]) -> None:
        facts = {"run": run.run, **_flow_facts(run.cleared), **_versions(run.cleared), **more}
        self.journal.append([Entry(kind, self.clock.now(), facts)])


def _flow_facts(cleared: Cleared[P, R]) -> dict[str, Fact]:
    flow = cleared.flow
    return {
        "flow": flow.id,
        "purpose": flow.purpose,
        "recipient": flow.recipient,
        "route": flow.route.value,
        "items": " ".join(sorted(flow.items)),
        "notice": flow.notice or "",
    }


def _versions(cleared: Cleared[P, R]) -> dict[str, Fact]:
    held = cleared.versions
    return {"notice_version": held.notice, "terms_version": held.terms, "regime_version": held.regime}
