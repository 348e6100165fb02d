"""Values for tests of the ledger's store."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Any

from noren.activity.model import Changes, Kind, Line, Member, Posting, Purchase, ReceiptKey, Traits
from noren.activity.ports import LedgerStore


def enrolled(store: LedgerStore, *, cards: int = 1) -> tuple[bytes, list[bytes]]:
    """Enrol a member; return her handle and her cards' indexes."""
    handle, indexes = secrets.token_bytes(16), [secrets.token_bytes(16) for _ in range(cards)]
    with store.batch() as batch:
        batch.enrol(handle, secrets.token_bytes(16), indexes, Traits(sex="female", email_ok=True))
    return handle, indexes


def a_purchase(handle: bytes, entry: int, *, previous: int = 0, earned: int = 3, **changed: Any) -> Purchase:
    """Return a purchase of two lines."""
    whole = Purchase(
        entry=entry, handle=handle, key=ReceiptKey(739_000, secrets.token_bytes(16)), body_hash=bytes(16), shop="S1",
        partner="P1", terminal="1", receipt=str(entry), at=1_700_000_000_000_000, received=1_700_000_000_000_001,
        amount=300, amount_left=300, base_left=300, used_left=0, earned=earned, earned_left=earned, per=100,
        previous=previous, imported=False, lines=(Line("0490", 2, 100), Line("b", 1, 200)), answer=b"{}",
    )  # fmt: skip
    return replace(whole, **changed)


def sale(purchase: Purchase, member: Member) -> Changes:
    """Return the changes of a purchase that earns."""
    changes = Changes(purchases=[purchase], next_entry=purchase.entry + 1)
    after = replace(member, pool=member.pool + purchase.earned, last_purchase=purchase.entry)
    changes.members[member.handle] = after
    changes.postings.append(
        Posting(purchase.entry, 0, Kind.EARN, member.handle, 0, purchase.partner, 739_000, purchase.earned)
    )
    changes.tally.purchases = 1
    return changes
