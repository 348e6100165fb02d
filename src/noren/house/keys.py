"""Key files: what each zone holds, made once per side by a process of that side.

``keys/<zone>.json`` (mode 0600): the zone's key-encryption key and, wrapped under it, its
named data keys; plus its private signing key for passes. ``keys/trust/<zone>.pub`` is the
public half, which every zone may read. Root and custody by KMS or passphrase come with key
rotation; the file format already names versions.
"""

from __future__ import annotations

import base64
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from noren.house.home import Home, HomeProblem, Zone
from noren.kernel.keyring import KEY_BYTES, KeyRing
from noren.kernel.sealing import Place, seal, unseal

# Which zone holds which named key. This table *is* the wall in terms of keys: the wall test
# reads it and every key file, and fails when one name or one secret stands on both sides.
HOLDS: Final[dict[Zone, tuple[str, ...]]] = {
    "till": ("card-index", "receipt-index", "body-hash", "terminal-key", "purchase-id", "one-time-code"),
    "ledger-worker": ("card-index", "receipt-index", "body-hash", "purchase-id", "terminal-key", "link"),
    "statement": ("link", "purchase-id", "one-time-code"),
    "vault": ("member-wrap", "vault-index", "sign-in"),
    "front": (),
    "operator": (),
}
SIDES: Final[dict[str, tuple[Zone, ...]]] = {
    "ledger": ("till", "ledger-worker", "statement"),
    "identity": ("vault",),
    "neither": ("front", "operator"),
}


class _Wrapped(msgspec.Struct):
    version: int
    wrapped: bytes


class _KeyFile(msgspec.Struct):
    zone: str
    kek_version: int
    kek: bytes
    signing: bytes
    opening: bytes
    keys: dict[str, list[_Wrapped]]


@dataclass(frozen=True, slots=True)
class ZoneKeys:
    """The opened keys of one zone.

    ``signing`` signs the zone's passes; ``opening`` is the private half to which others seal.
    """

    zone: Zone
    rings: dict[str, KeyRing] = field(repr=False)
    signing: Ed25519PrivateKey = field(repr=False)
    opening: X25519PrivateKey = field(repr=False)

    def ring(self, name: str) -> KeyRing:
        """Return a named key ring; asking for one that this zone does not hold is a programmer's error."""
        assert name in self.rings, f"zone {self.zone} does not hold key {name}"
        return self.rings[name]


def make_side(home: Home, side: str) -> None:
    """Make the key files of all zones of one side; run in a process of its own per side (``noren init``)."""
    secrets_by_name = {name: secrets.token_bytes(KEY_BYTES) for zone in SIDES[side] for name in HOLDS[zone]}
    for zone in SIDES[side]:
        _write(home, zone, {name: secrets_by_name[name] for name in HOLDS[zone]})


def open_keys(home: Home, zone: Zone) -> ZoneKeys:
    """Read a zone's key file.

    Raises:
        HomeProblem: it is missing, unreadable by this user or open to others.
    """
    path = home.keys / f"{zone}.json"
    try:
        if path.stat().st_mode & 0o077:
            raise HomeProblem(f"{path} can be read by others. Close it with: chmod 600 {path}")
        stored = msgspec.json.decode(path.read_bytes(), type=_KeyFile)
    except (OSError, msgspec.DecodeError) as wrong:
        raise HomeProblem(f"The keys of zone {zone} can not be read: {wrong}") from None
    kek = KeyRing(f"{zone}-kek", stored.kek_version, {stored.kek_version: stored.kek})
    return ZoneKeys(
        zone,
        {name: _unwrap(zone, name, versions, kek) for name, versions in stored.keys.items()},
        Ed25519PrivateKey.from_private_bytes(stored.signing),
        X25519PrivateKey.from_private_bytes(stored.opening),
    )


def trusted(home: Home, zone: Zone) -> tuple[bytes, bytes]:
    """Return the raw public keys (verifying Ed25519, sealing X25519) of a zone."""
    try:
        verifying, sealing = (home.keys / "trust" / f"{zone}.pub").read_text("ascii").split()
    except (OSError, ValueError) as wrong:
        raise HomeProblem(f"The public keys of zone {zone} can not be read: {wrong}") from None
    return base64.b64decode(verifying), base64.b64decode(sealing)


def _unwrap(zone: Zone, name: str, versions: list[_Wrapped], kek: KeyRing) -> KeyRing:
    opened = {v.version: unseal(kek, v.wrapped, _place(zone, name, v.version)) for v in versions}
    return KeyRing(name, max(opened), opened)


def _place(zone: Zone, name: str, version: int) -> Place:
    return Place("keys", zone, name, version.to_bytes(2, "big"))


def _write(home: Home, zone: Zone, named: dict[str, bytes]) -> None:
    kek = KeyRing(f"{zone}-kek", 1, {1: secrets.token_bytes(KEY_BYTES)})
    signing, opening = Ed25519PrivateKey.generate(), X25519PrivateKey.generate()
    raw = (Encoding.Raw, PrivateFormat.Raw, NoEncryption())
    content = _KeyFile(
        zone,
        1,
        kek.key(),
        signing.private_bytes(*raw),
        opening.private_bytes(*raw),
        {name: [_Wrapped(1, seal(kek, key, _place(zone, name, 1)))] for name, key in named.items()},
    )
    _create(home.keys / f"{zone}.json", msgspec.json.encode(content), 0o600)
    public = [base64.b64encode(k.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)) for k in (signing, opening)]
    _create(home.keys / "trust" / f"{zone}.pub", b" ".join(public) + b"\n", 0o644)


def _create(path: Path, content: bytes, mode: int) -> None:
    """Create a file that must not exist yet, with its mode from the first byte on, durably."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
