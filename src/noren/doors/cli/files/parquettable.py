"""Parquet as a table. pyarrow belongs to the extra ``analytics``: it is asked for only here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final, cast

from noren.doors.cli.files.rows import FileProblem, Row
from noren.kernel.say import Say

BATCH_ROWS: Final = 10_000


class ParquetTable:
    """A Parquet file. Raises FileProblem when it is none, or when pyarrow is not installed."""

    def __init__(self, path: Path) -> None:
        self._file: Any = _open(path)
        self.columns: tuple[str, ...] = tuple(self._file.schema_arrow.names)
        self.size: int = self._file.metadata.num_rows

    @property
    def encoding(self) -> str:
        """Parquet holds values, not text."""
        return "Parquet"

    def rows(self) -> Iterator[Row]:
        """Yield the rows, numbered from 1; a null is an empty cell."""
        number = 0
        for batch in self._file.iter_batches(batch_size=BATCH_ROWS):
            for values in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                number += 1
                yield _row(number, values, self.columns)


def _open(path: Path) -> Any:
    try:
        import pyarrow as arrow  # pyright: ignore[reportMissingTypeStubs]
        import pyarrow.parquet as parquet  # pyright: ignore[reportMissingTypeStubs]
    except ImportError:
        raise FileProblem(
            Say(
                "Parquetを読むにはpyarrowが必要です。pip install 'noren[analytics]' で入れるか、CSVにしてください。",
                "Reading Parquet needs pyarrow. Install it with: pip install 'noren[analytics]', or save as CSV.",
            )
        ) from None
    reader: Any = parquet
    try:
        return reader.ParquetFile(path)
    except (cast("type[Exception]", cast(Any, arrow).ArrowException), OSError):
        raise FileProblem(
            Say(
                "Parquetとして読めません。ファイルが途中で切れていないか確かめてください。",
                "This can not be read as Parquet: the file may be cut.",
            )
        ) from None


def _row(number: int, values: tuple[Any, ...], columns: tuple[str, ...]) -> Row:
    cells = tuple(_text(value) for value in values)
    for column, cell in zip(columns, cells, strict=True):
        if cell is None:
            fault = Say(
                f"「{column}」の値を文字として読めません。",
                f"“{column}” holds a value that is no text, number or date.",
            )
            return Row(number, tuple(cell or "" for cell in cells), number, fault)
    return Row(number, tuple(cell or "" for cell in cells), number)


def _text(value: Any) -> str | None:
    """Return a value as the text of a cell; None when it has no text of its own (list, struct, bytes)."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return str(value) if isinstance(value, (str, int, float)) else None
