"""Refusals of the sign-in, as told to a person."""

from __future__ import annotations

from typing import Final

from noren.doors.pages.errors import Trouble
from noren.kernel.say import Say

FROM_ELSEWHERE: Final = Trouble(
    403,
    "not-from-here",
    Say("ほかの画面からの操作は受け付けません", "This can not be asked from another site"),
    Say(
        "画面を開いてから時間がたったか、別のサイトから送られました。",
        "The page was opened too long ago, or the form came from another site.",
    ),
    Say("サインインのページを開き直してください。", "Please open the sign-in page again."),
    back="/sign-in",
)
CROWDED: Final = Say(
    "ただいまサインインが混み合っています。少し待ってからもう一度お試しください。",
    "Too many are signing in just now. Please try again in a few seconds.",
)
_MINUTE: Final = 60


def too_often(seconds: int) -> Say:
    """Tell for how long a number's next try must wait."""
    minutes = -(-seconds // _MINUTE)
    ja, en = (f"{minutes}分", f"{minutes} min") if seconds > _MINUTE else (f"{seconds}秒", f"{seconds} s")
    return Say(
        f"この会員番号では続けてサインインできていないため、あと{ja}お待ちいただいてからお試しください。",
        f"There were several failed tries with this number. Please wait {en} and try again.",
    )
