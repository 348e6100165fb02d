"""How long governance's own stores keep what, and how it goes. None of them holds a member."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from noren.governance.columns import Columns, Terms
from noren.governance.stored import CASES, COPIES, DIRECTORY, DOCUMENTS, STAFF
from noren.kernel.say import Say

KEEP_LINES_MONTHS: Final = 36
"""After so many whole months lines become sums: the conditions' own horizon, a number of the contract."""

_RECORD: Final = Say(
    "消さない。だれがいつから何を約束したかの記録で、会員のことは含まない。",
    "Never deleted: the record of who promised what from when. It holds nothing of a member.",
)
_ALERT: Final = Say("alerts.keep_days(標準90日)。", "alerts.keep_days (90 days by default).")
_KEYS: Final = Say(
    "取消・期限切れの後も。どの端末がいつまで使えたかの記録。",
    "After revocation and expiry too: the record of which terminal could be used until when.",
)
_CENSUS: Final = Say(
    "複製の終わりの記録として残す。複製の鍵だけは、終わりとともに壊す。",
    "Kept as the record that a copy ended; its key alone is destroyed with it.",
)
_CASE: Final = Say(
    "消さない。だれが何にどう応じたかの記録で、会員の名も番号も含まない。",
    "Never deleted: who dealt with what, and how. It holds no member's name or number.",
)

_STAFF: Final = Say(
    "消さない(閉じるだけ)。だれが何をしたかの記録がアカウントを指すため。",
    "Never deleted, only closed: the records of who did what name it.",
)
_MEANS: Final = Say(
    "新しいものに替わるか、アカウントを閉じるまで。", "Until another takes its place, or the account is closed."
)
_WAITING: Final = Say(
    "消さない。緊急の開示で封をしたカード番号だけは、開示が終わるか、行われないと決まったら消す。",
    "Never deleted; but a card that was sealed to break glass goes when that is over, or will not be done.",
)
_INVITES: Final = Say("使われるか、3日で無効。", "Until it is used; void after 3 days.")
_SESSIONS: Final = Say("始まりから16時間。", "16 hours from its beginning.")
_FAILURES: Final = Say("15分。", "15 minutes.")


def _terms(columns: Columns, term: Say, others: Mapping[str, Say] | None = None) -> Terms:
    other = others or {}
    return {table: dict.fromkeys(names, other.get(table, term)) for table, names in columns.items()}


DIRECTORY_TERMS: Final = _terms(DIRECTORY, _RECORD, {"alert": _ALERT, "terminal": _KEYS})
DOCUMENT_TERMS: Final = _terms(DOCUMENTS, _RECORD)
COPY_TERMS: Final = _terms(COPIES, _CENSUS)
CASE_TERMS: Final = _terms(CASES, _CASE)
STAFF_TERMS: Final = _terms(
    STAFF,
    _STAFF,
    {
        "staff_credential": _MEANS,
        "staff_invite": _INVITES,
        "staff_session": _SESSIONS,
        "staff_failure": _FAILURES,
        "staff_waiting": _WAITING,
    },
)
