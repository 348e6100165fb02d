"""What the vault's stores need of a database: two kinds of transactions, upserts, and forgetting.

SQLite (``sqlite.py``) and PostgreSQL (``postgres.py``) fill it. Both stores are written once, over this.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Final, Protocol

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

CHUNK: Final = 500
"""How many values one ``IN (…)`` holds."""

Adding = sqlite.Insert | postgresql.Insert
"""An insert that may say what to do with rows whose key is known."""


class VaultEngine(Protocol):
    """One database of the vault."""

    def writing(self) -> AbstractContextManager[Connection]:
        """Open the one writing transaction: others wait from here on; durable when ``with`` has ended without error."""
        ...

    def reading(self) -> AbstractContextManager[Connection]:
        """Open a transaction that sees one state of the store and does not wait for the writing one."""
        ...

    def adding(self, table: Table) -> Adding:
        """Begin an insert."""
        ...

    def note_coming(self, connection: Connection) -> None:
        """Mark, in the same transaction, that rows lie in the order in which they came."""
        ...

    def note_deleting(self, connection: Connection) -> None:
        """Mark the same where an engine leaves old states of rows lying: they go at the latest at the next laying."""
        ...

    def lay_anew(self) -> None:
        """Write everything anew in the order of its random keys; nothing to do when nothing was noted since.

        The order in which rows came tells when a member came, and the ledger side knows when she first shopped:
        a thief of both stores links by it.

        Raises:
            StoreUnusable: the store is held; try again later.
        """
        ...

    def forget_deleted(self) -> None:
        """Make what was deleted be in no file of the store any more (what an engine can not do, it says).

        Raises:
            StoreUnusable: the store is held; try again later.
        """
        ...

    def whole(self) -> bool:
        """Return whether the engine finds nothing wrong with its own files."""
        ...

    def close(self) -> None:
        """Close all connections."""
        ...
