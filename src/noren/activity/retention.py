"""How long the ledger and the lake keep what, and how it goes.

``TERMS`` names every column of every table of both: a test fails when a column stands in a
table and not here, so that nothing is kept without a reason. The sweep that carries it out is
``sweeping`` (ledger) and the lake's vacuum; one member's erasure is ``erasing``'s.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from noren.kernel.say import Say

_STANDING: Final = Say(
    "会員でいる間。内部識別子のもとにあり、氏名や連絡先とは結びつきません。",
    "While she is a member: under her handle, joined to no name and no contact.",
)
_TRAIT: Final = Say(
    "会員でいる間。粗い登録属性だけで、登録が変われば置きかわります。",
    "While she is a member: coarse traits only, replaced when her registration changes.",
)
_RECEIPT: Final = Say(
    "receipts.keep_days（標準400日）。再送を見分けるために要り、過ぎた日のうちに消えます。",
    "receipts.keep_days (400 days by default): needed to know a resend; it goes on the day after its term.",
)
_DETAIL: Final = Say(
    "receipts.keep_days（標準400日）。その後、明細は履歴だけに残り、ここからは消えます。ポイントだけモードでは初めから書きません。",
    "receipts.keep_days (400 days by default), then the lines stand in the lake alone. None in points-only mode.",
)
_BOOKS: Final = Say(
    "会計の帳簿として、会員でいる間。36か月を過ぎた月の分は日と会社ごとの合計にまとめ、店・端末・レシート・時刻を消します。"
    "退会・消去のときは、だれのものでもない締めの勘定へ移します。",
    "As books of account, while she is a member. Of months past 36 only a sum a day and company is left, without shop,"
    " terminal, receipt or time. At withdrawal or erasure posted to an anonymous closing account.",
)
_CODE: Final = Say(
    "receipts.keep_days（標準400日）。ワンタイム会員コードが二度使われないための目印です。",
    "receipts.keep_days (400 days by default): the mark that keeps a one-time code from being used twice.",
)
_STOP: Final = Say(
    "会員でいる間。会員の停止の申し出で、配信・提供より先に見ます。",
    "While she is a member: what she stopped, looked at before anything is delivered or provided.",
)
_COUPON: Final = Say(
    "有効期限から receipts.keep_days（標準400日）。会員に見せ、レジで一度だけ使えるようにするため。",
    "receipts.keep_days (400 days by default) after its last day: to show it to her and to take it once.",
)
_SETTLED: Final = Say(
    "会計の帳簿として。どの会社がいくら値引きしたか。会員の内部識別子は持ちません。",
    "As books of account: which company took how much off. It holds no member's handle.",
)
_OPENED: Final = Say(
    "会計の帳簿として。以前のシステムから移した残高が二度入らないための目印です。",
    "As books of account: the mark that keeps a balance from another system from coming in twice.",
)
_CLOSING: Final = Say(
    "会計の帳簿として。消去された会員全員の合計だけで、日・店・レシート・会員のどれも持ちません。",
    "As books of account: sums of all erased members together, without a day, a shop, a receipt or a member.",
)
_ERASING: Final = Say(
    "履歴のファイルの書き直しまで（24時間以内）。だれの内部識別子かを示すものは、先に消えています。",
    "Until the lake's files are written anew (within 24 hours). What said whose handle it was is gone before.",
)
_FORGETTING: Final = Say(
    "申し出から、お買い物がどのファイルにもなくなるまで（24時間以内）。",
    "From the asking until the purchase stands in no file (within 24 hours).",
)
_CAMPAIGN: Final = Say(
    "期限なし。企画の公開条件・持ち分・合計・検証値の葉だけで、個人に関する情報ではありません。",
    "Without limit: a campaign's terms, shares, counts and leaves of its log, which say nothing of a person.",
)
_DRAWN: Final = Say(
    "会員でいる間。自分の抽選が公正だったことを、会員と監査人がいつでも確かめられるようにするためです。"
    "退会・消去のときは空にし、検証値の葉だけが残ります。",
    "While she is a member, so that she and auditors can check any time that her draws were fair."
    " At withdrawal or erasure it is emptied, and only the leaf's hash stays.",
)
_ENTERED: Final = Say(
    "会員でいる間。エントリーした企画の抽選が正しかったことを、抽選と同じだけ確かめられるようにするためです。"
    "最初のお買い物の前なら、会員が取り消せます。退会・消去のときは、行ごと消えます。",
    "While she is a member, as long as the draws that it let her take part in. She may take it back until her first"
    " purchase where the campaign runs. At withdrawal or erasure the row goes.",
)
_UNDRAWN: Final = Say(
    "会員でいる間。抽選のなかった理由を、抽選の記録と同じだけ確かめられるようにするためです。退会・消去のときは、行ごと消えます。",
    "While she is a member, as long as draws are kept: why at this purchase there was none."
    " At withdrawal or erasure the row goes.",
)
_MERGE: Final = Say(
    "会員でいる間。統合前の履歴を、統合後の会員のものとして読むために使います。",
    "While she is a member: history from before a merge is read as the history of the member it went to.",
)
_TIER_RULES: Final = Say(
    "期限なし。公開した会員ランクの決まりと、いつ計算したかだけで、個人に関する情報ではありません。",
    "Without limit: the published rules of tiers and when they were worked out, which say nothing of a person.",
)
_TIER: Final = Say(
    "会員でいる間。今月と先月のランクだけで、毎月の計算で置きかわります。いちばん下のランクの方の行はありません。",
    "While she is a member: this month's tier and the last month's, replaced each month. Of who has the lowest there"
    " is no row.",
)
_HISTORY: Final = Say(
    "会員でいる間。自動削除(3・18・36か月)を選んだ会員の明細は、過ぎた月の分が月の初めに消えます。"
    "36か月を過ぎた月の明細は、全員について、日と分類ごとの合計になります。"
    "使われなくなったファイルは lake.vacuum_hours（標準24時間）の後に消えます。",
    "While she is a member; of who chose deletion by itself (3, 18, 36 months) what is older goes as a month begins."
    " Of everybody's months past 36 only sums by day and category are left."
    " Files no longer used go after lake.vacuum_hours (24 by default).",
)
_DAY_SUM: Final = Say(
    "会員でいる間。36か月を過ぎた月の、日と分類ごとの合計だけで、店・時刻・レシート・商品・会社のどれも持ちません。"
    "自動削除を選んだ会員には残りません。",
    "While she is a member: sums by day and category of months past 36, without shop, time, receipt, product or"
    " company. None of who chose deletion by itself.",
)
_NOBODY: Final = Say("期限なし。個人に関する情報ではありません。", "Without limit: it says nothing of a person.")


def _columns(names: str, term: Say) -> dict[str, Say]:
    return dict.fromkeys(names.split(), term)


def _joined(parts: Iterable[dict[str, Say]]) -> dict[str, Say]:
    return {name: term for part in parts for name, term in part.items()}


LEDGER_TERMS: Final[dict[str, dict[str, Say]]] = {
    "member": _columns("handle state points_only pool last_movement last_purchase lots", _STANDING),
    "profile": _joined(
        (
            _columns("handle draw_number", _STANDING),
            _columns(
                "sex age_band age_band_year birth_month prefecture postal3 since email_ok post_ok",
                _TRAIT,
            ),
        )
    ),
    "card": _columns("card_index handle state", _STANDING),
    "receipt": _columns("day hash entry", _RECEIPT),
    "purchase": _joined(
        (
            _columns(
                "entry handle day hash body_hash shop partner terminal receipt at received amount amount_left"
                " base_left used_left earned earned_left per previous imported",
                _BOOKS,
            ),
            _columns("lines answer", _DETAIL),
        )
    ),
    "goods_return": _joined(
        (_columns("entry purchase name body_hash at amount", _BOOKS), _columns("lines answer", _DETAIL))
    ),
    "lot": _columns("number handle partner expires points", _BOOKS),
    "posting": _columns("entry number kind handle lot partner day points", _BOOKS),
    "account": _columns("partner kind points", _NOBODY),
    "used_code": _columns("hash entry day", _CODE),
    "stop": _columns("handle since purpose recipient channel", _STOP),
    "keeping": _columns("handle months", _STOP),
    "coupon": _columns(
        "coupon handle barcode title_ja title_en discount min_spend partners valid_from valid_until used campaign"
        " issued_by kind value max_value products stack returns",
        _COUPON,
    ),
    "redemption": _columns("entry number barcode coupon partner discount day problem", _SETTLED),
    "opening": _columns("natural_key entry partner earned expires points", _OPENED),
    "closing": _columns("partner kind points", _CLOSING),
    "erasing": _columns("handle since rewritten", _ERASING),
    "forgetting": _columns("entry line since done", _FORGETTING),
    "campaign": _columns(
        "number campaign state file salt terms public_key key_version seed shares last_day drafted started stopped"
        " revealed",
        _CAMPAIGN,
    ),
    "campaign_step": _columns("number step who share_hash sealed at proof", _CAMPAIGN),
    "campaign_count": _columns("number issued spent leaves", _CAMPAIGN),
    "campaign_day": _columns("number day issued", _CAMPAIGN),
    "campaign_member": _columns("handle number settled day drawn last issued", _DRAWN),
    "entered": _columns("handle number at behind", _ENTERED),
    "undrawn": _columns("handle entry why", _UNDRAWN),
    "draw": _joined((_columns("number seq leaf", _CAMPAIGN), _columns("entry ticket outcome salt previous", _DRAWN))),
    "tier_rules": _columns("version state file author approver drafted published", _TIER_RULES),
    "tier_month": _columns("month version first_day begins ends as_of lowest done", _TIER_RULES),
    "tier": _columns("handle month level since was", _TIER),
    "merge": _columns("entry source target", _MERGE),
    "product": _columns("product name category department brand maker sensitivity", _NOBODY),
    "tally": _columns("name count", _NOBODY),
    "meta": _columns("name value", _NOBODY),
}

LAKE_TERMS: Final[dict[str, dict[str, Say]]] = {
    "purchase_lines": _columns(
        "handle purchase line at recorded_at day shop partner product quantity amount points imported month", _HISTORY
    ),
    "return_lines": _columns("handle purchase return_entry line at quantity amount month", _HISTORY),
    "day_sums": _columns("handle day category quantity amount month", _DAY_SUM),
    "handle_merges": _columns("entry source target", _MERGE),
    "products": _columns("product name category department brand maker sensitivity", _NOBODY),
    "shops": _columns("shop partner name industry postal_code prefecture handles_personal_information", _NOBODY),
}
