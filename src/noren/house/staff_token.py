"""The token of who is signed in at a terminal: a file of this user alone, never an argument or a variable's value."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from noren.house.home import Home, HomeProblem
from noren.kernel.say import Say

TOKEN_VARIABLE: Final = "NOREN_TOKEN_FILE"  # noqa: S105  # a variable that names a file
TOKEN_HEADER: Final = "noren-staff"  # noqa: S105


def token_file(home: Home) -> Path:
    """Return where this user's token lies: ``NOREN_TOKEN_FILE``, else a file of the home."""
    given = os.environ.get(TOKEN_VARIABLE)
    return Path(given) if given else home.path / "staff" / f"token-{os.getuid()}"


def token_of(home: Home) -> str:
    """Return this user's token; empty: nobody signed in here.

    Raises:
        HomeProblem: others may read the file.
    """
    path = token_file(home)
    try:
        with path.open(encoding="ascii", errors="replace") as file:
            if os.fstat(file.fileno()).st_mode & 0o077:
                raise HomeProblem(
                    Say(
                        f"サインインの印 {path} を他の利用者が読めます。次で閉じてください: chmod 600 {path}",
                        f"{path}, which stands for your sign-in, can be read by others. Close it: chmod 600 {path}",
                    )
                )
            return file.read().strip()
    except FileNotFoundError:
        return ""


def keep_token(home: Home, token: str) -> Path:
    """Write this user's token, for her alone."""
    path = token_file(home)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as out:
        out.write(token + "\n")
    beside.rename(path)
    return path
