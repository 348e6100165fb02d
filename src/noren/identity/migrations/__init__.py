"""The revisions of the vault's stores, a folder each: what changed in their tables, up and down."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from noren.identity import tables
from noren.identity.statutory.tables import STATUTORY as _STATUTORY
from noren.revisions.history import history_of

_HERE: Final = Path(__file__).parent

VAULT: Final = history_of(tables.VAULT, _HERE / "vault")
MEMBER_KEYS: Final = history_of(tables.MEMBER_KEYS, _HERE / "member_keys")
STATUTORY: Final = history_of(_STATUTORY, _HERE / "statutory")
