"""The answers about what a member can do, and how it is checked."""

from __future__ import annotations

from noren.governance.cases.requests import INSTRUMENT_SAYS, MAY_GIVE, Instrument
from noren.governance.handling.model import Answered, Facts
from noren.governance.handling.words import (
    listed,
)
from noren.governance.purposes import ITEMS, Tells
from noren.governance.register import Register
from noren.kernel.say import Say


def stops(register: Register, facts: Facts) -> Answered:
    """Stopping."""
    del register, facts
    return Answered(
        "stops",
        Say("止めることはできますか?", "Can I stop it?"),
        (
            Say(
                "会員のページで、いつでも、すべての提供・共同利用・ご案内を一度に止められます。"
                "後から加わる会社にも及びます。"
                "目的ごと、会社ごと、届け方ごとにも止められます。1秒以内に効き、受付証をお渡しします。",
                "On your page you can stop all provision, joint use and offers at once, for companies that join later"
                " too; or by purpose, company or channel. It holds within a second, and you get a receipt.",
            ),
            Say(
                "止めても、ポイントの付与と利用、法令に基づく対応はつづきます。",
                "Points go on, and what a law demands.",
            ),
        ),
    )


def kept(register: Register, facts: Facts) -> Answered:
    """How long things stay, and erasure."""
    clock = register.regime.value.clocks.get("answer-a-right", 14) if register.regime else 14
    return Answered(
        "kept",
        Say("いつまで残りますか? 消せますか?", "How long is it kept, and can it be erased?"),
        (
            _lines(facts),
            *_dormant(facts),
            Say(
                "消去のお申し出があると、あなたの鍵を廃棄し、台帳・履歴・複製から消します。"
                f"履歴の古いファイルは{facts.erased_hours}時間以内に、"
                f"バックアップは{facts.backup_days}日以内になくなり、"
                "それより前のバックアップから戻すときも、消去をやり直してから開きます。"
                "法律が残すことを求める項目だけは、何がいつまでかをお示しして、別に保管します。",
                "At your word your key is destroyed and you are erased from ledger, history and copies. Old files of"
                f" the history are gone within {facts.erased_hours} hours, backups within {facts.backup_days} days; a"
                " backup of before is put back only with the erasures done again. What a law wants kept is kept apart,"
                " and you are shown what and until when.",
            ),
            Say(f"ご請求には{clock}日以内にお答えします。", f"Requests are answered within {clock} days."),
        ),
    )


def _lines(facts: Facts) -> Say:
    """Return how long lines of purchases stay: only what something really does."""
    receipts = Say(
        f"レシートの照合情報は{facts.receipt_days}日で消えます。",
        f"What tells a resent receipt goes after {facts.receipt_days} days.",
    )
    if facts.keep_months is None:
        return Say(
            "お買い物の明細は、会員でいるあいだ残ります。3・18・36か月での自動削除をお選びいただけます。" + receipts.ja,
            "Lines of purchases stay while you are a member; you may choose that they go after 3, 18 or 36 months. "
            + receipts.en,
        )
    return Say(
        f"お買い物の明細は{facts.keep_months}か月で、日と分類ごとの合計だけになります。"
        f"もっと短い期間もお選びいただけます。残したくないお買い物や明細は、会員のページでひとつずつ消せます。{receipts.ja}",
        f"Lines of purchases become sums by day and category after {facts.keep_months} months, or sooner if you choose."
        f" On your page you can have a single purchase, or a line of one, not kept. {receipts.en}",
    )


def _dormant(facts: Facts) -> list[Say]:
    """Return what becomes of a member of whom nothing is heard any more."""
    if not facts.dormant_months:
        return []
    return [
        Say(
            f"{facts.dormant_months}か月のあいだ、お買い物・ポイントの動き・ログイン・お手続きのいずれもなく、"
            f"使えるポイントもない方の情報は消去します。{facts.dormant_notice_days}日以上前に日を決めて会員のページでお知らせし、"
            "その日にもう一度確かめます。何かご利用があれば消去しません。",
            f"Who has bought nothing, moved no points, not signed in and chosen nothing for {facts.dormant_months}"
            f" months, and has no points left, is erased. The day is set at least {facts.dormant_notice_days} days"
            " before and shown on the member's page; on that day it is looked at once more,"
            " and whatever you did calls it off.",
        )
    ]


def own(register: Register, facts: Facts) -> Answered:
    """Seeing one's own data."""
    del register, facts
    return Answered(
        "own",
        Say("自分の情報を見たり、直したりできますか?", "Can I see and correct my data?"),
        (
            Say(
                "会員のページで、ポイント・お買い物・選択・利用の記録を見られます。お名前の側とお買い物の側は、"
                "別々の仕組みが、あなたの画面の中だけで並べて見せます。",
                "On your page: points, purchases, choices and who used your data. The side of your name and the side of"
                " your purchases are shown side by side in your browser alone, each by a program of its own.",
            ),
            Say(
                "同じ画面で、それぞれの側から、持っている情報のすべてを署名つきの開示書(データと紙面)で受け取れます。"
                "訂正・停止・苦情のご請求もでき、期限とお答えが出ます。",
                "There you also take all that each side holds of you as a signed document (data and paper), correct"
                " your contact, and make requests, each with its day and its answer.",
            ),
        ),
    )


def authorities(register: Register, facts: Facts) -> Answered:
    """What authorities get."""
    del register, facts
    history = {name for name, item in ITEMS.items() if item.tells is Tells.HISTORY}
    weak = [INSTRUMENT_SAYS[each] for each in Instrument if not MAY_GIVE[each] & history]
    strong = [INSTRUMENT_SAYS[each] for each in Instrument if MAY_GIVE[each] & history]
    return Answered(
        "authorities",
        Say("警察などから求められたときは、どうしますか?", "What if the police ask?"),
        (
            Say(
                f"お買い物の履歴をお渡しするのは{listed(strong).ja}があるときだけです。"
                f"{listed(weak).ja}では渡しません。"
                "受け付けた人と別の2人が承認し、求められた範囲を超えません。件数は毎年公表します。",
                f"Purchases are given on a {listed(strong).en} alone, never on: {listed(weak).en}. Two others than"
                " whoever took the request approve, nothing beyond what was asked is given, and the counts are"
                " published"
                " every year.",
            ),
        ),
    )


def checked(register: Register, facts: Facts) -> Answered:
    """How all of it can be checked."""
    del register, facts
    return Answered(
        "checked",
        Say("本当に守られているか、確かめられますか?", "Can it be checked?"),
        (
            Say(
                "利用・閲覧・停止・消去は、後から変えられない記録に残り、その検証値を公開しています。"
                "ご自分についての記録は、会員のページで証明つきで見られます。"
                "このページは、動いている設定と登録から作られます。",
                "Uses, looks, stops and erasures stand in logs that cannot be changed unnoticed, whose checkpoints are"
                " public; your own entries are on your page with their proofs. This page is made from the live"
                " configuration and register.",
            ),
        ),
    )
