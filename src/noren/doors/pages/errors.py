"""Pages for when something is not there, not allowed or not working: what, why, and what to do next.

Machines (``/v1/…``, ``….json``) get the same as problem+json. No answer repeats what was
asked: an address may hold what a person would not like to see again.
"""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import structlog
from litestar import MediaType, Response
from litestar.exceptions import HTTPException
from litestar.response import Template

from noren.doors.pages.language import Asked, language
from noren.kernel.say import Say

_SERVER_FAULTS: Final = 500
_OURS: Final = "/noren/"
LOG: Final[Any] = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Trouble:
    """One kind of trouble, told to a person. ``word`` is the stable end of the problem's type."""

    status: int
    word: str
    title: Say
    why: Say
    fix: Say
    back: str = "/"


class PageProblem(Exception):
    """A page can not be given; the trouble says what, why and what to do."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.word)
        self.trouble = trouble


class ZoneUnavailable(Exception):
    """A zone or store behind this page does not answer just now."""


NOT_FOUND: Final = Trouble(
    404,
    "not-found",
    Say("ページが見つかりません", "This page is not here"),
    Say("アドレスが違うか、ページが移ったようです。", "The address may be wrong, or the page has moved."),
    Say("最初のページからお探しください。", "Please start again from the first page."),
)
NOT_THUS: Final = Trouble(
    400,
    "bad-request",
    Say("このままでは受け付けられません", "We could not take this as it came"),
    Say("送られた内容がこのページの決まりと合いません。", "What was sent does not fit this page."),
    Say("前のページに戻り、もう一度お試しください。", "Please go back one page and try again."),
)
BROKEN: Final = Trouble(
    500,
    "broken",
    Say("こちらの不具合でページを出せません", "Something broke on our side"),
    Say(
        "内部で思わぬことが起きました。お客さまの操作のせいではありません。",
        "Something unexpected happened inside. It is not your doing.",
    ),
    Say(
        "少し待ってからもう一度お試しください。続くときは運営者にお知らせください。",
        "Please try again in a moment. If it goes on, tell the operator.",
    ),
)
CLOSED: Final = Trouble(
    503,
    "zone-down",
    Say("ただいまこの窓口は準備中です", "This counter is closed for a moment"),
    Say(
        "このページの奥にある仕組みが、いま応答していません。お買い物とポイントの記録は別の場所で守られています。",
        "The part behind this page does not answer just now. Purchases and points are safe elsewhere.",
    ),
    Say("少し待ってから、このページを開き直してください。", "Please wait a moment and open this page again."),
)


def _trouble(problem: Exception) -> Trouble:
    match problem:
        case PageProblem():
            return problem.trouble
        case ZoneUnavailable():
            return CLOSED
        case HTTPException(status_code=404) | HTTPException(status_code=405):
            return NOT_FOUND
        case HTTPException(status_code=status) if status < _SERVER_FAULTS:
            return NOT_THUS
        case _:
            return BROKEN


def answer_trouble(request: Asked, problem: Exception) -> Response[Any]:
    """Turn whatever went wrong into a page or a problem document."""
    trouble = _trouble(problem)
    if trouble is BROKEN:
        _report(problem)
    path = request.url.path
    if path.startswith("/v1/") or path.endswith(".json"):
        return _as_problem(request, trouble)
    words = request.app.state.shell.words(request) | {"trouble": trouble}
    return Template("error.html", context=words, status_code=trouble.status, media_type=MediaType.HTML)


def _as_problem(request: Asked, trouble: Trouble) -> Response[bytes]:
    lang = language(request)
    body = {
        "type": f"urn:noren:problem:{trouble.word}",
        "title": trouble.title(lang),
        "status": trouble.status,
        "detail": trouble.why(lang),
        "fix": trouble.fix(lang),
    }
    return Response(msgspec.json.encode(body), status_code=trouble.status, media_type="application/problem+json")


def _report(problem: Exception) -> None:
    """Log what broke and where in our code: no address, no value of the request."""
    ours = [f for f in traceback.extract_tb(problem.__traceback__) if _OURS in f.filename]
    where = f"{ours[-1].filename.rpartition(_OURS)[2]}:{ours[-1].lineno}" if ours else ""
    LOG.error("page broke", kind=type(problem).__name__, where=where)
