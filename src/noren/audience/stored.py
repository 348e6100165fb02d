"""What the audiences' store and the standings hold, column by column: item, purposes, and how what joins is parted."""

from __future__ import annotations

from typing import Final

from noren.governance.columns import Columns, joined, of
from noren.kernel.say import Say

_USED: Final = "register-coupon mail postal-dm statistics"
_STANDING: Final = Say(
    "会員が退会・統合されると行が消えます。ファイルは台帳からいつでも作り直せます。",
    "The row goes when she withdraws or is merged; the file can be made again of the ledger at any time.",
)
_LEAVES: Final = Say(
    "塩つきの鍵付きハッシュ。内部識別子が消えれば、だれのものでもありません。",
    "Keyed hashes with a salt: once a handle is gone they are nobody's.",
)

AUDIENCES: Final[Columns] = {
    "audience_version": of(
        "machinery",
        _USED,
        "name number condition purpose recipient channel expires minimum with_young author saved_on sensitive foreign"
        " approver approved_on",
    ),
    "figure": of("figure", "statistics", "digest day noisy"),
    "charge": of("figure", "statistics", "month asker micros"),
    "commitment": joined(
        of("machinery", "security", "name number day root salt"), of("handle", "security", "leaves", _LEAVES)
    ),
}
STANDINGS: Final[Columns] = {
    "standing": joined(
        of("handle", "register-coupon", "handle", _STANDING),
        of("purchase-line", "register-coupon", "day plan head seen since facts"),
    ),
    "progress": of("machinery", "register-coupon", "one returns bought merged cleaned"),
    "plan": of("machinery", "register-coupon", "serial digest first_day taken swept mark"),
    "published": of("machinery", "register-coupon", "serial told"),
    "accepted": of("machinery", "register-coupon", "plan other rank"),
    "cut": of("figure", "register-coupon", "plan day number least"),
}
AUDIENCE_LINKS: Final = frozenset({"commitment.leaves"})
STANDING_LINKS: Final = frozenset({"standing.handle"})
