"""The keys of a log: what signs its checkpoints, what makes subjects' tags, and which public keys it ever had."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from noren.governance.log.disk import PUBLIC, exchange
from noren.governance.log.notes import VerifierKey, verifier
from noren.governance.ports import SUBJECT_BYTES
from noren.kernel.keyring import KeyRing, keyed_index

_TAG: Final = b"log-subject"


class LogKeys:
    """The rings of one log (``subject`` None: it knows no member).

    ``vkeys``: the file, outside the log, of all public keys that ever signed it.
    """

    def __init__(self, origin: str, signing: KeyRing, subject: KeyRing | None, vkeys: Path) -> None:
        self.origin = origin
        self._signing = signing
        self._subject = subject
        self._vkeys = vkeys
        self._made: tuple[tuple[tuple[int, bytes], ...], list[Ed25519PrivateKey]] = ((), [])
        self._published: list[VerifierKey] = []

    @property
    def privates(self) -> list[Ed25519PrivateKey]:
        """The living signing keys, the current one first."""
        living = self._signing.newest_first()
        if self._made[0] != living:
            self._made = living, [Ed25519PrivateKey.from_private_bytes(key) for _, key in living]
        return self._made[1]

    @property
    def living(self) -> list[VerifierKey]:
        """The public halves of the living signing keys."""
        return [verifier(self.origin, key) for key in self.privates]

    def known(self) -> list[VerifierKey]:
        """Return all public keys that this log ever had."""
        return read_vkeys(self._vkeys)

    def publish(self) -> None:
        """Write down the living keys beside those of before; nothing to do where they stand there already."""
        living = self.living
        if living == self._published:
            return
        known = self.known()
        new = [key for key in living if key not in known]
        if new:
            self._vkeys.parent.mkdir(parents=True, exist_ok=True)
            exchange(self._vkeys, "".join(f"{key}\n" for key in [*known, *new]).encode(), PUBLIC)
        self._published = living

    def subject(self, member: bytes) -> bytes:
        """Return the tag under which a member is written now."""
        assert self._subject is not None, "this log knows no member"
        return _tag(self._subject.key(), member)

    def subjects(self, member: bytes) -> list[bytes]:
        """Return the tags under which a member may stand: one a version of the key, the current one first."""
        assert self._subject is not None, "this log knows no member"
        return [_tag(key, member) for _, key in self._subject.newest_first()]


def read_vkeys(path: Path) -> list[VerifierKey]:
    """Read public keys, one a line.

    Raises:
        LogBroken: a line is none.
    """
    if not path.exists():
        return []
    return [VerifierKey.parse(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def _tag(key: bytes, member: bytes) -> bytes:
    return keyed_index(key, _TAG, member)[:SUBJECT_BYTES]
