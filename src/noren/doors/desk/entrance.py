"""What the desk's pages are given: the room, the ways to sign in, who is signed in, and the tokens of forms."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import structlog
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import SkipValidation

from noren.doors.desk.cookies import BROWSER, BROWSER_SECONDS, SESSION, SESSION_SECONDS, lax_cookie
from noren.doors.desk.deciding import Perform
from noren.doors.desk.troubles import FROM_ELSEWHERE, OVER
from noren.doors.pages import PageProblem, Shell
from noren.doors.pages.away import Away
from noren.doors.pages.language import Asked
from noren.governance.signing_in.refusals import NotProved
from noren.governance.staffing.model import Session, SignedIn
from noren.house.desk import DeskRoom
from noren.house.desk_ways import Ways
from noren.kernel.keyring import keyed_index

LOG: Final[Any] = structlog.get_logger("desk")
MAX_FIELD: Final = 32_768


@dataclass(frozen=True, slots=True)
class Entrance:
    """The pages' own things."""

    room: DeskRoom
    shell: Shell
    ways: Ways
    performers: Mapping[str, Perform]

    def visitor(self, request: Asked) -> SignedIn | None:
        """Return who is signed in in this browser. A cookie holds a session's secret, never a token."""
        secret = request.cookies.get(SESSION, "")
        return None if not secret or "." in secret else self.room.staff.session(secret)

    def signed_in(self, request: Asked) -> SignedIn:
        """Return who is signed in; who is not is told so."""
        found = self.visitor(request)
        if found is None:
            raise PageProblem(OVER)
        return found

    def page(self, request: Asked, template: str, *, status: int = 200, **context: object) -> Response[Any]:
        """Return a page whose forms are bound to this browser, which gets its secret with it if it has none."""
        known = request.cookies.get(BROWSER)
        secret = known or secrets.token_urlsafe(32)
        made = self.shell.page(
            request, template, status=status, token=self._token(self._key(), secret), ways=self.ways, **context
        )
        if not known:
            made.headers["Set-Cookie"] = lax_cookie(BROWSER, secret, seconds=BROWSER_SECONDS)
        return made

    def check_form(self, request: Asked, token: object) -> str:
        """Let a form pass only when it came from our own page in this browser; return the browser's secret."""
        secret = request.cookies.get(BROWSER, "")
        live = self.room.zone_keys.ring("staff-secrets").newest_first()  # a form may lie open while the key rotates
        fits = (
            bool(secret)
            and isinstance(token, str)
            and any(secrets.compare_digest(token.encode(), self._token(key, secret).encode()) for _, key in live)
        )
        if not fits or request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
            raise PageProblem(FROM_ELSEWHERE)
        return secret

    def enter(self, request: Asked, session: Session) -> Away:
        """Send somebody who signed in to her page, under a session that nobody knew before; an earlier one ends."""
        earlier = self.visitor(request)
        if earlier is not None:
            self.room.staff.end_session(earlier)
        return Away("/", lax_cookie(SESSION, session.id, seconds=SESSION_SECONDS))

    def note(self, what: str, found: NotProved) -> None:
        """Log which check a proof failed: no account, no address, no value."""
        LOG.warning(what, why=found.why.value, check=found.check)

    def _key(self) -> bytes:
        return self.room.zone_keys.ring("staff-secrets").key()

    @staticmethod
    def _token(key: bytes, secret: str) -> str:
        return base64.urlsafe_b64encode(keyed_index(key, b"desk form", secret.encode())).decode()


async def form_of(request: Asked) -> dict[str, str]:
    """Return a form's texts, each of a bounded length."""
    found = await request.form()
    return {name: value[:MAX_FIELD] for name, value in found.items() if isinstance(value, str)}


GivenEntrance = NamedDependency[SkipValidation[Entrance]]
