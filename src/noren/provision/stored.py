"""What the records of provision hold. Beside them, under handles, whose rows went."""

from __future__ import annotations

from typing import Final

from noren.governance.columns import Columns, joined, of
from noren.kernel.say import Say

_WHOSE: Final = Say(
    "消去のときに行を消します。提供記録そのものには会員が載りません。",
    "The row goes at an erasure. The record of provision itself names no member.",
)

_BEYOND: Final = Say(
    "消去された方の内部識別子から鍵で作った印で封じてあり、内部識別子がなくなった後は、この側ではだれのものとも分かりません。",
    "Named and sealed under a tag made with a key from the handle of who was erased: once the handle is gone, it leads"
    " to nobody on this side.",
)

PROVISION: Final[Columns] = {
    "provision": of(
        "company",
        "law",
        "run flow purpose recipient recipient_name address representative route notice notice_version terms_version"
        " items first_day last_day begun_on expires_us completed_on rows members copy",
    ),
    "provided": joined(of("handle", "law", "handle", _WHOSE), of("machinery", "law", "run")),
    "provided_beyond": joined(
        of("machinery", "law", "month"), of("handle", "law", "row", _BEYOND), of("handle", "law", "sealed", _BEYOND)
    ),
    "provided_month": of("key", "security", "month wrapped"),
}
PROVISION_LINKS: Final = frozenset({"provided.handle", "provided_beyond.row", "provided_beyond.sealed"})
