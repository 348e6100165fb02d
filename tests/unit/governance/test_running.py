"""A run of a flow: intent before, asked again at the last instant, the end after; what breaks is written down."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from noren.governance.clearing import Cleared, clear
from noren.governance.ports import EntryKind
from noren.governance.refusing import Refused
from noren.governance.register import Register
from noren.governance.running import Done, FlowRun, Runner
from noren.kernel.clock import FixedClock
from noren.testing.governed import JOINT, NOW, PARTIES, Governed, governed
from noren.testing.journal import MemoryJournal

Run = FlowRun[str, str]


class House:
    """A register that can change between a clearance and its run, and what was written."""

    def __init__(self) -> None:
        self.documents: Governed = governed()
        self.journal = MemoryJournal()
        self.clock = FixedClock(NOW)
        self.runner = Runner(self, self.journal, self.clock, lambda: "r1")
        cleared = clear(self.documents.at(), JOINT, at=NOW)
        assert isinstance(cleared, Cleared)
        self.cleared = cleared

    def at(self, at: datetime) -> Register:
        return self.documents.at(at)

    @property
    def kinds(self) -> list[EntryKind]:
        return [entry.kind for entry in self.journal.entries]


def test_the_intent_is_written_before_anything_moves_and_the_end_after() -> None:
    house = House()

    def move(run: Run) -> Done:
        assert house.kinds == [EntryKind.FLOW_RUN_BEGUN]
        assert run.completed_at is None
        house.clock.instant += timedelta(seconds=5)
        return Done(rows=20, members=3)

    run = house.runner.run(house.cleared, move)
    assert isinstance(run, FlowRun)
    assert (run.rows, run.members, run.completed_at) == (20, 3, NOW + timedelta(seconds=5))
    assert house.kinds == [EntryKind.FLOW_RUN_BEGUN, EntryKind.FLOW_RUN_COMPLETED]
    body = house.journal.entries[1].body
    assert (body["recipient"], body["items"], body["notice_version"], body["rows"]) == ("G1", "pseudonym shop", 1, 20)


def test_what_changed_since_the_clearance_refuses_the_run_and_nothing_moves() -> None:
    house = House()
    house.documents.remove(PARTIES[1], NOW + timedelta(seconds=1))
    house.clock.instant += timedelta(seconds=1)
    answer = house.runner.run(house.cleared, lambda _: pytest.fail("it moved"))
    assert isinstance(answer, Refused)
    assert house.kinds == [EntryKind.FLOW_REFUSED]
    assert house.journal.entries[0].body["rule"] == "recipient-removed"


def test_a_run_that_breaks_is_written_down_as_stopped() -> None:
    house = House()

    def move(_: Run) -> Done:
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        house.runner.run(house.cleared, move)
    assert house.kinds == [EntryKind.FLOW_RUN_BEGUN, EntryKind.FLOW_RUN_STOPPED]
