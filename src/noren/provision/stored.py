"""What the records of provision hold. Beside them, under handles, whose rows went."""

from __future__ import annotations

from typing import Final

from noren.governance.columns import Columns, joined, of
from noren.kernel.say import Say

_WHOSE: Final = Say(
    "消去のときに行を消します。提供記録そのものには会員が載りません。",
    "The row goes at an erasure. The record of provision itself names no member.",
)

PROVISION: Final[Columns] = {
    "provision": of(
        "company",
        "law",
        "run flow purpose recipient recipient_name address representative route notice notice_version terms_version"
        " items first_day last_day begun_on expires_us completed_on rows members copy",
    ),
    "provided": joined(of("handle", "law", "handle", _WHOSE), of("machinery", "law", "run")),
}
PROVISION_LINKS: Final = frozenset({"provided.handle"})
