"""NDJSON as a table: an object a line, values as text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, cast

import msgspec

from noren.doors.cli.files.lines import LineSource
from noren.doors.cli.files.rows import FileProblem, Row
from noren.doors.cli.files.spelling import column_shown
from noren.kernel.say import Say

HEADER_LINES: Final = 1_000
"""Objects whose keys make up the columns; a key first seen later is a fault of its row."""

_MARK: Final = b"\xef\xbb\xbf"


class NdjsonTable:
    """A file of JSON objects, one a line. Raises FileProblem when the first line is none."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.size = path.stat().st_size
        self.columns = self._keys()
        self._known = set(self.columns)

    @property
    def encoding(self) -> str:
        """NDJSON is always UTF-8."""
        return "NDJSON"

    def rows(self) -> Iterator[Row]:
        """Yield the objects as rows; a missing key and ``null`` are empty cells."""
        for line, end, ended, found in self._objects():
            if isinstance(found, dict):
                yield self._row(line, end, found)
            elif found is not None:
                yield Row(line, ("",) * len(self.columns), end, found if ended else _CUT)

    def _objects(self) -> Iterator[tuple[int, int, bool, dict[str, Any] | Say | None]]:
        with self._path.open("rb") as stream:
            if stream.read(len(_MARK)) != _MARK:
                stream.seek(0)
            source = LineSource(stream)
            while (got := source.first()) is not None:
                yield source.line, source.end, got.ended, _TOO_LONG if got.too_long else _object(got.text)

    def _keys(self) -> tuple[str, ...]:
        keys: dict[str, None] = {}
        for line, _, _, found in self._objects():
            if line > HEADER_LINES:
                break
            if isinstance(found, dict):
                keys.update(dict.fromkeys(found))
        if not keys:
            raise FileProblem(
                Say(
                    "NDJSONではありません(1行に1つのJSONオブジェクトが必要です)。",
                    "This is not NDJSON: each line must be one JSON object.",
                )
            )
        return tuple(keys)

    def _row(self, line: int, end: int, found: dict[str, Any]) -> Row:
        texts = {key: _text(value) for key, value in found.items()}
        cells = tuple(texts.get(column) or "" for column in self.columns)
        late = next((key for key in found if key not in self._known), None)
        if late is not None:
            return Row(
                line,
                cells,
                end,
                Say(
                    f"列「{column_shown(late)}」は最初の{HEADER_LINES}行にありません。",
                    f"holds “{column_shown(late)}”, which the first {HEADER_LINES} lines do not.",
                ),
            )
        nested = next((key for key, text in texts.items() if text is None), None)
        if nested is not None:
            return Row(
                line,
                cells,
                end,
                Say(
                    f"「{column_shown(nested)}」の値が配列かオブジェクトです。1つの値にしてください。",
                    f"“{column_shown(nested)}” is an array or object: give one value.",
                ),
            )
        return Row(line, cells, end)


_CUT: Final = Say(
    "最後の行が途中で切れています。ファイルを送り直してもらってください。", "the last line is cut: get the file again."
)
_TOO_LONG: Final = Say("行が長すぎます。", "is too long.")
_NO_OBJECT: Final = Say("JSONオブジェクトとして読めません。", "can not be read as a JSON object.")


def _object(raw: bytes) -> dict[str, Any] | Say | None:
    """Return the object of a line, what is wrong with it, or None for an empty line."""
    if not raw.strip():
        return None
    if b"\0" in raw:
        return Say("NUL文字(0x00)があります。", "holds a NUL byte (0x00): the file may be damaged.")
    try:
        found = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _NO_OBJECT
    return cast("dict[str, Any]", found) if isinstance(found, dict) else _NO_OBJECT


def _text(value: Any) -> str | None:
    """Return a JSON value as the text of a cell; None for an array or object."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (str, int, float)):
        return str(value)
    return None
