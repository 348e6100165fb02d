"""What a till asks of the members of a batch is read together, and is what is told of each alone."""

from __future__ import annotations

from dataclasses import replace

from tests.store.ledger_cases import enrolled

from noren.activity.about import AboutTogether
from noren.activity.campaigns import DrawRow, MemberDraws
from noren.activity.entered import Entered
from noren.activity.model import Changes, Coupon, Kind, Lot, Posting, Traits
from noren.activity.ports import LedgerStore


def coupon(number: int, handle: bytes) -> Coupon:
    return Coupon(bytes([number]) * 16, handle, "2990", "割引", "off", 10, 0, (), 5, 9, campaign=f"c-{number}")


def test_together_and_alone_say_the_same(store: LedgerStore) -> None:
    handles = [enrolled(store)[0] for _ in range(3)]
    stranger = bytes(16)
    with store.batch() as batch:
        batch.set_traits(handles[1], Traits(sex="f", prefecture="13"))
        changes = Changes(coupons=[coupon(1, handles[0]), coupon(2, handles[0]), coupon(3, handles[2])])
        entry, member = batch.next_entry(), batch.members(handles)[handles[1]]
        changes.lots[entry], changes.next_entry = Lot(entry, handles[1], "", 9, 7), entry + 1
        changes.members[handles[1]] = replace(member, lots=1)
        changes.postings.append(Posting(entry, 0, Kind.LOT, handles[1], entry, "", 5, 7))
        batch.write(changes)
    with store.batch() as batch:
        about = batch.about()
        if about is None:  # PostgreSQL: what breaks there ends the transaction, so it is read beside it
            return
        known = dict.fromkeys((*handles[:2], stranger))
        together = AboutTogether(about, known.keys())
        assert together.place(handles[0]) is not None
        known[handles[2]] = None  # learned of later: read alone
        for handle in (*handles, stranger):
            assert together.place(handle) == about.place(handle)
            assert list(together.lots_of(handle)) == list(about.lots_of(handle))
            told, alone = together.campaign_coupons(handle), about.campaign_coupons(handle)
            assert sorted(told, key=repr) == sorted(alone, key=repr)
        assert together.place(stranger) is None
        assert [len(together.campaign_coupons(handle)) for handle in handles] == [2, 0, 1]
        assert together.lots_of(handles[1]) == [(7, 9)]


def test_draws_and_entries_of_some_are_those_of_each(store: LedgerStore) -> None:
    handles = [enrolled(store)[0] for _ in range(3)]
    with store.batch() as batch:
        batch.enter(handles[0], Entered(7, 1, 2))
        drawn = [MemberDraws(handles[1], number, 2, 5, 1, number, (5,)) for number in (1, 2)]
        rows = [DrawRow(number, 0, 9, b"t", "lost", b"s", -1, b"l") for number in (1, 2)]
        members = {(each.handle, each.number): each for each in drawn}
        batch.write(Changes(draws=rows, draw_members=members))
    with store.batch() as batch:
        assert [len(batch.draws_of_some(handles)[handle]) for handle in handles] == [0, 2, 0]
        assert [len(batch.entered_of_some(handles)[handle]) for handle in handles] == [1, 0, 0]
        assert batch.draws_of_some(handles) == {handle: batch.draws_of(handle) for handle in handles}
        assert batch.entered_of_some(handles) == {handle: batch.entered(handle) for handle in handles}
        assert batch.draw_numbers(handles).keys() == set(handles)
