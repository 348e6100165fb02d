"""Working tiers out: once a month, for everybody, from what the ledger had as the month began.

Whoever has the lowest tier has no row, so that nothing is kept of her. It is done in small transactions that let a till
in between, and may break off anywhere and be begun again: until the month is noted as done, the month before holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from noren.activity.ports import AuditFeed
from noren.activity.sweeping import CHUNK, Broom
from noren.activity.tier_days import month_of
from noren.activity.tiers import (
    RulesRow,
    TierFeed,
    TierMonth,
    TierRow,
    as_of,
    level_of,
    of_month,
    span_of,
)

MEMBERS_AT_ONCE: Final = 1_000_000
"""So many members' sums are held at once; of more, handles are taken in parts, each with a pass over purchases."""

CAUGHT_UP_MONTHS: Final = 12
"""So many months that were missed are worked out after the event: more say nothing of this one."""

_MERGES: Final = 1_000
_TOP: Final = b"\xff" * 17
"""Above every handle."""


def work_out(broom: Broom, feed: AuditFeed, *, now_us: int, today: date, zone: ZoneInfo) -> int:
    """Work out the months that are due; return how many were. ``feed``: its long reads keep its other users waiting."""
    rules, months = feed.tier_rules(), feed.tier_months()
    this = month_of(today)
    first = max(months[-1].month + 1, this - CAUGHT_UP_MONTHS) if months else this
    count = 0
    for month in range(first, this + 1):
        found = of_month(rules, month)
        if found is not None and found[1] <= today:
            _month(broom, feed, month, *found, now_us=now_us, zone=zone)
            count += 1
    return count


def _month(
    broom: Broom, feed: AuditFeed, month: int, row: RulesRow, first: date, *, now_us: int, zone: ZoneInfo
) -> None:
    rules, begun = row.rules, feed.last_entry()
    begins, ends = span_of(rules, month, zone)
    instant = as_of(row, first, zone)
    lowest_before = next((each.lowest for each in feed.tier_months() if each.month == month - 1), "")
    noted = TierMonth(month, row.version, first.toordinal(), begins, ends, instant, rules.level[0].id, now_us)
    for between in _parts(feed.counts()[0]):
        had = {each.handle: each for each in feed.tiers_between(*between)}
        sums = feed.tier_sums(rules.measure, (begins, ends), instant, between, rules.level[1].threshold)
        levels = {handle: level_of(rules, measured).id for handle, measured in sums}
        _write(broom, noted, lowest_before, had, levels)
    broom.stroke(lambda batch: batch.put_tier_month(noted))
    _again(broom, feed, begun)


def _parts(members: int) -> Iterator[tuple[bytes, bytes]]:
    """Yield ranges of handles that hold about so many members each."""
    count = 1 + members // MEMBERS_AT_ONCE
    bounds = [(number * 65_536 // count).to_bytes(3)[1:] for number in range(count)]
    yield from zip(bounds, [*bounds[1:], _TOP], strict=True)


def _write(
    broom: Broom, noted: TierMonth, lowest_before: str, had: Mapping[bytes, TierRow], levels: Mapping[bytes, str]
) -> None:
    rows: list[TierRow] = []
    gone: list[bytes] = []
    for handle in {*had, *levels}:
        before = had.get(handle)
        row = _row(handle, noted.month, levels.get(handle, noted.lowest), before, lowest_before)
        if row.level == noted.lowest and not row.was:
            gone.append(handle)
        elif row != before:
            rows.append(row)
    for some in (rows[at : at + CHUNK] for at in range(0, len(rows), CHUNK)):
        broom.stroke(lambda batch, some=some: batch.put_tiers(some))
    for some in (gone[at : at + CHUNK] for at in range(0, len(gone), CHUNK)):
        broom.stroke(lambda batch, some=some: batch.drop_tiers(some))


def _row(handle: bytes, month: int, level: str, before: TierRow | None, lowest_before: str) -> TierRow:
    """Return a member's row of a month. One of this very month was written by a pass that broke off."""
    since, was = month, ""
    if before is not None and before.month == month:
        was = before.was
        since = before.since if before.level == level else month
    elif before is not None and before.month == month - 1:
        was = "" if before.level == lowest_before else before.level
        since = before.since if before.level == level else month
    return TierRow(handle, month, level, since, was)


def _again(broom: Broom, feed: AuditFeed, begun: int) -> None:
    """Work out again who was merged into another while the pass went on: her purchases were another's when it read."""
    while page := feed.merges_after(begun, _MERGES):
        for _, _, target in page:
            broom.stroke(lambda batch, target=target: batch.work_out_tier(target))
        begun = page[-1][0]


def tier_then(feed: TierFeed, handle: bytes, day: date) -> str | None:
    """Return the tier that a member had on any day past, worked out once more; None: there were no rules.

    From her purchases as they are hers now: what came by a merge since counts too.
    """
    held = next((each for each in feed.tier_months() if each.month == month_of(day)), None)
    if held is None or day.toordinal() < held.first_day:
        return None
    rules = next(row.rules for row in feed.tier_rules() if row.version == held.version)
    measured = feed.tier_sum_of(handle, rules.measure, (held.begins, held.ends), held.as_of)
    return level_of(rules, measured).id
