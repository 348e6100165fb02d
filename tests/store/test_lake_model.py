"""Any sequence of sales, returns, merges, rounds, restarts, compactions and vacuums gives what plain dicts give."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from tests.store.lake_model import TOKYO, expected_rows, lake_rows

from noren.activity.lake import LakeWriter
from noren.activity.lake.audit import find_differences
from noren.activity.lake.reader import lake_totals
from noren.activity.lake.torn import LOG
from noren.activity.model import Line, ReturnLine
from noren.testing.feed import NEW_YEAR_2026_US, MemoryFeed

HANDLES = [bytes([n]) * 16 for n in range(1, 6)]

lines = st.lists(
    st.builds(Line, st.sampled_from(["a", "b", "4901777018888"]), st.integers(1, 9), st.integers(0, 10**9)),
    min_size=1,
    max_size=4,
)


class LakeAgainstDicts(RuleBasedStateMachine):
    """The lake on one side, the feed's lists on the other."""

    @initialize()
    def open(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="lake-"))
        self.feed = MemoryFeed()
        self.lake = LakeWriter(self.path)
        self.left: dict[tuple[int, int], list[int]] = {}
        self.living = list(HANDLES)

    def teardown(self) -> None:
        if hasattr(self, "lake"):
            self.lake.close()
            shutil.rmtree(self.path)

    @rule(who=st.integers(0, 9), lines=st.none() | lines, day=st.integers(0, 100), old=st.booleans())
    def buy(self, who: int, lines: list[Line] | None, day: int, old: bool) -> None:
        handle = self.living[who % len(self.living)]
        bought = self.feed.buy(handle, lines, at=NEW_YEAR_2026_US + day * 86_400_000_000, imported=old)
        for n, line in enumerate(lines or []):
            self.left[bought.entry, n] = [line.quantity, line.amount]

    @precondition(lambda self: self.left)
    @rule(data=st.data())
    def bring_back(self, data: st.DataObject) -> None:
        purchase, line = data.draw(st.sampled_from(sorted(self.left)))
        quantity, amount = self.left[purchase, line]
        gone = ReturnLine(line, data.draw(st.integers(0, quantity)), data.draw(st.integers(0, amount)))
        self.left[purchase, line] = [quantity - gone.quantity, amount - gone.amount]
        self.feed.bring_back(purchase, data.draw(st.sampled_from([[gone], [gone], None])) or None)

    @precondition(lambda self: len(self.living) > 1)
    @rule(gone=st.integers(0, 9), into=st.integers(0, 9))
    def merge(self, gone: int, into: int) -> None:
        source = self.living.pop(gone % len(self.living))
        self.feed.merge(source, self.living[into % len(self.living)])

    @rule(batch_rows=st.sampled_from([1, 5, 200_000]))
    def take(self, batch_rows: int) -> None:
        self.lake.take(self.feed, TOKYO, batch_rows)

    @rule(thorough=st.booleans())
    def compact(self, thorough: bool) -> None:
        self.lake.compact(thorough=thorough)

    @rule(checkpoint=st.booleans())
    def vacuum(self, checkpoint: bool) -> None:
        self.lake.vacuum(0)
        if checkpoint:
            self.lake.checkpoint()

    @rule(torn=st.booleans())
    def restart(self, torn: bool) -> None:
        self.lake.close()
        if torn:
            newest = max((self.path / "purchase_lines" / LOG).glob("*.json"))
            vacuumed = b'"VACUUM' in newest.read_bytes()
            checkpointed = any(newest.parent.glob(f"{newest.stem}.checkpoint*"))
            if not vacuumed and not checkpointed:  # both come after the entries before them are on the disk
                newest.write_bytes(newest.read_bytes()[:-1])
        self.lake = LakeWriter(self.path)

    @invariant()
    def totals_are_true(self) -> None:
        status = self.lake.status()
        upto = [p for p in self.feed.purchases if p.entry <= status.entry]
        assert status.rows == sum(len(p.lines or ()) for p in upto)
        assert status.amount == sum(p.amount for p in upto)

    @rule()
    def compare(self) -> None:
        while self.lake.take(self.feed, TOKYO).more:
            continue
        assert lake_rows(self.path) == expected_rows(self.feed)
        status = self.lake.status()
        assert lake_totals(self.path)[:2] == (status.rows, status.amount)
        assert find_differences(self.feed, self.path, TOKYO) == []


TestLakeAgainstDicts = LakeAgainstDicts.TestCase
TestLakeAgainstDicts.settings = settings(max_examples=15, stateful_step_count=20, deadline=None)
