"""Why glass is not broken, or not shown."""

from __future__ import annotations

from typing import Final

from noren.governance.staffing.refusing import Refused
from noren.kernel.say import Say

NOT_PERMITTED: Final = Refused(
    "no-role-may",
    Say("あなたの役割では、緊急の開示はできません。", "No role of yours may break glass."),
    Say(
        "運用の担当かプライバシー責任者が行ってください。",
        "Let a host or a privacy officer do it.",
    ),
)
WHY: Final = Refused(
    "why-malformed",
    Say(
        "理由は1〜120文字で、6桁以上の番号や @ を含められません。",
        "A reason has 1 to 120 characters, no number of six digits or more and no @.",
    ),
    Say(
        "--why を直してください。全員が読むので、会員の氏名は書きません。",
        "Change --why; everybody reads it: name no member.",
    ),
)
WHOLE: Final = Refused(
    "glass-whole",
    Say("その番号の緊急の開示は、行われていません。", "No glass was broken under that number."),
    Say("noren staff glass で番号を確かめてください。", "See the numbers with: noren staff glass"),
)
ANOTHERS: Final = Refused(
    "glass-of-another",
    Say("緊急の開示は、求めた本人だけに見えます。", "What was opened is shown to who asked, and to nobody else."),
    Say("見る必要があれば、自分で求めてください。", "Ask yourself, if you must see it."),
)
OVER: Final = Refused(
    "glass-over",
    Say("緊急の開示の15分は終わりました。", "The 15 minutes are over."),
    Say("まだ必要なら、もう一度求めてください。", "Ask again, if it is still needed."),
)
UNREADABLE: Final = Refused(
    "glass-unreadable",
    Say(
        "だれの登録かを会員情報庫が読めません(鍵が入れ替わったか、別の人の求めです)。",
        "The vault can not read whose record it is (its keys changed since, or another asked).",
    ),
    Say("もう一度求めてください。", "Ask again."),
)
OFFICER_SEES: Final = Refused(
    "officer-sees",
    Say("確かめるのは、プライバシー責任者です。", "A privacy officer says that she saw it."),
    Say("プライバシー責任者が行ってください。", "Let a privacy officer do it."),
)
TOOK_PART: Final = Refused(
    "took-part",
    Say(
        "求めた人・承認した人は、確かめる人になれません。",
        "Who asked for it or approved it does not say that she saw it.",
    ),
    Say("かかわっていないプライバシー責任者が行ってください。", "Let a privacy officer do it who took no part."),
)
ACCOUNTS: Final = Refused(
    "accounts-needed",
    Say(
        "担当者のアカウントがないホームでは、緊急の開示はできません。",
        "In a home without staff accounts no glass is broken.",
    ),
    Say("noren staff add で担当者を登録してください。", "Add accounts with: noren staff add"),
)
