"""Where a store lives when it is a database of a server: a value, without any secret."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class DatabaseAddress:
    """One database of a PostgreSQL server, as one role.

    ``host``: a name, or the folder of a Unix socket. ``passfile``: a file in libpq's format (mode
    0600) that holds the role's password; it is in no setting, argument or environment.
    """

    host: str
    port: int
    database: str
    user: str
    passfile: Path
    sslmode: str = "prefer"
