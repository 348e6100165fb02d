"""A witness: remembers the head of each log that it saw, and cosigns only what extends it. It needs no noren home.

What it remembers is written down before it answers, and two runs at once are one after the other, so that it never
cosigns two histories (C2SP tlog-witness).
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from noren.governance.log.disk import PRIVATE, exchange, make_folder
from noren.governance.log.errors import LogBroken
from noren.governance.log.hashing import EMPTY, consistency_proof, consistent
from noren.governance.log.notes import COSIGNS, Checkpoint, Note, VerifierKey, cosign, parse_note, verifier
from noren.governance.log.tiles import CHECKPOINT, Fetch, tree
from noren.kernel.say import Say


@dataclass(frozen=True, slots=True)
class NotWitnessed:
    """Why a checkpoint is not cosigned."""

    says: Say


@dataclass(frozen=True, slots=True)
class Witness:
    """``state``: the folder in which it remembers, a file a log."""

    name: str
    private: Ed25519PrivateKey
    state: Path

    @property
    def key(self) -> VerifierKey:
        """Its public key."""
        return verifier(self.name, self.private, COSIGNS)

    def consider(self, fetch: Fetch, keys: Sequence[VerifierKey], at: int) -> Note | NotWitnessed:
        """Look at a log; return its checkpoint with this witness's cosignature, or why there is none.

        Raises:
            LogBroken: the log's files are not what they must be.
        """
        try:
            note = parse_note(fetch(CHECKPOINT))
        except FileNotFoundError:
            raise LogBroken("the checkpoint is not there") from None
        head = note.checkpoint
        if head.origin not in {key.name for key in note.signed_by(keys)}:
            return NotWitnessed(Say("渡された鍵で署名されていません。", "It is not signed by a key given."))
        make_folder(self.state, 0o700)
        path = self.state / hashlib.sha256(head.origin.encode()).hexdigest()
        with (self.state / "lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            before = parse_note(path.read_bytes()) if path.exists() else None
            refused = None if before is None else _differs(before.checkpoint, head, fetch)
            if refused is not None:
                _keep_proof(path, note)
                return refused
            exchange(path, str(note).encode(), PRIVATE)
        return Note(head, (*note.lines, cosign(head, self.name, self.private, at)))


def _differs(before: Checkpoint, head: Checkpoint, fetch: Fetch) -> NotWitnessed | None:
    if head.size < before.size:
        return NotWitnessed(
            Say(
                f"以前に {before.size} 項目を見ましたが、{head.size} 項目に減っています。",
                f"{before.size} entries were seen before; now there are {head.size}.",
            )
        )
    path = consistency_proof(tree(fetch, head.size), before.size, head.size)
    if not consistent(before.size, before.root if before.size else EMPTY, head.size, head.root, path):
        return NotWitnessed(
            Say(
                f"最初の {before.size} 項目が、以前に見たものと違います。",
                f"The first {before.size} entries are not those that were seen before.",
            )
        )
    return None


def _keep_proof(path: Path, note: Note) -> None:
    """Keep the signed checkpoint that does not extend what was seen: with the other it proves what the log did."""
    exchange(path.with_name(f"{path.name}.refused"), str(note).encode(), PRIVATE)


def witness_secret(path: Path) -> Ed25519PrivateKey:
    """Return a witness's key from its file; make one where there is none."""
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
        with os.fdopen(descriptor, "w") as out:
            out.write(os.urandom(32).hex() + "\n")
    try:
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(path.read_text("ascii").strip()))
    except ValueError:
        raise LogBroken("the witness's key file holds no key: 32 bytes in hex") from None


def merged(old: Note | None, new: Note) -> Note:
    """Return a cosigned checkpoint with the lines that another witness put on the same one."""
    if old is None or old.checkpoint != new.checkpoint:
        return new
    names = {line.split(" ")[1] for line in new.lines}
    return Note(new.checkpoint, (*new.lines, *(line for line in old.lines if line.split(" ")[1] not in names)))
