"""Signed notes, checkpoints and cosignatures, byte for byte as C2SP writes them down.

``signed-note`` (text, blank line, ``— name base64(key id || signature)``), ``tlog-checkpoint`` (origin, size, root)
and ``tlog-cosignature`` (Ed25519, ``cosignature/v1``). No file, no clock.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from noren.governance.log.errors import LogBroken
from noren.governance.log.hashing import HASH_BYTES

SIGNS: Final = 0x01
COSIGNS: Final = 0x04
MAX_NOTE_BYTES: Final = 64 * 1024
_LINE: Final = "— "  # em dash, space
_SIGNATURE: Final = 64
_TIME: Final = 8
_ID: Final = 4


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A name and a public key: ``name+key id in hex+base64(type || key)`` in one line."""

    name: str
    kind: int
    public: bytes

    @property
    def id(self) -> bytes:
        """The four bytes that a signature line bears."""
        named = self.name.encode() + b"\n" + bytes([self.kind]) + self.public
        return hashlib.sha256(named).digest()[:_ID]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{_base64(bytes([self.kind]) + self.public)}"

    @classmethod
    def parse(cls, line: str) -> VerifierKey:
        """Read a key's line.

        Raises:
            LogBroken: it is none, or its id does not fit.
        """
        parts = line.strip().split("+", 2)
        try:
            name, number, body = parts[0], parts[1], decoded(parts[2])
        except (IndexError, ValueError):
            raise LogBroken("this is no verifier key: name+id+base64") from None
        if len(body) != 1 + HASH_BYTES or body[0] not in (SIGNS, COSIGNS):
            raise LogBroken("a verifier key is an Ed25519 key that signs (1) or cosigns (4)")
        key = cls(name, body[0], body[1:])
        if key.id.hex() != number:
            raise LogBroken(f"the id of the verifier key {name} does not fit its name and key")
        return key


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of a tree: what a log signs."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The lines that are signed."""
        return f"{self.origin}\n{self.size}\n{_base64(self.root)}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A checkpoint with the lines of its signatures."""

    checkpoint: Checkpoint
    lines: tuple[str, ...]

    def __str__(self) -> str:
        return self.checkpoint.text + "\n" + "".join(f"{line}\n" for line in self.lines)

    def signed_by(self, keys: Iterable[VerifierKey]) -> list[VerifierKey]:
        """Return which of the log's keys signed it. A signature under a known key that does not verify is refused.

        Raises:
            LogBroken: a line of a known key does not verify.
        """
        return [key for key in keys for body in self._bodies(key) if _checked(key, body, self.checkpoint.text)]

    def cosigned_by(self, keys: Iterable[VerifierKey]) -> dict[VerifierKey, int]:
        """Return which of the witnesses cosigned it, and when (seconds since 1970).

        Raises:
            LogBroken: a line of a known witness does not verify.
        """
        found: dict[VerifierKey, int] = {}
        for key in keys:
            for body in self._bodies(key):
                at = int.from_bytes(body[:_TIME], "big")
                if _checked(key, body[_TIME:], cosigned_text(self.checkpoint, at)):
                    found[key] = at
        return found

    def _bodies(self, key: VerifierKey) -> Iterable[bytes]:
        for line in self.lines:
            name, _, encoded = line.removeprefix(_LINE).partition(" ")
            body = decoded(encoded)
            if name == key.name and body[:_ID] == key.id:
                yield body[_ID:]


def _checked(key: VerifierKey, signature: bytes, text: str) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signature, text.encode())
    except (InvalidSignature, ValueError):
        raise LogBroken(f"the signature of {key.name} does not verify") from None
    return True


def cosigned_text(checkpoint: Checkpoint, at: int) -> str:
    """Return what a witness signs."""
    return f"cosignature/v1\ntime {at}\n{checkpoint.text}"


def verifier(name: str, private: Ed25519PrivateKey, kind: int = SIGNS) -> VerifierKey:
    """Return the public half of a key under a name."""
    return VerifierKey(name, kind, private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))


def signature_line(key: VerifierKey, signature: bytes) -> str:
    """Return a signature's line."""
    return f"{_LINE}{key.name} {_base64(key.id + signature)}"


def sign(checkpoint: Checkpoint, privates: Sequence[Ed25519PrivateKey]) -> Note:
    """Sign a checkpoint as the log, under each of its living keys."""
    text = checkpoint.text.encode()
    lines = [signature_line(verifier(checkpoint.origin, key), key.sign(text)) for key in privates]
    return Note(checkpoint, tuple(lines))


def cosign(checkpoint: Checkpoint, name: str, private: Ed25519PrivateKey, at: int) -> str:
    """Return a witness's line for a checkpoint."""
    signature = private.sign(cosigned_text(checkpoint, at).encode())
    return signature_line(verifier(name, private, COSIGNS), at.to_bytes(_TIME, "big") + signature)


def parse_note(raw: bytes) -> Note:
    """Read a checkpoint with its signatures: exactly the bytes that ``str`` of it gives, nothing else.

    Raises:
        LogBroken: it is no signed checkpoint.
    """
    try:
        assert len(raw) <= MAX_NOTE_BYTES
        text, _, signatures = raw.decode("utf-8").rpartition("\n\n")
        origin, size, root = text.split("\n")
        checkpoint = Checkpoint(origin, int(size), decoded(root))
        lines = tuple(signatures.removesuffix("\n").split("\n"))
        for line in lines:
            body = decoded(line.removeprefix(_LINE).partition(" ")[2])
            assert len(body) in (_ID + _SIGNATURE, _ID + _TIME + _SIGNATURE)
        note = Note(checkpoint, lines)
        assert str(note).encode() == raw
        assert checkpoint.size >= 0
        assert len(checkpoint.root) == HASH_BYTES
    except (ValueError, AssertionError):
        raise LogBroken("this is no signed checkpoint") from None
    return note


def decoded(text: str) -> bytes:
    """Return what base64 says in its one spelling: bits that no byte takes up are zero.

    Raises:
        ValueError: it is none, or another spelling of the same bytes.
    """
    raw = base64.b64decode(text, validate=True)
    if _base64(raw) != text:
        raise ValueError("not the one spelling of these bytes")
    return raw


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")
