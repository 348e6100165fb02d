"""The lake: what was bought, as Delta tables that any engine can read, under handles.

This room promises that every purchase line, return and merge of the ledger reaches the lake
exactly once, whatever is killed and whenever; that small files are put together without losing
or doubling a row; and that no statistics, log or file name tells a handle. It never sees a
card number, a name or an address, and holds no line of a purchase in points-only mode.
Reading with DuckDB is in ``reader`` and ``audit``, which need the ``analytics`` extra's engine.
"""

from noren.activity.lake.errors import LakeBroken, LakeInUse, LakeMisread
from noren.activity.lake.loop import LakeLoop
from noren.activity.lake.reference import ProductRow, Reference, ShopRow
from noren.activity.lake.writer import LakeStatus, LakeWriter, Taken

__all__ = [
    "LakeBroken",
    "LakeInUse",
    "LakeLoop",
    "LakeMisread",
    "LakeStatus",
    "LakeWriter",
    "ProductRow",
    "Reference",
    "ShopRow",
    "Taken",
]
