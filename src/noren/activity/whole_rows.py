"""The ledger read whole, for evaluating audiences: traits, points, coupons, stops of every active member.

Fills ``ports.WholeFeed``. The same text runs on SQLite and PostgreSQL, so it binds nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from noren.activity.model import Profile
from noren.activity.rows import TRAITS, Row, traits_of
from noren.activity.tier_rows import HER_COLUMNS, HER_JOINS, her_tier
from noren.governance.stopping import Rule

_PROFILES: Final = (
    "SELECT m.handle, m.pool, m.last_movement, p.sex, p.age_band, p.age_band_year, p.birth_month, p.prefecture,"
    " p.postal3, p.since, p.email_ok, p.post_ok,"
    f" {HER_COLUMNS} FROM member AS m LEFT JOIN profile AS p ON p.handle = m.handle{HER_JOINS} WHERE m.state = 1"
)
_LOTS: Final = "SELECT handle, points, expires FROM lot WHERE points <> 0"
_STOPS: Final = "SELECT handle, purpose, recipient, channel FROM stop"
_KEEPING: Final = "SELECT handle, months FROM keeping"
_ISSUED: Final = "SELECT handle, campaign, valid_from FROM coupon WHERE campaign <> ''"
_REDEEMED: Final = (
    "SELECT p.handle, c.campaign, p.at FROM redemption AS r JOIN coupon AS c ON c.coupon = r.coupon"
    " JOIN purchase AS p ON p.entry = r.entry WHERE r.problem = '' AND c.campaign <> ''"
)


class WholeRows:
    """Reads by the ``_all`` of the feed that it is mixed into."""

    def _all(self, sql: str, *parameters: Any) -> list[Row]:
        raise NotImplementedError

    def profiles(self) -> Iterable[Profile]:
        """See ``WholeFeed``."""
        return map(_profile, self._all(_PROFILES))

    def all_lots(self) -> Sequence[tuple[bytes, int, int]]:
        """See ``WholeFeed``."""
        return [(bytes(row[0]), int(row[1]), int(row[2])) for row in self._all(_LOTS)]

    def all_stops(self) -> Sequence[tuple[bytes, Rule]]:
        """See ``WholeFeed``."""
        return [(bytes(row[0]), Rule(*row[1:])) for row in self._all(_STOPS)]

    def all_keeping(self) -> Sequence[tuple[bytes, int]]:
        """See ``WholeFeed``."""
        return [(bytes(row[0]), int(row[1])) for row in self._all(_KEEPING)]

    def issued_coupons(self) -> Sequence[tuple[bytes, str, int]]:
        """See ``WholeFeed``."""
        return [(bytes(row[0]), str(row[1]), int(row[2])) for row in self._all(_ISSUED)]

    def redeemed_coupons(self) -> Sequence[tuple[bytes, str, int]]:
        """See ``WholeFeed``."""
        return [(bytes(row[0]), str(row[1]), int(row[2])) for row in self._all(_REDEEMED)]


def _profile(row: Row) -> Profile:
    handle, pool, moved, *told = row
    return Profile(bytes(handle), int(pool), int(moved), traits_of(told[:TRAITS]), her_tier(told[TRAITS:]))
