"""Refusals as values: the problem's word, and where the fault is. Their texts stand in one table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from noren.kernel.say import Say


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something was not done. ``field``: JSON pointer of the field at fault; ``more``: what exactly."""

    problem: str
    field: str | None = None
    more: Say | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """A stable problem type: HTTP status, title, and how to mend it."""

    status: int
    title: Say
    fix: Say


PROBLEMS: Final[dict[str, Problem]] = {
    "bad-json": Problem(
        400,
        Say("本文がJSONとして読めません", "The body is not JSON"),
        Say("UTF-8のJSONオブジェクトを1つ送ってください。", "Send one JSON object in UTF-8."),
    ),
    "bad-key": Problem(
        401,
        Say("端末キーが正しくありません", "The terminal key is not valid"),
        Say(
            "「noren terminal add」で発行したキーを Authorization: Bearer に入れてください。",
            "Put the key printed by `noren terminal add` into Authorization: Bearer.",
        ),
    ),
    "revoked-key": Problem(
        401,
        Say("端末キーは失効しています", "The terminal key was revoked or has expired"),
        Say("「noren terminal add」で新しいキーを発行してください。", "Make a new key with `noren terminal add`."),
    ),
    "not-allowed": Problem(
        403,
        Say("このキーではできない操作です", "This key may not do that"),
        Say("キーの種類と、会社の取り決めを確かめてください。", "Check the kind of key and the company's agreement."),
    ),
    "not-found": Problem(
        404,
        Say("そのような入口はありません", "There is no such door"),
        Say("/openapi.json に入口の一覧があります。", "See /openapi.json for the list of doors."),
    ),
    "wrong-method": Problem(
        405,
        Say("この入口では使えないメソッドです", "This door does not take that method"),
        Say("Allow ヘッダーのメソッドを使ってください。", "Use a method named in the Allow header."),
    ),
    "unknown-card": Problem(
        404,
        Say("このカードは登録されていません", "The card is not known"),
        Say(
            "番号を読み直すか、ワンタイム会員コードを表示し直してもらってください。",
            "Read the card again, or ask for a fresh one-time code.",
        ),
    ),
    "unknown-purchase": Problem(
        404,
        Say("そのお買い上げは見つかりません", "The purchase is not known here"),
        Say(
            "同じ会社のレシートの番号・営業日・端末を確かめてください。",
            "Check receipt, business date and terminal; it must be the same company's.",
        ),
    ),
    "receipt-conflict": Problem(
        409,
        Say("同じ番号で内容の違うものが届いています", "The same number already came with another body"),
        Say(
            "送り直すときは同じ本文を送り、新しい取引には新しい番号を付けてください。",
            "Resend the same body unchanged; give a new transaction a new number.",
        ),
    ),
    "blocked-card": Problem(
        409,
        Say("このカードは止められています", "The card is blocked"),
        Say("お客さまに会員窓口をご案内ください。", "Please direct the member to the member desk."),
    ),
    "points-short": Problem(
        409,
        Say("ポイントが足りません", "There are not enough points"),
        Say("残高以内でご利用ください。", "Use no more than the balance."),
    ),
    "code-used": Problem(
        409,
        Say("このワンタイム会員コードは使用済みです", "The one-time code has been used"),
        Say("新しいコードを表示してもらってください。", "Ask for a fresh code."),
    ),
    "coupon-used": Problem(
        409,
        Say("このクーポンは使用済みです", "The coupon has been used"),
        Say("クーポンを外して送ってください。", "Send again without the coupon."),
    ),
    "coupon-expired": Problem(
        409,
        Say("このクーポンは期限が切れています", "The coupon has expired"),
        Say("クーポンを外して送ってください。", "Send again without the coupon."),
    ),
    "coupon-not-hers": Problem(
        409,
        Say("このクーポンはこの会員のものではありません", "The coupon was not issued to this member"),
        Say("クーポンを外して送ってください。", "Send again without the coupon."),
    ),
    "coupon-not-here": Problem(
        409,
        Say("このクーポンはここでは使えません", "The coupon can not be used here"),
        Say("クーポンを外して送ってください。", "Send again without the coupon."),
    ),
    "over-return": Problem(
        409,
        Say("お買い上げより多い返品です", "More comes back than was bought"),
        Say(
            "/v1/purchases/find で残りの数量と金額を確かめてください。",
            "Ask /v1/purchases/find what is left of each line.",
        ),
    ),
    "erased": Problem(
        410,
        Say("この会員の記録は消去されました", "The member's records were erased"),
        Say("送り直す必要はありません。", "Do not resend."),
    ),
    "too-large": Problem(
        413,
        Say("本文が大きすぎます", "The body is too large"),
        Say("1件は1 MiB以内にしてください。", "Keep one body within 1 MiB."),
    ),
    "too-slow": Problem(
        408,
        Say("本文が届き終わりません", "The body did not come in time"),
        Say("同じ本文を、途切れずに送り直してください。", "Resend the same body without pauses."),
    ),
    "unknown-field": Problem(
        422,
        Say("受け取らない項目があります", "There is a field that noren does not take"),
        Say(
            "その項目を外してください。氏名・住所・連絡先などはレジから受け取りません。",
            "Leave the field out: names, addresses and contacts are never taken from a till.",
        ),
    ),
    "bad-field": Problem(
        422,
        Say("項目の値が正しくありません", "A field has a wrong value"),
        Say("/openapi.json の形に直してください。数字は半角です。", "Mend it as /openapi.json says; digits are ASCII."),
    ),
    "duplicate-key": Problem(
        422,
        Say("同じ項目が2回あります", "A field stands twice"),
        Say("1つにしてください。", "Leave one of them."),
    ),
    "sum-mismatch": Problem(
        422,
        Say("明細の合計が金額と一致しません", "The lines do not add up to the amount"),
        Say(
            "値引きは明細に含め、明細の金額の合計を amount に入れてください。",
            "Put discounts into the lines and the sum of line amounts into amount.",
        ),
    ),
    "too-old": Problem(
        422,
        Say("古すぎて、もう扱えません", "Too old: past its term"),
        Say(
            "レシートの保存期間を過ぎた取引は「noren import purchases」で取り込めます。返品は店の控えでどうぞ。",
            "Beyond the receipts' term, history can come by `noren import purchases`; goods come back by the shop's own"
            " records.",
        ),
    ),
    "in-the-future": Problem(
        422,
        Say("日時が未来です", "The time lies in the future"),
        Say("端末の時計を合わせてください。", "Set the terminal's clock."),
    ),
    "slow-down": Problem(
        429,
        Say("送信が多すぎます", "Too many requests"),
        Say("Retry-After の秒数だけ待ってください。", "Wait as many seconds as Retry-After says."),
    ),
    "broken": Problem(
        500,
        Say("処理中に不具合がありました", "Something broke while this was handled"),
        Say(
            "何も記録されていません。同じ本文で送り直し、続くときは運営者に知らせてください。",
            "Nothing was stored. Resend the same body; tell the operator when it goes on.",
        ),
    ),
    "not-durable": Problem(
        503,
        Say("いま確実に保存できません", "The store can not make writes durable now"),
        Say(
            "同じ本文を後で送り直すか、/v1/purchases/batch でまとめて送ってください。",
            "Resend the same body later, or send what waited by /v1/purchases/batch.",
        ),
    ),
}
