"""The opened keys of one zone: live rings that follow the key file while the process runs."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from noren.house.home import Home, Zone
from noren.house.keys import keyfile
from noren.house.keys.custody import Held, custody_of
from noren.house.keys.holds import HOLDS, OPENING, OWN, SIGNING
from noren.kernel.keyring import Edition, KeyRing
from noren.kernel.marks import forget_ciphers

LOOK_SECONDS: Final = 0.5
_RAW: Final = Encoding.Raw, PublicFormat.Raw


@dataclass(slots=True)
class _Own:
    """What a zone has for itself: its signing keys and its opening keys by age."""

    signings: tuple[Ed25519PrivateKey, ...]
    openings: tuple[X25519PrivateKey, ...]


@dataclass(slots=True)
class ZoneKeys:
    """The opened keys of one zone. ``edition`` grows after each renewal; ``serial`` says which file was read."""

    home: Home
    zone: Zone
    rings: dict[str, KeyRing] = field(repr=False)
    edition: Edition = field(default_factory=Edition, repr=False)
    serial: int = 0
    _own: _Own | None = field(default=None, repr=False)
    _kek: tuple[Held, bytes] | None = field(default=None, repr=False)
    _seen: tuple[int, int, int] = (0, 0, 0)
    _next_look: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def ring(self, name: str) -> KeyRing:
        """Return a named key ring; asking for one that this zone does not hold is a programmer's error."""
        assert name in self.rings, f"zone {self.zone} does not hold key {name}"
        return self.rings[name]

    @property
    def signing(self) -> Ed25519PrivateKey:
        """The key that signs the zone's passes and tickets now."""
        assert self._own is not None, "the keys were not read"
        return self._own.signings[0]

    def publics(self) -> tuple[list[bytes], bytes]:
        """Return the raw public halves: all that verify, the current one first, and the one that seals."""
        assert self._own is not None, "the keys were not read"
        verifying = [key.public_key().public_bytes(*_RAW) for key in self._own.signings]
        return verifying, self.opening.public_key().public_bytes(*_RAW)

    @property
    def openings(self) -> tuple[X25519PrivateKey, ...]:
        """The private halves to which others seal, the current one first."""
        assert self._own is not None, "the keys were not read"
        return self._own.openings

    @property
    def opening(self) -> X25519PrivateKey:
        """The private half to which others seal now."""
        return self.openings[0]

    def look(self, *, at_once: bool = False) -> None:
        """Read the key file again where it has changed; looks at most every half second unless told to at once.

        Raises:
            HomeProblem: it can not be read or opened; the keys stay as they were.
        """
        now = time.monotonic()
        if now < self._next_look and not at_once:
            return
        with self._lock:
            self._next_look = now + LOOK_SECONDS
            if _shape(self.home, self.zone) != self._seen:
                self._read()

    def _read(self) -> None:
        seen = _shape(self.home, self.zone)
        content = keyfile.read(self.home, self.zone)
        if not content.keys.keys() >= {*HOLDS[self.zone], *OWN}:
            raise keyfile.earlier(self.zone)
        kek = self._open_kek(content)
        opened = {
            name: {v.version: keyfile.unwrap(kek, self.zone, name, v) for v in versions if v.state != "destroyed"}
            for name, versions in content.keys.items()
        }
        current = {n: next(v.version for v in vs if v.state == "current") for n, vs in content.keys.items()}
        for name in opened.keys() - set(OWN):
            if name in self.rings:
                self.rings[name].renew(current[name], opened[name])
            else:
                self.rings[name] = KeyRing(name, current[name], opened[name])
        own = {name: KeyRing(name, current[name], opened[name]).newest_first() for name in OWN}
        self._own = _Own(
            tuple(Ed25519PrivateKey.from_private_bytes(key) for _, key in own[SIGNING]),
            tuple(X25519PrivateKey.from_private_bytes(key) for _, key in own[OPENING]),
        )
        forget_ciphers()
        self.edition.number += 1  # last: whoever sees the new number sees the new rings
        self.serial, self._seen = content.serial, seen

    def _open_kek(self, content: keyfile.KeyFile) -> KeyRing:
        """Ask the custody only when it holds another key than before: KMS and Argon2id take their time."""
        held = content.kek.held
        if self._kek is None or self._kek[0] != held:
            self._kek = held, custody_of(self.home, held.custody).open(self.zone, held)
        return KeyRing("kek", content.kek.version, {content.kek.version: self._kek[1]})


def open_keys(home: Home, zone: Zone) -> ZoneKeys:
    """Read and open a zone's keys.

    Raises:
        HomeProblem: they are missing, unreadable by this user, open to others, or their custody does not open them.
    """
    keys = ZoneKeys(home, zone, {})
    keys.look()
    return keys


def _shape(home: Home, zone: Zone) -> tuple[int, int, int]:
    """What tells one key file from the next: each is a new file."""
    try:
        found = keyfile.path_of(home, zone).stat()
    except OSError:
        return 1, 0, 0  # missing: reading it says so
    return found.st_ino, found.st_mtime_ns, found.st_size
