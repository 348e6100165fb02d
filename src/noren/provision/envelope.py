"""The envelope in which an extract goes: sealed to its recipient's key, so that on our side nobody opens it again.

Layout: ``norenev1`` | HPKE (RFC 9180: X25519, HKDF-SHA256, AES-256-GCM) of a fresh key, 80 bytes | a sealed file under
that key. The envelope is bound to its run: another's key, or another run's head, does not open it.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from noren.governance.leases.errors import SpoiltCopy
from noren.governance.leases.sealed_file import ID_BYTES, SealedWriter, Sink, read_pieces
from noren.kernel.keyring import KEY_BYTES

MAGIC: Final = b"norenev1"
WRAPPED_BYTES: Final = 80
_HALF: Final = 32
_SUITE: Final = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


@dataclass(frozen=True, slots=True)
class RecipientKey:
    """What a recipient publishes: the half to which is sealed, and the half that verifies its attestations."""

    sealing: bytes
    verifying: bytes

    def text(self) -> str:
        """Return both as one text, as it stands in the party's document."""
        return base64.b64encode(self.sealing + self.verifying).decode()

    @classmethod
    def from_text(cls, text: str) -> RecipientKey | None:
        """Return the key that a text holds; None: it is none."""
        try:
            both = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            return None
        return cls(both[:_HALF], both[_HALF:]) if len(both) == 2 * _HALF else None

    def verifier(self) -> Ed25519PublicKey:
        """Return the key that verifies attestations."""
        return Ed25519PublicKey.from_public_bytes(self.verifying)


@dataclass(frozen=True, slots=True)
class RecipientSecret:
    """What a recipient keeps for itself."""

    opening: bytes = field(repr=False)
    signing: bytes = field(repr=False)

    @classmethod
    def fresh(cls) -> RecipientSecret:
        """Return a new secret."""
        return cls(secrets.token_bytes(_HALF), secrets.token_bytes(_HALF))

    @classmethod
    def from_text(cls, text: str) -> RecipientSecret | None:
        """Return the secret that a text holds; None: it is none."""
        found = RecipientKey.from_text(text.strip())
        return cls(found.sealing, found.verifying) if found is not None else None

    def text(self) -> str:
        """Return it as a key file has it."""
        return base64.b64encode(self.opening + self.signing).decode()

    def public(self) -> RecipientKey:
        """Return what the recipient publishes."""
        sealing = X25519PrivateKey.from_private_bytes(self.opening).public_key().public_bytes_raw()
        return RecipientKey(sealing, self.signer().public_key().public_bytes_raw())

    def signer(self) -> Ed25519PrivateKey:
        """Return the key that signs attestations."""
        return Ed25519PrivateKey.from_private_bytes(self.signing)


def enclose(out: Sink, to: RecipientKey, run: bytes) -> SealedWriter:
    """Write an envelope's head; return where its contents are written. Close it at the end."""
    assert len(run) == ID_BYTES, "a run's id has another length"
    key = secrets.token_bytes(KEY_BYTES)
    wrapped = _SUITE.encrypt(key, X25519PublicKey.from_public_bytes(to.sealing), MAGIC + run)
    assert len(wrapped) == WRAPPED_BYTES, "HPKE changed its form"
    out.write(MAGIC + run + wrapped)
    return SealedWriter(out, key, run)


def open_envelope(file: BinaryIO, secret: RecipientSecret) -> Iterator[bytes]:
    """Yield an envelope's contents: the recipient's own act.

    Raises:
        SpoiltCopy: it is no envelope, another's, cut or changed.
    """
    head, wrapped = file.read(len(MAGIC) + ID_BYTES), file.read(WRAPPED_BYTES)
    if not head.startswith(MAGIC):
        raise SpoiltCopy("this is no envelope")
    try:
        key = _SUITE.decrypt(wrapped, X25519PrivateKey.from_private_bytes(secret.opening), head)
    except (InvalidTag, ValueError):
        raise SpoiltCopy("the envelope is sealed to another key, or was changed") from None
    yield from read_pieces(file, key, head[len(MAGIC) :])
