"""How long the records of provision stay."""

from __future__ import annotations

from typing import Final

from noren.governance.columns import Terms
from noren.kernel.say import Say
from noren.provision.stored import PROVISION

_RECORD: Final = Say(
    "消さない。だれに何の根拠で何を渡したかの記録(法29条・30条は3年)で、会員のことは含まない。",
    "Never deleted: what was given to whom on which ground (articles 29 and 30 want 3 years). It names no member.",
)
_WHOSE: Final = Say(
    "会員でいる間。ご本人が提供の記録を見るため(法33条5項)。",
    "While she is a member: so that she can see the records of provision (article 33(5)).",
)
_BEYOND: Final = Say(
    "提供記録の日から36か月後の月の終わりまで(法29条・30条)。月の鍵ごと消えます。",
    "Until the end of the 36th month after the record's (articles 29 and 30); it goes with the month's key.",
)
TERMS: Final[Terms] = {
    "provision": dict.fromkeys(PROVISION["provision"], _RECORD),
    "provided": dict.fromkeys(PROVISION["provided"], _WHOSE),
    "provided_beyond": dict.fromkeys(PROVISION["provided_beyond"], _BEYOND),
    "provided_month": dict.fromkeys(PROVISION["provided_month"], _BEYOND),
}
