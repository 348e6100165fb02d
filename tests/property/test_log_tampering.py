"""P9: 10^4 random edits, reorders, truncations and swaps of a log's files, and all of them are found.

Each is made on a copy of one log and looked at by the whole check. An edit that leaves every byte as it was is none.
Older partial tiles may be missing (they are beginnings of what is checked); a changed one is found.
"""

from __future__ import annotations

import os
import random
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from noren.governance.log import VerifierKey, parse_note
from noren.governance.log.errors import LogBroken
from noren.governance.log.notes import COSIGNS, cosign, verifier
from noren.governance.log.verifying import Demand, verify_folder
from noren.testing.audit_log import log_keys, open_log, stop_entry, verified

NIGHT = bool(os.environ.get("NOREN_NIGHT"))
EDITS = 100_000 if NIGHT else 10_000
PARTS = 4  # so that several processes may share them

Files = dict[str, bytes]


def make(folder: Path) -> None:
    """Make a log of several groups, two spans of records and a forgotten member."""
    log = open_log(folder)
    for group in (3, 20, 1, 230, 6):
        log.append([stop_entry(log, number % 5, note="沈黙") for number in range(group)])
    log.forget([told.place for told in log.of_member((4).to_bytes(8, "big"))][:3], reason="erasure")
    log.close()


def read(folder: Path) -> Files:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def write(folder: Path, before: Files, after: Files) -> None:
    for name in before.keys() - after.keys():
        (folder / name).unlink()
    for name, content in after.items():
        if before.get(name) != content:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)


def flip(files: Files, name: str, dice: random.Random) -> bytes:
    raw = bytearray(files[name] or b"\0")
    raw[dice.randrange(len(raw))] ^= 1 << dice.randrange(8)
    return bytes(raw)


def overwrite(files: Files, name: str, dice: random.Random) -> bytes:
    raw, at = files[name], dice.randrange(len(files[name]) + 1)
    return raw[:at] + dice.randbytes(dice.randint(1, 40)) + raw[at + dice.randint(0, 40) :]


def truncate(files: Files, name: str, dice: random.Random) -> bytes:
    return files[name][: dice.randrange(len(files[name]) + 1)]


def reorder(files: Files, name: str, dice: random.Random) -> bytes:
    """Exchange two stretches of equal length: two hashes, two entries, two lines, or what lies between."""
    raw = files[name]
    if name.startswith("private/records"):
        lines = raw.splitlines(keepends=True)
        dice.shuffle(lines)
        return b"".join(lines)
    step = 34 if "entries" in name else 32 if name.startswith("tile") else 7
    parts = [raw[at : at + step] for at in range(0, len(raw), step)]
    a, b = dice.randrange(len(parts) or 1), dice.randrange(len(parts) or 1)
    if parts:
        parts[a], parts[b] = parts[b], parts[a]
    return b"".join(parts)


def duplicate(files: Files, name: str, dice: random.Random) -> bytes:
    return files[dice.choice([other for other in sorted(files) if other != "private/lock"])]


EDIT: list[Callable[[Files, str, random.Random], bytes]] = [flip, overwrite, truncate, reorder, duplicate]


def edited(files: Files, dice: random.Random, needed: list[str]) -> tuple[str, Files]:
    """Return the files after one random edit, and what was done."""
    kind = dice.randrange(10)
    name = dice.choice(sorted(files))
    if kind < 7:
        how = dice.choice(EDIT)
        return f"{how.__name__} {name}", files | {name: how(files, name, dice)}
    if kind == 7:
        other = dice.choice(sorted(files))
        return f"swap {name} {other}", files | {name: files[other], other: files[name]}
    if kind == 8:
        gone = dice.choice(needed)
        return f"remove {gone}", {each: content for each, content in files.items() if each != gone}
    stray = dice.choice(["tile/0/002", "tile/entries/001.p/200", "private/records/002", "private/x", "tile/1/000.p/9"])
    return f"add {stray}", files | {stray: dice.randbytes(32)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("log") / "log"
    make(made)
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK):
        return made
    there = memory / f"noren-log-{secrets.token_hex(8)}" / "log"
    shutil.copytree(made.parent, there.parent)
    return there


@pytest.fixture(scope="module", autouse=True)
def cleared(folder: Path):
    yield
    shutil.rmtree(folder.parent)


@pytest.mark.parametrize("part", range(PARTS))
def test_every_random_edit_is_found(folder: Path, part: int) -> None:
    seed = secrets.randbits(32)
    print(f"part {part} seed {seed}")
    dice, files = random.Random(seed), read(folder)
    head = parse_note(files["checkpoint"]).checkpoint
    current = [f"tile/{level}/001.p/{head.size % 256}" for level in ("0", "entries")]
    needed = [name for name in files if ".p/" not in name or name in current or name.startswith("tile/1")]
    needed.remove("private/lock")
    missed, made = list[str](), 0
    demand = Demand(log_keys(folder).known())
    while made < EDITS // PARTS:
        what, after = edited(files, dice, needed)
        if after == files:
            continue
        made += 1
        write(folder, files, after)
        if verify_folder(folder, demand).good:
            missed.append(what)
        write(folder, after, files)
    assert missed == []
    assert verified(folder).good  # the control: the log itself is as it must be


def test_every_bit_of_a_cosigned_checkpoint_counts(folder: Path) -> None:
    """Each byte as each other byte: base64 has several spellings of most lengths, and one alone is read."""
    keys, private = log_keys(folder).known(), Ed25519PrivateKey.generate()
    raw = (folder / "checkpoint").read_bytes()
    raw += (cosign(parse_note(raw).checkpoint, "w.example/1", private, 1_800_000_000) + "\n").encode()
    witness = [verifier("w.example/1", private, COSIGNS)]
    assert signed_by_both(raw, keys, witness)  # the control
    passed = [
        (at, byte)
        for at in range(len(raw))
        for byte in range(256)
        if byte != raw[at] and signed_by_both(raw[:at] + bytes([byte]) + raw[at + 1 :], keys, witness)
    ]
    assert passed == []


def signed_by_both(raw: bytes, keys: list[VerifierKey], witness: list[VerifierKey]) -> bool:
    try:
        note = parse_note(raw)
        return bool(note.signed_by(keys) and note.cosigned_by(witness))
    except LogBroken:
        return False


@pytest.mark.parametrize("size", [b"-1", b"-262", b"0262", b"+262", b"999999999999999999"])
def test_a_forged_size_is_found_and_the_check_ends(folder: Path, size: bytes) -> None:
    files = read(folder)
    forged = files | {"checkpoint": files["checkpoint"].replace(b"\n262\n", b"\n" + size + b"\n", 1)}
    assert forged != files
    write(folder, files, forged)
    try:
        assert not verify_folder(folder, Demand(log_keys(folder).known())).good
    finally:
        write(folder, forged, files)


def test_a_check_that_looks_at_the_root_alone_would_miss_edits(folder: Path) -> None:
    """The control: who believes the tiles and reads the checkpoint alone finds next to nothing."""
    dice, files, missed = random.Random(7), read(folder), 0
    for _ in range(200):
        _, after = edited(files, dice, sorted(files))
        missed += after != files and after.get("checkpoint") == files["checkpoint"]
    assert missed > 150


def test_a_log_put_back_whole_is_found_against_what_was_seen(tmp_path: Path) -> None:
    folder, old = tmp_path / "log", tmp_path / "old"
    log = open_log(folder)
    log.append([stop_entry(log, 1)])
    log.close()
    shutil.copytree(folder, old)
    log = open_log(folder)
    log.append([stop_entry(log, 2)])
    seen = log.checkpoint()
    log.close()
    assert verified(folder, seen=[seen]).good
    shutil.rmtree(folder)
    old.rename(folder)
    assert verified(folder).good  # nothing within it tells: that is why checkpoints are kept and witnessed
    assert not verified(folder, seen=[seen]).good
    log = open_log(folder)
    log.append([stop_entry(log, 3)])  # another history of the same length
    assert not verified(folder, seen=[seen]).good
