"""What the ledger and the lake hold, column by column: item, purposes, and how what joins is parted again."""

from __future__ import annotations

from typing import Final

from noren.governance.columns import Columns, joined, of
from noren.kernel.say import Say

_POINTS: Final = "points accounts"
_SHOPPING: Final = "points register-coupon mail postal-dm statistics service-improvement"
_AUDIENCES: Final = "register-coupon mail postal-dm statistics"
_RUNNING: Final = "points security"

_HANDLE: Final = Say(
    "退会・消去のとき、行ごと消えるか、この列を空にして金額だけを残します。",
    "At withdrawal or erasure the row goes, or this column is emptied and only the amount stays.",
)
_CARD: Final = Say(
    "カードの停止・退会・消去のとき、照合印の行ごと消えます。",
    "The row with the mark goes when the member withdraws or is erased.",
)
_PURCHASE: Final = Say("取引の行が消えるときに、いっしょに消えます。", "It goes with the purchase to which it leads.")
_MERGE: Final = Say(
    "統合後の会員が退会・消去されるとき、行ごと消えます。",
    "The row goes when the member to whom the others went withdraws or is erased.",
)
_DRAWN: Final = Say(
    "退会・消去のとき空にし、検証値の葉だけを残します。葉からはだれの抽選か分かりません。",
    "Emptied at withdrawal or erasure; only the leaf's hash stays, which tells nobody whose draw it was.",
)
_REWRITTEN: Final = Say(
    "退会・消去のとき、その行を除いて表を書き直し、前のファイルは24時間以内に消えます。",
    "At withdrawal or erasure the table is written anew without the row; the files of before go within 24 hours.",
)

LEDGER: Final[Columns] = {
    "member": joined(
        of("handle", _RUNNING, "handle", _HANDLE),
        of("machinery", _RUNNING, "state"),
        of("choice", "points", "points_only"),
        of("points", _POINTS, "pool last_movement last_purchase lots"),
    ),
    "profile": joined(
        of("handle", _AUDIENCES, "handle", _HANDLE),
        of("draw-number", "register-coupon", "draw_number"),
        of("sex", _AUDIENCES, "sex"),
        of("age-band", _AUDIENCES, "age_band age_band_year"),
        of("birth-month", _AUDIENCES, "birth_month"),
        of("area", _AUDIENCES, "prefecture postal3"),
        of("joined", _AUDIENCES, "since"),
        of("reachability", "mail postal-dm", "email_ok post_ok"),
    ),
    "card": joined(
        of("card-mark", _RUNNING, "card_index", _CARD),
        of("handle", _RUNNING, "handle", _CARD),
        of("machinery", _RUNNING, "state"),
    ),
    "receipt": joined(of("receipt", _RUNNING, "day hash"), of("receipt", _RUNNING, "entry", _PURCHASE)),
    "purchase": joined(
        of("machinery", _RUNNING, "entry imported"),
        of("handle", _SHOPPING, "handle", _HANDLE),
        of("purchase-time", _SHOPPING, "day at received"),
        of("receipt", _RUNNING, "hash body_hash receipt answer"),
        of("shop", _SHOPPING, "shop partner terminal"),
        of("amount", f"{_SHOPPING} accounts", "amount amount_left"),
        of("points", _POINTS, "base_left used_left earned earned_left per"),
        of("handle", "points", "previous", _HANDLE),
        of("purchase-line", _SHOPPING, "lines"),
    ),
    "goods_return": joined(
        of("machinery", _RUNNING, "entry"),
        of("receipt", _RUNNING, "purchase", _PURCHASE),
        of("receipt", _RUNNING, "name body_hash answer"),
        of("purchase-time", _POINTS, "at"),
        of("amount", _POINTS, "amount"),
        of("purchase-line", _SHOPPING, "lines"),
    ),
    "lot": joined(
        of("machinery", _POINTS, "number"),
        of("handle", _POINTS, "handle", _HANDLE),
        of("points", _POINTS, "partner expires points"),
    ),
    "posting": joined(
        of("machinery", _POINTS, "number kind"),
        of("points", _POINTS, "entry", _PURCHASE),
        of("handle", _POINTS, "handle", _HANDLE),
        of("points", _POINTS, "lot partner day points"),
    ),
    "account": of("books", "accounts", "partner kind points"),
    "used_code": joined(of("receipt", _RUNNING, "hash day"), of("receipt", _RUNNING, "entry", _PURCHASE)),
    "stop": joined(of("handle", "points", "handle", _HANDLE), of("stop", "points", "since purpose recipient channel")),
    "keeping": joined(of("handle", "points", "handle", _HANDLE), of("choice", "points", "months")),
    "coupon": joined(
        of("coupon", "register-coupon", "coupon barcode title_ja title_en discount min_spend partners"),
        of("handle", "register-coupon", "handle", _HANDLE),
        of("coupon", "register-coupon", "valid_from valid_until used campaign"),
        of("coupon", "register-coupon", "issued_by", _PURCHASE),
        of("coupon", "register-coupon", "kind value max_value products stack returns"),
    ),
    "redemption": joined(
        of("coupon", "accounts", "entry", _PURCHASE),
        of("coupon", "accounts", "number barcode coupon partner discount day problem"),
    ),
    "opening": joined(
        of("receipt", _POINTS, "natural_key"),
        of("points", _POINTS, "entry", _PURCHASE),
        of("points", _POINTS, "partner earned expires points"),
    ),
    "closing": of("books", "accounts", "partner kind points"),
    "erasing": joined(of("handle", "law", "handle", _REWRITTEN), of("machinery", "law", "since rewritten")),
    "forgetting": joined(of("choice", "law", "entry", _PURCHASE), of("choice", "law", "line since done")),
    "campaign": of(
        "books",
        "register-coupon",
        "number campaign state file salt terms public_key key_version seed shares last_day drafted started stopped"
        " revealed",
    ),
    "campaign_step": of("books", "register-coupon", "number step who share_hash sealed at proof"),
    "campaign_count": of("books", "register-coupon", "number issued spent leaves"),
    "campaign_day": of("books", "register-coupon", "number day issued"),
    "campaign_member": joined(
        of("handle", "register-coupon", "handle", _HANDLE),
        of("coupon", "register-coupon", "number settled day drawn issued"),
        of("coupon", "register-coupon", "last", _DRAWN),
    ),
    "entered": joined(
        of("handle", "register-coupon", "handle", _HANDLE),
        of("choice", "register-coupon", "number at"),
        of("machinery", "register-coupon", "behind"),
    ),
    "undrawn": joined(
        of("handle", "register-coupon", "handle", _HANDLE),
        of("coupon", "register-coupon", "entry", _DRAWN),
        of("machinery", "register-coupon", "why"),
    ),
    "draw": joined(
        of("machinery", "register-coupon", "number seq"),
        of("coupon", "register-coupon", "entry ticket previous", _DRAWN),
        of("coupon", "register-coupon", "outcome salt leaf"),
    ),
    "tier_rules": of("books", "points register-coupon", "version state file author approver drafted published"),
    "tier_month": of("books", "points register-coupon", "month version first_day begins ends as_of lowest done"),
    "tier": joined(
        of("handle", "points register-coupon", "handle", _HANDLE),
        of("tier", "points register-coupon", "month level since was"),
    ),
    "merge": joined(of("machinery", _POINTS, "entry"), of("handle", _POINTS, "source target", _MERGE)),
    "product": of("product", "points statistics", "product name category department brand maker sensitivity"),
    "tally": of("books", "accounts", "name count"),
    "meta": of("machinery", "security", "name value"),
}

LAKE: Final[Columns] = {
    "purchase_lines": joined(
        of("handle", _SHOPPING, "handle", _REWRITTEN),
        of("machinery", _SHOPPING, "purchase", _REWRITTEN),
        of("machinery", _SHOPPING, "line recorded_at imported"),
        of("purchase-time", _SHOPPING, "at day month"),
        of("shop", _SHOPPING, "shop partner"),
        of("purchase-line", _SHOPPING, "product quantity amount"),
        of("points", _SHOPPING, "points"),
    ),
    "return_lines": joined(
        of("handle", _SHOPPING, "handle", _REWRITTEN),
        of("machinery", _SHOPPING, "purchase return_entry", _REWRITTEN),
        of("machinery", _SHOPPING, "line"),
        of("purchase-time", _SHOPPING, "at month"),
        of("purchase-line", _SHOPPING, "quantity amount"),
    ),
    "day_sums": joined(
        of("handle", _SHOPPING, "handle", _REWRITTEN),
        of("purchase-time", _SHOPPING, "day month"),
        of("purchase-line", _SHOPPING, "category quantity amount"),
    ),
    "handle_merges": joined(of("machinery", _SHOPPING, "entry"), of("handle", _SHOPPING, "source target", _REWRITTEN)),
    "products": of("product", "points statistics", "product name category department brand maker sensitivity"),
    "shops": of(
        "company", "points statistics", "shop partner name industry postal_code prefecture handles_personal_information"
    ),
}

LEDGER_LINKS: Final = frozenset(
    f"{table}.{column}"
    for table, column in (
        *((table, "handle") for table in (
            "member", "profile", "card", "purchase", "lot", "posting", "stop", "keeping", "coupon", "erasing",
            "campaign_member", "entered", "tier", "undrawn",
        )),
        ("card", "card_index"), ("receipt", "entry"), ("purchase", "previous"), ("goods_return", "purchase"),
        ("posting", "entry"), ("used_code", "entry"),
        ("redemption", "entry"), ("forgetting", "entry"), ("opening", "entry"),
        ("merge", "source"), ("merge", "target"), ("coupon", "issued_by"), ("campaign_member", "last"),
        ("draw", "entry"), ("draw", "ticket"), ("draw", "previous"),
    )
)  # fmt: skip
LAKE_LINKS: Final = frozenset(
    {
        "purchase_lines.handle", "purchase_lines.purchase", "return_lines.handle", "return_lines.purchase",
        "return_lines.return_entry", "day_sums.handle", "handle_merges.source", "handle_merges.target",
    }
)  # fmt: skip
