"""Legal routes: the ground on which data may be used, brought together or handed on, by their names in Japan's APPI.

A flow has exactly one. What each requires stands in :mod:`noren.governance.regimes`, as dated data.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from noren.kernel.say import Say


class Route(StrEnum):
    """The ground of a flow, or on which a company's purchases come in: one per flow, one per agreement."""

    OWN_USE = "own-use"
    ENTRUSTMENT = "entrustment"
    JOINT_USE = "joint-use"
    THIRD_PARTY_CONSENT = "third-party-consent"
    THIRD_PARTY_OPT_OUT = "third-party-opt-out"
    LAW = "law"
    ABROAD = "abroad"
    PERSONAL_RELATED = "personal-related-information"
    PSEUDONYMISED = "pseudonymised"
    ANONYMISED = "anonymised"
    STATISTICS = "statistics"
    STATISTICS_EXCEPTION = "statistics-exception"


ROUTE_SAYS: Final[dict[Route, Say]] = {
    Route.OWN_USE: Say("自社利用", "own use"),
    Route.ENTRUSTMENT: Say("業務委託", "entrustment"),
    Route.JOINT_USE: Say("共同利用", "joint use"),
    Route.THIRD_PARTY_CONSENT: Say("第三者提供(本人同意)", "third-party provision by consent"),
    Route.THIRD_PARTY_OPT_OUT: Say("第三者提供(オプトアウト)", "third-party provision by opt-out"),
    Route.LAW: Say("法令に基づく提供", "provision under a law"),
    Route.ABROAD: Say("外国にある第三者への提供", "provision to a third party abroad"),
    Route.PERSONAL_RELATED: Say("個人関連情報の提供", "provision of personal-related information"),
    Route.PSEUDONYMISED: Say("仮名加工情報", "pseudonymously processed information"),
    Route.ANONYMISED: Say("匿名加工情報", "anonymously processed information"),
    Route.STATISTICS: Say("統計情報", "statistics"),
    Route.STATISTICS_EXCEPTION: Say("統計作成等の特例", "the exception for making statistics"),
}
"""The name of each route on screens."""

INCOMING: Final = frozenset(
    {
        Route.OWN_USE,
        Route.ENTRUSTMENT,
        Route.JOINT_USE,
        Route.THIRD_PARTY_CONSENT,
        Route.THIRD_PARTY_OPT_OUT,
        Route.PERSONAL_RELATED,
    }
)
"""Routes by which a company's purchases may come in."""
