"""Named SQL of tiers, one text for both engines: each statement binds its parameters in their order.

A measure is told in one statement, so that a return that comes in between is in all of it or in none: what was left at
an instant is what is left now and what came back since.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from noren.activity.rows import Row
from noren.activity.tier_days import HerTier
from noren.activity.tiers import (
    Measure,
    RulesRow,
    RulesState,
    TierMonth,
    TierRow,
    level_of,
)

_RULES: Final = "version, state, file, author, approver, drafted, published"
GET_RULES: Final = f"SELECT {_RULES} FROM tier_rules ORDER BY version"
PUT_RULES: Final = (
    f"INSERT INTO tier_rules ({_RULES}) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (version) DO UPDATE"
    " SET state = excluded.state, file = excluded.file, author = excluded.author, approver = excluded.approver,"
    " drafted = excluded.drafted, published = excluded.published"
)
_MONTH: Final = "month, version, first_day, begins, ends, as_of, lowest, done"
GET_MONTHS: Final = f"SELECT {_MONTH} FROM tier_month ORDER BY month"
PUT_MONTH: Final = (
    f"INSERT INTO tier_month ({_MONTH}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (month) DO NOTHING"
)
_TIER: Final = "handle, month, level, since, was"
GET_TIER: Final = f"SELECT {_TIER} FROM tier WHERE handle = $1"
GET_TIERS: Final = f"SELECT {_TIER} FROM tier WHERE handle >= $1 AND handle < $2"
PUT_TIER: Final = (
    f"INSERT INTO tier ({_TIER}) SELECT handle, $1, $2, $3, $4 FROM member WHERE handle = $5 AND state = 1"
    " ON CONFLICT (handle) DO UPDATE SET month = excluded.month, level = excluded.level, since = excluded.since,"
    " was = excluded.was"
)
DROP_TIER: Final = "DELETE FROM tier WHERE handle = $1"

HER_COLUMNS: Final = (
    "coalesce(tn.month, 0), coalesce(tn.first_day, 0), coalesce(tn.lowest, ''), coalesce(tb.first_day, 0),"
    " coalesce(tb.lowest, ''), coalesce(t.month, 0), coalesce(t.level, ''), coalesce(t.was, '')"
)
"""What a read of members (as ``m``) asks besides, with ``HER_JOINS``: the columns of ``HerTier``."""
HER_JOINS: Final = (
    " LEFT JOIN tier AS t ON t.handle = m.handle"
    " LEFT JOIN tier_month AS tn ON tn.month = (SELECT max(month) FROM tier_month)"
    " LEFT JOIN tier_month AS tb ON tb.month = tn.month - 1"
)

_IN: Final = "p.at >= $1 AND p.at < $2 AND p.received < $3 AND p.handle >= $4 AND p.handle < $5"
_BACK: Final = "goods_return AS g JOIN purchase AS p ON p.entry = g.purchase"


def _sums(left: str, back: str) -> str:
    """Return the measure of a range of handles, of what is left now and what came back since."""
    return (
        f"SELECT handle, CAST(sum(v) AS bigint) FROM (SELECT p.handle AS handle, {left} AS v FROM purchase AS p"
        f" WHERE {_IN} UNION ALL SELECT p.handle, {back} AND g.at >= $3) AS s GROUP BY handle HAVING sum(v) >= $6"
    )


SUMS: Final = {
    Measure.SPEND: _sums("p.amount_left", f"g.amount FROM {_BACK} WHERE {_IN}"),
    Measure.POINTS: _sums(
        "p.earned_left", f"-x.points FROM {_BACK} JOIN posting AS x ON x.entry = g.entry AND x.kind = 3 WHERE {_IN}"
    ),
    Measure.VISITS: (
        "SELECT handle, count(*) FROM (SELECT p.handle AS handle, p.entry AS entry FROM purchase AS p"
        f" WHERE {_IN} AND p.amount_left > 0 UNION SELECT p.handle, p.entry FROM {_BACK}"
        f" WHERE {_IN} AND g.at >= $3 AND g.amount > 0) AS s GROUP BY handle HAVING count(*) >= $6"
    ),
}

# What is summed goes along the chain: joined to it afterwards, the whole table of purchases was read (1 s for 1 M).
_CHAIN: Final = """
WITH RECURSIVE p (entry, previous, at, received, amount_left, earned_left) AS (
  SELECT b.entry, b.previous, b.at, b.received, b.amount_left, b.earned_left
  FROM purchase AS b JOIN member AS m ON m.handle = $1 WHERE b.handle = $1 AND b.entry = m.last_purchase
  UNION ALL
  SELECT b.entry, b.previous, b.at, b.received, b.amount_left, b.earned_left
  FROM p JOIN purchase AS b ON b.handle = $1 AND b.entry = p.previous)
"""
_OF_HER: Final = " FROM p WHERE p.received < $2 AND p.at >= $3 AND p.at < $4"
_SINCE: Final = "FROM goods_return AS g WHERE g.purchase = p.entry AND g.at >= $2"
_TAKEN: Final = (
    "FROM goods_return AS g JOIN posting AS x ON x.entry = g.entry AND x.kind = 3"
    " WHERE g.purchase = p.entry AND g.at >= $2"
)


def _sum_of(left: str, back: str) -> str:
    return f"{_CHAIN}SELECT CAST(coalesce(sum({left} + coalesce(({back}), 0)), 0) AS bigint){_OF_HER}"


SUM_OF: Final = {
    Measure.SPEND: _sum_of("p.amount_left", f"SELECT sum(g.amount) {_SINCE}"),
    Measure.POINTS: _sum_of("p.earned_left", f"SELECT -sum(x.points) {_TAKEN}"),
    Measure.VISITS: (
        f"{_CHAIN}SELECT count(*){_OF_HER} AND (p.amount_left > 0 OR EXISTS (SELECT 1 {_SINCE} AND g.amount > 0))"
    ),
}


def her_tier(row: Sequence[Any]) -> HerTier:
    """Return what ``HER_COLUMNS`` say."""
    return HerTier(*row)


def _rules(row: Row) -> RulesRow:
    version, state, file, *rest = row
    return RulesRow(version, RulesState(state), bytes(file), *rest)


class TierReads:
    """Fills ``TierFeed`` for a reader that has ``_all``."""

    def _all(self, sql: str, *parameters: Any) -> list[Row]:
        raise NotImplementedError

    def tier_rules(self) -> list[RulesRow]:
        """See ``TierFeed``."""
        return [_rules(row) for row in self._all(GET_RULES)]

    def tier_months(self) -> list[TierMonth]:
        """See ``TierFeed``."""
        return [TierMonth(*row) for row in self._all(GET_MONTHS)]

    def tier_of(self, handle: bytes) -> TierRow | None:
        """See ``TierFeed``."""
        return next((TierRow(*row) for row in self._all(GET_TIER, handle)), None)

    def tiers_between(self, low: bytes, high: bytes) -> list[TierRow]:
        """See ``TierFeed``."""
        return [TierRow(bytes(row[0]), *row[1:]) for row in self._all(GET_TIERS, low, high)]

    def tier_sums(
        self, measure: Measure, span: tuple[int, int], as_of: int, between: tuple[bytes, bytes], least: int
    ) -> Iterable[tuple[bytes, int]]:
        """See ``TierFeed``."""
        return ((bytes(row[0]), row[1]) for row in self._all(SUMS[measure], *span, as_of, *between, least))

    def tier_sum_of(self, handle: bytes, measure: Measure, span: tuple[int, int], as_of: int) -> int:
        """See ``TierFeed``."""
        return int(self._all(SUM_OF[measure], handle, as_of, *span)[0][0])


class TierRows:
    """Fills ``TierBatch`` for a batch that can ``send`` a statement and ask for ``all`` rows of one."""

    def send(self, statement: str, *parameters: Any) -> Any:
        """The batch's own."""
        raise NotImplementedError

    def all(self, statement: str, *parameters: Any) -> list[Row]:
        """The batch's own."""
        raise NotImplementedError

    def tier_rules(self) -> list[RulesRow]:
        """See ``TierBatch``."""
        return [_rules(row) for row in self.all(GET_RULES)]

    def put_tier_rules(self, row: RulesRow) -> None:
        """See ``TierBatch``."""
        self.send(
            PUT_RULES, row.version, row.state.value, row.file, row.author, row.approver, row.drafted, row.published
        )

    def put_tiers(self, rows: Iterable[TierRow]) -> None:
        """See ``TierBatch``."""
        for row in rows:
            self.send(PUT_TIER, row.month, row.level, row.since, row.was, row.handle)

    def drop_tiers(self, handles: Iterable[bytes]) -> None:
        """See ``TierBatch``."""
        for handle in handles:
            self.send(DROP_TIER, handle)

    def put_tier_month(self, row: TierMonth) -> None:
        """See ``TierBatch``."""
        self.send(
            PUT_MONTH, row.month, row.version, row.first_day, row.begins, row.ends, row.as_of, row.lowest, row.done
        )  # fmt: skip

    def work_out_tier(self, handle: bytes, source: bytes | None = None) -> None:
        """See ``TierBatch``."""
        months = [TierMonth(*row) for row in self.all(GET_MONTHS)][-2:]
        rows = [TierRow(*row) for each in (handle, source) if each is not None for row in self.all(GET_TIER, each)]
        self.drop_tiers([each for each in (handle, source) if each is not None])
        if not months:
            return
        now, *before = reversed(months)
        level = self._level(handle, now)
        was = self._level(handle, before[0]) if before and before[0].month == now.month - 1 else ""
        was = "" if before and was == before[0].lowest else was
        held = [row.since for row in rows if row.level == level and now.month - 1 <= row.month <= now.month]
        since = min(held, default=now.month)
        if level != now.lowest or was:
            self.put_tiers([TierRow(handle, now.month, level, since, was)])

    def _level(self, handle: bytes, month: TierMonth) -> str:
        """Return the level of a member in a month that was worked out, from her chain of purchases as it is now."""
        rules = next(row for row in self.tier_rules() if row.version == month.version).rules
        found = self.all(SUM_OF[rules.measure], handle, month.as_of, month.begins, month.ends)
        return level_of(rules, int(found[0][0])).id
