"""Keys by name and version. A value sealed or indexed under a key names the version it used."""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

KEY_BYTES: Final = 32


class UnknownKeyVersion(LookupError):
    """A value names a key version that this ring does not hold: it was sealed elsewhere or its key was destroyed."""


@dataclass(frozen=True, slots=True)
class KeyRing:
    """All live versions of one named key; ``current`` is the one new values are made with."""

    name: str
    current: int
    versions: Mapping[int, bytes] = field(repr=False)

    def __post_init__(self) -> None:
        assert self.current in self.versions, f"key {self.name}: no current version"
        assert all(len(k) == KEY_BYTES for k in self.versions.values()), f"key {self.name}: wrong length"

    def key(self, version: int | None = None) -> bytes:
        """Return the key of ``version`` (default: the current one).

        Raises:
            UnknownKeyVersion: the ring does not hold that version.
        """
        try:
            return self.versions[self.current if version is None else version]
        except KeyError:
            raise UnknownKeyVersion(f"key {self.name} has no version {version}") from None

    def newest_first(self) -> Iterator[tuple[int, bytes]]:
        """Yield (version, key), the current one first: for look-ups while two versions are valid."""
        yield self.current, self.versions[self.current]
        for version in sorted(self.versions, reverse=True):
            if version != self.current:
                yield version, self.versions[version]


def keyed_index(key: bytes, *parts: bytes) -> bytes:
    """Return HMAC-SHA-256 (32 bytes) over the parts, each preceded by its length so that no two lists collide."""
    message = b"".join([len(part).to_bytes(4, "big") + part for part in parts])
    return hmac.digest(key, message, "sha256")
