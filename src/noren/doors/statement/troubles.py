"""Refusals of this door, as told to the member."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from noren.campaign.entering import NotTaken
from noren.doors.pages.errors import Trouble
from noren.kernel.say import Say
from noren.kernel.ticket import TicketRefused

SIGN_IN_AGAIN: Final = Say("はじめからもう一度サインインしてください。", "Please sign in again from the start.")

NOT_SIGNED_IN: Final = Trouble(
    401,
    "not-signed-in",
    Say("サインインしていません", "You are not signed in"),
    Say(
        "この画面はご本人だけのものです。サインインしていないか、15分が過ぎました。",
        "This page is yours alone. You have not signed in, or 15 minutes have passed.",
    ),
    SIGN_IN_AGAIN,
)
NOT_HERE: Final = Trouble(
    404,
    "no-record",
    Say("お買い物の記録がありません", "There is no record of purchases"),
    Say(
        "この会員の台帳は閉じられたか、ほかの会員証とひとつにまとめられました。",
        "This member's ledger was closed, or joined with that of another card.",
    ),
    Say("心当たりのないときは、運営者にお知らせください。", "If you did not expect this, please tell the operator."),
)
NO_SUCH_PAGE: Final = Trouble(
    404,
    "unknown-purchase",
    Say("そのお買い物は見つかりません", "That purchase is not here"),
    Say(
        "しおりのアドレスが古いか、あなたのお買い物ではありません。",
        "The address is old, or that purchase is not yours.",
    ),
    Say("はじめのページからお探しください。", "Please start from the first page."),
)
DOCUMENT_NOT_NOW: Final = Trouble(
    503,
    "document-not-now",
    Say("いまは開示書を作れません", "The document can not be made just now"),
    Say(
        "取引台帳が応答しないか、ほかの開示書を作っています。",
        "The ledger does not answer, or another document is being made.",
    ),
    Say("少し待ってから、もう一度お試しください。", "Please try again in a moment."),
)
NOTHING_TO_FORGET: Final = Trouble(
    409,
    "nothing-to-forget",
    Say("これ以上、残さないようにするものはありません", "There is nothing (more) to forget here"),
    Say(
        "すでに申し出を受けているか、消したあとか、36か月を過ぎて合計になっています。消したあとは、取り消せません。",
        "It was asked for before, is gone, or is only a day's sum after 36 months. What is gone can not be taken back.",
    ),
    Say("会員のページで、いまの様子をお確かめください。", "Please look at the member's page for how it stands."),
)
FROM_ELSEWHERE: Final = Trouble(
    403,
    "not-from-here",
    Say("ほかの画面からの操作は受け付けません", "This can not be asked from another site"),
    Say("この操作は、この画面のボタンからだけできます。", "This works only by the button on this page."),
    Say("会員のページを開き、ボタンを押してください。", "Open the member's page and press the button there."),
)


SEE_CAMPAIGNS: Final = Say("企画の一覧で、いまの様子をお確かめください。", "Please look at the list of campaigns.")


def _not_entered(word: NotTaken, ja: str, en: str, fix: Say = SEE_CAMPAIGNS) -> Trouble:
    status = 404 if word in {NotTaken.NO_SUCH, NotTaken.NOBODY} else 409
    title = Say("お受けできませんでした", "We could not take that")
    return Trouble(status, f"entry-{word.value}", title, Say(ja, en), fix, "/campaigns")


NOT_ENTERED: Final[Mapping[NotTaken, Trouble]] = {
    each: _not_entered(each, ja, en, *fix)
    for each, ja, en, *fix in (
        (NotTaken.NO_SUCH, "エントリーできる、その名前の企画はありません。", "No campaign of that name takes entries."),
        (NotTaken.OVER, "この企画は終わりました。", "This campaign is over."),
        (NotTaken.NOBODY, "この会員の台帳は閉じられています。", "This member's ledger is closed."),
        (
            NotTaken.POINTS_ONLY,
            "ポイントだけモードのあいだは、どの企画でも抽選されません。エントリーもお受けしません。",
            "In points-only mode no campaign draws for you, so there is nothing to enter.",
            Say(
                "「わたしの選択」でモードを変えると、エントリーできます。",
                "To enter, change the mode among your choices.",
            ),
        ),
        (
            NotTaken.YOUNG,
            "16歳未満の方は、どの企画でも抽選されません。エントリーもお受けしません。",
            "No campaign draws for members under 16, so there is nothing to enter.",
        ),
        (
            NotTaken.BOUGHT,
            "エントリーのあと、この企画の期間とお店でお買い物があったので、取り消せません。",
            "You have bought something where and when this campaign runs since you entered, so it stands.",
            Say(
                "これからの抽選を止めるには、「わたしの選択」でレジクーポンを止めてください。",
                "To take part in no more draws, stop coupons at the register among your choices.",
            ),
        ),
    )
}


def ticket_trouble(refused: TicketRefused) -> Trouble:
    """Tell why a ticket does not open the door."""
    return Trouble(
        403, "ticket-refused", Say("お通しできませんでした", "We could not let you in"), refused.reason, SIGN_IN_AGAIN
    )
