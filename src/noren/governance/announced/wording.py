"""What a published text must not say of data that is kept under a number or a handle.

The ledger under handles is personal data of the operator, who can link it: a text that calls it anything else is
untrue, however well it is meant (law.md). Only texts about statistics alone may say that they identify nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from noren.governance.notices import Notice, NoticeKind
from noren.governance.purposes import ITEMS
from noren.kernel.say import Say


@dataclass(frozen=True, slots=True)
class Lint:
    """A wording that can not stand. ``ja``/``en``: what is looked for; ``why``; ``fix``: what may be said instead."""

    word: str
    ja: re.Pattern[str]
    en: re.Pattern[str]
    why: Say
    fix: Say


@dataclass(frozen=True, slots=True)
class Found:
    """A wording that was found: the words that stand there, why they can not, what may be said."""

    word: str
    where: str
    why: Say
    fix: Say


_NUMBERED: Final = Lint(
    "not-personal-information",
    re.compile(
        r"個人(?:情報|データ)(?:に|で|と)?は?(?:ありません|ない|該当しま(?:せん)|該当しない|当たりません|あたりません|当たらない"
        r"|含(?:み|まれ)ません|含まない|含まれない)|個人(?:情報|データ)を(?:含(?:み|まれ)ません|含まない|扱いません)"
    ),
    re.compile(
        r"\b(?:not|no|never|isn['’]t|aren['’]t)\b(?:\s+\w+){0,3}?"
        r"\s+personal(?:ly identifiable)?\s+(?:information|data)",
        re.IGNORECASE,
    ),
    Say(
        "会員番号や内部識別子のもとにある情報は、氏名がなくても運営者にとって個人情報です(運営者はつなげられます)。",
        "What is kept under a member number or a handle is personal information of the operator even without a name:"
        " the operator can link it.",
    ),
    Say(
        "「氏名・住所を含みません。当社は会員情報と結びつけることができます」のように書いてください。",
        "Say for instance: it contains no name or address; we can link it to the member.",
    ),
)
_MASKED: Final = Lint(
    "pseudonymised-or-anonymised",
    re.compile(r"仮名(?:加工|化)?|匿名(?:加工|化)?"),
    re.compile(r"\b(?:pseudonym|anonym)(?!ous(?:ly)? voice)\w*", re.IGNORECASE),
    Say(
        "「仮名」「匿名」は法律が決めた加工をした情報だけの名前です。会員にご案内を届ける情報は、それにあたりません。",
        "Pseudonymised and anonymised are names for what was processed as the law says. Data with which members are"
        " contacted is neither.",
    ),
    Say(
        "「当社の内部識別子のもとで」「提供先ごとの識別子のもとで」のように、していることを書いてください。",
        "Say what is done: under our internal handle, under an identifier of the recipient's own.",
    ),
)
_NOBODY: Final = Lint(
    "identifies-nobody",
    re.compile(r"個人(?:を|が|の)(?:一切|いっさい|絶対に)?(?:特定|識別)(?:でき|され|し|いたし)(?:ません|ない)"),
    re.compile(
        r"\b(?:can(?:not| not|['’]t)|does not|do not|never|no one can|nobody can)\b(?:\s+\w+){0,2}?\s+(?:be\s+)?"
        r"(?:identif\w+|traced|recogni[sz]ed)|\bidentif(?:y|ies)\s+(?:no one|nobody)",
        re.IGNORECASE,
    ),
    Say(
        "一人ひとりの記録を含む情報について、個人を特定できないとは言えません。言えるのは統計値だけです。",
        "Of data that holds a record of each person nobody can say that it identifies no one; of statistics one can.",
    ),
    Say(
        "含まないもの(氏名・住所・連絡先)と、だれがつなげられるかを書いてください。",
        "Say what it does not contain (name, address, contact), and who can link it.",
    ),
)
_VAGUE: Final = Lint(
    "vague-scope",
    re.compile(r"(?:会社|企業|法人|提携先|加盟店|パートナー|グループ)(?:など|等)(?!しい)"),
    re.compile(
        r"\b(?:companies|partners|parties|affiliates)\b[^.]{0,20}?\b(?:etc\b|and so on|and others)", re.IGNORECASE
    ),
    Say(
        "「など」「等」では、本人がだれに渡るのかを判断できません(共同利用の範囲は明確でなければなりません)。",
        "With “etc.” nobody can tell who is handed the data; the scope of a joint use must be clear.",
    ),
    Say(
        "会社の名前を挙げるか、公表した範囲(連結対象会社と持分法適用会社)を書いてください。",
        "Name the companies, or the published scope (consolidated companies and those by the equity method).",
    ),
)
LINTS: Final = (_NUMBERED, _MASKED, _NOBODY, _VAGUE)
"""Every wording that is looked for."""


def lint(notice: Notice) -> list[Found]:
    """Return what a notice's text must not say, given the items it speaks of."""
    people = any(item not in ITEMS or ITEMS[item].person_level for item in notice.items)
    processed = notice.kind in (NoticeKind.PSEUDONYMISED, NoticeKind.ANONYMISED)
    wanted: list[Lint] = []
    if people and not processed:
        wanted = [_NUMBERED, _MASKED, _NOBODY]
    if notice.kind in (NoticeKind.JOINT_USE, NoticeKind.THIRD_PARTY, NoticeKind.OPT_OUT):
        wanted.append(_VAGUE)
    return list(look(notice.text, wanted))


def look(text: Say, lints: Iterable[Lint]) -> Iterator[Found]:
    """Yield each lint that a text offends, with the words that do."""
    for each in lints:
        for pattern, said in ((each.ja, text.ja), (each.en, text.en)):
            found = pattern.search(said)
            if found is not None:
                yield Found(each.word, found[0], each.why, each.fix)
