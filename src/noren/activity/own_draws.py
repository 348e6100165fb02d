"""One member's coupons and draws, and what is public of the campaigns that she met: for her own page and document.

Nothing here is read that nobody may know before a campaign's end: no seed, no sealed share.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from noren.activity import rows
from noren.activity.campaign_rows import GET_OF_MEMBER, GET_UNDRAWN, of_member
from noren.activity.campaigns import CampaignState, DrawRow, MemberDraws, Undrawn
from noren.activity.entered import OwnEnteredFeed, OwnEnteredReads
from noren.activity.model import Coupon
from noren.activity.rows import Row
from noren.activity.tables import COUPON_COLUMNS
from noren.kernel.values import value

COUPONS: Final = f"SELECT {COUPON_COLUMNS} FROM coupon WHERE handle = $1 ORDER BY valid_until, coupon"
DRAWN: Final = (
    "SELECT c.campaign, c.state, d.number, d.seq, d.entry, d.ticket, d.outcome, d.salt, d.previous, d.leaf"
    " FROM campaign AS c JOIN draw AS d ON d.number = c.number WHERE d.number = $1 AND d.seq = $2"
)
_PUBLIC: Final = "number, campaign, terms, shares, last_day, started, stopped"
CALLED: Final = f"SELECT {_PUBLIC} FROM campaign WHERE campaign = $1"
SINCE: Final = (
    f"SELECT {_PUBLIC} FROM campaign WHERE started > 0 AND last_day >= $1 ORDER BY last_day DESC, number DESC LIMIT $2"
)
CONDITION: Final = "SELECT file, salt FROM campaign WHERE number = $1"
USE: Final = "SELECT partner, day FROM redemption WHERE coupon = $1 AND problem = ''"
ANSWER: Final = "SELECT answer FROM purchase WHERE entry = $1 AND handle = $2"


@dataclass(frozen=True, slots=True, repr=False)
class OwnDraw:
    """A draw of hers. ``revealed``: whether its campaign's seed is public, so that every outcome may be told."""

    campaign: str
    revealed: bool
    row: DrawRow


@value
class OwnCampaign:
    """What is public of a campaign that was started. ``terms``: canonical JSON; ``shares``: empty before the reveal.

    ``last_day``: an ordinal; ``stopped``: an instant in µs, 0: it was not.
    """

    number: int
    campaign: str
    terms: bytes
    shares: bytes
    last_day: int
    started: int
    stopped: int


class OwnDrawFeed(OwnEnteredFeed, Protocol):
    """What is asked of coupons and draws for one member."""

    def coupons_held(self, handle: bytes) -> Sequence[Coupon]:
        """Return all coupons of a member, those whose last day comes first in front."""
        ...

    def draws_held(self, handle: bytes) -> Sequence[OwnDraw]:
        """Return all draws of a member by campaign, the first in front."""
        ...

    def campaign_called(self, name: str) -> OwnCampaign | None:
        """Return what is public of a campaign."""
        ...

    def campaigns_since(self, day: int, limit: int) -> Sequence[OwnCampaign]:
        """Return started campaigns whose last day is a day (ordinal) or later, the last first."""
        ...

    def condition_of(self, number: int) -> tuple[bytes, bytes]:
        """Return (file, salt) of a campaign: whoever asks decides who may be told."""
        ...

    def undrawn_held(self, handle: bytes) -> Sequence[Undrawn]:
        """Return purchases of a member at which nothing was drawn, the first in front."""
        ...

    def draw_numbers(self, handles: Iterable[bytes]) -> dict[bytes, bytes]:
        """Return members' draw numbers."""
        ...

    def use_of(self, coupon: bytes) -> tuple[str, int] | None:
        """Return (company, local day as an ordinal) where a coupon was taken; None: it was not."""
        ...

    def answer_of(self, handle: bytes, entry: int) -> bytes:
        """Return what the till was answered at a purchase of hers; empty: not kept, or not hers."""
        ...


class OwnDrawReads(OwnEnteredReads):
    """Fills ``OwnDrawFeed`` for a reader that has ``_all``."""

    def _all(self, sql: str, *parameters: Any) -> list[Row]:
        raise NotImplementedError

    def coupons_held(self, handle: bytes) -> Sequence[Coupon]:
        """See ``OwnDrawFeed``."""
        return [rows.coupon(row) for row in self._all(COUPONS, handle)]

    def draws_held(self, handle: bytes) -> Sequence[OwnDraw]:
        """See ``OwnDrawFeed``."""
        return [one for row in self._all(GET_OF_MEMBER, handle) for one in self._draws(of_member(row))]

    def campaign_called(self, name: str) -> OwnCampaign | None:
        """See ``OwnDrawFeed``."""
        return next((OwnCampaign(*row) for row in self._all(CALLED, name)), None)

    def campaigns_since(self, day: int, limit: int) -> Sequence[OwnCampaign]:
        """See ``OwnDrawFeed``."""
        return [OwnCampaign(*row) for row in self._all(SINCE, day, limit)]

    def condition_of(self, number: int) -> tuple[bytes, bytes]:
        """See ``OwnDrawFeed``."""
        ((file, salt),) = self._all(CONDITION, number)
        return file, salt

    def undrawn_held(self, handle: bytes) -> Sequence[Undrawn]:
        """See ``OwnDrawFeed``."""
        return [Undrawn(*row) for row in self._all(GET_UNDRAWN, handle)]

    def use_of(self, coupon: bytes) -> tuple[str, int] | None:
        """See ``OwnDrawFeed``."""
        return next(((row[0], row[1]) for row in self._all(USE, coupon)), None)

    def answer_of(self, handle: bytes, entry: int) -> bytes:
        """See ``OwnDrawFeed``."""
        return next((row[0] for row in self._all(ANSWER, entry, handle)), b"")

    def _draws(self, drawn: MemberDraws) -> list[OwnDraw]:
        """Return her draws in a campaign, the first in front."""
        found, seq = list[OwnDraw](), drawn.last
        while seq >= 0:
            ((campaign, state, *row),) = self._all(DRAWN, drawn.number, seq)
            found.append(OwnDraw(campaign, state == CampaignState.REVEALED, DrawRow(*row)))
            seq = found[-1].row.previous
        return found[::-1]
