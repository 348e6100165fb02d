"""How long standings are kept, and how they go. ``TERMS`` names every column of the standings' file."""

from __future__ import annotations

from typing import Final

from noren.kernel.say import Say

_STANDING: Final = Say(
    "会員でいて、レジで条件が発動しているあいだ。台帳から作り直せる控えで、統合・退会のときと、発動中の条件が"
    "なくなったときに消えます。ファイルはいつ捨ててもかまいません。",
    "While she is a member and conditions are in force at tills. A cache of the ledger: it goes when she is merged or"
    " leaves, and when no condition is in force any more. The file may be thrown away at any time.",
)
_NOBODY: Final = Say("期限なし。個人に関する情報ではありません。", "Without limit: it says nothing of a person.")
_CUT: Final = Say(
    "その日のうち。全会員の順位から出る境目の値で、翌日の境目ができると消えます。",
    "For the day: the least value among the top of all members; it goes when the next day's is there.",
)

TERMS: Final[dict[str, dict[str, Say]]] = {
    "standing": dict.fromkeys(("handle", "day", "plan", "head", "seen", "since", "facts"), _STANDING),
    "progress": dict.fromkeys(("one", "returns", "bought", "merged", "cleaned"), _NOBODY),
    "plan": dict.fromkeys(("serial", "digest", "first_day", "taken", "swept", "mark"), _NOBODY),
    "published": dict.fromkeys(("serial", "told"), _NOBODY),
    "accepted": dict.fromkeys(("plan", "other", "rank"), _NOBODY),
    "cut": dict.fromkeys(("plan", "day", "number", "least"), _CUT),
}
