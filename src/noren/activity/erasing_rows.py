"""Named SQL of an erasure, one text for both engines: each statement binds its parameters in their order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final

from noren.activity.closing import Closed, Erasing
from noren.activity.model import PROGRAMME, Kind
from noren.activity.rows import Row
from noren.activity.tier_rows import DROP_TIER

CHAIN: Final = """
WITH RECURSIVE chain (entry, previous, day, hash) AS (
  SELECT p.entry, p.previous, p.day, p.hash FROM purchase AS p JOIN member AS m ON m.handle = $1
  WHERE p.handle = $1 AND p.entry = m.last_purchase
  UNION ALL
  SELECT p.entry, p.previous, p.day, p.hash FROM chain JOIN purchase AS p
  ON p.handle = $1 AND p.entry = chain.previous)
SELECT entry, day, hash FROM chain
"""
DROP_PURCHASE: Final = "DELETE FROM purchase WHERE handle = $1 AND entry = $2 RETURNING amount, earned"
DROP_RECEIPT: Final = "DELETE FROM receipt WHERE day = $1 AND hash = $2"
DROP_RETURNS: Final = "DELETE FROM goods_return WHERE purchase = $1 RETURNING entry"
DROP_POSTINGS: Final = "DELETE FROM posting WHERE entry = $1 RETURNING partner, kind, points"
DROP_FORGETTING: Final = "DELETE FROM forgetting WHERE entry = $1"
DROP_REDEMPTIONS: Final = "DELETE FROM redemption WHERE entry = $1 RETURNING partner, discount, problem"
DROP_OF_HANDLE: Final = (
    "DELETE FROM card WHERE handle = $1",
    "DELETE FROM profile WHERE handle = $1",
    "DELETE FROM stop WHERE handle = $1",
    "DELETE FROM keeping WHERE handle = $1",
    DROP_TIER,
    "DELETE FROM coupon WHERE handle = $1",
    "DELETE FROM entered WHERE handle = $1",
    "DELETE FROM undrawn WHERE handle = $1",
    "DELETE FROM lot WHERE handle = $1",
    "DELETE FROM member WHERE handle = $1",
)
DROP_MERGES: Final = "DELETE FROM merge WHERE source = $1 OR target = $1"
DROP_CARDS: Final = "DELETE FROM card WHERE handle = $1"
DROP_UNUSED_COUPONS: Final = "DELETE FROM coupon WHERE handle = $1 AND used = 0"
THIN_PURCHASE: Final = "UPDATE purchase SET lines = NULL WHERE handle = $1 AND entry = $2"
THIN_RETURNS: Final = "UPDATE goods_return SET lines = NULL WHERE purchase = $1"
GET_MERGED_INTO: Final = "SELECT source FROM merge WHERE target = $1"
ADD_CLOSING: Final = (
    "INSERT INTO closing (partner, kind, points) VALUES ($1, $2, $3)"
    " ON CONFLICT (partner, kind) DO UPDATE SET points = closing.points + excluded.points"
)
PUT_ERASING: Final = (
    "INSERT INTO erasing (handle, since, rewritten) VALUES ($1, $2, 0) ON CONFLICT (handle) DO UPDATE SET rewritten = 0"
)
GET_ERASING: Final = "SELECT handle, since, rewritten FROM erasing ORDER BY handle"
NOTE_REWRITTEN: Final = "UPDATE erasing SET rewritten = $1 WHERE handle = $2"
END_ERASING: Final = "DELETE FROM erasing WHERE handle = $1"
GET_EVERY_HANDLE: Final = "SELECT handle FROM member ORDER BY handle"
GET_CLOSED: Final = "SELECT kind, points FROM closing WHERE partner = '' AND kind > 100"
GET_LEFT_ENTRIES: Final = (
    "SELECT DISTINCT entry FROM posting WHERE handle IN (SELECT handle FROM erasing) ORDER BY entry"
)
DROP_OPENING: Final = "DELETE FROM opening WHERE entry = $1"
# A code's entry is its purchase's; where that is gone the mark keeps a code from nothing: its member is gone too.
GET_LEFT_CODES: Final = (
    "SELECT hash FROM used_code AS c WHERE NOT EXISTS (SELECT 1 FROM purchase AS p WHERE p.entry = c.entry)"
)
DROP_CODE: Final = "DELETE FROM used_code WHERE hash = $1"

Sums = dict[tuple[str, int], int]


class ErasedRows:
    """Fills ``closing.ErasingRows`` for a batch that can ``send`` a statement and ask for ``all`` rows of one."""

    def send(self, statement: str, *parameters: Any) -> Any:
        """The batch's own."""
        raise NotImplementedError

    def all(self, statement: str, *parameters: Any) -> list[Row]:
        """The batch's own."""
        raise NotImplementedError

    def forget_draws_of(self, handle: bytes) -> None:
        """The batch's own."""
        raise NotImplementedError

    def merged_into(self, handle: bytes) -> Sequence[bytes]:
        """See ``ErasingRows``."""
        return [row[0] for row in self.all(GET_MERGED_INTO, handle)]

    def erase(self, handle: bytes, since: int) -> None:
        """See ``ErasingRows``."""
        sums: Sums = defaultdict(int)
        for entry, day, digest in self.all(CHAIN, handle):
            self._drop_purchase(handle, entry, sums)
            self.send(DROP_RECEIPT, day, digest)
        self.forget_draws_of(handle)
        for statement in (*DROP_OF_HANDLE, DROP_MERGES):
            self.send(statement, handle)
        self._add_closing(sums)
        self.send(PUT_ERASING, handle, since)

    def _drop_purchase(self, handle: bytes, entry: int, sums: Sums) -> None:
        for amount, earned in self.all(DROP_PURCHASE, handle, entry):
            sums[PROGRAMME, Closed.PURCHASES] += 1
            sums[PROGRAMME, Closed.AMOUNT] += amount
            sums[PROGRAMME, Closed.EARNED] += earned
        self.send(DROP_FORGETTING, entry)
        returns = [row[0] for row in self.all(DROP_RETURNS, entry)]
        sums[PROGRAMME, Closed.RETURNS] += len(returns)
        for each in (entry, *returns):
            for partner, kind, points in self.all(DROP_POSTINGS, each):
                sums[partner, kind] += points
        for partner, discount, problem in self.all(DROP_REDEMPTIONS, entry):
            sums[partner, Closed.REDEMPTIONS] += 1
            sums[partner, Closed.DISCOUNT] += 0 if problem else discount

    def void(self, handle: bytes) -> None:
        """See ``ErasingRows``."""
        self.send(DROP_CARDS, handle)
        self.send(DROP_TIER, handle)
        self.send(DROP_UNUSED_COUPONS, handle)

    def drop_left(self, entries: Sequence[int], codes: Sequence[bytes]) -> None:
        """See ``ErasingRows``."""
        sums: Sums = defaultdict(int)
        for entry in entries:
            for partner, kind, points in self.all(DROP_POSTINGS, entry):
                sums[partner, kind] += points
                if kind == Kind.OPENING:
                    self.send(DROP_OPENING, entry)
        self._add_closing(sums)
        for code in codes:
            self.send(DROP_CODE, code)

    def thin(self, handle: bytes, entries: Sequence[int]) -> None:
        """See ``ErasingRows``."""
        for entry in entries:
            self.send(THIN_PURCHASE, handle, entry)
            self.send(THIN_RETURNS, entry)

    def note_rewritten(self, handles: Sequence[bytes], at: int) -> None:
        """See ``ErasingRows``."""
        for handle in handles:
            self.send(NOTE_REWRITTEN, at, handle)

    def end_erasing(self, handles: Sequence[bytes]) -> None:
        """See ``ErasingRows``."""
        for handle in handles:
            self.send(END_ERASING, handle)

    def _add_closing(self, sums: Sums) -> None:
        for (partner, kind), points in sums.items():
            if points:
                self.send(ADD_CLOSING, partner, int(kind), points)


class ErasingReads:
    """Fills ``closing.ErasingFeed`` for a reader that has ``_all``."""

    def _all(self, sql: str, *parameters: Any) -> list[Row]:
        raise NotImplementedError

    def erasing(self) -> Sequence[Erasing]:
        """See ``ErasingFeed``."""
        return [Erasing(*row) for row in self._all(GET_ERASING)]

    def every_handle(self) -> Sequence[bytes]:
        """See ``ErasingFeed``."""
        return [row[0] for row in self._all(GET_EVERY_HANDLE)]

    def left_behind(self) -> tuple[Sequence[int], Sequence[bytes]]:
        """See ``ErasingFeed``."""
        return [row[0] for row in self._all(GET_LEFT_ENTRIES)], [row[0] for row in self._all(GET_LEFT_CODES)]

    def closed(self) -> tuple[int, int, int, int]:
        """Return (purchases, amount, earned, returns) of erased members, as the closing account has them."""
        sums = {row[0]: int(row[1]) for row in self._all(GET_CLOSED)}
        wanted = (Closed.PURCHASES, Closed.AMOUNT, Closed.EARNED, Closed.RETURNS)
        purchases, amount, earned, returns = (sums.get(each, 0) for each in wanted)
        return purchases, amount, earned, returns
