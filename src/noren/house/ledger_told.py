"""Where the ledger side's document tells each stored column that stands under a member, or why it does not.

``TOLD`` names every table of every store of the side; a test fails when one is new and not told
(``tests/walls/test_told.py``), and looks in a made document for the values of the columns that are said to be told. A
text is the place in the document's ``content``; a ``Say`` is the reason, which the document itself gives to her.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from noren.kernel.say import Say

Place = str | Say

PSEUDONYM: Final = Say(
    "この側だけの内部識別子です。これで引いた記録が、この開示書です。外へ出すと、別の記録どうしを結ぶ手がかりになります。",
    "The side's own pseudonym, by which this document was found. Outside it could join records that must stay apart.",
)
MARK: Final = Say(
    "再送や二重使用を見分けるための鍵付きの照合印で、中身を持ちません。もとの記録はこの開示書にあります。",
    "A keyed mark by which a resend or a second use is known. It has no content; what it stands for is told here.",
)
NUMBER: Final = Say(
    "行をつなぐための通し番号で、あなたについて何も述べません。",
    "A running number that ties rows together and says nothing of you.",
)
DERIVED: Final = Say(
    "ここにあるお買い物と属性から計算した途中の値で、いつでも作り直されます。",
    "Worked out of the purchases and traits told here, and made anew at any time.",
)
CAMPAIGN: Final = Say(
    "キャンペーンや対象者の社内名と条件は、ほかの会社の営業上の秘密です。何の目的で選ばれたかは、この開示書にあります。",
    "What a campaign or an audience is called and asks for is another company's secret. For which purpose you were"
    " chosen is told here.",
)
COUNTED: Final = Say(
    "ここにある抽選の結果を数えただけの値です。",
    "It only counts the draws that are told here.",
)
SEAL: Final = Say(
    "対象者の確定を、だれの名も挙げずに封じるための値です。",
    "It seals a committed audience without naming anybody.",
)
LEAVING: Final = Say(
    "消去を待つ間だけの印で、消去された方の開示書はありません。",
    "Stands only while an erasure waits; who is erased has no document.",
)
BEYOND: Final = Say(
    "消去された方の提供の記録だけが、法律の期間、封じて残ります。会員番号を示されれば、別の手続でお見せします。",
    "Only of who is erased, sealed for the law's term. Who shows the member number is shown it by another way.",
)
TERMS: Final = Say(
    "提供の記録に添えた内部の番号・件数で、あなたひとりについてのものではありません。",
    "Inner numbers and counts of a record of provision; they are not about you alone.",
)

_P: Final = "purchases[]"
_LINE: Final = f"{_P}.lines[]"


def _all(names: str, where: Place) -> dict[str, Place]:
    return dict.fromkeys(names.split(), where)


def _at(root: str, **columns: str) -> dict[str, Place]:
    return {column: f"{root}.{place}" if root else place for column, place in columns.items()}


TOLD: Final[Mapping[str, Mapping[str, Mapping[str, Place]]]] = {
    "ledger": {
        "member": {
            **_at("balance", state="membership", points_only="points_only", pool="as_booked",
                  last_movement="last_movement"),
            **_all("handle", PSEUDONYM), **_all("last_purchase lots", NUMBER),
        },
        "profile": {
            **_at("traits", sex="sex", age_band="age_band", age_band_year="age_band_year", birth_month="birth_month",
                  prefecture="prefecture", postal3="postal3", since="since", email_ok="email_ok", post_ok="post_ok"),
            "draw_number": "draw_numbers[]", "handle": PSEUDONYM,
        },
        "card": {"state": "cards[]", "card_index": MARK, "handle": PSEUDONYM},
        "receipt": {"day": f"{_P}.business_date", "hash": MARK, "entry": NUMBER},
        "purchase": {
            **_at(_P, day="business_date", shop="shop", partner="company", terminal="terminal", receipt="receipt",
                  at="at", received="recorded_at", amount="amount", amount_left="returned", base_left="points_base",
                  used_left="points_used", earned="points_earned_at_first", earned_left="points_earned",
                  per="amount_per_point", imported="imported", lines="lines[]", answer="answered"),
            "handle": PSEUDONYM, **_all("hash body_hash", MARK), **_all("entry previous", NUMBER),
        },
        "goods_return": {
            **_at(f"{_P}.returns[]", name="return", at="at", amount="amount", lines="lines[]", answer="answered"),
            "body_hash": MARK, **_all("entry purchase", NUMBER),
        },
        "lot": {
            **_at("balance.fixed_term[]", partner="company", expires="last_day", points="points"),
            "handle": PSEUDONYM, "number": NUMBER,
        },
        "posting": {
            **_at("movements[]", kind="kind", partner="company", day="date", points="points"),
            "handle": PSEUDONYM, **_all("entry number lot", NUMBER),
        },
        "used_code": _all("hash entry day", MARK),
        "coupon": {
            **_at("coupons[]", coupon="coupon", barcode="barcode", title_ja="title.ja", title_en="title.en",
                  discount="discount", min_spend="min_spend", partners="companies[]", valid_from="valid_from",
                  valid_until="valid_until", used="used", campaign="campaign", kind="kind",
                  value="value", max_value="max_value", products="products", stack="stack", returns="after_returns"),
            "handle": PSEUDONYM, "issued_by": NUMBER,
        },
        "redemption": {
            **_at(f"{_P}.coupons_shown[]", barcode="barcode", partner="company", discount="discount", day="day",
                  problem="problem"),
            **_all("entry number coupon", NUMBER),
        },
        "opening": {
            **_at("carried_over[]", partner="company", earned="earned", expires="last_day", points="points"),
            "natural_key": MARK, "entry": NUMBER,
        },
        "stop": {
            **_at("stops[]", since="since", purpose="rule", recipient="rule", channel="rule"), "handle": PSEUDONYM,
        },
        "keeping": {"months": "keep_months", "handle": PSEUDONYM},
        "merge": {"source": PSEUDONYM, "target": PSEUDONYM, "entry": NUMBER},
        "forgetting": {
            **_at(f"{_P}.asked_not_to_keep[]", line="line", since="since", done="gone"), "entry": NUMBER,
        },
        "tier": {**_at("tier", month="month", level="level", since="since", was="was"), "handle": PSEUDONYM},
        "erasing": _all("handle since rewritten", LEAVING),
        "draw": {
            **_at("draws[]", seq="number", ticket="ticket", outcome="outcome", salt="salt", leaf="leaf"),
            **_all("number entry previous", NUMBER),
        },
        "entered": {
            **_at("campaign_entries[]", at="at"), "handle": PSEUDONYM, **_all("number behind", NUMBER),
        },
        "undrawn": {**_at("not_drawn[]", why="why"), "handle": PSEUDONYM, "entry": NUMBER},
        "campaign_member": {
            "handle": PSEUDONYM, **_all("number last", NUMBER), **_all("settled day drawn issued", COUNTED),
        },
    },
    "lake": {
        "purchase_lines": {
            **_at(_P, at="at", recorded_at="recorded_at", day="date", month="date", shop="shop", partner="company",
                  points="points_earned_at_first", imported="imported"),
            **_at(_LINE, product="product", quantity="quantity", amount="amount"),
            "handle": PSEUDONYM, **_all("purchase line", NUMBER),
        },
        "return_lines": {
            "month": f"{_P}.date",
            **_at(f"{_P}.returns[]", at="at", quantity="lines[].quantity", amount="lines[].amount",
                  line="lines[].line"),
            "handle": PSEUDONYM, **_all("purchase return_entry", NUMBER),
        },
        "day_sums": {
            **_at("day_sums[]", day="date", month="date", category="category", quantity="quantity", amount="amount"),
            "handle": PSEUDONYM,
        },
        "handle_merges": {"source": PSEUDONYM, "target": PSEUDONYM, "entry": NUMBER},
    },
    "audiences": {
        "commitment": {
            "leaves": "audiences[].purpose", "day": "audiences[].last_day", **_all("name number", CAMPAIGN),
            **_all("root salt", SEAL),
        },
    },
    "standings": {
        "standing": {"handle": PSEUDONYM, **_all("day plan head seen since facts", DERIVED)},
    },
    "provision": {
        "provided": {"run": "provisions[].recipient", "handle": PSEUDONYM},
        "provision": {
            **_at("provisions[]", purpose="purpose", recipient_name="recipient", address="address",
                  representative="representative", route="route", notice="notice", notice_version="notice_version",
                  items="items[]", first_day="first_day", last_day="last_day", begun_on="date",
                  expires_us="destroyed_by"),
            **_all("run flow recipient terms_version completed_on rows members copy", TERMS),
        },
        "provided_beyond": _all("row month sealed", BEYOND),
    },
}  # fmt: skip
"""By store, table and column."""

NOBODYS: Final[Mapping[str, frozenset[str]]] = {
    "ledger": frozenset(
        {
            "account",
            "closing",
            "product",
            "tally",
            "meta",
            "campaign",
            "campaign_step",
            "campaign_count",
            "campaign_day",
            "tier_rules",
            "tier_month",
        }
    ),
    "lake": frozenset({"products", "shops"}),
    "audiences": frozenset({"audience_version", "figure", "charge"}),
    "standings": frozenset({"progress", "plan", "published", "accepted", "cut"}),
    "directory": frozenset({"agreement", "shop", "terminal", "alert"}),
    "provision": frozenset({"provided_month"}),
}
"""Tables of which no row stands under a member: companies, products, sums of everybody, the machine's own."""


def not_told() -> list[dict[str, Any]]:
    """Return what the document does not tell, by reason, for the document itself."""
    by_reason: dict[Say, list[str]] = {}
    for store, tables in TOLD.items():
        for table, columns in tables.items():
            for column, place in columns.items():
                if isinstance(place, Say):
                    by_reason.setdefault(place, []).append(f"{store}.{table}.{column}")
    return [{"columns": columns, "why": {"ja": why.ja, "en": why.en}} for why, columns in by_reason.items()]
