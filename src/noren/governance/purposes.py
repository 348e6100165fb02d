"""Items and purposes: the words in which every notice, flow, column and stop speaks of data and of its use.

The items are those that noren stores; the purposes are those it can serve. A programme publishes purposes as dated
documents; what ships here is what a new home begins with.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from noren.kernel.say import Say


class Tells(StrEnum):
    """What an item tells: who somebody is, what she does, or nothing of one person."""

    IDENTITY = "identity"
    HISTORY = "history"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Item:
    """A kind of data. ``person_level``: it is of one person; ``special_care``: 要配慮個人情報 (art. 2(3))."""

    id: str
    name: Say
    tells: Tells
    person_level: bool = True
    special_care: bool = False


@dataclass(frozen=True, slots=True)
class Purpose:
    """What data is used for. ``says``: the sentence that is published.

    ``contacts``: it reaches out to the person. ``essential``: the programme can not be run without it, so that
    the operator's own use for it goes on after a stop; providing to others for it is stopped like any other.
    """

    id: str
    name: Say
    says: Say
    contacts: bool = False
    essential: bool = False


def _items(tells: Tells, *rows: tuple[str, str, str]) -> tuple[Item, ...]:
    return tuple(Item(id, Say(ja, en), tells) for id, ja, en in rows)  # noqa: A001  # the item's own word


_ALL: Final = (
    *_items(
        Tells.IDENTITY,
        ("member-number", "会員番号", "member number"),
        ("card-number", "カード番号", "card number"),
        ("name", "氏名", "name"),
        ("kana", "氏名(フリガナ)", "name in kana"),
        ("birth-date", "生年月日", "date of birth"),
        ("postal-code", "郵便番号", "postal code"),
        ("address", "住所", "address"),
        ("phone", "電話番号", "telephone number"),
        ("email", "メールアドレス", "e-mail address"),
    ),
    *_items(
        Tells.HISTORY,
        ("sex", "性別", "sex"),
        ("age-band", "年代", "age band"),
        ("birth-month", "誕生月", "month of birth"),
        ("area", "お住まいの地域(粗い区分)", "area of residence, coarse"),
        ("joined", "入会した月", "month of joining"),
        ("reachability", "メール・郵便の受け取り可否", "whether mail and post are welcome"),
        ("pseudonym", "提供先ごとの識別子", "identifier of the recipient's own"),
        ("handle", "内部識別子", "handle"),
        ("card-mark", "カードの照合印", "mark of a card"),
        ("draw-number", "抽選番号", "draw number"),
        ("purchase-time", "利用日時", "date and time of a purchase"),
        ("shop", "利用店舗", "shop"),
        ("amount", "利用金額", "amount"),
        ("purchase-line", "購入した商品・数量", "goods bought and their quantity"),
        ("points", "ポイント数・履歴", "points and their history"),
        ("coupon", "クーポンの発行・利用", "coupons issued and taken"),
        ("tier", "会員ランク", "member tier"),
        ("receipt", "レシートの照合情報", "what tells a resend of a receipt"),
    ),
    Item("sensitive-line", Say("慎重に扱う商品の購入", "goods of a sensitive kind bought"), Tells.HISTORY),
    Item("health", Say("病歴などの要配慮個人情報", "medical history and the like"), Tells.HISTORY, special_care=True),
    *_items(
        Tells.NOBODY,
        ("consent", "同意の記録", "record of a consent"),
        ("stop", "停止の申し出", "stops"),
        ("choice", "取り扱いについての選択", "choices on how data is kept"),
        ("credential", "ログインの手がかり", "what a member signs in with"),
        ("last-heard", "最後に手続きやログインをした日", "the day on which a member was last heard of"),
        ("key", "暗号鍵(会員ごと)", "a member's key"),
    ),
    Item("figure", Say("統計値", "statistics"), Tells.NOBODY, person_level=False),
    Item("product", Say("商品の情報", "goods on sale"), Tells.NOBODY, person_level=False),
    Item("company", Say("会社・店舗・端末の情報", "companies, shops and tills"), Tells.NOBODY, person_level=False),
    Item("books", Say("だれのものでもない帳簿の合計", "totals of the books"), Tells.NOBODY, person_level=False),
    Item("staff", Say("担当者のアカウント", "staff accounts"), Tells.NOBODY, person_level=False),
    Item(
        "machinery", Say("仕組みの番号や版", "numbers and versions of the machinery"), Tells.NOBODY, person_level=False
    ),
)
ITEMS: Final[dict[str, Item]] = {item.id: item for item in _ALL}
"""Every item that noren knows."""


def _purpose(
    id: str,  # noqa: A002  # the purpose's own word
    name: tuple[str, str],
    says: tuple[str, str],
    *,
    contacts: bool = False,
    essential: bool = False,
) -> Purpose:
    return Purpose(id, Say(*name), Say(*says), contacts, essential)


_PURPOSES: Final = (
    _purpose(
        "points",
        ("ポイントの付与と利用", "points"),
        (
            "ポイントを付け、使っていただき、残高と履歴をお知らせするため",
            "to give points, to let them be used, and to show the balance and its history",
        ),
        essential=True,
    ),
    _purpose(
        "register-coupon",
        ("レジクーポン", "coupons at the register"),
        (
            "あらかじめ決めた条件に合う方へ、個人を特定せずにレジでクーポンをお渡しするため",
            "to hand out coupons at the register to those who meet a condition set beforehand, identifying nobody",
        ),
        contacts=True,
    ),
    _purpose(
        "mail",
        ("メールでのご案内", "e-mail"),
        ("お客さまに合ったお知らせをメールでお届けするため", "to send news that suits you by e-mail"),
        contacts=True,
    ),
    _purpose(
        "postal-dm",
        ("郵送でのご案内", "postal mail"),
        ("お客さまに合ったお知らせを郵送でお届けするため", "to send news that suits you by post"),
        contacts=True,
    ),
    _purpose(
        "statistics",
        ("統計の作成", "statistics"),
        (
            "個人を特定できない統計を作り、マーケティング・商品開発・売り場作りに役立てるため",
            "to make statistics that identify nobody, for marketing, new goods and shop floors",
        ),
    ),
    _purpose(
        "joint-analysis",
        ("他社データとの分析", "analysis with another company's data"),
        (
            "企業からお預かりしたデータと組み合わせ、取り決めた範囲で分析するため",
            "to analyse, within what was agreed, together with data that a company deposited",
        ),
    ),
    _purpose(
        "group-marketing",
        ("グループでのサービス向上", "group services"),
        (
            "共同利用するグループ会社が、サービスや商品をご案内し、より良くするため",
            "for the group companies of the joint use to offer and improve services and goods",
        ),
        contacts=True,
    ),
    _purpose(
        "counter-identity-check",
        ("店頭でのご本人確認", "identity check at a counter"),
        ("レンタルなどの際に、店頭でご本人を確認するため", "to confirm at a counter who you are, when you rent"),
        essential=True,
    ),
    _purpose(
        "counter-return-contact",
        ("ご返却の連絡", "contact about a return"),
        ("返却期限を過ぎたときに限り、ご連絡するため", "to contact you about a return, only while it is overdue"),
        contacts=True,
        essential=True,
    ),
    _purpose(
        "shop-operation",
        ("店舗運営の向上", "running of shops"),
        ("参加企業の店舗運営とサービスを向上させるため", "to improve how participating shops are run and serve"),
    ),
    _purpose(
        "service-improvement",
        ("サービスの改善", "improvement of the service"),
        ("会員サービスを改善し、不具合を直すため", "to improve the programme and to mend its faults"),
    ),
    _purpose(
        "inquiry",
        ("お問い合わせへの対応", "answering you"),
        ("お問い合わせ・ご意見・各種のご請求にお答えするため", "to answer questions, opinions and requests"),
        contacts=True,
        essential=True,
    ),
    _purpose(
        "accounts",
        ("精算と会計", "settlement and books"),
        ("参加企業との精算と、会計の帳簿のため", "for settlement with participating companies and the books"),
        essential=True,
    ),
    _purpose(
        "security",
        ("安全の確保", "security"),
        ("不正な利用を防ぎ、取り扱いを記録し確かめるため", "to prevent misuse and to record and check every use"),
        essential=True,
    ),
    _purpose(
        "law",
        ("法令に基づく対応", "what a law demands"),
        ("法令に基づき、求められた範囲に限って応じるため", "to answer what a law demands, and no more than that"),
        essential=True,
    ),
)
PURPOSES: Final[dict[str, Purpose]] = {purpose.id: purpose for purpose in _PURPOSES}
"""The purposes that a new home begins with."""
