"""The keeper of one side: makes its keys and takes each version from *coming* to *destroyed*.

Runs in a process of its own per side (``python -m noren.doors.cli.keymaking``), so that no
process holds keys of two sides. Every step is idempotent: it looks at what the files of all
holders say and does what is left, so that a step cut off between two files is finished by
doing it again. A secret that several zones of the side share goes to all of them in one step.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from copy import copy
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from noren.house.home import Home, HomeProblem, Zone
from noren.house.keys import keyfile
from noren.house.keys.custody import custody_of
from noren.house.keys.holds import HOLDS, KEK, KINDS, OPENING, OWN, SIDES, SIGNING, Side
from noren.house.keys.keyfile import Kek, KeyFile, State, Version
from noren.house.keys.trust import publish
from noren.kernel.keyring import KEY_BYTES, KeyRing
from noren.kernel.say import Say

_RAW = Encoding.Raw, PublicFormat.Raw


def make_side(home: Home, side: Side) -> None:
    """Make the key files of all zones of one side (``noren init``)."""
    made: dict[Zone, _Opened] = {}
    for zone in SIDES[side]:
        _fill(_Opened.fresh(home, zone), (*HOLDS[zone], *OWN), made)
    for file in made.values():
        file.save()


def _fill(file: _Opened, names: Iterable[str], side: dict[Zone, _Opened]) -> None:
    """Let a zone hold these keys too: a named one as others of its side hold it."""
    for name in names:
        source = next((each for each in side.values() if name in each.content.keys), None)
        file.take(name, source if name not in OWN else None)
    side[file.content.zone] = file


def complete_side(home: Home, side: Side) -> list[str]:
    """Give a side of a home of an earlier noren the keys, and the zones, that it has none of; return ``zone/key``s.

    A key that another zone of the side holds is shared, in all its living versions; any other is new.

    Raises:
        HomeProblem: the side has no key file at all: they were lost, and new keys would open nothing.
    """
    added = list[str]()
    with ExitStack() as locks:
        for zone in SIDES[side]:
            locks.enter_context(keyfile.alone(home, zone))
        there: dict[Zone, _Opened] = {}
        for zone in SIDES[side]:
            if keyfile.path_of(home, zone).exists():
                there[zone] = _Opened.read(home, zone)
        if not there:
            raise HomeProblem(_no_keys(side))
        for zone in SIDES[side]:
            lacking = keyfile.lacking(home, zone)
            _fill(there.get(zone) or _Opened.fresh(home, zone), lacking, there)
            added += [f"{zone}/{name}" for name in lacking]
        for file in there.values():
            file.save()
    return added


def _no_keys(side: Side) -> Say:
    return Say(
        f"{side} 側の鍵ファイルがひとつもありません。バックアップから戻してください。",
        f"The side {side} has no key file at all. Put its keys back from their backup.",
    )


class SideKeeper:
    """The key files of one side, opened and locked. Use as a context manager."""

    def __init__(self, home: Home, side: Side) -> None:
        self._home = home
        self._side: Side = side
        self._files: dict[Zone, _Opened] = {}
        self._locks = ExitStack()

    def __enter__(self) -> SideKeeper:
        for zone in SIDES[self._side]:
            self._locks.enter_context(keyfile.alone(self._home, zone))
            self._files[zone] = _Opened.read(self._home, zone)
        return self

    def __exit__(self, *_: object) -> None:
        self._locks.close()

    def begin(self, names: Iterable[str]) -> None:
        """Give every holder a coming version: valid for look-ups, not yet used for anything new."""
        for name in names:
            if name != KEK and not self._unfinished(name):
                self._begin(name)
            elif name != KEK and self._any(name, "coming"):
                self._spread(name)
        self._save()

    def _begin(self, name: str) -> None:
        shared = secrets.token_bytes(KEY_BYTES)
        for file in self._holders(name):
            file.add(name, secrets.token_bytes(KEY_BYTES) if name in OWN else shared)

    def _spread(self, name: str) -> None:
        """Finish a distribution that was cut off."""
        if name in OWN:
            return
        holders = list(self._holders(name))
        source = next(file for file in holders if file.first(name, "coming"))
        for file in holders:
            if file.newest(name).version < source.newest(name).version:
                file.add(name, source.secret(name, "coming"))

    def promote(self, names: Iterable[str]) -> None:
        """Let coming versions be the current ones; what was current retires, with its work still to be done."""
        for name in names:
            for file in self._holders(name) if name != KEK else ():
                file.promote(name)
        self._save()

    def settle(self, names: Iterable[str]) -> None:
        """Say that nothing stored rests on the retiring versions any more: their overlap begins."""
        for name in names:
            until = _now() + overlap(self._home, name)
            for file in self._holders(name) if name != KEK else ():
                for version in file.all(name, "retiring"):
                    version.until = version.until or until
        self._save()

    def destroy(self, names: Iterable[str], *, at_once: bool = False) -> None:
        """Destroy the retiring versions whose overlap has ended; ``at_once``: also those still within it."""
        for name in names:
            for file in self._holders(name) if name != KEK else ():
                destroy_due(file.content, _now(), [name], at_once=at_once)
        self._save()

    def rewrap(self) -> None:
        """Give every zone of the side a new key-encryption key, in the custody that the settings name."""
        for file in self._files.values():
            file.rewrap()
        self._save()

    def serials(self) -> dict[Zone, int]:
        """Return the serial of each zone's file."""
        return {zone: file.content.serial for zone, file in self._files.items()}

    def _holders(self, name: str) -> Iterable[_Opened]:
        return (file for file in self._files.values() if name in file.content.keys)

    def _any(self, name: str, state: State) -> bool:
        return any(file.first(name, state) for file in self._holders(name))

    def _unfinished(self, name: str) -> bool:
        """Whether a rotation of the key was begun and its work is not known to be done."""
        retiring = [version for file in self._holders(name) for version in file.all(name, "retiring")]
        return self._any(name, "coming") or any(version.until is None for version in retiring)

    def _save(self) -> None:
        for file in self._files.values():
            file.save()


class _Opened:
    """One zone's file with its key-encryption key open."""

    def __init__(self, home: Home, content: KeyFile, kek: KeyRing) -> None:
        self._home = home
        self.content = content
        self._kek = kek
        self._before = b""

    @classmethod
    def read(cls, home: Home, zone: Zone) -> _Opened:
        content = keyfile.read(home, zone)
        kept = content.kek
        key = custody_of(home, kept.held.custody).open(zone, kept.held)
        opened = cls(home, content, KeyRing(KEK, kept.version, {kept.version: key}))
        if content.serial:  # a file of format 1 is written anew by the first step that meets it
            opened._before = keyfile.encoded(content)
        return opened

    @classmethod
    def fresh(cls, home: Home, zone: Zone) -> _Opened:
        """A zone's file with a key-encryption key, and no other key yet."""
        key, held = custody_of(home, home.settings.keys.custody).fresh(zone)
        return cls(home, KeyFile(keyfile.FORMAT, zone, 0, Kek(1, _now(), held), {}), KeyRing(KEK, 1, {1: key}))

    def take(self, name: str, source: _Opened | None) -> None:
        """Hold a key too: as ``source`` holds it, or a new one."""
        if source is None:
            living = [(Version(1, _now(), "current"), secrets.token_bytes(KEY_BYTES))]
        else:
            living = source.living(name)
        for version, secret in living:
            version.wrapped = keyfile.wrap(self._kek, self.content.zone, name, version.version, secret)
        self.content.keys[name] = [version for version, _ in living]

    def all(self, name: str, state: State) -> list[Version]:
        return [version for version in self.content.keys[name] if version.state == state]

    def first(self, name: str, state: State) -> Version | None:
        return next(iter(self.all(name, state)), None)

    def newest(self, name: str) -> Version:
        return max(self.content.keys[name], key=lambda version: version.version)

    def secret(self, name: str, state: State) -> bytes:
        held = self.first(name, state)
        assert held is not None, f"no {state} version of {name}"
        return keyfile.unwrap(self._kek, self.content.zone, name, held)

    def living(self, name: str) -> list[tuple[Version, bytes]]:
        """Return a copy of each version that is not destroyed, with its secret."""
        held = [version for version in self.content.keys[name] if version.state != "destroyed"]
        return [(copy(v), keyfile.unwrap(self._kek, self.content.zone, name, v)) for v in held]

    def add(self, name: str, secret: bytes) -> None:
        number = self.newest(name).version + 1
        wrapped = keyfile.wrap(self._kek, self.content.zone, name, number, secret)
        self.content.keys[name].append(Version(number, _now(), "coming", wrapped))

    def promote(self, name: str) -> None:
        coming = self.first(name, "coming")
        if coming is None:
            return
        for version in self.all(name, "current"):
            version.state = "retiring"
        coming.state = "current"

    def rewrap(self) -> None:
        zone, before = self.content.zone, self._kek
        number = self.content.kek.version + 1
        key, held = custody_of(self._home, self._home.settings.keys.custody).fresh(zone)
        self._kek = KeyRing(KEK, number, {number: key})
        for name, versions in self.content.keys.items():
            for version in versions:
                if version.state != "destroyed":
                    secret = keyfile.unwrap(before, zone, name, version)
                    version.wrapped = keyfile.wrap(self._kek, zone, name, version.version, secret)
        self.content.kek = Kek(number, _now(), held)

    def save(self) -> None:
        if keyfile.encoded(self.content) != self._before:
            keyfile.write(self._home, self.content)
            self._before = keyfile.encoded(self.content)
        self._publish()

    def _publish(self) -> None:
        living = [v for v in self.content.keys[SIGNING] if v.state != "destroyed"]
        living.sort(key=lambda v: v.version, reverse=True)
        zone = self.content.zone
        verifying = [Ed25519PrivateKey.from_private_bytes(keyfile.unwrap(self._kek, zone, SIGNING, v)) for v in living]
        sealing = X25519PrivateKey.from_private_bytes(self.secret(OPENING, "current"))
        publish(
            self._home,
            zone,
            [key.public_key().public_bytes(*_RAW) for key in verifying],
            sealing.public_key().public_bytes(*_RAW),
        )


def overlap(home: Home, name: str) -> timedelta:
    """Return how long an old version of a key stays valid after its work is done."""
    kind = KINDS[name]
    return timedelta(days=home.settings.receipts.keep_days + 1) if kind.keeps_receipts else kind.overlap


def destroy_due(content: KeyFile, now: datetime, names: Iterable[str] | None = None, *, at_once: bool = False) -> bool:
    """Take the bytes of the retiring versions that are due out of a key file; return whether any were.

    A version whose work is not done is never destroyed here, whatever is asked.
    """
    done = False
    for name in names if names is not None else content.keys:
        for version in content.keys.get(name, ()):
            due = version.until is not None and (at_once or version.until <= now)
            if version.state == "retiring" and due:
                version.state, version.wrapped, version.until, done = "destroyed", b"", None, True
    return done


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


Step = Callable[[SideKeeper, list[str]], None]
STEPS: dict[str, Step] = {
    "begin": lambda keeper, names: keeper.begin(names),
    "promote": lambda keeper, names: keeper.promote(names),
    "settle": lambda keeper, names: keeper.settle(names),
    "destroy": lambda keeper, names: keeper.destroy(names),
    "destroy-at-once": lambda keeper, names: keeper.destroy(names, at_once=True),
    "rewrap": lambda keeper, _names: keeper.rewrap(),
}
