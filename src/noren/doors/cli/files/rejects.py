"""``FILE.rejects.csv``: the rows that were set aside, with line and reason, ready to be corrected and read again.

UTF-8 with a mark, so that Excel opens it. Cells that a spreadsheet would run as a formula get
a leading apostrophe; reading a rejects file takes it off again.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Mapping
from pathlib import Path

from noren.doors.cli.files.columns import REJECTS_COLUMNS
from noren.doors.cli.files.rows import Row, Table
from noren.kernel.say import Lang, Say
from noren.kernel.spreadsheet import harmless, plain


def write_rejects(path: Path, table: Table, reasons: Mapping[int, Say], lang: Lang, renewed: bool = False) -> int:
    """Write the rows of ``table`` that ``reasons`` names (by line); return how many. Readable by its owner only."""
    kept = len(REJECTS_COLUMNS) if renewed else 0
    width = len(table.columns)
    written = 0
    # The rows hold persons' data: the file must not be readable by others at any instant.
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8-sig", newline="") as out:
        sheet = csv.writer(out)
        sheet.writerow([*REJECTS_COLUMNS, *map(harmless, table.columns[kept:])])
        for row in table.rows():
            reason = reasons.get(row.line)
            if reason is not None:
                cells = _fit(row, width)[kept:]
                sheet.writerow([row.line, reason(lang), *(harmless(plain(c)) for c in cells)])
                written += 1
    return written


def _fit(row: Row, width: int) -> list[str]:
    """Return exactly ``width`` cells: missing ones empty, those over in the last one."""
    cells = list(row.cells) + [""] * (width - len(row.cells))
    return [*cells[: width - 1], ",".join(cells[width - 1 :])] if width else []
