"""A campaign's coupons put into a running house's ledger, as a till would have issued them: for tests of their use."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from noren.activity.model import Changes, Coupon
from noren.house.keys import open_keys
from noren.house.ledger_stores import open_ledger
from noren.kernel.ids import LinkToken
from noren.kernel.sealing import open_link_token
from noren.register.barcodes import ean13
from noren.testing.till import ZONE, Shopper, TillHouse

_BLANK: Final = Coupon(b"", b"", "", "珈琲50円引き", "50 off coffee", 0, 0, ("P1",), 0, 0, campaign="coffee-fans")


def handle_of(house: TillHouse, shopper: Shopper) -> bytes:
    """Return a member's handle, as the ledger side alone can."""
    ring = open_keys(house.home, "ledger-worker").ring("link")
    return open_link_token(ring, LinkToken(shopper.link_token())).reveal()


def give_coupon(house: TillHouse, shopper: Shopper, **offer: Any) -> Coupon:
    """Give a member a coupon that is valid today; by default 50 off, alone, anything, at company P1."""
    today = datetime.now(ZONE).date().toordinal()
    blank = replace(_BLANK, stack="alone", valid_from=today - 1, valid_until=today + 9, value=50)
    number = {"coupon": secrets.token_bytes(16), "barcode": ean13(secrets.token_bytes(16))}
    made = replace(blank, handle=handle_of(house, shopper), **{**number, **offer})
    if made.kind == "amount":
        made = replace(made, discount=made.value)
    store = open_ledger(house.home, "ledger-worker")
    try:
        with store.batch() as batch:
            batch.write(Changes(coupons=[made]))
    finally:
        store.close()
    return made
