"""A member's phone, for tests: makes one-time codes with what the statement process of a house holds."""

from __future__ import annotations

from datetime import datetime

from noren.house.keys import open_keys
from noren.kernel.ids import LinkToken
from noren.kernel.sealing import open_link_token
from noren.register.codes import make_code
from noren.testing.till import Shopper, TillHouse


class Phone:
    """Shows codes of any shopper of one house."""

    def __init__(self, house: TillHouse) -> None:
        keys = open_keys(house.home, "statement")
        self._link, self._code = keys.ring("link"), keys.ring("one-time-code")

    def show(self, shopper: Shopper, at: datetime) -> str:
        """Return the shopper's code of the minute of ``at``."""
        return make_code(self._code, open_link_token(self._link, LinkToken(shopper.link_token())), at)
