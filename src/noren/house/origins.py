"""Where each door is found by a browser: the origins that keep the two halves of a member's page apart."""

from __future__ import annotations

from dataclasses import dataclass

from noren.house.home import Home


@dataclass(frozen=True, slots=True)
class Origins:
    """One origin (scheme, host, port; no trailing slash) per door.

    The vault and the statement never share an origin: that is what keeps a script of one from
    reading the other in the member's browser (house §1).
    """

    front: str
    till: str
    vault: str
    statement: str
    desk: str

    def __post_init__(self) -> None:
        parted = (self.front, self.vault, self.statement, self.desk)
        assert len(set(parted)) == len(parted)


def origins(home: Home) -> Origins:
    """Return the origins of a home on one machine: names under ``.localhost``, ports from ``noren.toml``.

    The desk's is a setting too: passkeys and the company's provider are bound to it.
    """
    doors = home.settings.doors
    return Origins(
        front=f"http://localhost:{doors.front}",
        till=f"http://localhost:{doors.till}",
        vault=f"http://vault.localhost:{doors.vault}",
        statement=f"http://statement.localhost:{doors.statement}",
        desk=home.settings.sign_in.origin or f"http://desk.localhost:{doors.desk}",
    )
