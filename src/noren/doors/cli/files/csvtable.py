"""CSV and TSV as a table: each record decoded and cut into cells on its own."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from noren.doors.cli.files.encodings import BY_NAME, Encoding, detect
from noren.doors.cli.files.lines import MAX_LINE_BYTES, physical_lines
from noren.doors.cli.files.records import Record, records
from noren.doors.cli.files.rows import FileProblem, Row
from noren.kernel.say import Say

CELL_BYTES: Final = MAX_LINE_BYTES

# Controls, C1, private use (外字), and the mark that another program left where it lost a letter.
_LOST: Final = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ue000-\uf8ff\ufffd]")

_QUOTED: Final = re.compile('["\\r\\n]')


class CsvTable:
    """A CSV or TSV file. Raises FileProblem when it has no header that can be read."""

    def __init__(self, path: Path, encoding_name: str | None = None) -> None:
        self._path = path
        self._encoding = _encoding(path, encoding_name)
        self.size = path.stat().st_size
        with path.open("rb") as stream:
            stream.seek(len(self._encoding.mark))
            self.columns, self._delimiter = self._header(stream.readline(CELL_BYTES))

    @property
    def encoding(self) -> str:
        """Name of the encoding that was found or given."""
        return self._encoding.name

    def rows(self) -> Iterator[Row]:
        """Yield the rows after the header."""
        with self._path.open("rb") as stream:
            stream.seek(len(self._encoding.mark))
            found = records(stream, self._delimiter.encode(), self._is_whole)
            next(found, None)
            yield from (self._row(record) for record in found if record.raw)

    def _header(self, raw: bytes) -> tuple[tuple[str, ...], str]:
        first = raw.split(b"\r", 1)[0].rstrip(b"\n")
        delimiter = "\t" if b"\t" in first and b"," not in first else ","
        try:
            cells = _cut(self._encoding.decode(first), delimiter)
        except (UnicodeDecodeError, csv.Error):
            raise FileProblem(_NO_HEADER) from None
        if not any(cells):
            raise FileProblem(_NO_HEADER)
        return tuple(cells), delimiter

    def _is_whole(self, raw: bytes) -> bool:
        try:
            return len(_cut(self._encoding.decode(raw), self._delimiter)) == len(self.columns)
        except (UnicodeDecodeError, csv.Error):
            return False

    def _row(self, record: Record) -> Row:
        fault: Say | None = None
        try:
            text = self._encoding.decode(record.raw)
        except UnicodeDecodeError:
            fault = Say(
                f"{self.encoding}として読めないバイトがあります。文字コードか、送信中の破損を確かめてください。",
                f"holds bytes that are not {self.encoding}: check the encoding, or damage on the way.",
            )
            text = _leniently(self._encoding, record.raw)
        try:
            cells = _cut(text.replace("\0", "\ufffd"), self._delimiter)
        except csv.Error:
            fault = fault or _QUOTES
            cells = text.replace("\0", "\ufffd").split(self._delimiter)
        return Row(record.line, tuple(cells), record.end, fault or self._shape(record, text, cells))

    def _shape(self, record: Record, text: str, cells: list[str]) -> Say | None:
        """Return what is wrong with a row that decodes."""
        if record.trouble == "too-long":
            return Say(f"1行が{CELL_BYTES}バイトを超えています。", f"is longer than {CELL_BYTES} bytes.")
        if "\0" in text:
            return Say(
                "NUL文字(0x00)があります。ファイルが壊れていないか確かめてください。",
                "holds a NUL byte (0x00): the file may be damaged.",
            )
        if record.trouble == "open-quote":
            return _QUOTES
        if len(cells) != len(self.columns):
            return _count(len(cells), len(self.columns), record.cut)
        if _LOST.search(text):
            return Say(
                "外字・制御文字、または文字化けした跡(U+FFFD)があります。",
                "holds a private-use or control character, or the mark of a lost letter (U+FFFD).",
            )
        return None


_NO_HEADER: Final = Say(
    "1行目に、読める見出し(列の名前)がありません。",
    "The first line holds no header that can be read: it must name the columns.",
)
_QUOTES: Final = Say(
    '引用符(")が閉じていないか、置き場所が誤っています。',
    'has a quote (") that is not closed or stands in a wrong place.',
)


def _count(found: int, wanted: int, cut: bool) -> Say:
    if cut and found < wanted:
        return Say(
            f"最後の行が途中で切れています(列が{found}、見出しは{wanted})。ファイルを受け取り直してください。",
            f"the last line is cut (columns: {found}, in the header: {wanted}): get the file again.",
        )
    return Say(
        f"列の数が{found}です(見出しは{wanted})。値の中のコンマは引用符で囲んでください。",
        f"has {found} columns, the header has {wanted}: put values that hold a comma in quotes.",
    )


def _cut(text: str, delimiter: str) -> list[str]:
    """Cut one record into cells. Raises csv.Error."""
    if text and not _QUOTED.search(text):  # most records: an eighth of the time
        return text.split(delimiter)
    for cells in csv.reader([text], delimiter=delimiter, strict=True):
        return cells
    return []


def _leniently(encoding: Encoding, raw: bytes) -> str:
    """Return what can be shown of bytes that do not decode: cells that do decode, U+FFFD for the others."""
    return ",".join(_cell(encoding, part) for part in raw.split(b","))


def _cell(encoding: Encoding, raw: bytes) -> str:
    try:
        return encoding.decode(raw)
    except UnicodeDecodeError:
        return "\ufffd" + raw.decode("ascii", "ignore")


def _encoding(path: Path, name: str | None) -> Encoding:
    if name is not None:
        return BY_NAME[name]
    with path.open("rb") as stream:
        head = stream.read(CELL_BYTES)
        if not head:
            raise FileProblem(Say("ファイルが空です。", "The file is empty."))
        stream.seek(0)
        return detect(head, (line.text for line in physical_lines(stream)))
