"""The order in which items are sent: random, and the same again when an interrupted import goes on."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from hashlib import blake2b
from typing import Final

from noren.doors.cli.imports.items import Item

SEED_BYTES: Final = 32


def new_seed() -> bytes:
    """Return the secret of one import's order (the system's randomness); it lives until the import ends."""
    return secrets.token_bytes(SEED_BYTES)


def place(item: Item, seed: bytes) -> str:
    """Return an item's place in the order (hex): a keyed hash of its first line, so nothing of the file's order."""
    return blake2b(item.rows[0].to_bytes(8, "big"), key=seed, digest_size=16).hexdigest()


def shuffled(items: Iterable[Item], seed: bytes, after: str) -> list[tuple[str, Item]]:
    """Return the items with their places, in order, without those up to ``after`` (empty: all)."""
    placed = ((place(item, seed), item) for item in items)
    return sorted((pair for pair in placed if pair[0] > after), key=lambda pair: pair[0])
