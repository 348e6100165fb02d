"""Named SQL of settlement, one text for both engines: sums by day of booking and company, no member in them.

A purchase is booked when the till took it, also where the sale was days before; a return when it was taken. Instants
come in quarters of an hour: a local day begins with one in every zone there is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from noren.activity.model import Kind
from noren.activity.rows import Row
from noren.activity.settling import CouponSum, PointSum, Source, Span
from noren.kernel.clock import instant_of, local_date, microseconds

_QUARTER_US: Final = 900_000_000

SOLD: Final = (
    f"SELECT p.received / {_QUARTER_US} AS quarter, t.partner, t.kind, CAST(sum(t.points) AS BIGINT), count(*)"
    " FROM posting AS t JOIN purchase AS p ON p.entry = t.entry"
    " WHERE t.kind IN (1, 2) AND p.received >= $1 AND p.received < $2 GROUP BY quarter, t.partner, t.kind"
)
BOOKED: Final = (
    "SELECT day, partner, kind, CAST(sum(points) AS BIGINT), count(*) FROM posting"
    " WHERE kind IN (3, 4, 8) AND day >= $1 AND day <= $2 GROUP BY day, partner, kind"
)
"""Kinds are those of ``model.Kind``: 1 earn, 2 use, 3 take back, 4 give back, 8 opening."""

_SOURCE: Final = (
    "CASE WHEN r.problem NOT IN ('', 'given-back') THEN 'refused' WHEN c.coupon IS NULL THEN 'unknown'"
    " WHEN c.campaign = '' THEN 'other-system' WHEN c.issued_by <> 0 AND i.entry IS NULL THEN 'unknown'"
    " ELSE 'campaign' END"
)
_OF: Final = (
    f"r.partner AS taker, coalesce(i.partner, '') AS issuer, {_SOURCE} AS source,"
    " CAST(sum(r.discount) AS BIGINT), count(*) FROM redemption AS r JOIN purchase AS p ON p.entry = r.entry"
    " LEFT JOIN coupon AS c ON c.coupon = r.coupon LEFT JOIN purchase AS i ON i.entry = c.issued_by"
)
TAKEN: Final = (
    f"SELECT p.received / {_QUARTER_US} AS quarter, {_OF} WHERE p.received >= $1 AND p.received < $2"
    " GROUP BY quarter, taker, issuer, source"
)
# A discount is claimed for a sale. Once all that was paid for came back there is none, whatever became of the coupon.
RETURNED: Final = (
    f"SELECT b.at / {_QUARTER_US} AS quarter, {_OF} JOIN (SELECT purchase,"
    " coalesce(max(CASE WHEN amount > 0 THEN at END), max(at)) AS at FROM goods_return GROUP BY purchase) AS b"
    " ON b.purchase = r.entry WHERE b.at >= $1 AND b.at < $2 AND (r.problem = 'given-back'"
    " OR (r.problem = '' AND p.amount > 0 AND p.amount_left = 0)) GROUP BY quarter, taker, issuer, source"
)


class SettledRows:
    """Fills ``settling.SettlementFeed`` for a reader that has ``_all``."""

    def _all(self, sql: str, *parameters: Any) -> list[Row]:
        raise NotImplementedError

    def point_sums(self, span: Span) -> Sequence[PointSum]:
        """See ``SettlementFeed``."""
        sums: defaultdict[tuple[date, str, int], list[int]] = defaultdict(lambda: [0, 0])
        for quarter, partner, kind, points, count in self._all(SOLD, *_instants(span)):
            _add(sums[_day(quarter, span), partner, kind], points, count)
        for day, partner, kind, points, count in self._all(BOOKED, span.first.toordinal(), span.last.toordinal()):
            _add(sums[date.fromordinal(day), partner, kind], points, count)
        return [PointSum(day, partner, Kind(kind), *both) for (day, partner, kind), both in sorted(sums.items())]

    def coupon_sums_booked(self, span: Span) -> Sequence[CouponSum]:
        """See ``SettlementFeed``."""
        sums: defaultdict[tuple[date, str, str, str, bool], list[int]] = defaultdict(lambda: [0, 0])
        for statement, returned in ((TAKEN, False), (RETURNED, True)):
            for quarter, taker, issuer, source, amount, count in self._all(statement, *_instants(span)):
                _add(sums[_day(quarter, span), taker, issuer, source, returned], amount, count)
        return [
            CouponSum(day, taker, issuer, Source(source), returned, *both)
            for (day, taker, issuer, source, returned), both in sorted(sums.items())
        ]


def _add(both: list[int], amount: int, count: int) -> None:
    both[0] += int(amount)
    both[1] += int(count)


def _day(quarter: int, span: Span) -> date:
    return local_date(instant_of(quarter * _QUARTER_US), span.zone)


def _instants(span: Span) -> tuple[int, int]:
    """Return the first instant of a span, and the first after it."""
    first, after = (
        microseconds(datetime.combine(day, time(), span.zone).astimezone(UTC))
        for day in (span.first, span.last + timedelta(days=1))
    )
    return first, after
