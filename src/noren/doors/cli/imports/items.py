"""What is sent: items in blocks. A block fits in memory, and inside it the order of the file is lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from datetime import tzinfo
from typing import Final

import msgspec

from noren.doors.cli.files.entries import Entry, Reader, Rejected, mark_of
from noren.doors.cli.files.receipts import Gathered, Key, Receipt, gather, judge, share_of, shares
from noren.doors.cli.imports.findings import Findings
from noren.kernel.values import value

BLOCK_ROWS: Final = 500_000


@value
class Item:
    """One thing to send: the lines of the file it came from, and its body as JSON."""

    rows: tuple[int, ...]
    body: bytes = field(repr=False)


def row_blocks(reader: Reader, findings: Findings) -> Iterator[list[Item]]:
    """Yield items of a row each, in blocks of consecutive rows."""
    block: list[Item] = []
    for found in numbered(reader):
        findings.meet(found)
        if isinstance(found, Entry):
            block.append(Item((found.line,), msgspec.json.encode(found.values)))
        if len(block) == BLOCK_ROWS:
            yield block
            block = []
    if block:
        yield block


def numbered(reader: Reader) -> Iterator[Entry | Rejected]:
    """Yield the rows; where equal rows are to be told apart, each good one gets its running ``number``."""
    counts: dict[int, int] = {}
    for found in reader.entries():
        if reader.kind.numbered and isinstance(found, Entry):
            mark = mark_of(tuple(found.values.get(name) for name in reader.kind.numbered))
            found.values["number"] = number = counts.get(mark, 0)
            counts[mark] = number + 1
        yield found


def receipt_blocks(reader: Reader, findings: Findings, lines: int, zone: tzinfo) -> Iterator[list[Item]]:
    """Yield items of a receipt each; a block is one share of the file's receipts."""
    of = shares(lines)
    for share in range(of):
        receipts = gather(_met(reader, findings, share, of), share, of)
        yield list(_judged(receipts, findings, zone))


def _met(reader: Reader, findings: Findings, share: int, of: int) -> Iterator[Entry | Rejected]:
    """Yield all rows; each is counted in one reading only."""
    for found in reader.entries():
        if of == 1 or share_of(found, of) == share:
            findings.meet(found)
        yield found


def _judged(receipts: dict[Key, Receipt], findings: Findings, zone: tzinfo) -> Iterator[Item]:
    for judged in judge(receipts, zone):
        if isinstance(judged, Gathered):
            yield Item(judged.rows, msgspec.json.encode(judged.body))
        else:
            findings.refuse(judged)
