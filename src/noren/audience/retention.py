"""How long the audiences' store keeps what, and how it goes. Each column of each table stands here, or a test fails."""

from __future__ import annotations

from datetime import date
from typing import Final

from noren.audience.store import AudienceStore
from noren.kernel.say import Say

FIGURE_DAYS: Final = 400

_DEFINITION: Final = Say(
    "消さない。だれが何の目的で何を決めたかの記録で、会員のことは含まない。",
    "Never deleted: the record of who decided what, and for which purpose. It holds nothing of a member.",
)
_FIGURE: Final = Say(
    f"{FIGURE_DAYS}日。同じ日の同じ照会に同じ数を答えるため。雑音の入った値だけ。",
    f"{FIGURE_DAYS} days: the same question of the same day gets the same number. Noisy values alone.",
)
_CHARGE: Final = Say(
    "消さない。開示枠の使用の合計だけ。", "Never deleted: sums of what was spent, and nothing of what was asked."
)
_COMMITMENT: Final = Say(
    "監査で開けるまで。葉は塩つきの鍵付きハッシュで、内部識別子が消えればだれのものでもない。",
    "For the auditor. A leaf is a keyed hash with a salt: once a handle is gone it is nobody's.",
)

TERMS: Final[dict[str, dict[str, Say]]] = {
    "audience_version": dict.fromkeys(
        (
            "name", "number", "condition", "purpose", "recipient", "channel", "expires", "minimum", "with_young",
            "author", "saved_on", "sensitive", "foreign", "approver", "approved_on",
        ),
        _DEFINITION,
    ),
    "figure": dict.fromkeys(("digest", "day", "noisy"), _FIGURE),
    "charge": dict.fromkeys(("month", "asker", "micros"), _CHARGE),
    "commitment": dict.fromkeys(("name", "number", "day", "root", "salt", "leaves"), _COMMITMENT),
}  # fmt: skip


def sweep(store: AudienceStore, today: date) -> int:
    """Delete figures past their term; return how many."""
    return store.forget_figures(date.fromordinal(today.toordinal() - FIGURE_DAYS))
