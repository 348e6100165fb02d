"""The problem types of `contracts/till.md`: word, status, and when it comes, in both languages.

Four more stand in the code because HTTP itself needs them: a path and a method that are not
there, a body that does not come, and a breakage of ours.
"""

from __future__ import annotations

from dataclasses import dataclass

from noren.kernel.say import Say


@dataclass(frozen=True, slots=True)
class Promised:
    """One problem type as promised: status, and when it comes."""

    status: int
    when: Say


PROMISED: dict[str, Promised] = {
    "bad-json": Promised(
        400,
        Say("本文がUTF-8のJSONオブジェクト1つでないとき", "The body is not one JSON object in UTF-8"),
    ),
    "bad-key": Promised(401, Say("端末キーがない、または知らないキーのとき", "No terminal key, or an unknown one")),
    "revoked-key": Promised(
        401,
        Say(
            "端末キーが失効または期限切れのとき(失効は60秒以内に効く)",
            "The key was revoked (within 60 s) or has expired",
        ),
    ),
    "not-allowed": Promised(
        403,
        Say(
            "会社の取り決めがない、または本番とテストのキーが逆のとき",
            "The company has no agreement in force, or a test key meets a live programme (or the reverse)",
        ),
    ),
    "not-found": Promised(404, Say("そのような入口がないとき", "There is no such door")),
    "wrong-method": Promised(405, Say("入口が別のメソッドを受けるとき", "The door takes another method")),
    "unknown-card": Promised(
        404,
        Say(
            "カードもワンタイム会員コードも知らないとき(コードは前後10分)",
            "Neither a known card nor a code within 10 minutes",
        ),
    ),
    "unknown-purchase": Promised(
        404,
        Say("お買い上げが見つからない、または他社のもののとき", "No such purchase, or it is another company's"),
    ),
    "receipt-conflict": Promised(
        409,
        Say(
            "同じレシート番号(返品では同じ返品番号)で本文が違うとき",
            "The same receipt (or return) came with another body",
        ),
    ),
    "blocked-card": Promised(409, Say("カードが紛失または停止のとき", "The card is lost or blocked")),
    "points-short": Promised(
        409,
        Say(
            "残高より多く使おうとしたとき(一括では負債になる)",
            "More points than the balance (in a batch they become debt)",
        ),
    ),
    "code-used": Promised(
        409, Say("ワンタイム会員コードが別のレシートで使用済みのとき", "Another receipt has used the one-time code")
    ),
    "coupon-used": Promised(409, Say("クーポンが使用済みのとき", "The coupon has been used")),
    "coupon-expired": Promised(409, Say("クーポンの期限が切れたとき", "The coupon has expired")),
    "coupon-not-hers": Promised(409, Say("クーポンが別の会員のもののとき", "The coupon is another member's")),
    "coupon-not-here": Promised(
        409, Say("この店・この明細では使えないとき", "The coupon is not valid at this shop or for these lines")
    ),
    "over-return": Promised(409, Say("残りより多く返品したとき", "More comes back than is left of the purchase")),
    "erased": Promised(410, Say("会員の記録が消去された後の送り直し", "A resend after the member was erased")),
    "too-large": Promised(413, Say("1件の本文が1 MiBを超えるとき", "One body is over 1 MiB")),
    "too-slow": Promised(
        408,
        Say(
            "本文が limits.body_seconds 秒のうちに届き終わらないとき",
            "The body did not come within `limits.body_seconds`",
        ),
    ),
    "unknown-field": Promised(
        422,
        Say(
            "受け取らない項目がどこかにあるとき(ほかの誤りより先に言う。数は公表する)",
            "A field that is not taken, at any depth (said before any other fault, and counted publicly)",
        ),
    ),
    "bad-field": Promised(
        422,
        Say(
            "項目がない、形や範囲が違う、全角数字のとき", "A field is missing, of a wrong form or range, or full-width"
        ),
    ),
    "duplicate-key": Promised(422, Say("同じ項目が2回あるとき", "A key stands twice in one object")),
    "sum-mismatch": Promised(
        422, Say("明細の金額の合計が amount と違うとき", "The lines' amounts do not add up to `amount`")
    ),
    "too-old": Promised(
        422,
        Say(
            "営業日がレシートの保存期間より前のとき(既定400日)。返品するお買い上げの記録が、もう1件としては残っていないとき",
            "The business date is before the receipts' term (400 days); or what is brought back is of a purchase that"
            " no longer stands by itself",
        ),
    ),
    "in-the-future": Promised(422, Say("at が48時間より先のとき", "`at` is more than 48 h ahead of the clock")),
    "slow-down": Promised(
        429,
        Say(
            "端末の上限(既定は毎秒5,000件)を超えたとき、または知らないキーが同じ所から続いたとき(Retry-After つき)",
            "Over the terminal's rate (5,000 a second by default), or one place sends unknown keys on and on "
            "(with Retry-After)",
        ),
    ),
    "broken": Promised(
        500, Say("noren側の不具合。何も記録していない", "A breakage of noren's own; nothing was stored")
    ),
    "not-durable": Promised(
        503,
        Say(
            "確実に保存できないとき。受け付けたことには決してしない",
            "The store can not make it durable; it is never acknowledged",
        ),
    ),
}
