"""Keys by name and version. A value sealed or indexed under a key names the version it used.

A ring is a live view: where its key file changes, ``renew`` exchanges all it holds in one step.
Whoever needs a version *and* its key takes both at once (``newest``), never one after the other.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import Final

KEY_BYTES: Final = 32


class UnknownKeyVersion(LookupError):
    """A value names a key version that this ring does not hold: it was sealed elsewhere or its key was destroyed."""


class KeyRing:
    """All live versions of one named key; ``current`` is the one new values are made with."""

    __slots__ = ("_held", "_order", "name")

    def __init__(self, name: str, current: int, versions: Mapping[int, bytes]) -> None:
        self.name = name
        self.renew(current, versions)

    def renew(self, current: int, versions: Mapping[int, bytes]) -> None:
        """Hold these versions from now on. Readers see all of the old or all of the new."""
        assert current in versions, f"key {self.name}: no current version"
        assert all(len(k) == KEY_BYTES for k in versions.values()), f"key {self.name}: wrong length"
        rest = sorted((v for v in versions if v != current), reverse=True)
        # Look-ups by version go through _held, look-ups by order through _order: each is one read of one value.
        self._held = dict(versions)
        self._order = tuple((version, versions[version]) for version in (current, *rest))

    def __repr__(self) -> str:
        return f"<KeyRing {self.name}>"

    @property
    def current(self) -> int:
        """The version with which new values are made."""
        return self._order[0][0]

    @property
    def versions(self) -> Mapping[int, bytes]:
        """All live versions."""
        return self._held

    def newest(self) -> tuple[int, bytes]:
        """Return the current version and its key, of one moment."""
        return self._order[0]

    def key(self, version: int | None = None) -> bytes:
        """Return the key of ``version`` (default: the current one).

        Raises:
            UnknownKeyVersion: the ring does not hold that version.
        """
        if version is None:
            return self._order[0][1]
        try:
            return self._held[version]
        except KeyError:
            raise UnknownKeyVersion(f"key {self.name} has no version {version}") from None

    def newest_first(self) -> tuple[tuple[int, bytes], ...]:
        """Return (version, key) of one moment, the current one first: for look-ups while several are valid."""
        return self._order


class Edition:
    """Counts how often a zone's rings were renewed: what was computed under an earlier edition is computed anew."""

    __slots__ = ("number",)

    def __init__(self) -> None:
        self.number = 0


def keyed_index(key: bytes, *parts: bytes) -> bytes:
    """Return HMAC-SHA-256 (32 bytes) over the parts, each preceded by its length so that no two lists collide."""
    return hmac.digest(key, framed(parts), "sha256")


def framed(parts: tuple[bytes, ...]) -> bytes:
    """Return the parts, each preceded by its length."""
    return b"".join([len(part).to_bytes(4, "big") + part for part in parts])
