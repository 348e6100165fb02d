"""Records: one line of text an entry, 256 lines a file, of which any can be forgotten while its commitment stays.

``commitment salt record`` in hex, hex and canonical JSON; a forgotten one is its commitment alone. The commitment is
SHA-256 over the salt (16 random bytes) and the record; it alone is a leaf of the tree, so the tree tells nothing of a
record, not even to who guesses it. Every byte of these files is checked against the tree by ``verifying``.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from noren.governance.log.errors import LogBroken
from noren.governance.ports import SUBJECT_BYTES, Entry, EntryKind

SALT_BYTES: Final = 16
MAX_RECORD_BYTES: Final = 20_000
_SUBJECT: Final = b',"subject":"'
_TAIL: Final = len(_SUBJECT) + 2 * SUBJECT_BYTES + len('"}')
_ENCODER: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Held:
    """One line: a commitment with its salt and record, or alone (both empty) once it was forgotten."""

    commitment: bytes
    salt: bytes = b""
    record: bytes = b""

    @property
    def forgotten(self) -> bool:
        """Whether the record is gone."""
        return not self.record

    @property
    def line(self) -> bytes:
        """The line in its file."""
        if self.forgotten:
            return self.commitment.hex().encode() + b"\n"
        return b"%s %s %s\n" % (self.commitment.hex().encode(), self.salt.hex().encode(), self.record)

    def without_record(self) -> Held:
        """Return what stays when it is forgotten."""
        return replace(self, salt=b"", record=b"")


def hold(salt: bytes, record: bytes) -> Held:
    """Return the line of a record."""
    return Held(commitment(salt, record), salt, record)


def commitment(salt: bytes, record: bytes) -> bytes:
    """Return what stands in the tree for a record."""
    return hashlib.sha256(salt + record).digest()


def parse_line(line: bytes) -> Held:
    """Read a line (with its end): exactly the bytes that its value gives.

    Raises:
        LogBroken: it is none, or the commitment is not that of the record.
    """
    parts = line.removesuffix(b"\n").split(b" ", 2)
    try:
        raw = [bytes.fromhex(part.decode("ascii")) for part in parts[:2]]
    except ValueError:
        raise LogBroken("a line of the records is none") from None
    held = Held(raw[0], *raw[1:], *parts[2:])
    if held.line != line or len(held.commitment) != hashlib.sha256().digest_size:
        raise LogBroken("a line of the records is not written as it must be")
    if not held.forgotten and commitment(held.salt, held.record) != held.commitment:
        raise LogBroken("a record does not fit its commitment")
    return held


def canonical(entry: Entry, when: str) -> bytes:
    """Return the bytes of a record: JSON, keys in order, no space, UTF-8."""
    said: dict[str, object] = {"at": when, "body": dict(entry.body), "kind": entry.kind.value}
    if entry.subject is not None:
        said["subject"] = entry.subject.hex()
    record = _ENCODER.encode(said).encode()
    assert len(record) <= MAX_RECORD_BYTES, "a record is short"
    return record


def parse_record(record: bytes) -> tuple[Entry, str]:
    """Read a record back, with the time as it is written.

    Raises:
        LogBroken: these are not the bytes of a record.
    """
    try:
        said = json.loads(record)
        subject = bytes.fromhex(said["subject"]) if "subject" in said else None
        at = datetime.fromisoformat(said["at"])
        at = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
        entry = Entry(EntryKind(said["kind"]), at, said["body"], subject)
        if canonical(entry, said["at"]) != record:
            raise LogBroken("a record is not written in its one way")
    except (ValueError, KeyError, TypeError, AssertionError, AttributeError):
        raise LogBroken("a record can not be read") from None
    return entry, said["at"]


def subject_of(record: bytes) -> bytes | None:
    """Return the tag of a record's member: where there is one, a record ends with it (its keys are in order)."""
    if not record[-_TAIL:].startswith(_SUBJECT):
        return None
    return bytes.fromhex(record[-_TAIL + len(_SUBJECT) : -2].decode("ascii"))
