"""Join, lease, read, backup, stop, erase, tick, grow old, restore, in any order: and every planted bug is found.

``NOREN_NIGHT=1``: longer. A failing sequence prints itself; hypothesis keeps its seed.
"""

from __future__ import annotations

import os
from dataclasses import fields
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from tests.property.governance_world import Bugs, World

from noren.governance.leases.model import LONGEST, CopyKind

NIGHT = bool(os.environ.get("NOREN_NIGHT"))
DRAW = st.integers(min_value=0, max_value=1_000)
DAYS = st.integers(min_value=1, max_value=9)
MONTHS = st.sampled_from([38, 37, 1])
OLDEST = 90
MANY = 3
BUGS = [each.name for each in fields(Bugs)]


class Governance(RuleBasedStateMachine):
    """The machine over a world without bugs."""

    bugs = Bugs()

    @initialize()
    def begin(self) -> None:
        self.world = World(self.bugs)
        self.world.join()
        self.world.join()

    @rule()
    def join(self) -> None:
        self.world.join()

    @precondition(lambda self: self.world.members)
    @rule(which=DRAW)
    def stop(self, which: int) -> None:
        self.world.stop(sorted(self.world.members)[which % len(self.world.members)])

    @precondition(lambda self: self.world.members)
    @rule(which=DRAW)
    def erase(self, which: int) -> None:
        self.world.erase(sorted(self.world.members)[which % len(self.world.members)])

    @rule(days=DAYS)
    def lease(self, days: int) -> None:
        self.world.lease(days)

    @precondition(lambda self: self.world.leases)
    @rule(which=DRAW)
    def read(self, which: int) -> None:
        self.world.read(sorted(self.world.leases)[which % len(self.world.leases)])

    @rule(days=DAYS)
    def tick(self, days: int) -> None:
        self.world.tick(days)

    @precondition(lambda self: self.world.months < OLDEST and (self.bugs == Bugs() or self.bugs.of_age))
    @rule(months=MONTHS)
    def grow_old(self, months: int) -> None:
        self.world.grow_old(months)

    @precondition(lambda self: len(self.world.backups) < MANY)
    @rule()
    def backup(self) -> None:
        self.world.backup()

    @precondition(lambda self: self.world.backups)
    @rule(which=DRAW)
    def restore(self, which: int) -> None:
        kept = self.world.backups[which % len(self.world.backups)]
        if self.world.clock.now() - kept.made_at < LONGEST[CopyKind.BACKUP] - timedelta(days=1):
            self.world.restore(kept)

    @invariant()
    def nobody_erased_is_left(self) -> None:
        self.world.nobody_erased_is_left()

    def teardown(self) -> None:
        self.world.close()


def run(bugs: Bugs, examples: int, steps: int) -> None:
    run_state_machine_as_test(
        type("Broken", (Governance,), {"bugs": bugs}),
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )


def test_in_any_order_what_must_hold_holds() -> None:
    run(Bugs(), *((200, 30) if NIGHT else (10, 20)))


@pytest.mark.parametrize(
    "bug",
    [
        "blind_to_stops",
        "unlisted_erasure",
        "replay_off",
        "lease_without_end",
        "provisions_kept",
        "lines_kept",
        "sum_lost",
    ],
)
def test_a_planted_bug_is_found(bug: str) -> None:
    with pytest.raises(AssertionError):
        run(Bugs(**{bug: True}), 500, 20)  # it ends at the first find: in ten runs, mostly
