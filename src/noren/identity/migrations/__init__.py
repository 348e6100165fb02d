"""The revisions of the vault's two stores, a folder each: what changed in their tables, up and down."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from noren.identity import tables
from noren.revisions.history import history_of

_HERE: Final = Path(__file__).parent

VAULT: Final = history_of(tables.VAULT, _HERE / "vault")
MEMBER_KEYS: Final = history_of(tables.MEMBER_KEYS, _HERE / "member_keys")
