"""Parts: the Parquet files of a table. Written and flushed before the log names them, never changed after."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from deltalake.transaction import AddAction, RemoveAction

from noren.activity.lake.arrow import ArrowTable, column, pa, pc, pq
from noren.activity.lake.disk import flush, make_folder
from noren.activity.lake.tables import MONTH, TableForm

COMPRESSION: Final = "zstd"
MAX_GROUP_ROWS: Final = 122_880


@dataclass(frozen=True, slots=True)
class Part:
    """One file: its path inside the table's folder, bytes, rows, month (None: not partitioned), statistics."""

    path: str
    size: int
    rows: int
    month: str | None
    stats: str = ""

    def added(self, *, modified_ms: int, new_rows: bool) -> AddAction:
        """Return the log's word for this part being there. ``new_rows`` False: only put together."""
        return AddAction(self.path, self.size, self._partition(), modified_ms, new_rows, self.stats)

    def removed(self, *, deleted_ms: int, rows_gone: bool) -> RemoveAction:
        """Return the log's word for this part being gone. ``rows_gone`` False: its rows stand elsewhere."""
        return RemoveAction(self.path, rows_gone, deleted_ms, self.size, self._partition())

    def _partition(self) -> dict[str, str | None]:
        return {} if self.month is None else {MONTH: self.month}


def write_part(folder: Path, form: TableForm, rows: ArrowTable, month: str | None) -> Part:
    """Write ``rows`` (columns of ``form``, in its order) as one durable file that no log names yet."""
    place = f"part-{uuid.uuid4().hex}.parquet" if month is None else f"{MONTH}={month}/part-{uuid.uuid4().hex}.parquet"
    target = folder / place
    make_folder(target.parent)
    try:
        pq.write_table(
            rows,
            target,
            compression=COMPRESSION,
            row_group_size=MAX_GROUP_ROWS,
            write_statistics=form.counted(),
            store_schema=False,
        )
        flush(target)
    except OSError:  # a full disk must not be filled further by each new try
        target.unlink(missing_ok=True)
        raise
    flush(target.parent)
    return Part(place, target.stat().st_size, rows.num_rows, month, _stats(form, rows))


def split_by_month(rows: ArrowTable, months: Sequence[str]) -> list[tuple[str, ArrowTable]]:
    """Split rows by the month of each, keeping their order. ``months`` is as long as ``rows``."""
    found = sorted(set(months))
    if len(found) == 1:
        return [(found[0], rows)]
    of_rows = column(months, pa.string())
    return [(month, rows.filter(pc.equal(of_rows, month))) for month in found]


def read_part(folder: Path, form: TableForm, part: Part) -> ArrowTable:
    """Read one part whole, in the columns of ``form``."""
    return pq.ParquetFile(folder / part.path).read(columns=[name for name, _ in form.columns]).cast(form.stored())


def amount_of(folder: Path, part: Part) -> int:
    """Return the sum of a part's amounts, in minor units."""
    return pc.sum(pq.ParquetFile(folder / part.path).read(columns=["amount"])["amount"]).as_py() or 0


def _stats(form: TableForm, rows: ArrowTable) -> str:
    """Return Delta's statistics: how many rows, and bounds of the columns that may have them."""
    bounds = {name: pc.min_max(rows[name]).as_py() for name in form.bounded}
    return json.dumps(
        {
            "numRecords": rows.num_rows,
            "minValues": {name: _plain(bound["min"]) for name, bound in bounds.items()},
            "maxValues": {name: _plain(bound["max"]) for name, bound in bounds.items()},
            "nullCount": dict.fromkeys(form.bounded, 0),
        },
        ensure_ascii=False,
    )


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value
