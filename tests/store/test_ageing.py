"""Deletion by itself: whose lines go, which, and what stays; in the ledger on either engine, and in the lake."""

from __future__ import annotations

import contextlib
from datetime import date, datetime
from pathlib import Path

from tests.store.lake_model import TOKYO, lake_rows
from tests.store.ledger_cases import a_purchase, enrolled, sale

from noren.activity.ageing import cut_offs, first_kept, lake_day, thin_old_lines
from noren.activity.enrolment import set_choices
from noren.activity.lake import LakeWriter
from noren.activity.lake.audit import find_differences
from noren.activity.lake.reader import lake_totals
from noren.activity.model import Chosen
from noren.activity.ports import AuditFeed, LedgerStore
from noren.activity.sweeping import Broom
from noren.kernel.clock import microseconds

TODAY = date(2026, 11, 26)
OLD, EDGE = datetime(2026, 7, 31, 23, 59, tzinfo=TOKYO), datetime(2026, 8, 1, tzinfo=TOKYO)


def buy(store: LedgerStore, handle: bytes, at: datetime) -> int:
    with store.batch() as batch:
        member, entry = batch.members([handle])[handle], batch.next_entry()
        bought = a_purchase(handle, entry, previous=member.last_purchase, at=microseconds(at))
        batch.write(sale(bought, member))
    return entry


def test_months_are_whole_and_counted_back() -> None:
    assert first_kept(TODAY, 3) == date(2026, 8, 1)
    assert first_kept(TODAY, 18) == date(2025, 5, 1)
    assert first_kept(date(2026, 1, 31), 36) == date(2023, 1, 1)


def test_only_her_old_lines_go_and_the_rest_is_as_before(store: LedgerStore, feed: AuditFeed, tmp_path: Path) -> None:
    her, other = enrolled(store)[0], enrolled(store)[0]
    entries = {(who, at): buy(store, who, at) for who in (her, other) for at in (OLD, EDGE)}
    set_choices(store, rows=[(her, Chosen((), keep_months=3))])
    with LakeWriter(tmp_path / "lake") as lake:
        lake.take(feed, TOKYO)
        rows = lake_rows(tmp_path / "lake")
        cuts = cut_offs(feed, TODAY)
        assert cuts == {date(2026, 8, 1): frozenset({her})}
        broom = Broom(store, feed, contextlib.nullcontext(), rest=lambda _: None)
        assert thin_old_lines(broom, feed, cuts, TOKYO) == 1
        done = lake.rewrite_without((), aged={lake_day(day): handles for day, handles in cuts.items()})
        assert done.rows == 2
        assert lake.rewrite_without((), aged={lake_day(day): handles for day, handles in cuts.items()}).files == 0
        status = lake.status()
        lake.note_aged(7)
        assert lake.last_aged() == 7
    gone = rows - lake_rows(tmp_path / "lake")
    assert {(row[0], row[1]) for row in gone} == {(her, entries[her, OLD])}
    assert (status.rows, status.amount) == lake_totals(tmp_path / "lake")[:2]
    assert find_differences(feed, tmp_path / "lake", TOKYO) == []
    assert thin_old_lines(broom, feed, cuts, TOKYO) == 0, "done again it changes nothing"
    with store.batch() as batch:
        kept = batch.purchases(entries.values())
        assert [kept[entries[key]].lines is None for key in entries] == [True, False, False, False]
        assert kept[entries[her, OLD]].answer, "a resend is still known"
    assert (feed.unbalanced_members(), list(feed.open_days())) == (0, [])
