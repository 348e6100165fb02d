"""``keys/trust/<zone>.pub``: the public halves of a zone, which every zone may read.

One line each: ``signing`` of every version that may still have signed something, ``opening``
of the one to which is sealed now. The ground floor's single line of two keys is still read.

A signing key is forgotten soon after it has turned, and a member keeps her acknowledgement for years. So of the zones
that sign acknowledgements every public key that they ever had stands in ``keys/trust/acknowledgements-<zone>.keys``.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from noren.house.home import Home, HomeProblem, Zone
from noren.house.keys.holds import OPENING, SIGNING
from noren.house.keys.keyfile import PUBLIC, exchange

ACKNOWLEDGING: Final[tuple[Literal["vault", "statement"], ...]] = ("vault", "statement")
"""Who signs acknowledgements that a member is given."""

_WORDS_BEFORE: Final = 2


@dataclass(frozen=True, slots=True)
class Trusted:
    """A zone's raw public keys: those that verify what it signed (newest first), the one that seals to it."""

    verifying: tuple[bytes, ...]
    sealing: bytes


def trust_path(home: Home, zone: Zone) -> Path:
    """Return where a zone's public halves lie."""
    return home.keys / "trust" / f"{zone}.pub"


def trusted(home: Home, zone: Zone) -> Trusted:
    """Return the public keys of a zone.

    Raises:
        HomeProblem: they can not be read.
    """
    try:
        lines = [line.split() for line in trust_path(home, zone).read_text("ascii").splitlines()]
        if len(lines) == 1 and len(lines[0]) == _WORDS_BEFORE and lines[0][0] not in (SIGNING, OPENING):
            return Trusted((base64.b64decode(lines[0][0]),), base64.b64decode(lines[0][1]))
        verifying = tuple(base64.b64decode(key) for kind, key in lines if kind == SIGNING)
        return Trusted(verifying, next(base64.b64decode(key) for kind, key in lines if kind == OPENING))
    except (OSError, ValueError, StopIteration, binascii.Error) as wrong:
        raise HomeProblem(f"The public keys of zone {zone} can not be read: {wrong}") from None


def publish(home: Home, zone: Zone, verifying: list[bytes], sealing: bytes) -> None:
    """Write a zone's public halves; nothing to do where they stand so already."""
    lines = [f"{SIGNING} {base64.b64encode(key).decode()}\n" for key in verifying]
    content = "".join([*lines, f"{OPENING} {base64.b64encode(sealing).decode()}\n"]).encode("ascii")
    if zone in ACKNOWLEDGING:
        _note(home.acknowledgement_keys(zone), verifying)
    path = trust_path(home, zone)
    if not path.exists() or path.read_bytes() != content:
        exchange(path, content, PUBLIC)


def acknowledged_by(home: Home, zone: Literal["vault", "statement"]) -> tuple[bytes, ...]:
    """Return every raw public key by which a zone ever signed acknowledgements.

    Raises:
        HomeProblem: they can not be read.
    """
    try:
        known = _read(home.acknowledgement_keys(zone))
    except (OSError, ValueError, binascii.Error) as wrong:
        raise HomeProblem(f"The keys of acknowledgements of zone {zone} can not be read: {wrong}") from None
    return (*known, *(key for key in trusted(home, zone).verifying if key not in known))


def _note(path: Path, living: list[bytes]) -> None:
    """Add keys that are new to those of before, before they sign anything."""
    known = _read(path)
    new = [key for key in living if key not in known]
    if new:
        lines = [base64.urlsafe_b64encode(key).rstrip(b"=") + b"\n" for key in [*known, *new]]
        exchange(path, b"".join(lines), PUBLIC)


def _read(path: Path) -> list[bytes]:
    if not path.exists():
        return []
    lines = path.read_text("ascii").split()
    return [base64.urlsafe_b64decode(line + "=" * (-len(line) % 4)) for line in lines]
