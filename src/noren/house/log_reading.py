"""Reading a side's audit log from its files: checked, shown, proved, copied out for an auditor. No key, no writing.

It runs in a process of its own for each side (``doors.cli.logs.side``), as that side's user where there is one, also
while the zone runs and when the log does not open.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Final

import msgspec

from noren.governance.log import LogError, Note, VerifierKey, parse_note
from noren.governance.log.bundles import Bundles
from noren.governance.log.hashing import includes, inclusion_proof, leaf_hash
from noren.governance.log.keys import read_vkeys
from noren.governance.log.records import Held, parse_record
from noren.governance.log.tiles import CHECKPOINT, ENTRIES, WIDTH, levels, read_tile, tile_path, tree, widths
from noren.governance.log.verifying import Demand, Report, verify_folder
from noren.governance.ports import SAYS, EntryKind
from noren.house.home import Home, HomeProblem, LogSide
from noren.kernel.say import Say

TRIES: Final = 3
"""A log that is being written is looked at again when it grew meanwhile."""

MAX_SHOWN: Final = 10_000


class WrongRow(msgspec.Struct, frozen=True):
    """Something that is not as it must be."""

    where: str
    ja: str
    en: str


class LogReport(msgspec.Struct, frozen=True):
    """What a check of a side's log found. ``there`` False: that side has no log yet.

    ``cosigned``: by how many witnesses; ``seen``: checkpoints known from before, of this log.
    """

    side: LogSide
    there: bool
    good: bool
    wrong: list[WrongRow] = msgspec.field(default_factory=list[WrongRow])
    origin: str = ""
    size: int = 0
    root: str = ""
    records: int = 0
    forgotten: int = 0
    cosigned: int = 0
    seen: int = 0


class EntryRow(msgspec.Struct, frozen=True):
    """One entry as it is shown; ``kind`` is empty once its record was forgotten."""

    place: int
    at: str
    kind: str
    ja: str
    en: str
    body: dict[str, str | int | bool]
    subject: str
    commitment: str


class ProofRow(msgspec.Struct, frozen=True):
    """An entry with its audit path under a checkpoint; all in hex."""

    entry: EntryRow
    size: int
    root: str
    path: list[str]
    salt: str
    record: str
    checkpoint: str
    good: bool


def check(home: Home, side: LogSide, seen: Sequence[Path]) -> LogReport:
    """Check the whole log of a side, against the checkpoints in ``seen`` and the one that witnesses cosigned."""
    folder = home.audit_log(side)
    if not folder.exists() and not home.log_keys(side).exists():
        return LogReport(side, there=False, good=True)
    kept = [*seen, *([home.cosigned(side)] if home.cosigned(side).exists() else [])]
    for _ in range(TRIES - 1):
        before = _raw(folder)
        report, seen_of_it = _checked(home, side, kept)
        if report.good or _raw(folder) == before:
            return _told(side, report, seen_of_it)
    return _told(side, *_checked(home, side, kept))


def _checked(home: Home, side: LogSide, kept: Sequence[Path]) -> tuple[Report, int]:
    try:
        witnesses = [VerifierKey.parse(line) for line in home.settings.log.witnesses]
        notes = [parse_note(path.read_bytes()) for path in kept]
        notes = [note for note in notes if f"/log/{side}" in note.checkpoint.origin]
        demand = Demand(read_vkeys(home.log_keys(side)), notes, witnesses, home.settings.log.quorum)
        return verify_folder(home.audit_log(side), demand), len(notes)
    except (LogError, OSError) as wrong:
        report = Report()
        report.add("-", f"鍵か検証点が読めません: {wrong}", f"A key or a checkpoint can not be read: {wrong}")
        return report, 0


def _told(side: LogSide, report: Report, seen: int) -> LogReport:
    wrong = [WrongRow(each.where, each.says.ja, each.says.en) for each in report.wrong]
    if report.note is None:
        return LogReport(side, there=True, good=False, wrong=wrong)
    head = report.note.checkpoint
    counts = (report.records, report.forgotten, report.cosigned, seen)
    return LogReport(side, True, report.good, wrong, head.origin, head.size, head.root.hex(), *counts)


def _raw(folder: Path) -> bytes:
    try:
        return (folder / CHECKPOINT).read_bytes()
    except OSError:
        return b""


def head_of(home: Home, side: LogSide) -> Note | None:
    """Return the newest checkpoint of a side; None where it has no log.

    Raises:
        HomeProblem: it can not be read.
    """
    if not home.audit_log(side).exists():
        return None
    try:
        return parse_note(_raw(home.audit_log(side)))
    except LogError as wrong:
        raise HomeProblem(Say(f"検証点が読めません: {wrong}", f"The checkpoint can not be read: {wrong}")) from None


def shown(home: Home, side: LogSide, last: int, kind: str) -> list[EntryRow]:
    """Return the newest entries, the oldest of them first; ``kind`` empty: of all kinds."""
    note = head_of(home, side)
    if note is None:
        return []
    found: list[EntryRow] = []
    bundles = _bundles(home, side)
    for number in range((note.checkpoint.size - 1) // WIDTH, -1, -1):
        lines = bundles.read(number)[: note.checkpoint.size - number * WIDTH]
        rows = [entry_row(place, held) for place, held in enumerate(lines, number * WIDTH)]
        found[:0] = [row for row in rows if kind in ("", row.kind)]
        if len(found) >= last:
            break
    return found[-last:] if last else []


def entries_of_kinds(home: Home, side: LogSide, kinds: Collection[EntryKind]) -> Iterator[EntryRow]:
    """Yield all entries of some kinds, the oldest first."""
    note = head_of(home, side)
    size, bundles = 0 if note is None else note.checkpoint.size, _bundles(home, side)
    for number in range(-(-size // WIDTH)):
        for place, held in enumerate(bundles.read(number)[: size - number * WIDTH], number * WIDTH):
            row = entry_row(place, held)
            if row.kind in kinds:
                yield row


def proved(home: Home, side: LogSide, place: int) -> ProofRow:
    """Return an entry with its proof, checked.

    Raises:
        HomeProblem: there is no such entry.
    """
    note = head_of(home, side)
    if note is None or not 0 <= place < note.checkpoint.size:
        raise HomeProblem(Say(f"{side} のログに項目 {place} はありません。", f"The log {side} has no entry {place}."))
    head, folder = note.checkpoint, home.audit_log(side)
    held = _bundles(home, side).at(place)
    path = inclusion_proof(tree(lambda name: (folder / name).read_bytes(), head.size), place, head.size)
    good = includes(head.root, head.size, place, leaf_hash(held.commitment), path)
    steps = [step.hex() for step in path]
    record = held.record.decode()
    return ProofRow(entry_row(place, held), head.size, head.root.hex(), steps, held.salt.hex(), record, str(note), good)


def entry_row(place: int, held: Held) -> EntryRow:
    """Return an entry as it is shown."""
    if held.forgotten:
        gone = Say("(記録は消去済み)", "(record forgotten)")
        return EntryRow(place, "", "", gone.ja, gone.en, {}, "", held.commitment.hex())
    entry, when = parse_record(held.record)
    says, tag = SAYS[entry.kind], entry.subject.hex() if entry.subject else ""
    return EntryRow(place, when, entry.kind.value, says.ja, says.en, dict(entry.body), tag, held.commitment.hex())


def _bundles(home: Home, side: LogSide) -> Bundles:
    return Bundles(home.audit_log(side) / "private" / "records")


class Exported(msgspec.Struct, frozen=True):
    """What was copied out of a side's log. ``withheld``: records that concern a member and were left out."""

    side: LogSide
    there: bool
    origin: str = ""
    size: int = 0
    withheld: int = 0


def export(home: Home, side: LogSide, out: Path, *, members: bool) -> Exported:
    """Copy a log as it is under one checkpoint: public files, public keys, and its records.

    ``members``: those that concern a member too; else their commitments alone, as if forgotten.
    """
    note = head_of(home, side)
    if note is None:
        return Exported(side, there=False)
    size, folder, target = note.checkpoint.size, home.audit_log(side), out / side
    _put(target / CHECKPOINT, str(note).encode())
    _put(target / "vkey", home.log_keys(side).read_bytes())
    for name, content in public_files(folder, size):
        _put(target / name, content)
    withheld, bundles = 0, _bundles(home, side)
    kept = Bundles(target / "records")
    for number in range(-(-size // WIDTH)):
        lines = [_withheld(held, members) for held in bundles.read(number)[: size - number * WIDTH]]
        withheld += sum(hidden for _, hidden in lines)
        _put(kept.path(number), b"".join([held.line for held, _ in lines]))
    return Exported(side, True, note.checkpoint.origin, size, withheld)


def public_files(folder: Path, size: int) -> Iterator[tuple[str, bytes]]:
    """Return the tiles and entry bundles of a tree of ``size``, under exactly the names that it has them."""

    def fetch(name: str) -> bytes:
        return (folder / name).read_bytes()

    for level in levels(size):
        for number, width in widths(level, size):
            yield tile_path(level, number, width), b"".join(read_tile(fetch, level, number, size))
    for number, width in widths(ENTRIES, size):
        try:
            raw = fetch(tile_path(ENTRIES, number, width))
        except FileNotFoundError:
            raw = fetch(tile_path(ENTRIES, number))[: width * 34]
        yield tile_path(ENTRIES, number, width), raw


def _withheld(held: Held, members: bool) -> tuple[Held, bool]:
    hidden = not members and not held.forgotten and parse_record(held.record)[0].subject is not None
    return (held.without_record() if hidden else held), hidden


def _put(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
