"""Named SQL of what is left of old purchases, one text for both engines: one row a member, day and company.

The row that stays is the one nearest the head of her chain, so that the head never moves. It keeps company, day and
sums; shop, terminal, receipt, instant, lines, answer and hashes go. Postings and returns are summed alike, by day,
so that every account, pool and company day stays what it was.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from noren.activity.closing import Closed, DayOf
from noren.activity.erasing_rows import ADD_CLOSING, DROP_RECEIPT
from noren.activity.model import PROGRAMME
from noren.activity.rows import Row

MAX_CHAIN: Final = 1_000_000

CHAIN: Final = """
WITH RECURSIVE chain (entry, previous, at, partner, told) AS (
  SELECT p.entry, p.previous, p.at, p.partner, length(p.body_hash) FROM purchase AS p
  JOIN member AS m ON m.handle = $1 WHERE p.handle = $1 AND p.entry = m.last_purchase
  UNION ALL
  SELECT p.entry, p.previous, p.at, p.partner, length(p.body_hash) FROM chain JOIN purchase AS p
  ON p.handle = $1 AND p.entry = chain.previous)
SELECT entry, previous, at, partner, told FROM chain
"""
HEAD: Final = "SELECT last_purchase FROM member WHERE handle = $1"
TAKE_PURCHASE: Final = (
    "DELETE FROM purchase WHERE handle = $1 AND entry = $2 RETURNING"
    " day, hash, amount, amount_left, base_left, used_left, earned, earned_left, per, previous, imported"
)
# Put anew instead of changed: the ledger-worker's role may not change what was bought where (house.databases).
PUT_SUM: Final = (
    "INSERT INTO purchase (entry, handle, day, at, received, amount, amount_left, base_left, used_left, earned,"
    " earned_left, per, previous, imported, hash, body_hash, answer, shop, partner, terminal, receipt, lines)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, '', $18, '', '', NULL)"
)
RELINK: Final = "UPDATE purchase SET previous = $1 WHERE handle = $2 AND entry = $3"
TAKE_POSTINGS: Final = "DELETE FROM posting WHERE entry = $1 RETURNING kind, handle, lot, partner, day, points"
PUT_POSTING: Final = (
    "INSERT INTO posting (entry, number, kind, handle, lot, partner, day, points)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
)
TAKE_RETURNS: Final = "DELETE FROM goods_return WHERE purchase = $1 RETURNING entry, at, amount"
PUT_RETURN: Final = (
    "INSERT INTO goods_return (entry, purchase, name, body_hash, at, amount, lines, answer)"
    " VALUES ($1, $2, $3, $4, $5, $6, NULL, $7)"
)
TAKE_REDEMPTIONS: Final = (
    "DELETE FROM redemption WHERE entry = $1 RETURNING number, barcode, coupon, partner, discount, day, problem"
)
PUT_REDEMPTION: Final = (
    "INSERT INTO redemption (entry, number, barcode, coupon, partner, discount, day, problem)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
)
MOVE_COUPONS: Final = "UPDATE coupon SET used = $1 WHERE handle = $2 AND used = $3"
GET_PAGE: Final = "SELECT entry, handle, at, length(body_hash) FROM purchase WHERE entry > $1 ORDER BY entry LIMIT $2"


@dataclass(frozen=True, slots=True)
class _Link:
    entry: int
    previous: int
    at: int
    partner: str
    whole: bool


class ThinnedRows:
    """Fills ``closing.ThinningRows`` for a batch that can ``send`` a statement and ask for ``all`` rows of one."""

    def send(self, statement: str, *parameters: Any) -> Any:
        """The batch's own."""
        raise NotImplementedError

    def all(self, statement: str, *parameters: Any) -> list[Row]:
        """The batch's own."""
        raise NotImplementedError

    def coarsen(self, handle: bytes, before_us: int, day_of: DayOf) -> int:
        """See ``ThinningRows``."""
        chain = self._chain(handle)
        groups: defaultdict[tuple[int, int, str], list[_Link]] = defaultdict(list)
        for link in chain:
            if link.at < before_us:
                groups[(*day_of(link.at), link.partner)].append(link)
        waiting = {key: links for key, links in groups.items() if any(link.whole for link in links)}
        gone: set[int] = set()
        for (day, at, _), links in waiting.items():
            self._one_row(handle, day, at, links, day_of)
            gone.update(link.entry for link in links[1:])
        self._relink(handle, chain, gone)
        return sum(link.whole for links in waiting.values() for link in links)

    def _chain(self, handle: bytes) -> list[_Link]:
        rows = self.all(CHAIN, handle)
        found = {row[0]: _Link(row[0], row[1], row[2], row[3], row[4] > 0) for row in rows}
        out: list[_Link] = []
        entry = next((row[0] for row in self.all(HEAD, handle)), 0)
        while entry in found:
            out.append(found[entry])
            entry = found[entry].previous
            assert len(out) <= MAX_CHAIN, "a chain of purchases without end"
        assert len(out) == len(found), "a chain of purchases is torn"
        return out

    def _one_row(self, handle: bytes, day: int, at: int, links: Sequence[_Link], day_of: DayOf) -> None:
        entries = [link.entry for link in links]
        was = [self.all(TAKE_PURCHASE, handle, entry)[0] for entry in entries]
        for receipt_day, digest, *_ in was:
            self.send(DROP_RECEIPT, receipt_day, digest)
        sums = [sum(int(row[column]) for row in was) for column in range(2, 8)]
        returns = self._sum_returns(entries, day_of)
        if len(links) > 1:
            self._sum_postings(entries)
            self._move_redemptions(handle, entries)
        kept = was[0][8:]
        self.send(PUT_SUM, entries[0], handle, day, at, at, *sums, *kept, b"", b"", b"", links[0].partner)
        for kind, count in ((Closed.PURCHASES, len(entries) - 1), (Closed.RETURNS, returns)):
            if count:
                self.send(ADD_CLOSING, PROGRAMME, int(kind), count)

    def _sum_returns(self, entries: Sequence[int], day_of: DayOf) -> int:
        """Make one return a day of all that came back; return how many rows are no more."""
        by_day: defaultdict[int, list[Row]] = defaultdict(list)
        for row in (row for entry in entries for row in self.all(TAKE_RETURNS, entry)):
            by_day[day_of(row[1])[1]].append(row)
        for at, rows in by_day.items():
            together = sorted(int(row[0]) for row in rows)
            self._sum_postings(together)
            amount = sum(int(row[2]) for row in rows)
            self.send(PUT_RETURN, together[0], entries[0], str(at), b"", at, amount, b"")
        return sum(len(rows) - 1 for rows in by_day.values())

    def _sum_postings(self, entries: Sequence[int]) -> None:
        """Put the postings of some entries under the first of them, one a kind, lot, company and day."""
        sums: defaultdict[tuple[int, bytes, int, str, int], int] = defaultdict(int)
        for row in (row for entry in entries for row in self.all(TAKE_POSTINGS, entry)):
            sums[row[0], row[1], row[2], row[3], row[4]] += int(row[5])
        for number, (key, points) in enumerate(sums.items()):
            self.send(PUT_POSTING, entries[0], number, *key, points)

    def _move_redemptions(self, handle: bytes, entries: Sequence[int]) -> None:
        first, moved = entries[0], [row for entry in entries for row in self.all(TAKE_REDEMPTIONS, entry)]
        for number, row in enumerate(moved):
            self.send(PUT_REDEMPTION, first, number, *row[1:])
        for entry in entries[1:]:
            self.send(MOVE_COUPONS, first, handle, entry)

    def _relink(self, handle: bytes, chain: Sequence[_Link], gone: set[int]) -> None:
        kept = [link for link in chain if link.entry not in gone]
        for link, follows in zip(kept, [*(each.entry for each in kept[1:]), 0], strict=True):
            if link.previous != follows:
                self.send(RELINK, follows, handle, link.entry)


class ThinnedReads:
    """Fills ``closing.ThinningFeed`` for a reader that has ``_all``."""

    def _all(self, sql: str, *parameters: Any) -> list[Row]:
        raise NotImplementedError

    def unthinned(self, after: int, before_us: int, limit: int) -> tuple[int | None, Sequence[bytes]]:
        """See ``ThinningFeed``."""
        page = self._all(GET_PAGE, after, limit)
        handles = {row[1] for row in page if row[2] < before_us and row[3] > 0}
        return (page[-1][0] if page else None), sorted(handles)
