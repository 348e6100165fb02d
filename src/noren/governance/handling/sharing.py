"""The answers about what comes to us and what goes to others."""

from __future__ import annotations

from typing import Final

from noren.governance.handling.model import Answered, Facts
from noren.governance.handling.words import (
    companies_of,
    day_of,
    flows_of,
    handling_shops,
    items_of,
    listed,
    names_of,
    notices_of,
    purposes_of,
)
from noren.governance.notices import NoticeKind
from noren.governance.register import Register
from noren.governance.routes import Route
from noren.kernel.say import Say

SENT: Final = (
    Say("カード番号(会員番号)", "the card number"), Say("日時", "date and time"), Say("店舗", "the shop"),
    Say("金額", "amounts"), Say("ポイント数", "points"), Say("商品コードと数量", "product codes and quantities"),
    Say("お使いになるクーポン", "coupons that you use"),
)  # fmt: skip
"""What a till may send, and nothing else (docs/reference/till.md)."""

SHOP_MARK: Final = "※1"
HANDLE_MARK: Final = "※2"


def given(register: Register, facts: Facts) -> Answered:
    """What comes from a shop, and what does not."""
    del facts
    terms, shops = register.terms, handling_shops(register)
    sent = listed(SENT)
    answer = [
        Say(
            "会員規約に基づき、参加する店舗でカードを示してお買い物をされた情報は、当社に届きます。"
            f"届くのは{sent.ja}です。"
            "お名前・ご住所・連絡先は届きません。ほかの項目が送られてきても、受け取らずに断ります。",
            f"By the member terms, what you buy at a participating shop when you show your card comes to us: {sent.en}."
            " Your name, address and contacts do not. Anything else that is sent is refused, not kept.",
        ),
        Say(
            "届いた情報にお名前は含まれませんが、当社は会員情報と結びつけることができます。"
            f"カード番号は届いたその場で内部識別子{HANDLE_MARK}に置きかえ、取引台帳には残しません。",
            "It holds no name; we can link it to the member. The card number is replaced at once by a handle"
            f"{HANDLE_MARK} and is not kept in the ledger.",
        ),
        Say(
            "プラスチックのカードは、どの店舗のレジにも同じ番号を見せます。"
            "スマートフォンのワンタイム会員コードは、示すたびに違う番号になります。",
            "A plastic card shows the same number to every shop's till. The one-time code on your phone is another"
            " number each time.",
        ),
    ]
    if shops:
        answer.append(
            Say(
                f"会員情報を扱う店舗(会員情報取扱店{SHOP_MARK})が{len(shops)}店あります。"
                "扱えるのは、レジとは別の会員情報庫の窓口を通してだけです。",
                f"{len(shops)} shops handle member information{SHOP_MARK}, through the vault's counter alone and never"
                " through a till.",
            )
        )
    return Answered(
        "given",
        Say(
            "お店でカードを示してお買い物をした情報は、提供されているのですか?",
            "Is what I buy with my card given to you?",
        ),
        tuple(answer),
        names_of(("member-terms", terms)),
    )


def apart(register: Register, facts: Facts) -> Answered:
    """Where names are, and where purchases are."""
    del register, facts
    return Answered(
        "apart",
        Say("個人情報はどのように管理していますか?", "How is personal information kept?"),
        (
            Say(
                "お名前やご住所は会員情報庫に、お買い物の履歴は取引台帳に、分けて保管します。"
                "仕組み、保管場所、鍵が別々で、両方を読める仕組みも、両方を開ける鍵もありません。",
                "Name and address are in the vault, purchases in the ledger: other programs, other places, other keys."
                " Nothing reads both, and no key opens both.",
            ),
            Say(
                "会員情報庫では、お一人ごとに別の鍵で、一項目ずつ封をしています。",
                "In the vault each field is sealed under a key of your own.",
            ),
        ),
    )


def joint(register: Register, facts: Facts) -> Answered:
    """The joint uses in force, each with its five items."""
    del facts
    question = Say("グループでの共同利用では、どのように使いますか?", "How is data used jointly in the group?")
    notices = notices_of(register, NoticeKind.JOINT_USE)
    flows = flows_of(register, Route.JOINT_USE)
    if not notices:
        none = Say("共同利用は行っていません。", "There is no joint use.")
        return Answered("joint", question, (none,))
    answer = list[Say]()
    for name, dated in notices:
        notice, who = dated.value, dated.value.responsible
        ja = f"{companies_of(register, notice.scope).ja}と、{items_of(notice.items).ja}に限って、"
        en = f"With {companies_of(register, notice.scope).en}: {items_of(notice.items).en}, "
        answer.append(
            Say(
                ja + f"{purposes_of(register, notice.purposes).ja}のために共同で利用します"
                f"(公表文 {name} 版{dated.version}、{day_of(dated.effective_at).ja}から)。"
                f"責任を持つ者: {who.name}、{who.address}、{who.representative}。",
                en + f"for {purposes_of(register, notice.purposes).en}"
                f" (notice {name} v{dated.version}, from {day_of(dated.effective_at).en})."
                f" Responsible: {who.name}, {who.address}, {who.representative}.",
            )
        )
    running = listed(Say(each.id, each.id) for each in flows)
    answer.append(
        Say(
            f"いま登録されている取扱い: {running.ja}。" if flows else "いま登録されている取扱いはありません。",
            f"Flows registered now: {running.en}." if flows else "No flow is registered now.",
        )
    )
    answer.append(
        Say(
            "会社を加えるとき、利用目的や責任を持つ者を変えるときは、前もってここに公表します。公表の日付は、"
            "さかのぼりません。"
            "会社ごとに別の識別子を使い、会社どうしで突き合わせることはできません。",
            "When a company is added, or a purpose or who is responsible changes, it is published here beforehand and"
            " never dated back. Each company has identifiers of its own: no two can join theirs.",
        )
    )
    return Answered("joint", question, tuple(answer), names_of(*notices))


def partners(register: Register, facts: Facts) -> Answered:
    """What goes to partners, on whose consent."""
    question = Say("提携先には、どのように提供されますか?", "How is data provided to partners?")
    notices = notices_of(register, NoticeKind.THIRD_PARTY)
    answer = [
        Say(
            "提携先への提供は第三者提供です。同意をいただいた方の分だけを、その会社だけの識別子で、"
            "その会社の鍵で封をして渡します。"
            f"渡したものには期限(長くて{facts.extract_days}日)があり、廃棄の証明を受け取ります。",
            "Providing to a partner is third-party provision: of those who consented alone, under identifiers of that"
            f" company's own, sealed to its key. What is given has an end ({facts.extract_days} days at most), and its"
            " destruction is attested.",
        )
    ]
    for name, dated in notices:
        notice = dated.value
        answer.append(
            Say(
                f"{companies_of(register, notice.scope).ja}へ: {items_of(notice.items).ja}"
                f"({purposes_of(register, notice.purposes).ja}のため。同意の文 {name} 版{dated.version})。",
                f"To {companies_of(register, notice.scope).en}: {items_of(notice.items).en}"
                f" (for {purposes_of(register, notice.purposes).en}; consent text {name} v{dated.version}).",
            )
        )
    if not notices:
        answer.append(
            Say("同意をお願いしている提供は、いまありません。", "No consent to a provision is asked for now.")
        )
    return Answered("partners", question, tuple(answer), names_of(*notices))


def combined(register: Register, facts: Facts) -> Answered:
    """Rooms with other companies, where there are any."""
    question = Say(
        "ほかの会社のデータと組み合わせることはありますか?", "Is my data combined with other companies' data?"
    )
    rooms = [each.value for each in register.flows.values() if each.holds(register.at) and each.value.room]
    if not (facts.cleanrooms and rooms):
        none = Say(
            "いまは行っていません。始めるときは、前もってここに公表します。",
            "Not now. It would be published here beforehand.",
        )
        return Answered("combined", question, (none,))
    who = companies_of(register, [each.recipient for each in rooms])
    return Answered(
        "combined",
        question,
        (
            Say(
                f"{who.ja}からお預かりしたデータと、取り決めた分析に限って組み合わせます。"
                "会社ごとに別の部屋に置き、混ぜません。"
                "終わればお預かりしたものを廃棄し、証明書を出します。",
                f"With data deposited by {who.en}, in agreed analyses alone, a room for each company, never mixed, and"
                " destroyed with a certificate when it is done.",
            ),
        ),
        names_of(*((each.id, register.flows[each.id]) for each in rooms)),
    )
