"""The journal of one import: how far it came. Line numbers, reasons and counts, nothing of a person.

It lives in ``run/imports/<SHA-256 of the file>.json`` until the import ends; two imports of
the same file at once are refused.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec

from noren.doors.cli.files.rows import FileProblem
from noren.doors.cli.imports.order import new_seed
from noren.kernel.say import Say

_CHUNK: Final = 1 << 20


class State(msgspec.Struct):
    """What the journal holds. ``place``: up to which place of ``block`` all items are sent."""

    kind: str
    mapping: dict[str, str]
    seed: bytes
    block: int = 0
    place: str = ""
    added: int = 0
    changed: int = 0
    same: int = 0
    refused: dict[int, tuple[str, str]] = {}


class Journal:
    """An open journal; ``resumed`` says whether an earlier import of the file was interrupted."""

    def __init__(self, path: Path, state: State, resumed: bool) -> None:
        self._path = path
        self.state = state
        self.resumed = resumed

    def save(self) -> None:
        """Write the state so that a kill at any instant leaves the old one or the new one."""
        fresh = self._path.with_suffix(".new")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            out.write(msgspec.json.encode(self.state))
            out.flush()
            os.fsync(out.fileno())
        fresh.replace(self._path)

    def close(self) -> None:
        """Remove the journal: the import is complete, and its order is nobody's business any more."""
        self._path.unlink(missing_ok=True)


@contextmanager
def open_journal(folder: Path, file: Path, kind: str, mapping: Mapping[str, str]) -> Generator[Journal]:
    """Open or begin the journal of ``file`` in ``folder``.

    Raises:
        FileProblem: another import of the same file is under way.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{digest(file)}.json"
    with path.with_suffix(".lock").open("wb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise FileProblem(
                Say(
                    "同じファイルを別のコマンドが取り込んでいます。終わるのを待ってください。",
                    "Another command is importing the same file: wait until it has ended.",
                )
            ) from None
        earlier = _read(path)
        fits = earlier is not None and (earlier.kind, earlier.mapping) == (kind, dict(mapping))
        state = earlier if earlier is not None and fits else State(kind, dict(mapping), new_seed())
        yield Journal(path, state, resumed=fits)
        if not path.exists():
            path.with_suffix(".lock").unlink(missing_ok=True)


def digest(file: Path) -> str:
    """Return the SHA-256 of a file, in hex."""
    sha = hashlib.sha256()
    with file.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            sha.update(chunk)
    return sha.hexdigest()


def _read(path: Path) -> State | None:
    """Return the earlier state; a journal that can not be read is begun anew (the zones are idempotent)."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=State)
    except (OSError, msgspec.DecodeError, msgspec.ValidationError):
        return None
