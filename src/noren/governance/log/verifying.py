"""Checking a whole log from its files: everything that stands there must follow from the records and the signed root.

Nothing is believed: the tree is grown anew from the leaves, and each file must be, byte for byte, what it then is.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from noren.governance.log.bundles import Bundles
from noren.governance.log.errors import LogBroken
from noren.governance.log.growing import Growing
from noren.governance.log.notes import Checkpoint, Note, VerifierKey, parse_note
from noren.governance.log.records import Held, parse_record, subject_of
from noren.governance.log.subjects import SPAN, rows
from noren.governance.log.tiles import CHECKPOINT, ENTRIES, WIDTH, Fetch, parse_bundle, tile_path, widths
from noren.governance.ports import EntryKind
from noren.kernel.say import Say

_FORGOTTEN: Final = f'"kind":"{EntryKind.RECORDS_FORGOTTEN}"'.encode()


@dataclass(frozen=True, slots=True)
class Wrong:
    """Something in a log that is not as it must be, and in which file."""

    where: str
    says: Say


@dataclass(slots=True)
class Report:
    """What a check found. ``records``: entries whose record is there; ``forgotten``: whose record was forgotten."""

    note: Note | None = None
    wrong: list[Wrong] = field(default_factory=list[Wrong])
    records: int = 0
    forgotten: int = 0
    cosigned: int = 0

    @property
    def good(self) -> bool:
        """Whether all is as it must be."""
        return not self.wrong

    def add(self, where: str, ja: str, en: str) -> None:
        """Note something wrong."""
        self.wrong.append(Wrong(where, Say(ja, en)))


@dataclass(frozen=True, slots=True)
class Demand:
    """What a log must satisfy besides its own files.

    ``keys``: one of them signed the checkpoint; ``seen``: checkpoints known from before, with which it must be
    consistent; ``witnesses``: of whom ``quorum`` must have cosigned one of the seen or the newest.
    """

    keys: Sequence[VerifierKey]
    seen: Sequence[Note] = ()
    witnesses: Sequence[VerifierKey] = ()
    quorum: int = 0


def verify_public(fetch: Fetch, demand: Demand) -> Report:
    """Check what is public: the checkpoint, the tiles and the entry bundles, as ``fetch`` gives them by name."""
    report = Report()
    try:
        report.note = parse_note(_there(fetch, CHECKPOINT))
        _check_signatures(report.note, demand, report)
        _check_tree(fetch, report.note.checkpoint, demand, report)
    except LogBroken as broken:
        report.add(CHECKPOINT, f"署名つきの検証点として読めません: {broken}", f"no good checkpoint: {broken}")
    return report


def _check_signatures(note: Note, demand: Demand, report: Report) -> None:
    signed = note.signed_by(demand.keys)
    if not signed:
        report.add(CHECKPOINT, "このログの鍵で署名されていません。", "It is not signed by a key of this log.")
    elif note.checkpoint.origin not in {key.name for key in signed}:
        report.add(CHECKPOINT, "別のログの検証点です。", "It is the checkpoint of another log.")
    report.cosigned = max(len(each.cosigned_by(demand.witnesses)) for each in (note, *demand.seen))
    if report.cosigned < demand.quorum:
        report.add(
            CHECKPOINT,
            f"証人の連署が {demand.quorum} 必要ですが、{report.cosigned} しかありません。",
            f"It needs the cosignatures of {demand.quorum} witnesses and has {report.cosigned}.",
        )


def _check_tree(fetch: Fetch, checkpoint: Checkpoint, demand: Demand, report: Report) -> None:
    growing, seen = Growing.empty(), _by_size(checkpoint, demand, report)
    _check_seen(growing, seen, report)
    for number, width in widths(ENTRIES, checkpoint.size):
        name = tile_path(ENTRIES, number, width)
        try:
            leaves = parse_bundle(_there(fetch, name))
        except LogBroken as broken:
            report.add(name, f"項目の束が読めません: {broken}", f"The entry bundle can not be read: {broken}")
            return
        for stretch in _cut(leaves[:width], growing.size, seen):
            for tile, content in growing.grow(stretch):
                _compare(fetch, tile, content, report)
            _check_seen(growing, seen, report)
        if len(leaves) != width:
            report.add(name, "項目の数が違います。", "It has another number of entries.")
    for level, number, width, content in growing.partial():
        _compare(fetch, tile_path(level, number, width), content, report)
    if growing.root != checkpoint.root or growing.size != checkpoint.size:
        report.add(CHECKPOINT, "項目が、署名された根と合いません。", "The entries are not those of the signed root.")


def _cut(leaves: Sequence[bytes], begin: int, seen: Iterable[int]) -> Iterator[Sequence[bytes]]:
    """Cut leaves where a checkpoint was seen, so that its root can be looked at there."""
    at = 0
    for stop in sorted(size - begin for size in seen if begin < size < begin + len(leaves)):
        yield leaves[at:stop]
        at = stop
    yield leaves[at:]


def _by_size(checkpoint: Checkpoint, demand: Demand, report: Report) -> dict[int, list[Checkpoint]]:
    seen: dict[int, list[Checkpoint]] = {}
    for each in demand.seen:
        if not each.signed_by(demand.keys) or each.checkpoint.origin != checkpoint.origin:
            report.add(
                "seen", "以前の検証点は、このログのものではありません。", "A checkpoint seen before is not of this log."
            )
        elif each.checkpoint.size > checkpoint.size:
            report.add(
                CHECKPOINT,
                f"以前に {each.checkpoint.size} 項目が公開されたのに、{checkpoint.size} 項目に減っています。",
                f"{each.checkpoint.size} entries were published before; now there are {checkpoint.size}.",
            )
        else:
            seen.setdefault(each.checkpoint.size, []).append(each.checkpoint)
    return seen


def _check_seen(growing: Growing, seen: dict[int, list[Checkpoint]], report: Report) -> None:
    for each in seen.pop(growing.size, ()):
        if each.root != growing.root:
            report.add(
                CHECKPOINT,
                f"{each.size} 項目めまでの内容が、以前に公開されたものと違います。",
                f"The first {each.size} entries are not those that were published before.",
            )


def _compare(fetch: Fetch, name: str, content: bytes, report: Report) -> None:
    try:
        same = fetch(name) == content
    except FileNotFoundError:
        same = False
    if not same:
        report.add(name, "木の一部が違うか、ありません。", "This part of the tree is not there or is another.")


def _there(fetch: Fetch, name: str) -> bytes:
    try:
        return fetch(name)
    except FileNotFoundError:
        raise LogBroken(f"{name} is not there") from None


def verify_folder(folder: Path, demand: Demand) -> Report:
    """Check a side's whole log, its records too, from the folder in which it lies."""
    report = verify_public(lambda name: (folder / name).read_bytes(), demand)
    if report.note is None:
        return report
    # A size that was forged is found above; how long one looks on is for what is there to say.
    size = min(report.note.checkpoint.size, _at_most(folder))
    _check_records(folder, size, report)
    for path in _strays(folder, size):
        name = path.relative_to(folder).as_posix()
        report.add(
            name, "ログにない余分なファイルか、途中で切られたものです。", "This file does not belong to the log."
        )
    return report


def _at_most(folder: Path) -> int:
    """Return how many entries the bundles that are there can hold."""
    bundles = sum(len(names) for _, _, names in os.walk(folder / "tile" / ENTRIES))
    return bundles * WIDTH


def _check_records(folder: Path, size: int, report: Report) -> None:
    bundles, declared, tagged = Bundles(folder / "private" / "records"), 0, list[tuple[int, bytes]]()
    for number, width in widths(0, size):
        name = bundles.path(number).relative_to(folder).as_posix()
        try:
            lines = bundles.read(number)
            leaves = parse_bundle((folder / tile_path(ENTRIES, number, width)).read_bytes())
            if [held.commitment for held in lines] != leaves:
                report.add(name, "記録が木の項目と合いません。", "The records are not those of the tree.")
            for place, held in enumerate(lines, number * 256):
                declared += _check_record(place, held, report, tagged)
        except (LogBroken, FileNotFoundError) as broken:
            report.add(name, f"記録が読めません: {broken}", f"The records can not be read: {broken}")
    if declared != report.forgotten:
        report.add(
            "private/records",
            f"記録のない項目が {report.forgotten} ありますが、消去の記録は {declared} 件分です。",
            f"{report.forgotten} entries have no record; entries that tell of forgetting account for {declared}.",
        )
    _check_subjects(folder, size, tagged, report)


def _check_record(place: int, held: Held, report: Report, tagged: list[tuple[int, bytes]]) -> int:
    """Count an entry; return how many it declares forgotten. Its bytes are those of the tree: they need no judging."""
    if held.forgotten:
        report.forgotten += 1
        return 0
    report.records += 1
    tag = subject_of(held.record)
    if tag is not None:
        tagged.append((place, tag))
    if _FORGOTTEN not in held.record:  # quotes within a fact are escaped: only a kind or a fact can be written so
        return 0
    entry, _ = parse_record(held.record)
    return int(entry.body["count"]) if entry.kind is EntryKind.RECORDS_FORGOTTEN else 0


def _check_subjects(folder: Path, size: int, tagged: Iterable[tuple[int, bytes]], report: Report) -> None:
    spans: dict[int, list[tuple[int, bytes]]] = {span: [] for span in range(size // SPAN)}
    for place, tag in tagged:
        if place // SPAN in spans:
            spans[place // SPAN].append((place, tag))
    for span, found in spans.items():
        path = folder / "private" / "subjects" / f"{span:06d}"
        if not path.exists() or path.read_bytes() != rows(found):
            name = path.relative_to(folder).as_posix()
            report.add(name, "会員の印の一覧が記録と合いません。", "The list of subjects is not that of the records.")


def _strays(folder: Path, size: int) -> Iterator[Path]:
    """Return the files that do not belong to a log of this size. Older partial tiles may stay: they are beginnings."""
    bundles = Bundles(folder / "private" / "records")
    lock = folder / "private" / "lock"
    known = {folder / CHECKPOINT} | ({lock} if lock.exists() and not lock.stat().st_size else set[Path]())
    known |= {bundles.path(number) for number, _ in widths(0, size)}
    known |= {folder / "private" / "subjects" / f"{span:06d}" for span in range(size // SPAN)}
    level: int = 0
    while size >> (8 * level):
        known |= {folder / tile_path(level, number, width) for number, width in widths(level, size)}
        level += 1
    known |= {folder / tile_path(ENTRIES, number, width) for number, width in widths(ENTRIES, size)}
    names = {str(path) for path in known}
    for where, _, held in sorted(os.walk(folder)):
        for each in held:
            path = Path(where, each)
            if str(path) not in names and not _older(path):
                yield path


def _older(path: Path) -> bool:
    """Whether this is a partial tile that is the beginning of a larger one beside it."""
    if not path.parent.name.endswith(".p") or not path.name.isdecimal() or path.name.startswith("0"):
        return False
    whole = path.parent.with_name(path.parent.name.removesuffix(".p"))
    step = 34 if ENTRIES in path.parts else 32
    larger = [each for each in path.parent.glob("*") if each.name.isdecimal() and int(each.name) > int(path.name)]
    content = path.read_bytes()
    if len(content) != int(path.name) * step:
        return False
    return any(each.exists() and each.read_bytes().startswith(content) for each in (whole, *larger))
