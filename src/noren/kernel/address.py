"""Where a store lives when it is a database of a server: a value, without any secret."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

CONNECT_SECONDS: Final = 10


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

    def libpq(self) -> dict[str, Any]:
        """Return it as the driver's connection parameters; each store adds its own options."""
        return {
            "host": self.host, "port": self.port, "dbname": self.database, "user": self.user,
            "passfile": str(self.passfile), "sslmode": self.sslmode, "connect_timeout": CONNECT_SECONDS,
            "application_name": "noren",
        }  # fmt: skip
