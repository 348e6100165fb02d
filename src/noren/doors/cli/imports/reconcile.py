"""Reconciling a cut-over: each row of the source is looked for where it should stand, and the totals are compared.

Nothing is written: the zones are asked what would become of the rows. A row that would come in
does not stand yet, and is a difference. It does not rely on what an import counted.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, cast

from noren.doors.cli.answers import refusal_text
from noren.doors.cli.files.entries import Entry, Rejected
from noren.doors.cli.files.kinds import COUPONS, LOTS, Kind
from noren.doors.cli.files.rows import FileProblem
from noren.doors.cli.imports.items import numbered
from noren.doors.cli.imports.run import Opened, Order
from noren.doors.cli.imports.sheet import Difference, Line, Sheet
from noren.doors.cli.imports.targets import ABOUT_ROWS, BATCH_ITEMS, TARGETS, Call
from noren.house.inner import CallRefused
from noren.kernel.say import Say

Zones = Callable[[str], Call]
"""Gives the call to a zone by the zone's name."""

_LISTED: Final = {LOTS.name: "/cutover/lots-listed", COUPONS.name: "/cutover/coupons-listed"}
_MISSING: Final = Say("入っていません。", "does not stand.")
_OTHERWISE: Final = Say("別の内容で入っています。", "stands otherwise.")
_TWICE: Final = Say(
    "同じ行が別のところにもあります。入っているのは1つだけです。",
    "the same row stands elsewhere too; only one came in.",
)
_EXTRA: Final = Say("もとのファイルにない行が入っています。", "stands, and no row of the source says so.")


@dataclass(slots=True)
class _Seen:
    """Keyed hashes met so far, as 64-bit numbers."""

    keys: set[int] = field(default_factory=set[int])


def reconcile(sources: Sequence[tuple[Order, Opened]], zones: Zones, *, whole: bool) -> Sheet:
    """Return the sheet of these files. ``whole``: they are all of the source; what stands besides is a difference."""
    sheet = Sheet()
    seen: dict[str, _Seen] = {}
    for order, opened in sources:
        kind = order.kind
        known = seen.setdefault(kind.name, _Seen())
        call = zones(TARGETS[kind.name].zone)
        for batch in _batches(numbered(opened.reader)):
            _compare(sheet, order, batch, call, known)
    if seen.keys() & _LISTED.keys():
        _compare_ledger(sheet, zones("ledger-worker"), seen, whole=whole)
    return sheet


def total_up(order: Order, opened: Opened) -> Sheet:
    """Return the source's totals alone: for a dry run."""
    sheet = Sheet(asked=False)
    for found in numbered(opened.reader):
        line, value = _line(sheet, order.kind, found)
        _count(line, value, aside=isinstance(found, Rejected))
    return sheet


def _batches(found: Iterator[Entry | Rejected]) -> Iterator[list[Entry | Rejected]]:
    batch: list[Entry | Rejected] = []
    for each in found:
        batch.append(each)
        if len(batch) == BATCH_ITEMS:
            yield batch
            batch = []
    if batch:
        yield batch


def _line(sheet: Sheet, kind: Kind, found: Entry | Rejected) -> tuple[Line, int]:
    company = found.values.get(kind.company) if kind.company else ""
    value = found.values.get(kind.value) if kind.value else 0
    return sheet.at(kind.name, company if isinstance(company, str) else ""), value if isinstance(value, int) else 0


def _count(line: Line, value: int, *, aside: bool) -> None:
    line.source_rows += 1
    line.source += value
    if aside:
        line.aside_rows += 1
        line.aside += value


def _compare(sheet: Sheet, order: Order, batch: Sequence[Entry | Rejected], call: Call, known: _Seen) -> None:
    for rejected in (each for each in batch if isinstance(each, Rejected)):
        line, value = _line(sheet, order.kind, rejected)
        _count(line, value, aside=True)
    good = [each for each in batch if isinstance(each, Entry)]
    for entry, result, keys in _asked(call, order.kind, good):
        line, value = _line(sheet, order.kind, entry)
        _count(line, value, aside=False)
        wrong = _judge(line, value, result, keys, known)
        if wrong is not None:
            company = entry.values.get(order.kind.company) if order.kind.company else ""
            where = str(company or "")
            sheet.differ(Difference(order.kind.name, where, wrong, order.file.name, entry.line, value))


def _judge(line: Line, value: int, result: object, keys: Sequence[int], known: _Seen) -> Say | None:
    """Enter one row's result; return what is wrong with it."""
    if isinstance(result, dict):
        given = cast("dict[str, str]", result)
        if given.get("word") == "other-terms":
            return Say(given["reason_ja"], given["reason_en"])
        line.aside_rows += 1
        line.aside += value
        if given.get("word") == "expired":
            line.lapsed_rows += 1
            line.lapsed += value
        return None
    if result != "same":
        return _OTHERWISE if result == "changed" else _MISSING
    if keys and not known.keys.isdisjoint(keys):
        return _TWICE
    known.keys.update(keys)
    line.stands_rows += 1
    line.stands += value
    return None


def _asked(call: Call, kind: Kind, rows: Sequence[Entry]) -> Iterator[tuple[Entry, object, Sequence[int]]]:
    """Yield each row with what would become of it, and the keyed hashes under which it may stand."""
    if not rows:
        return
    try:
        answer = call(TARGETS[kind.name].path, {"rows": [row.values for row in rows], "dry": True})
    except CallRefused as refused:
        if refused.status not in ABOUT_ROWS:
            raise
        if len(rows) == 1:
            said = refusal_text(refused.status, refused.body)
            yield rows[0], {"reason_ja": said.ja, "reason_en": said.en}, ()
            return
        half = len(rows) // 2
        yield from _asked(call, kind, rows[:half])
        yield from _asked(call, kind, rows[half:])
        return
    keys = answer.get("keys") or [()] * len(rows)
    for row, result, names in zip(rows, answer["results"], keys, strict=True):
        yield row, result, [_short(name) for name in names]


def _short(key: str) -> int:
    return int(key[-16:], 16)  # in front stands the version of the key, the same for all


def _compare_ledger(sheet: Sheet, call: Call, seen: Mapping[str, _Seen], *, whole: bool) -> None:
    """Compare what the ledger holds of other systems with what was found, company by company, and with its books."""
    sums = call("/cutover/sums", {})
    for kind in sorted(seen.keys() & _LISTED.keys()):
        for found in sums[kind]:
            line = sheet.at(kind, found["company"])
            line.ledger_rows, line.ledger, line.booked = found["rows"], found["value"], found["booked"]
            _compare_books(sheet, kind, found)
        for line in (x for (of, _), x in sheet.lines.items() if of == kind and x.ledger_rows is None):
            line.ledger_rows = line.ledger = line.booked = 0
        lines = [x for (of, _), x in sheet.lines.items() if of == kind]
        if whole and any((x.ledger_rows, x.ledger) != (x.stands_rows, x.stands) for x in lines):
            _name_extras(sheet, call, kind, seen[kind])
    _distrust(sheet, seen)


def _compare_books(sheet: Sheet, kind: str, found: Mapping[str, Any]) -> None:
    if found["rows"] == found["posted_rows"] and found["value"] == found["posted"] == found["booked"]:
        return
    sheet.differ(
        Difference(
            kind,
            found["company"],
            Say(
                f"控え{found['value']}・仕訳{found['posted']}・勘定{found['booked']}が合いません。",
                f"noted {found['value']}, posted {found['posted']}, booked {found['booked']}: they differ.",
            ),
        )
    )


def _name_extras(sheet: Sheet, call: Call, kind: str, known: _Seen) -> None:
    """Name what stands and is in no file, by its company and value: whose it is, its keyed hash does not say."""
    after = ""
    while rows := call(_LISTED[kind], {"after": after})["rows"]:
        for row in rows:
            if _short(row["key"]) not in known.keys:
                sheet.differ(Difference(kind, row["company"], _EXTRA, value=row["value"]))
        after = rows[-1]["key"]


def _distrust(sheet: Sheet, seen: Mapping[str, _Seen]) -> None:
    """Say so where the ledger holds less than the rows that are said to stand: then an answer was not true."""
    for (kind, company), line in sheet.lines.items():
        if kind in seen and line.ledger_rows is not None and line.ledger_rows < line.stands_rows:
            less = line.stands_rows - line.ledger_rows
            what = Say(f"入っているはずの{less}行がありません。", f"{less} rows that should stand are not there.")
            sheet.differ(Difference(kind, company, what))


def expect_totals(path: Path, sheet: Sheet) -> None:
    """Compare the source's totals with the control totals of a TOML file (docs/how-to/cut-over.md).

    Raises:
        FileProblem: the file can not be read as one.
    """
    try:
        wanted: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as wrong:
        raise FileProblem(
            Say(
                f"{path.name} をTOMLとして読めません({wrong})。書き方は docs/how-to/cut-over.ja.md にあります。",
                f"{path.name} can not be read as TOML ({wrong}). docs/how-to/cut-over.md shows how it is written.",
            )
        ) from None
    for kind, totals in wanted.items():
        if kind not in TARGETS or not isinstance(totals, dict):
            raise FileProblem(Say(f"「{kind}」という種類はありません。", f"There is no kind “{kind}”."))
        given = cast("dict[str, Any]", totals)
        of_kind = {company: x for (of, company), x in sheet.lines.items() if of == kind}
        for company, expected in given.items():
            if isinstance(expected, dict):
                line = of_kind.get("" if company == "*" else company, Line())
                figures = {"rows": line.source_rows, "value": line.source}
                _expect(sheet, kind, company, cast("dict[str, Any]", expected), figures)
        whole = {"rows": sum(x.source_rows for x in of_kind.values()), "value": sum(x.source for x in of_kind.values())}
        flat = {name: value for name, value in given.items() if not isinstance(value, dict)}
        _expect(sheet, kind, "", flat, whole)


_WORDS: Final = {"rows": "rows", "points": "value", "face": "value", "value": "value"}


def _expect(sheet: Sheet, kind: str, company: str, wanted: Mapping[str, Any], found: Mapping[str, int]) -> None:
    for word, value in wanted.items():
        if word not in _WORDS:
            raise FileProblem(
                Say(
                    f"「{word}」は rows・points・face のいずれかです({kind})。",
                    f"“{word}” is none of rows, points, face ({kind}).",
                )
            )
        if found[_WORDS[word]] != value:
            what = Say(
                f"{word}: 控えは{value}、ファイルは{found[_WORDS[word]]}です。",
                f"{word}: the control total is {value}, the files have {found[_WORDS[word]]}.",
            )
            sheet.differ(Difference(kind, company, what))
