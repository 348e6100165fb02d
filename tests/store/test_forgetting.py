"""What a member does not want kept goes from ledger and lake, and nothing else does; books and returns go on."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.store.lake_model import TOKYO, lake_rows
from tests.store.ledger_cases import a_purchase, enrolled, sale

from noren.activity import forgetting
from noren.activity.closing import Forgetting
from noren.activity.lake import LakeWriter
from noren.activity.lake.audit import find_differences
from noren.activity.lake.reader import lake_totals
from noren.activity.model import FORGOTTEN_LINE, Line
from noren.activity.ports import AuditFeed, LedgerStore
from noren.activity.thinning import day_of

NOW = 1_800_000_000_000_000
Asked = tuple[int, int]


def bought(store: LedgerStore, handle: bytes) -> int:
    with store.batch() as batch:
        member, entry = batch.members([handle])[handle], batch.next_entry()
        batch.write(sale(a_purchase(handle, entry, previous=member.last_purchase), member))
    return entry


def asked(store: LedgerStore, handle: bytes, entry: int, line: int) -> bool:
    return forgetting.ask(store, handle=handle, entry=entry, line=line, now_us=NOW)


def carried_out(store: LedgerStore, due: list[Forgetting]) -> set[bytes]:
    with store.batch() as batch:
        return forgetting.forget(batch, due, day_of(TOKYO))


def test_only_hers_and_only_what_there_is_can_be_asked_for_and_taken_back(store: LedgerStore, feed: AuditFeed) -> None:
    her, other = enrolled(store)[0], enrolled(store)[0]
    entry = bought(store, her)
    assert not asked(store, other, entry, forgetting.WHOLE)
    assert not asked(store, her, entry + 9, forgetting.WHOLE)
    assert not asked(store, her, entry, 2)
    assert asked(store, her, entry, 1)
    assert asked(store, her, entry, 1), "asked again it is asked once"
    assert [*feed.forgetting()] == [*feed.forgetting_of(entry)] == [Forgetting(entry, 1, NOW, 0)]
    assert not forgetting.undo(store, handle=other, entry=entry, line=1)
    assert forgetting.undo(store, handle=her, entry=entry, line=1)
    assert not feed.forgetting()
    assert asked(store, her, entry, 1)
    carried_out(store, [*feed.forgetting()])
    assert not forgetting.undo(store, handle=her, entry=entry, line=1), "what is gone can not be taken back"
    assert not asked(store, her, entry, 1)


def test_a_purchase_and_a_line_go_and_the_rest_is_as_before(
    store: LedgerStore, feed: AuditFeed, tmp_path: Path
) -> None:
    her, other = enrolled(store)[0], enrolled(store)[0]
    whole, line, kept, others = (bought(store, who) for who in (her, her, her, other))
    sums, lake_path = feed.sums(), tmp_path / "lake"
    with LakeWriter(lake_path) as lake:
        lake.take(feed, TOKYO)
        before = lake_rows(lake_path)
        assert asked(store, her, whole, forgetting.WHOLE)
        assert asked(store, her, line, 0)
        due = [*feed.forgetting()]
        assert carried_out(store, due) == {her}
        done = lake.rewrite_without((), forgotten={whole: None, line: frozenset({0})})
        assert done.rows == 2
        assert lake.rewrite_without((), forgotten={whole: None, line: frozenset({0})}).files == 0, "again: nothing"
        assert (lake.status().rows, lake.status().amount) == lake_totals(lake_path)[:2]
        assert find_differences(feed, lake_path, TOKYO) == []
    left = lake_rows(lake_path)
    assert {(row[1], row[2]) for row in before - left} == {(whole, 0), (whole, 1), (line, 0)}
    assert list(left - before) == [(her, line, 0, "", 0, 0)]
    with store.batch() as batch:
        rows = batch.purchases([whole, line, kept, others])
        assert carried_out_again(rows[whole].lines, rows[line].lines)
        assert (rows[whole].shop, rows[whole].terminal, rows[whole].receipt, rows[whole].amount) == ("", "", "", 300)
        assert batch.receipts([rows[whole].key]) == {rows[whole].key: whole}, "the receipt still finds it"
        assert rows[kept].lines == rows[others].lines == (Line("0490", 2, 100), Line("b", 1, 200))
        batch.end_forgetting(due)
    assert feed.sums() == sums
    assert (feed.unbalanced_members(), list(feed.open_days()), feed.torn_purchases()) == (0, [], 0)
    assert not feed.forgetting()


def carried_out_again(whole: object, line: object) -> bool:
    return whole is None and line == (FORGOTTEN_LINE, Line("b", 1, 200))


def test_a_lake_that_was_not_written_anew_is_found(store: LedgerStore, feed: AuditFeed, tmp_path: Path) -> None:
    """Negative control: forgotten in the ledger alone, the audit says so."""
    her = enrolled(store)[0]
    entry = bought(store, her)
    with LakeWriter(tmp_path / "lake") as lake:
        lake.take(feed, TOKYO)
    assert asked(store, her, entry, forgetting.WHOLE)
    carried_out(store, [*feed.forgetting()])
    assert find_differences(feed, tmp_path / "lake", TOKYO)


@pytest.mark.parametrize("line", [forgetting.WHOLE, 0])
def test_done_again_it_changes_nothing(store: LedgerStore, feed: AuditFeed, line: int) -> None:
    her = enrolled(store)[0]
    entry = bought(store, her)
    assert asked(store, her, entry, line)
    due = [*feed.forgetting()]
    carried_out(store, due)
    once = feed.chain(her, None, 5)
    carried_out(store, due)
    assert feed.chain(her, None, 5) == once
