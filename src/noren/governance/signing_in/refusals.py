"""Why a proof does not count. A visitor is told the kind; the word goes to the log, and names nobody."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from noren.kernel.say import Say


class Why(StrEnum):
    """What is wrong with a proof."""

    NOT_BEGUN_HERE = "not-begun-here"
    PROVIDER_DECLINED = "provider-declined"
    PROVIDER_AWAY = "provider-away"
    NOT_PROVED = "not-proved"
    COPIED = "copied"


@dataclass(frozen=True, slots=True)
class NotProved:
    """A proof that does not count. ``check``: which check it failed, for the log."""

    why: Why
    check: str = ""


TOLD: Final = {
    Why.NOT_BEGUN_HERE: Say(
        "このサインインは、このブラウザーで始められたものではないか、時間切れか、すでに使われています。"
        "もう一度はじめからお試しください。",
        "This sign-in was not begun in this browser, took too long, or was used already. Please begin again.",
    ),
    Why.PROVIDER_DECLINED: Say(
        "会社のサインインで、サインインが取りやめられました。", "The company's sign-in says that you did not sign in."
    ),
    Why.PROVIDER_AWAY: Say(
        "会社のサインインが応答しません。少し待つか、ほかの方法でサインインしてください。",
        "The company's sign-in does not answer. Please wait a moment, or sign in another way.",
    ),
    Why.NOT_PROVED: Say("ご本人と確かめられませんでした。", "This does not prove who you are."),
    Why.COPIED: Say(
        "このパスキーは複製されたおそれがあるため、使えません。ほかの方法でサインインし、このパスキーを取り除いてください。",
        "This passkey may have been copied and is not taken. Sign in another way and remove it.",
    ),
}
