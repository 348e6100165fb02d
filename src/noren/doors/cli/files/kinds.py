"""The kinds of files that can be imported: their columns, and what must not occur twice (contracts/cli.md)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from noren.doors.cli.files import cells, holdings, personal
from noren.doors.cli.files.columns import Column


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file. ``unique``: columns of which a value may stand on one row only.

    ``numbered``: columns by which rows that say the same are told apart, by a running number; where the
    source's totals are to be reconciled, ``value`` is the column that is summed, ``company`` the one it is grouped by.
    """

    name: str
    columns: tuple[Column, ...]
    unique: tuple[str, ...] = ()
    numbered: tuple[str, ...] = ()
    value: str | None = None
    company: str | None = None


MEMBERS: Final = Kind(
    "members",
    (
        Column("member_number", "会員番号", cells.code, required=True),
        Column("card", "カード番号", cells.card),
        Column("family_name", "姓", personal.name),
        Column("given_name", "名", personal.name),
        Column("family_kana", "姓カナ", personal.kana),
        Column("given_kana", "名カナ", personal.kana),
        Column("birth_date", "生年月日", personal.birth_date),
        Column("sex", "性別", personal.sex),
        Column("postal_code", "郵便番号", personal.postal_code),
        Column("prefecture", "都道府県", personal.prefecture),
        Column("city", "市区町村", cells.words),
        Column("street", "番地・建物", cells.words),
        Column("phone", "電話番号", personal.phone),
        Column("email", "メールアドレス", cells.email),
        Column("email_ok", "メール可", cells.yes_no),
        Column("post_ok", "郵便可", cells.yes_no),
        Column("since", "入会日", personal.since),
    ),
    unique=("member_number", "card"),
)
CARDS: Final = Kind(
    "cards",
    (
        Column("card", "カード番号", cells.card, required=True),
        Column("member_number", "会員番号", cells.code, required=True),
    ),
    unique=("card",),
)
PRODUCTS: Final = Kind(
    "products",
    (
        Column("product", "商品コード", cells.code, required=True),
        Column("name", "商品名", cells.words),
        Column("category", "分類", cells.words),
        Column("department", "部門", cells.words),
        Column("brand", "ブランド", cells.words),
        Column("maker", "メーカー", cells.words),
        Column("sensitivity", "要配慮区分", cells.words),
    ),
    unique=("product",),
)
SHOPS: Final = Kind(
    "shops",
    (
        Column("shop", "店舗", cells.code, required=True),
        Column("partner", "提携先", cells.code, required=True),
        Column("name", "店名", cells.words),
        Column("industry", "業種", cells.words),
        Column("postal_code", "郵便番号", personal.postal_code),
        Column("prefecture", "都道府県", personal.prefecture),
        Column("handles_personal_information", "会員情報取扱店", cells.yes_no),
    ),
    unique=("shop",),
)
PURCHASES: Final = Kind(
    "purchases",
    (
        Column("shop", "店舗", cells.code, required=True),
        Column("terminal", "端末", cells.code, required=True),
        Column("business_date", "営業日", cells.business_date, required=True),
        Column("receipt", "レシート番号", cells.code, required=True),
        Column("card", "カード番号", cells.card, required=True),
        Column("at", "日時", cells.at, required=True),
        Column("product", "商品コード", cells.code, required=True),
        Column("quantity", "数量", cells.quantity, required=True),
        Column("amount", "金額", cells.amount, required=True),
    ),
)
LOTS: Final = Kind(
    "lots",
    (
        Column("card", "カード番号", cells.card, required=True),
        Column("points", "ポイント", holdings.points, required=True),
        Column("earned", "付与日", holdings.day, required=True),
        Column("expires", "有効期限", holdings.day),
        Column("company", "提携先", cells.code),
    ),
    numbered=("card", "points", "earned", "expires", "company"),
    value="points",
    company="company",
)
COUPONS: Final = Kind(
    "coupons",
    (
        Column("coupon", "クーポン番号", holdings.barcode, required=True),
        Column("card", "カード番号", cells.card, required=True),
        Column("title_ja", "名称", cells.words, required=True),
        Column("title_en", "英語名称", cells.words),
        Column("discount", "値引額", holdings.discount, required=True),
        Column("min_spend", "最低購入額", holdings.min_spend),
        Column("companies", "提携先", holdings.companies),
        Column("valid_from", "利用開始日", holdings.day, required=True),
        Column("valid_until", "有効期限", holdings.day, required=True),
    ),
    numbered=("card", "coupon"),
    value="discount",
    company="companies",
)
CONSENTS: Final = Kind(
    "consents",
    (
        Column("member_number", "会員番号", cells.code, required=True),
        Column("kind", "同意の種類", cells.code, required=True),
        Column("recipient", "提供先", cells.code),
        Column("given_at", "同意日時", holdings.given, required=True),
        Column("text_version", "文面の版", cells.code, required=True),
        Column("withdrawn_at", "撤回日時", holdings.given),
    ),
)
STOPS: Final = Kind(
    "stops",
    (
        Column("member_number", "会員番号", cells.code, required=True),
        Column("scope", "範囲", holdings.scope, required=True),
        Column("name", "対象", cells.code),
        Column("since", "停止日", holdings.given, required=True),
    ),
)
CUT_OVER: Final = (LOTS, COUPONS, CONSENTS, STOPS)
KINDS: Final = {kind.name: kind for kind in (MEMBERS, CARDS, PRODUCTS, SHOPS, PURCHASES, *CUT_OVER)}
