"""Named SQL of purchases that their member does not want kept, one text for both engines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from noren.activity import rows
from noren.activity.closing import Forgetting
from noren.activity.model import Purchase, Return
from noren.activity.rows import Row
from noren.activity.tables import TURN_PRODUCTS

PUT: Final = (
    "INSERT INTO forgetting (entry, line, since, done) VALUES ($1, $2, $3, 0) ON CONFLICT (entry, line) DO NOTHING"
)
UNDO: Final = "DELETE FROM forgetting WHERE entry = $1 AND line = $2 AND done = 0 RETURNING since"
NOTE: Final = "UPDATE forgetting SET done = $1 WHERE entry = $2 AND line = $3"
END: Final = "DELETE FROM forgetting WHERE entry = $1 AND line = $2"
GET: Final = "SELECT entry, line, since, done FROM forgetting ORDER BY entry, line"
GET_OF: Final = "SELECT entry, line, since, done FROM forgetting WHERE entry = $1 ORDER BY line"
DROP_PURCHASE: Final = "DELETE FROM purchase WHERE handle = $1 AND entry = $2"
PUT_PURCHASE: Final = (
    "INSERT INTO purchase (entry, handle, day, hash, body_hash, shop, partner, terminal, receipt, at, received, amount,"
    " amount_left, base_left, used_left, earned, earned_left, per, previous, imported, lines, answer)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)"
)
"""The columns in the order of ``rows.purchase_row``."""

SET_RETURN_LINES: Final = "UPDATE goods_return SET lines = $1 WHERE entry = $2"
_IMPORTED: Final = 19


class ForgettingRows:
    """Fills ``closing.ForgettingRows`` for a batch that can ``send`` a statement and ask for ``all`` rows of one."""

    def send(self, statement: str, *parameters: Any) -> Any:
        """The batch's own."""
        raise NotImplementedError

    def all(self, statement: str, *parameters: Any) -> list[Row]:
        """The batch's own."""
        raise NotImplementedError

    def ask_to_forget(self, entry: int, line: int, since: int) -> None:
        """See ``closing.ForgettingRows``."""
        self.send(PUT, entry, line, since)

    def undo_forgetting(self, entry: int, line: int) -> bool:
        """See ``closing.ForgettingRows``."""
        return bool(self.all(UNDO, entry, line))

    def put_anew(self, purchase: Purchase, returns: Sequence[Return]) -> None:
        """See ``closing.ForgettingRows``: the ledger-worker's role may not change what was bought where."""
        row = list(rows.purchase_row(purchase))
        row[_IMPORTED] = purchase.imported  # PostgreSQL's is a truth value, SQLite's a number: this is both
        self.send(DROP_PURCHASE, purchase.handle, purchase.entry)
        self.send(PUT_PURCHASE, *row)
        for back in returns:
            self.send(SET_RETURN_LINES, rows.pack_return_lines(back.lines), back.entry)

    def note_forgotten(self, done: Sequence[Forgetting], at: int) -> None:
        """See ``closing.ForgettingRows``."""
        for each in done:
            self.send(NOTE, at, each.entry, each.line)

    def turn_purchases(self) -> None:
        """See ``closing.ForgettingRows``: counted with the changes of products, which tills look at too."""
        self.send(TURN_PRODUCTS)

    def end_forgetting(self, done: Sequence[Forgetting]) -> None:
        """See ``closing.ForgettingRows``."""
        for each in done:
            self.send(END, each.entry, each.line)


class ForgettingReads:
    """Fills ``closing.ForgettingFeed`` for a reader that has ``_all``."""

    def _all(self, sql: str, *parameters: Any) -> list[Row]:
        raise NotImplementedError

    def forgetting(self) -> Sequence[Forgetting]:
        """See ``closing.ForgettingFeed``."""
        return [Forgetting(*row) for row in self._all(GET)]

    def forgetting_of(self, entry: int) -> Sequence[Forgetting]:
        """See ``closing.ForgettingFeed``."""
        return [Forgetting(*row) for row in self._all(GET_OF, entry)]
