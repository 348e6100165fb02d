"""The answers about copies, who reaches what, and what for."""

from __future__ import annotations

from noren.governance.handling.model import Answered, Facts
from noren.governance.handling.words import (
    names_of,
    notices_of,
)
from noren.governance.leases.model import EXEMPT
from noren.governance.notices import NoticeKind
from noren.governance.register import Register
from noren.kernel.say import Say


def copies(register: Register, facts: Facts) -> Answered:
    """Copies and their ends."""
    del register
    return Answered(
        "copies",
        Say("データの写しは作られますか? いつ消えますか?", "Are copies made, and when are they gone?"),
        (
            Say(
                "元の保管場所から出る複製は、責任者・目的・項目・期限を決めて台帳に載せてから作ります。"
                "期限が来ると、まず鍵を、つづいて本体を消します。"
                f"提供用の抽出は長くて{facts.extract_days}日、バックアップは長くて{facts.backup_days}日です。",
                "A copy that leaves its store is entered with who answers for it, its purpose, items and end"
                " before it is made. At its end its key is destroyed first, then its bytes. An extract lives"
                f" {facts.extract_days} days at most, a backup {facts.backup_days}.",
            ),
            Say(
                "これが原則です。次のものは、理由があって別に扱います。",
                "That is the rule. These are dealt with otherwise, for a reason.",
            ),
            *(Say(f"{each.what.ja}: {each.why.ja}", f"{each.what.en}: {each.why.en}") for each in EXEMPT),
        ),
    )


def analysts(register: Register, facts: Facts) -> Answered:
    """What analysis can not reach."""
    del register, facts
    return Answered(
        "analysts",
        Say("社内の分析の担当者は、個人を特定できますか?", "Can your analysts identify me?"),
        (
            Say(
                "できません。分析の役割では、氏名・住所・連絡先・会員番号のどこにも届きません。"
                "このことは規則のファイルから機械で証明し、規則を変えるたびに確かめ直しています。"
                "対象者を一覧する機能はなく、見えるのは雑音を加えて丸めた人数だけです。",
                "No. The role of an analyst reaches no name, address, contact or member number: that is proved"
                " by machine"
                " over the files of rules, anew at every change. Nothing lists members of an audience: what is seen are"
                " noisy, rounded numbers.",
            ),
        ),
    )


def library(register: Register, facts: Facts) -> Answered:
    """Libraries."""
    del register, facts
    return Answered(
        "library",
        Say("図書館の利用者の情報とつながっていますか?", "Is it connected with libraries' patron data?"),
        (
            Say(
                "つながっていません。相互に提供する取扱いは登録されていません。",
                "No. No flow in either direction is registered.",
            ),
        ),
    )


def uses(register: Register, facts: Facts) -> Answered:
    """The purposes in force."""
    del facts
    purposes = [(name, each) for name, each in register.purposes.items() if each.holds(register.at)]
    return Answered(
        "uses",
        Say("情報は何に使われますか?", "What is the data used for?"),
        tuple(
            Say(f"{each.value.name.ja}: {each.value.says.ja}", f"{each.value.name.en}: {each.value.says.en}")
            for _, each in purposes
        ),
        names_of(*notices_of(register, NoticeKind.ACQUISITION)),
    )


def coupons(register: Register, facts: Facts) -> Answered:
    """How coupons and offers reach a member."""
    del register
    answer = [
        Say(
            "レジのクーポンは、お名前やご住所を使わずに決めた条件に合う方へ、レジでお渡しするものです。"
            "条件には、氏名・住所・連絡先・会員番号を書くことができません。",
            "A coupon at the register is for members who meet a condition set beforehand, in which no name, address,"
            " contact or member number can be written.",
        )
    ]
    if not facts.mail:
        answer.append(Say("メールや郵便でのご案内は、いま行っていません。", "No mail, by post or e-mail, is sent now."))
    return Answered(
        "coupons",
        Say("クーポンやご案内は、どのように届きますか?", "How do coupons and offers reach me?"),
        tuple(answer),
    )
