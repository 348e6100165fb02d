"""A ledger with one member's purchases in it, written by the real store: for tests of who reads it."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from noren.activity.model import Changes, Kind, Line, Lot, Posting, Purchase, ReceiptKey, Tally, Traits
from noren.governance.model import Shop
from noren.house.home import Home
from noren.house.ledger_stores import open_directory, open_ledger
from noren.kernel.ids import Handle

START: Final = datetime(2026, 10, 1, 1, 0, tzinfo=UTC)
PRODUCTS: Final = {
    "4901777018888": "深煎りコーヒー豆 200g",
    "4902102000000": "食パン 6枚切",
    "0000123456789": "北海道牛乳 1L",
    "4900000000001": '=HYPERLINK("x")',
    "4900000000002": "<script>alert(1)</script>",
}
_EARNED: Final = 9
_LOT_POINTS: Final = 30


class MemberLedger:
    """A home's ledger and directory with one known shop; members are added with their purchases."""

    def __init__(self, home: Home) -> None:
        self._store = open_ledger(home, "ledger-worker")
        shop = Shop("S1", "P1", "暖簾珈琲 三条店", None, None, None, handles_personal_information=False)
        directory = open_directory(home, "ledger-worker")
        directory.put_shops([shop], today=START.date())
        directory.close()
        with self._store.batch() as batch:
            batch.put_products([(code, name, None, None, None, None, None) for code, name in PRODUCTS.items()])

    def member(self, purchases: int, *, points_only: bool = False, lot: bool = False) -> Handle:
        """Add a member who bought ``purchases`` times, a day apart; return her handle."""
        handle = secrets.token_bytes(16)
        with self._store.batch() as batch:
            batch.enrol(handle, secrets.token_bytes(16), (), Traits())
            batch.set_points_only(handle, points_only)
        for number in range(purchases):
            self._buy(handle, number, points_only)
        if lot:
            self._give_lot(handle)
        return Handle(handle)

    def close(self) -> None:
        """Close the store."""
        self._store.close()

    def _buy(self, handle: bytes, number: int, points_only: bool) -> None:
        at = START + timedelta(days=number)
        bought = [*PRODUCTS, "9999999999999"][number % 3 :]
        lines = tuple(Line(code, 1 + i, 300 + 10 * i) for i, code in enumerate(bought))
        amount = sum(line.amount for line in lines)
        with self._store.batch() as batch:
            entry, member = batch.next_entry(), batch.members([handle])[handle]
            micros = int(at.timestamp()) * 1_000_000
            changes = Changes(next_entry=entry + 1, tally=Tally(purchases=1, lines=len(lines), amount=amount))
            changes.purchases.append(
                Purchase(
                    entry=entry,
                    handle=handle,
                    key=ReceiptKey(at.toordinal(), secrets.token_bytes(16)),
                    body_hash=secrets.token_bytes(16),
                    shop="S1",
                    partner="P1",
                    terminal="T1",
                    receipt=f"r-{number}",
                    at=micros,
                    received=micros,
                    amount=amount,
                    amount_left=amount - (300 if number == 0 else 0),
                    base_left=amount,
                    used_left=0,
                    earned=_EARNED,
                    earned_left=_EARNED,
                    per=100,
                    previous=member.last_purchase,
                    imported=False,
                    lines=None if points_only else lines,
                    answer=b"{}",
                )
            )
            changes.postings.append(Posting(entry, 0, Kind.EARN, handle, 0, "P1", at.toordinal(), _EARNED))
            changes.members[handle] = replace(
                member, pool=member.pool + _EARNED, last_movement=at.toordinal(), last_purchase=entry
            )
            batch.write(changes)

    def _give_lot(self, handle: bytes) -> None:
        with self._store.batch() as batch:
            entry = batch.next_entry()
            day = START.toordinal()
            changes = Changes(next_entry=entry + 1)
            changes.lots[entry] = Lot(entry, handle, "P1", day + 3650, _LOT_POINTS)
            changes.postings.append(Posting(entry, 0, Kind.LOT, handle, entry, "P1", day, _LOT_POINTS))
            member = batch.members([handle])[handle]
            changes.members[handle] = replace(member, lots=member.lots + 1)
            batch.write(changes)
