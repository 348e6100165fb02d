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
TOO_OFTEN: Final = Say(
    "何度も続けて間違えたため、15分ほどサインインできません。時間をおいてお試しください。",
    "Too many tries. Please wait about 15 minutes and try again.",
)
