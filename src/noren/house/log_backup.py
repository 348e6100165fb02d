"""A side's audit log in its backup, and beside a restored side.

A log is never set back: a shorter one that signed on would contradict what was published. So a backup holds what an
auditor's kit holds (checkpoint, tiles, the records that concern no member), and a restore looks whether the log that is
there begins with it. Where the log is lost, a new one begins under another name; its first entry names the last
checkpoint that is known of the lost one, and what the backup has of it is laid beside, where nothing writes any more.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from noren.governance.log import Log, parse_note
from noren.governance.log.hashing import consistency_proof, consistent
from noren.governance.log.notes import Checkpoint
from noren.governance.log.tiles import CHECKPOINT, tree
from noren.governance.ports import Entry, EntryKind, Fact
from noren.house.backup_file import Opened
from noren.house.home import Home, HomeProblem, LogSide
from noren.house.keys import ZoneKeys
from noren.house.log_reading import export
from noren.house.logs import log_side, open_log
from noren.kernel.clock import SystemClock
from noren.kernel.say import Say

FOLDER: Final = "log"


def staged(home: Home, side: LogSide, log: Log, work: Path) -> list[tuple[str, Path]]:
    """Lay out what a backup holds of a side's log; return its files by their names in the backup."""
    out = work / FOLDER
    with log.still():
        export(home, side, out, members=False)
    return [(f"{FOLDER}/{path.relative_to(out)}", path) for path in sorted(out.rglob("*")) if path.is_file()]


def known_until(home: Home, side: LogSide, unpacked: Path) -> int | None:
    """Return how many entries of the log that is there the backup knows; None: that log is lost, or began since."""
    known = _known(unpacked, side)
    if known is None or not _is_there(home, side):
        return None
    now = parse_note((home.audit_log(side) / CHECKPOINT).read_bytes()).checkpoint
    return known.size if now.origin == known.origin else None


def refuse_other_log(home: Home, side: LogSide, unpacked: Path) -> None:
    """Refuse a home whose log does not begin with what the backup knows of it. Raises HomeProblem."""
    known = _known(unpacked, side)
    if known is None or not _is_there(home, side):
        return
    folder = home.audit_log(side)
    now = parse_note((folder / CHECKPOINT).read_bytes()).checkpoint
    if now.origin != known.origin:
        return  # a log that began anew; the lost one's checkpoint stands in its first entry
    good = now.size >= known.size
    if good:
        path = consistency_proof(tree(lambda name: (folder / name).read_bytes(), now.size), known.size, now.size)
        good = consistent(known.size, known.root, now.size, now.root, path)
    if not good:
        raise HomeProblem(
            Say(
                f"このホームの監査ログ {side} は、バックアップのときのログの続きではありません"
                f"(いま {now.size} 項目、バックアップ {known.size} 項目)。古いログを戻さないでください。",
                f"The audit log {side} of this home does not continue the one that the backup knows ({now.size} "
                f"entries now, {known.size} then). A log is never set back: bring the newest one, or none.",
            )
        )


def note_restored(home: Home, keys: ZoneKeys, backup: Opened, unpacked: Path, erased: int) -> bool:
    """Write into the side's log that it was restored, in a log begun anew where it was lost; return whether it was."""
    side = log_side(keys)
    lost, known = not _is_there(home, side), _newest(home, side, unpacked)
    begun: dict[str, Fact] = {}
    if lost and known is not None:
        begun = {"after": known.origin, "after_size": known.size, "after_root": known.root.hex()}
        _lay_beside(home, side, unpacked)
    log = open_log(home, keys, begun=begun)
    facts: dict[str, Fact] = {"side": backup.head.side, "copy": backup.head.copy, "erased": erased, "log_lost": lost}
    facts["point"] = backup.head.made_at.date().isoformat()
    try:
        log.append([Entry(EntryKind.BACKUP_RESTORED, SystemClock().now(), facts)])
    finally:
        log.close()
    return lost


def _is_there(home: Home, side: LogSide) -> bool:
    return (home.audit_log(side) / CHECKPOINT).exists()


def _known(unpacked: Path, side: LogSide) -> Checkpoint | None:
    path = unpacked / FOLDER / side / CHECKPOINT
    return parse_note(path.read_bytes()).checkpoint if path.exists() else None


def _newest(home: Home, side: LogSide, unpacked: Path) -> Checkpoint | None:
    """Return the newest checkpoint that is known: of the backup, or the one that witnesses cosigned."""
    known, cosigned = _known(unpacked, side), home.cosigned(side)
    if known is None or not cosigned.exists():
        return known
    seen = parse_note(cosigned.read_bytes()).checkpoint
    return seen if seen.origin == known.origin and seen.size > known.size else known


def _lay_beside(home: Home, side: LogSide, unpacked: Path) -> None:
    number = 1
    while (target := home.path / "log" / f"{side}.past-{number}").exists():
        number += 1
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    (unpacked / FOLDER / side).rename(target)
