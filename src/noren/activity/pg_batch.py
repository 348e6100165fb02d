"""One batch of the ledger on PostgreSQL: what it writes goes by arrays, and nothing waits.

The session is in pipeline mode: a statement is sent at once and its answer read only where it is
needed, so that a batch of any size costs three or four round trips.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Final

from psycopg.types.numeric import Int8

from noren.activity import pg_tables, rows, tables
from noren.activity.campaign_rows import CampaignRows
from noren.activity.entered import EnteredRows
from noren.activity.erasing_rows import ErasedRows
from noren.activity.errors import PointsDoNotBalance
from noren.activity.forgetting_rows import ForgettingRows
from noren.activity.model import Card, CardState, Changes, Kind, MemberState, Stop, Tally, Traits
from noren.activity.pg_arrays import Array, bools, byteses, columns, ints, longs, shorts, texts
from noren.activity.pg_reads import BatchReads
from noren.activity.pg_rekeying import PostgresRekeyed
from noren.activity.thinned_rows import ThinnedRows
from noren.activity.tier_rows import TierRows

_PURCHASE: Final = (
    longs, byteses, ints, byteses, byteses, texts, texts, texts, texts, *([longs] * 10), bools, byteses, byteses,
)  # fmt: skip
_POSTING: Final = (longs, ints, shorts, byteses, longs, texts, ints, longs)
_ACCOUNT: Final = (texts, shorts, longs)
_TALLY: Final = (texts, longs)
_MEMBER: Final = (shorts, bools, longs, ints, longs, ints, byteses, longs)
_AMENDED: Final = (longs, longs, longs, longs, byteses, longs)
_RETURN: Final = (longs, longs, texts, byteses, longs, longs, byteses, byteses)
_LOT: Final = (longs, byteses, texts, ints, longs)
_CODE: Final = (byteses, longs, ints)
_COUPON: Final = (
    byteses, byteses, texts, texts, texts, longs, longs, texts, ints, ints, longs, texts, longs, texts, longs, longs,
    texts, texts, texts,
)  # fmt: skip
_REDEMPTION: Final = (longs, ints, texts, byteses, texts, longs, ints, texts)
_OPENING: Final = (byteses, longs, texts, longs, ints, longs)
_CARD: Final = (byteses, byteses, shorts)
_PRODUCT: Final = (texts,) * 7
_TALLY_NAMES: Final = tuple(f.name for f in dataclasses.fields(Tally))


class PostgresBatch(
    BatchReads, PostgresRekeyed, CampaignRows, EnteredRows, ErasedRows, ThinnedRows, ForgettingRows, TierRows
):
    """Fills ``LedgerBatch`` within one transaction of a session in pipeline mode: writes wait for nothing."""

    def about(self) -> None:
        """See ``LedgerBatch``: here whatever breaks ends the transaction."""
        return

    def write(self, changes: Changes) -> None:
        """See ``LedgerBatch``.

        Raises:
            PointsDoNotBalance: what members gain is not what the other accounts lose.
        """
        accounts = self._balanced(changes)
        self._send_rare(changes)
        members = [(*rows.member_row(m), self.pools.get(m.handle, 0)) for m in changes.members.values()]
        self.send(
            pg_tables.PUT_BATCH,
            *columns(map(rows.purchase_row, changes.purchases), _PURCHASE),
            *columns(map(rows.posting_row, changes.postings), _POSTING),
            *columns(((partner, kind, points) for (partner, kind), points in accounts.items()), _ACCOUNT),
            *columns(_counts(changes.tally), _TALLY),
            Int8(changes.next_entry),
            *columns(members, _MEMBER),
            Int8(len(members)),
        )
        self.pools.update((member.handle, member.pool) for member in changes.members.values())
        self.next = changes.next_entry or self.next

    def _send_rare(self, changes: Changes) -> None:
        if changes.amended:
            amended = [
                (p.amount_left, p.base_left, p.used_left, p.earned_left, p.handle, p.entry) for p in changes.amended
            ]
            self.send(pg_tables.AMEND_PURCHASES, *columns(amended, _AMENDED))
        if changes.returns:
            self.send(pg_tables.PUT_RETURNS, *columns(map(rows.return_row, changes.returns), _RETURN))
        if changes.lots:
            self.send(pg_tables.PUT_LOTS, *columns(map(rows.lot_row, changes.lots.values()), _LOT))
        if changes.codes:
            self.send(pg_tables.PUT_CODES, *columns(changes.codes, _CODE))
        self._send_of_cut_over(changes)

    def _send_of_cut_over(self, changes: Changes) -> None:
        """Write opening balances, coupons and their redemptions: most batches have none."""
        if changes.openings:
            self.send(pg_tables.PUT_OPENINGS, *columns(map(rows.opening_row, changes.openings), _OPENING))
        if changes.coupons:
            self.send(pg_tables.PUT_COUPONS, *columns(map(rows.coupon_row, changes.coupons), _COUPON))
        if changes.redemptions:
            self.send(pg_tables.PUT_REDEMPTIONS, *columns(map(rows.redemption_row, changes.redemptions), _REDEMPTION))
            used = [(r.entry, r.coupon) for r in changes.redemptions if not r.problem]
            self.send(pg_tables.USE_COUPONS, *columns(used, (longs, byteses)))
        self.write_draws(changes)

    def _balanced(self, changes: Changes) -> dict[tuple[str, Kind], int]:
        """Return the other accounts' changes, having asserted that they and the members' sum to zero.

        Members' side is taken from the row images before and after, the other side from the
        postings. The images before are those that this batch read under its lock; the write
        itself asserts that they still stand.
        """
        if not (changes.postings or changes.members or changes.lots):
            return {}
        unread = [handle for handle in changes.members if handle not in self.pools]
        if unread:
            self.members(unread)
        before = sum(self.pools.get(handle, 0) for handle in changes.members)
        after = sum(m.pool for m in changes.members.values())
        if changes.lots:
            before += int(self.all(pg_tables.SUM_LOTS_BEFORE, longs(list(changes.lots)))[0][0])
            after += sum(lot.points for lot in changes.lots.values())
        accounts: dict[tuple[str, Kind], int] = defaultdict(int)
        for posting in changes.postings:
            accounts[posting.partner, posting.kind] -= posting.points
        if after - before + sum(accounts.values()) != 0:
            raise PointsDoNotBalance("a batch would create or destroy points; it was rolled back")
        return accounts

    def enrol(self, handle: bytes, draw_number: bytes, card_indexes: Sequence[bytes], traits: Traits) -> None:
        """See ``LedgerBatch``."""
        self.send(pg_tables.PUT_MEMBER, handle, int(MemberState.ACTIVE))
        self.send(pg_tables.PUT_PROFILE, handle, draw_number, *_traits(traits))
        self._put_cards([(index, handle, CardState.ACTIVE) for index in card_indexes])

    def set_card(self, card: Card) -> None:
        """See ``LedgerBatch``."""
        self._put_cards([(card.index, card.handle, card.state)])

    def _put_cards(self, cards: Iterable[tuple[bytes, bytes, CardState]]) -> None:
        self.send(pg_tables.PUT_CARDS, *columns(cards, _CARD))

    def set_traits(self, handle: bytes, traits: Traits) -> None:
        """See ``LedgerBatch``."""
        self.send(pg_tables.SET_PROFILE, *_traits(traits), handle)

    def set_points_only(self, handle: bytes, on: bool) -> None:
        """See ``LedgerBatch``."""
        self.send(pg_tables.SET_POINTS_ONLY, handle, on)

    def set_stops(self, handle: bytes, stops: Sequence[Stop]) -> None:
        """See ``LedgerBatch``."""
        self.send(pg_tables.DROP_STOPS, handle)
        for each in stops:
            rule = each.rule
            self.send(pg_tables.PUT_STOP, handle, rule.purpose, rule.recipient, rule.channel, each.since)

    def set_keep_months(self, handle: bytes, months: int) -> None:
        """See ``LedgerBatch``."""
        self.send(pg_tables.DROP_KEEPING, handle)
        if months:
            self.send(pg_tables.PUT_KEEPING, handle, months)

    def move_cards(self, source: bytes, target: bytes) -> None:
        """See ``LedgerBatch``."""
        self.send(pg_tables.MOVE_CARDS, source, target)
        self.send(pg_tables.MOVE_COUPONS, source, target)
        self.move_draws(source, target)
        self.move_entered(source, target)
        found = self.members([source, target])
        old, new = found[source], found[target]
        chain = [row[0] for row in self.all(pg_tables.GET_CHAIN_ENTRIES, source, Int8(old.last_purchase))]
        if chain:  # the source's chain goes in front of the target's
            self.send(pg_tables.MOVE_PURCHASES, source, target, longs(chain))
            self.send(pg_tables.RELINK_PURCHASE, target, Int8(chain[-1]), Int8(new.last_purchase))
            self.send(pg_tables.SET_LAST_PURCHASE, target, Int8(old.last_purchase))
            self.send(pg_tables.SET_LAST_PURCHASE, source, Int8(0))
        number = self.next_entry()
        self.send(pg_tables.PUT_MERGE, Int8(number), source, target)
        self.set_meta("next_entry", number + 1)
        self.next = number + 1
        self.work_out_tier(target, source)

    def set_meta(self, name: str, value: int) -> None:
        """Keep one of the ledger's own numbers."""
        self.send(pg_tables.SET_META, name, Int8(value))

    def probe(self) -> None:
        """Write something of no meaning."""
        self.send(pg_tables.PROBE)

    def drop_receipts(self, receipts: Iterable[tuple[int, bytes, int | None]]) -> None:
        """See ``LedgerBatch``."""
        gone = list(receipts)
        self.send(pg_tables.DROP_RECEIPTS, *columns([row[:2] for row in gone], (ints, byteses)))
        entries: Array = longs([entry for _, _, entry in gone if entry is not None])
        self.send(pg_tables.THIN_PURCHASES, entries)
        self.send(pg_tables.THIN_RETURNS, entries)

    def drop_codes(self, before_day: int) -> None:
        """See ``LedgerBatch``."""
        self.send(pg_tables.DROP_CODES, before_day)

    def drop_coupons(self, before_day: int) -> None:
        """See ``LedgerBatch``."""
        self.send(pg_tables.DROP_COUPONS, before_day)

    def turn_days(self, first: int, last: int, *, before: int) -> None:
        """See ``LedgerBatch``: partitions of their own for the coming days, none for empty days of the past."""
        self.send(pg_tables.TURN_DAYS, first, last, before)

    def put_products(self, products: Sequence[tuple[str | None, ...]]) -> tuple[int, int, int]:
        """Add or change products (rows as in the table); return (added, changed, same)."""
        found = self.all(pg_tables.GET_SOME_PRODUCTS, texts([row[0] for row in products]))
        known = {row[0]: tuple(row) for row in found}
        added = changed = same = 0
        new: dict[str | None, tuple[str | None, ...]] = {}
        for row in map(tuple, products):
            before = known.get(row[0])
            added += before is None
            changed += before is not None and before != row
            same += before == row
            if before != row:
                known[row[0]] = new[row[0]] = row
        if new:
            self._products = {}
            self.send(pg_tables.PUT_PRODUCTS, *columns(new.values(), _PRODUCT))
            self.send(tables.TURN_PRODUCTS)
        return added, changed, same


def _counts(tally: Tally) -> list[tuple[str, int]]:
    return [(name, count) for name, count in zip(_TALLY_NAMES, dataclasses.astuple(tally), strict=True) if count]


def _traits(traits: Traits) -> tuple[Any, ...]:
    return (*rows.traits_row(traits)[:-2], traits.email_ok, traits.post_ok)
