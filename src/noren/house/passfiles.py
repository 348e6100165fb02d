"""Password files of the zones' PostgreSQL roles: ``keys/<zone>.pgpass``, in libpq's format, mode 0600.

The first line is a comment with a random mark, which the role on the server bears too: so that
one home never takes another's roles for its own. Made per side, like the keys beside them.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from noren.house.home import Home, HomeProblem, Zone
from noren.kernel.say import Say


@dataclass(frozen=True, slots=True)
class Passfile:
    """What stands in a zone's file. ``mark``: tells whose role it is; nothing secret."""

    mark: str
    host: str
    port: int
    role: str
    password: str = field(repr=False)


def path_of(home: Home, zone: Zone) -> Path:
    """Return where a zone's password lies."""
    return home.keys / f"{zone}.pgpass"


def keep_passfile(home: Home, zone: Zone, kept: Passfile) -> None:
    """Write a zone's file, which must not exist yet, durably."""
    host = kept.host.replace("\\", "\\\\").replace(":", "\\:")
    # libpq looks its own default socket folder up as "localhost".
    hosts = [host, "localhost"] if kept.host.startswith("/") else [host]
    lines = "".join(f"{each}:{kept.port}:*:{kept.role}:{kept.password}\n" for each in hosts)
    descriptor = os.open(path_of(home, zone), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as out:
        out.write(f"# {kept.mark}\n{lines}")
        out.flush()
        os.fsync(out.fileno())


def read_passfile(home: Home, zone: Zone) -> Passfile | None:
    """Return what a zone's file says, None where there is none.

    Raises:
        HomeProblem: it is open to others, or nothing that noren wrote.
    """
    path = path_of(home, zone)
    if not path.exists():
        return None
    check_private(path)
    try:
        comment, line, *_ = path.read_text("ascii").splitlines()
        before, role, password = line.rsplit(":", 2)
        host, port, _ = before.rsplit(":", 2)
        host = host.replace("\\:", ":").replace("\\\\", "\\")
        return Passfile(comment.removeprefix("# "), host, int(port), role, password)
    except (OSError, ValueError):
        raise HomeProblem(
            Say(
                f"{path} は noren が書いたパスワードファイルではありません。控えから戻してください。",
                f"{path} is not a password file that noren wrote. Restore it from your copy.",
            )
        ) from None


def check_private(path: Path) -> None:
    """Raise ``HomeProblem`` where a password file is missing or open to others."""
    try:
        mode = path.stat().st_mode
    except OSError as wrong:
        raise HomeProblem(
            Say(
                f"ゾーンのパスワードファイル {path} を読めません({wrong.strerror})。控えから戻してください。",
                f"The zone's password file {path} can not be read ({wrong.strerror}). Restore it from your copy.",
            )
        ) from None
    if mode & 0o077:
        raise HomeProblem(
            Say(
                f"{path} を他の利用者が読めます。次で閉じてください: chmod 600 {path}",
                f"{path} can be read by others. Close it with: chmod 600 {path}",
            )
        )
