"""Purchases from rows: the lines of one receipt may stand anywhere in a file.

A receipt is taken whole or not at all: had a part of it been imported, the corrected file
would come too late. Rows are held in memory only (they carry card numbers, so nothing is
spilled to disk); a file with more lines than the limit is read several times, each time for
another share of its receipts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from hashlib import blake2b
from typing import Final, cast

from noren.doors.cli.files.cells import Value
from noren.doors.cli.files.entries import Entry, Rejected
from noren.kernel.say import Say

LINES_IN_MEMORY: Final = 1_000_000
MAX_LINES: Final = 500
MAX_AMOUNT: Final = 10**9

_KEY: Final = ("shop", "terminal", "business_date", "receipt")
_LINE: Final = ("product", "quantity", "amount")
Key = tuple[str, ...]


@dataclass(slots=True)
class Receipt:
    """One receipt while its lines are gathered. ``faults``: what is wrong, by the line of the file."""

    card: Value = field(repr=False, default=None)
    at: Value = None
    rows: list[int] = field(default_factory=list[int])
    lines: list[tuple[Value, ...]] = field(default_factory=list[tuple[Value, ...]])
    faults: dict[int, Say] = field(default_factory=dict[int, Say])


@dataclass(frozen=True, slots=True)
class Gathered:
    """A good receipt: the lines of the file it came from, and the body for the ledger."""

    rows: tuple[int, ...]
    body: dict[str, object] = field(repr=False)


def shares(lines: int) -> int:
    """Return in how many readings a file of so many lines is gathered."""
    return max(1, -(-lines // LINES_IN_MEMORY))


def gather(found: Iterable[Entry | Rejected], share: int, of: int) -> dict[Key, Receipt]:
    """Return the receipts of one share. Rows whose receipt can not be told are in none."""
    receipts: dict[Key, Receipt] = {}
    for row in found:
        key = _key(row.values)
        if key is None or (of > 1 and _share(key, of) != share):
            continue
        receipt = receipts.setdefault(key, Receipt())
        if isinstance(row, Rejected):
            receipt.faults[row.line] = row.reason
        else:
            _add(receipt, row)
    return receipts


def share_of(row: Entry | Rejected, of: int) -> int:
    """Return the share in which a row is reported; one that names no receipt belongs to the first."""
    key = _key(row.values)
    return 0 if key is None else _share(key, of)


def judge(receipts: dict[Key, Receipt], zone: tzinfo) -> Iterator[Gathered | dict[int, Say]]:
    """Yield each receipt as a body, or the reasons by line for which all of it is set aside."""
    for key, receipt in receipts.items():
        fault = None if receipt.faults else _whole(key, receipt, zone)
        if fault is not None:
            receipt.faults.update(dict.fromkeys(receipt.rows, fault))
        if not receipt.faults:
            yield Gathered(tuple(receipt.rows), _body(key, receipt))
            continue
        first = min(receipt.faults)
        beside = Say(
            f"同じレシートの{first}行目に誤りがあります(レシートは全部の行をまとめて取り込みます)。",
            f"line {first} of the same receipt is wrong; a receipt is taken whole or not at all.",
        )
        yield {line: receipt.faults.get(line, beside) for line in {*receipt.rows, *receipt.faults}}


def _key(values: dict[str, Value]) -> Key | None:
    get = values.get
    shop, terminal, day, receipt = get("shop"), get("terminal"), get("business_date"), get("receipt")
    if isinstance(shop, str) and isinstance(terminal, str) and isinstance(day, str) and isinstance(receipt, str):
        return shop, terminal, day, receipt
    return None


def _share(key: Key, of: int) -> int:
    return int.from_bytes(blake2b("\0".join(key).encode(), digest_size=8).digest(), "big") % of


def _add(receipt: Receipt, row: Entry) -> None:
    if not receipt.rows:
        receipt.card, receipt.at = row.values["card"], row.values["at"]
    elif (row.values["card"], row.values["at"]) != (receipt.card, receipt.at):
        first = receipt.rows[0]
        receipt.faults[row.line] = Say(
            f"カード番号か日時が、同じレシートの{first}行目と違います。",
            f"has another card or time than line {first} of the same receipt.",
        )
    receipt.rows.append(row.line)
    receipt.lines.append(tuple(row.values[name] for name in _LINE))


def _whole(key: Key, receipt: Receipt, zone: tzinfo) -> Say | None:
    """Return what is wrong with a receipt whose lines are all good (limits of contracts/till.md)."""
    if len(receipt.lines) > MAX_LINES:
        return Say(f"1枚のレシートは{MAX_LINES}行までです。", f"a receipt has at most {MAX_LINES} lines.")
    if sum(cast(int, line[2]) for line in receipt.lines) > MAX_AMOUNT:
        return Say(
            f"レシートの合計金額は{MAX_AMOUNT}までです。", f"the amounts of a receipt add up to at most {MAX_AMOUNT}."
        )
    local = datetime.fromisoformat(cast(str, receipt.at)).astimezone(zone).date()
    if abs(local - date.fromisoformat(key[2])) > timedelta(days=1):
        return Say(
            "営業日が、日時の日付と2日以上ちがいます。", "the business_date is more than one day from the day of “at”."
        )
    return None


def _body(key: Key, receipt: Receipt) -> dict[str, object]:
    lines = [dict(zip(_LINE, line, strict=True)) for line in receipt.lines]
    return {**dict(zip(_KEY, key, strict=True)), "card": receipt.card, "at": receipt.at, "lines": lines}
