"""Legal regimes: what each route requires, as dated data, so that counsel changes it without a release.

The policy files hold what no regime may loosen; a regime says the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from noren.governance.notices import NoticeKind
from noren.governance.routes import Route

CLOCKS: Final[Mapping[str, int]] = {
    "answer-a-right": 14,
    "breach-preliminary": 5,
    "breach-final": 30,
    "breach-final-improper-purpose": 60,
    "complaint": 14,
    "provision-record": 3 * 366,
    "provision-record-by-contract": 366,
}
"""Days within which something is due, or during which it is kept."""


@dataclass(frozen=True, slots=True)
class RouteRule:
    """What a route requires. ``notice``: the kind that must be in force and cover the flow; None: none.

    ``needs``: words of the evidence that a flow must bring. ``person_level_match``: whether persons may be matched.
    ``minimum_notice_days``: how long a notice stands announced before it takes effect.
    """

    enabled: bool = True
    consent: bool = False
    notice: NoticeKind | None = None
    record: bool = False
    minimum_notice_days: int = 0
    person_level_match: bool = False
    needs: frozenset[str] = frozenset()


def _needs(*words: str) -> frozenset[str]:
    return frozenset(words)


ROUTES: Final[Mapping[Route, RouteRule]] = {
    Route.OWN_USE: RouteRule(notice=NoticeKind.ACQUISITION, person_level_match=True),
    Route.ENTRUSTMENT: RouteRule(needs=_needs("contract", "supervision")),
    Route.JOINT_USE: RouteRule(notice=NoticeKind.JOINT_USE, minimum_notice_days=30, person_level_match=True),
    Route.THIRD_PARTY_CONSENT: RouteRule(
        consent=True, notice=NoticeKind.THIRD_PARTY, record=True, person_level_match=True
    ),
    Route.THIRD_PARTY_OPT_OUT: RouteRule(
        notice=NoticeKind.OPT_OUT, record=True, minimum_notice_days=30, needs=_needs("filing", "ppc-publication")
    ),
    Route.LAW: RouteRule(record=True, needs=_needs("instrument", "scope-decided")),
    Route.ABROAD: RouteRule(
        enabled=False,
        consent=True,
        notice=NoticeKind.THIRD_PARTY,
        record=True,
        needs=_needs("foreign-system-information"),
    ),
    Route.PERSONAL_RELATED: RouteRule(
        record=True, person_level_match=True, needs=_needs("recipient-consent-confirmed")
    ),
    Route.PSEUDONYMISED: RouteRule(notice=NoticeKind.PSEUDONYMISED),
    Route.ANONYMISED: RouteRule(notice=NoticeKind.ANONYMISED, needs=_needs("recipient-told")),
    Route.STATISTICS: RouteRule(),
    Route.STATISTICS_EXCEPTION: RouteRule(enabled=False),
}
"""The routes as law.md digests them; the exception of the 2026 reform and flows abroad are off."""


@dataclass(frozen=True, slots=True)
class Regime:
    """The law as configured. A route that is not named is closed. From when it holds stands on its document."""

    routes: Mapping[Route, RouteRule] = field(default_factory=lambda: ROUTES)
    clocks: Mapping[str, int] = field(default_factory=lambda: CLOCKS)
    id: str = "japan"
