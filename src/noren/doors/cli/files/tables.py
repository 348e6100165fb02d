"""Opening a file as the table it is: by its first bytes, else by its name."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from noren.doors.cli.files.csvtable import CsvTable
from noren.doors.cli.files.ndjsontable import NdjsonTable
from noren.doors.cli.files.parquettable import ParquetTable
from noren.doors.cli.files.rows import FileProblem, Table
from noren.kernel.say import Say

_NDJSON: Final = frozenset({".ndjson", ".jsonl", ".json"})
_SPREADSHEETS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


def open_table(path: Path, encoding: str | None = None) -> Table:
    """Open ``path`` as Parquet, NDJSON or CSV; ``encoding`` overrules what is found in a CSV file.

    Raises:
        FileProblem: it can not be read as a table.
    """
    try:
        with path.open("rb") as stream:
            head = stream.read(4)
    except OSError as wrong:
        why = wrong.strerror
        raise FileProblem(Say(f"{path} を開けません: {why}", f"{path} can not be opened: {why}")) from None
    if head.startswith(_SPREADSHEETS):
        raise FileProblem(
            Say(
                "表計算ソフトのファイルか圧縮ファイルです。CSV(UTF-8)で保存してから取り込んでください。",
                "This is a spreadsheet or a compressed file: save it as CSV (UTF-8) first.",
            )
        )
    if head == b"PAR1" or path.suffix.lower() == ".parquet":
        return ParquetTable(path)
    if path.suffix.lower() in _NDJSON:
        return NdjsonTable(path)
    return CsvTable(path, encoding)
