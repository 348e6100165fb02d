"""What the sign-in's routes are given: the room, the sessions, the tries, and the tokens of forms."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass, field

from litestar.di import NamedDependency
from litestar.params import SkipValidation

from noren.doors.pages import PageProblem, Shell
from noren.doors.pages.language import Asked
from noren.doors.pages.sessions import Sessions
from noren.doors.vault.attempts import Attempts
from noren.doors.vault.cookies import FORM, SESSION
from noren.doors.vault.hashing import Hashing
from noren.doors.vault.troubles import FROM_ELSEWHERE
from noren.house.vault import VaultRoom
from noren.kernel.keyring import keyed_index


@dataclass(frozen=True, slots=True)
class Desk:
    """The door's own things."""

    room: VaultRoom
    shell: Shell
    sessions: Sessions[bytes]
    attempts: Attempts
    hashing: Hashing = field(default_factory=Hashing)

    def visitor(self, request: Asked) -> bytes | None:
        """Return whose browser this is (a row of the vault), None when nobody is signed in."""
        return self.sessions.whose(request.cookies.get(SESSION))

    def form_token(self, secret: str) -> str:
        """Return the token that a form must bring, bound to a cookie of the same browser."""
        return _form_token(self.room.keys.ring("sign-in").key(), secret)

    def check_form(self, request: Asked, token: object, *, cookie: str) -> None:
        """Let a form pass only when it came from our own page in this browser."""
        secret = request.cookies.get(cookie)
        live = self.room.keys.ring("sign-in").newest_first()  # a form may lie open while the key rotates
        fits = (
            bool(secret)
            and isinstance(token, str)
            and any(secrets.compare_digest(token.encode(), _form_token(k, secret or "").encode()) for _, k in live)
        )
        if not fits or request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
            raise PageProblem(FROM_ELSEWHERE)


def _form_token(key: bytes, secret: str) -> str:
    return base64.urlsafe_b64encode(keyed_index(key, b"form", secret.encode())).decode()


def form_secret(request: Asked) -> tuple[str, bool]:
    """Return this browser's form secret, and whether it is new."""
    known = request.cookies.get(FORM)
    return (known, False) if known else (secrets.token_urlsafe(32), True)


GivenDesk = NamedDependency[SkipValidation[Desk]]
