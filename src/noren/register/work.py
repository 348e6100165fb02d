"""One batch in hand: what the store said, overlaid with what this batch has decided so far.

Nothing here outlives the batch; memory that outlives a batch changes only after its commit.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from noren.activity.model import Card, Changes, Lot, Member, MemberState, Posting, Purchase, ReceiptKey, Return
from noren.activity.points import Move, Standing
from noren.activity.ports import Asked, LedgerBatch
from noren.kernel.keyring import KeyRing
from noren.register.campaigns import CampaignBook
from noren.register.decide import Sale
from noren.register.drawing import Draws
from noren.register.held import HeldCoupons
from noren.register.names import name_purchases
from noren.register.returning import Brought

_MOST_NAMES: Final = 32
"""How many outer names are made at once, at most."""


class Work:
    """Reads through to the store once per key; decisions of the batch are seen by those after them.

    ``expected``: how many entries the batch will have, about: so many outer names are made at once; ``book``: the
    campaigns in force (None: none are drawn here); ``touched``: members with a purchase or a return in this batch.
    """

    def __init__(self, store: LedgerBatch, *, expected: int = _MOST_NAMES, book: CampaignBook | None = None) -> None:
        self.store = store
        self.changes = Changes()
        self.book = book
        self.touched = set[bytes]()
        self._next: int | None = None
        self._receipts: dict[ReceiptKey, int | None] = {}
        self._unseen: set[ReceiptKey] = set()
        self._cards: dict[bytes, Card | None] = {}
        self._standings: dict[bytes, Standing | None] = {}
        self.draws = Draws(store, self.changes, self._standings.keys())
        self._purchases: dict[int, Purchase | None] = {}
        self._returns: dict[int, list[Return]] = {}
        self._codes: dict[bytes, int | None] = {}
        self._prefixes: dict[bytes, list[bytes]] = {}
        self.held = HeldCoupons(store, self.changes)
        self._names: dict[int, str] = {}
        self._some = max(1, min(expected, _MOST_NAMES))

    def prefetch(self, asked: Asked) -> None:
        """Ask the store for everything that a batch surely needs, in one question."""
        known = self.store.prefetch(asked)
        self._receipts.update(known.receipts)
        self._unseen |= asked.receipts - known.receipts.keys()
        self._cards.update({index: known.cards.get(index) for index in asked.cards})
        self._prefixes.update(known.prefixes)
        self._codes.update({code: known.codes.get(code) for code in asked.codes})
        self._purchases.update(known.purchases)
        self._purchases.update(dict.fromkeys(asked.purchases - known.purchases.keys()))
        self._returns.update(known.returns)
        for handle, member in known.members.items():
            self._standings[handle] = _standing(member, known.lots.get(handle, ()))

    def entry(self) -> int:
        """Return the entry number that the next decision gets."""
        if self._next is None:
            self._next = self.store.next_entry()
        return self._next

    def name(self, ring: KeyRing, entry: int) -> str:
        """Return the outer name of an entry of this batch."""
        if entry not in self._names:
            some = self._some
            self._names = dict(zip(range(entry, entry + some), name_purchases(ring, entry, some), strict=True))
        return self._names[entry]

    def receipt(self, key: ReceiptKey) -> tuple[bool, int | None]:
        """Return (seen, entry); entry None means that the member was erased."""
        if key not in self._receipts and key not in self._unseen:
            self._receipts.update(self.store.receipts([key]))
        return key in self._receipts, self._receipts.get(key)

    def card(self, index: bytes) -> Card | None:
        """Return a card by its keyed index."""
        if index not in self._cards:
            self._cards[index] = self.store.cards([index]).get(index)
        return self._cards[index]

    def standing(self, handle: bytes) -> Standing | None:
        """Return a member's standing as of the decisions made so far; None where she is closed or unknown."""
        if handle not in self._standings:
            member = self.store.members([handle]).get(handle)
            lots = self.store.lots([handle])[handle] if member is not None and member.lots else ()
            self._standings[handle] = None if member is None else _standing(member, lots)
        return self._standings[handle]

    def handle_starting(self, prefix: bytes) -> bytes | None:
        """Return the one handle that starts with ``prefix``; None where there is none or more than one."""
        if prefix not in self._prefixes:
            self._prefixes[prefix] = self.store.handles_starting(prefix)
        found = self._prefixes[prefix]
        return found[0] if len(found) == 1 else None

    def code_used_by(self, code_hash: bytes) -> int | None:
        """Return the entry that used a one-time code."""
        if code_hash not in self._codes:
            self._codes[code_hash] = self.store.used_codes([code_hash]).get(code_hash)
        return self._codes[code_hash]

    def purchase(self, entry: int) -> Purchase | None:
        """Return a purchase as of the decisions made so far."""
        if entry not in self._purchases:
            self._purchases[entry] = self.store.purchases([entry]).get(entry)
        return self._purchases[entry]

    def returns(self, entry: int) -> list[Return]:
        """Return the returns of a purchase, this batch's included."""
        if entry not in self._returns:
            self._returns[entry] = self.store.returns(entry)
        return self._returns[entry]

    def postings(self, entries: Iterable[int]) -> list[Posting]:
        """Return the postings of entries, this batch's included."""
        wanted = list(entries)
        stored = [posting for entry in wanted for posting in self.store.postings(entry)]
        return stored + [posting for posting in self.changes.postings if posting.entry in wanted]

    def accept_sale(self, sale: Sale, *, code_hash: bytes | None) -> None:
        """Take an accepted purchase into the batch."""
        purchase, tally = sale.purchase, self.changes.tally
        self.touched.add(purchase.handle)
        self.changes.purchases.append(purchase)
        self._receipts[purchase.key] = purchase.entry
        self._purchases[purchase.entry] = purchase
        self._returns[purchase.entry] = []
        if code_hash is not None:
            self._codes[code_hash] = purchase.entry
            self.changes.codes.append((code_hash, purchase.entry, sale.day))
        if sale.redemptions:
            self.held.take(purchase.entry, sale.redemptions)
        tally.purchases += 1
        tally.lines += len(purchase.lines or ())
        tally.amount += purchase.amount
        tally.amount_without_lines += purchase.amount if purchase.lines is None else 0
        tally.earned += purchase.earned
        tally.used += purchase.used_left
        self._post(purchase.entry, sale.standing, sale.moves, sale.day)

    def accept_return(self, brought: Brought) -> None:
        """Take an accepted return into the batch."""
        goods, purchase = brought.goods, brought.purchase
        self.touched.add(purchase.handle)
        self.changes.returns.append(goods)
        self._returns[purchase.entry] = [*self.returns(purchase.entry), goods]
        self._purchases[purchase.entry] = purchase
        self.held.make_void(brought.voided)
        self.held.give_back(brought.given_back)
        self.changes.tally.returns += 1
        self._amend(purchase)
        self._post(goods.entry, brought.standing, brought.moves, brought.day)

    def _amend(self, purchase: Purchase) -> None:
        """Write the purchase's remains: in its own row when it is new in this batch, else as its one amendment.

        Of two amendments of a row PostgreSQL would take either.
        """
        for known in (self.changes.purchases, self.changes.amended):
            for position, each in enumerate(known):
                if each.entry == purchase.entry:
                    known[position] = purchase
                    return
        self.changes.amended.append(purchase)

    def _post(self, entry: int, standing: Standing, moves: Iterable[Move], day: int) -> None:
        handle = standing.member.handle
        before = self._standings.get(handle)
        self._standings[handle] = standing
        self.changes.members[handle] = standing.member
        if before is not None and before.lots is not standing.lots:
            self.changes.lots.update({lot.number: lot for lot in standing.lots})
        for number, move in enumerate(moves):
            self.changes.postings.append(
                Posting(entry, number, move.kind, handle, move.lot, move.partner, day, move.points)
            )
        self._next = entry + 1
        self.changes.next_entry = entry + 1


def _standing(member: Member, lots: Iterable[Lot]) -> Standing | None:
    return Standing(member, tuple(lots)) if member.state is MemberState.ACTIVE else None
