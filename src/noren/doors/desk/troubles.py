"""Refusals of the desk's pages, as told to a person."""

from __future__ import annotations

from typing import Final

from noren.doors.pages.errors import Trouble
from noren.governance.signing_in.refusals import TOLD, NotProved
from noren.governance.staffing.refusing import Refused
from noren.kernel.say import Say

FROM_ELSEWHERE: Final = Trouble(
    403,
    "not-from-here",
    Say("ほかの画面からの操作は受け付けません", "This can not be asked from another site"),
    Say(
        "画面を開いてから時間がたったか、別のサイトから送られました。",
        "The page was opened too long ago, or the form came from another site.",
    ),
    Say("ページを開き直してください。", "Please open the page again."),
    back="/",
)
OVER: Final = Trouble(
    401,
    "not-signed-in",
    Say("サインインしていません", "You are not signed in"),
    Say(
        "サインインしていないか、30分操作がなかったため終わりました。",
        "You are not signed in, or it ended after 30 minutes without a click.",
    ),
    Say("もう一度サインインしてください。", "Please sign in again."),
    back="/sign-in",
)
NOT_FRESH: Final = Trouble(
    403,
    "sign-in-again",
    Say("もう一度サインインしてください", "Please sign in again"),
    Say(
        "サインインの方法を加えられるのは、サインインから15分のあいだだけです。",
        "A way to sign in is added only within 15 minutes of signing in.",
    ),
    Say("サインアウトして、サインインし直してから行ってください。", "Sign out, sign in again, and do it then."),
    back="/",
)
NOT_HERE: Final = Trouble(
    404,
    "no-such-way",
    Say("この方法ではサインインできません", "This way of signing in is not open"),
    Say("この事務局では設定されていません。", "It is not set up at this desk."),
    Say("ほかの方法でサインインしてください。", "Please sign in another way."),
    back="/sign-in",
)
NOT_DONE: Final = Trouble(
    409,
    "not-done",
    Say("承認しましたが、実行できませんでした", "It was approved, but could not be done"),
    Say("求められたときから、ほかのことが変わりました。", "Something else has changed since it was asked for."),
    Say("いまの状態を確かめて、もう一度求めてもらってください。", "See what stands now, and have it asked for anew."),
    back="/waiting",
)


def refused(found: Refused, back: str = "/") -> Trouble:
    """Return a refusal of the staff room as a page tells it."""
    return Trouble(409, found.rule, Say("できませんでした", "This was not done"), found.says, found.fix, back=back)


def not_taken(found: NotProved, back: str) -> Trouble:
    """Return a proof that does not count as a page tells it."""
    again = Say("もう一度お試しください。", "Please try again.")
    return Trouble(
        403, found.why.value, Say("受け付けられませんでした", "This was not taken"), TOLD[found.why], again, back
    )
