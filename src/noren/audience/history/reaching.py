"""How far a kept history reaches in the lake, and by what it is known that the lake is still the same one."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Final

import duckdb
import msgspec

from noren.audience.batch.given import Moment
from noren.audience.history import people

_EVER: Final = -(2**63)
_NAME_BYTES: Final = 16


class Reached(msgspec.Struct, frozen=True):
    """How far the kept history reaches.

    ``as_of_us``: returns made until then are taken off; ``told_us``: those made until then may be, for a refresh may
    have ended before it was noted. ``key``: under it handles become the texts of the kept files, so that no handle
    stands in them. ``newest``: a digest of the newest purchase and return, by which another ledger is known.
    """

    purchase: int = 0
    returned: int = 0
    as_of_us: int = _EVER
    told_us: int = _EVER
    shops: str = ""
    merged: dict[str, str] = {}
    key: bytes = b""
    newest: bytes = b""


def shops_of(lake: duckdb.DuckDBPyConnection) -> str:
    """Return a digest of where shops belong."""
    rows = lake.execute("SELECT shop, partner, industry FROM shops ORDER BY ALL").fetchall()
    return hashlib.sha256(repr(rows).encode()).hexdigest()


def after(
    lake: duckdb.DuckDBPyConnection, moment: Moment, reached: Reached, names: people.Names, ends: Mapping[bytes, bytes]
) -> Reached:
    """Return how far the history reaches when all that the lake has now is in it."""
    purchase = _newest(lake, "purchase", "bought_lines")
    returned = _newest(lake, "return_entry", "returned_lines")
    # Who was merged after the members were read still stands by herself in what is told now.
    gone = {source: end for source, end in ends.items() if source not in names}
    merged = {name_under(reached.key, source): name_under(reached.key, end) for source, end in gone.items()}
    reached = Reached(purchase, returned, moment.instant_us, moment.instant_us, reached.shops, merged, reached.key)
    return msgspec.structs.replace(reached, newest=newest_of(lake, reached))


def newest_of(lake: duckdb.DuckDBPyConnection, reached: Reached) -> bytes:
    """Return a digest of the purchase and the return that a history reaches to, as the lake has them."""
    bought = "SELECT handle, purchase, line, epoch_us(b.at), shop, product, quantity, amount FROM bought_lines b"
    back = "SELECT purchase, line, epoch_us(b.at), quantity, amount FROM returned_lines b"
    rows = lake.execute(f"{bought} WHERE purchase = {reached.purchase} ORDER BY ALL").fetchall()
    rows += lake.execute(f"{back} WHERE return_entry = {reached.returned} ORDER BY ALL").fetchall()
    return hmac.digest(reached.key, repr(rows).encode(), "sha256")


def _newest(lake: duckdb.DuckDBPyConnection, entry: str, table: str) -> int:
    return int(lake.execute(f"SELECT coalesce(max({entry}), 0) FROM {table}").fetchall()[0][0])


def name_under(key: bytes, handle: bytes) -> str:
    """Return the text under which a handle stands in the kept files."""
    return hmac.digest(key, handle, "sha256")[:_NAME_BYTES].hex()
