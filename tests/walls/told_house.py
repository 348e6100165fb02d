"""A member of whom every table of the ledger side holds something, and a stranger: real stores, no process."""

from __future__ import annotations

import contextlib
import secrets
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from tests.store.ledger_cases import a_purchase

from noren.activity import forgetting
from noren.activity.campaigns import CampaignRow, CampaignState, DrawRow, MemberDraws, Undrawn
from noren.activity.enrolment import merge, set_choices
from noren.activity.entered import Entered
from noren.activity.model import (
    Changes,
    Chosen,
    Coupon,
    Kind,
    Line,
    Lot,
    Member,
    Opening,
    Posting,
    Purchase,
    Redemption,
    Return,
    ReturnLine,
    Stop,
)
from noren.activity.sweeping import Broom
from noren.activity.thinning import day_of, first_whole, thin_ledger
from noren.activity.tiers import TierRow
from noren.governance.stopping import Rule
from noren.kernel.clock import microseconds
from noren.provision.model import ProvisionRecord, Window
from noren.testing.audience_house import COFFEE, MILK, AudienceHouse, Bought, grown_up

HER, OTHER, STRANGER = "2980000000000011", "2980000000000022", "2980000000000033"
OLD_DAYS: Final = 1_200
CAMPAIGN: Final = "told-campaign"


def live(house: AudienceHouse) -> bytes:
    """Let her live through whatever leaves a row; return her handle."""
    house.enrol({card: grown_up(number, postal3=f"10{number}") for number, card in enumerate((HER, OTHER, STRANGER))})
    her, day = house.handles[HER], house.today.toordinal()
    house.buy(
        {
            card: [Bought(OLD_DAYS + n, [COFFEE, MILK]), Bought(9, [MILK])]
            for n, card in enumerate((HER, OTHER, STRANGER))
        }
    )
    with house.room.ledger.batch() as batch:
        batch.put_campaign(CampaignRow(0, CAMPAIGN, CampaignState.REVEALED, b"", b"", b"", b"", 1, b"", b"", day, 1))
    for card in (HER, HER, STRANGER):
        _buy_and_bring_back(house, house.handles[card])
    with house.room.ledger.batch() as batch:
        batch.enter(her, Entered(1, microseconds(house.room.now()), batch.next_entry() - 1))
    assert merge(house.room.ledger, source=house.handles[OTHER], target=her, day=day, expiry_days=365)
    month = house.today.year * 12 + house.today.month - 1
    with house.room.ledger.batch() as batch:
        batch.put_tiers([TierRow(her, month, "gold", month - 3, "silver")])
        batch.put_tiers([TierRow(house.handles[STRANGER], month, "platinum", month - 9, "blue")])
    set_choices(house.room.ledger, rows=[(her, Chosen((Stop(Rule("", "P9", "email"), "2026-05-04"),), False, 18))])
    house.catch_up()
    _grow_old(house, her)
    _be_used(house, her)
    return her


def _buy_and_bring_back(house: AudienceHouse, handle: bytes) -> None:
    """Write what a till writes: a purchase with a return, coupons, a lot, points of before, and one without lines."""
    store, day = house.room.ledger, house.today.toordinal()
    with store.batch() as batch:
        member, entry = batch.members([handle])[handle], batch.next_entry()
        bought = _purchase(house, handle, entry, member)
        postings = [
            Posting(entry, 0, Kind.EARN, handle, 0, "P2", day, 7),
            Posting(entry, 1, Kind.LOT, handle, entry, "P2", day, 31),
            Posting(entry + 1, 0, Kind.TAKE_BACK, handle, 0, "P2", day, -3),
            Posting(entry + 2, 0, Kind.OPENING, handle, 0, "P1", day - 5, 777),
        ]  # fmt: skip
        used, held = (
            Coupon(secrets.token_bytes(16), handle, f"C{n}{entry}", f"券{n}", f"coupon {n}", 10 + n, 100 + n,
                   ("P1", "P2"), day - n, day + 20 + n, used=entry if n else 0, campaign=CAMPAIGN, issued_by=entry,
                   kind="percent", value=5 + n, max_value=50 + n, products=f"category = C{n}", stack=f"s{n}",
                   returns="give-back")
            for n in (1, 0)
        )  # fmt: skip
        changes = Changes(purchases=[bought], postings=postings, coupons=[used, held], next_entry=entry + 4)
        changes.returns = [
            Return(
                entry + 1, entry, f"RET{entry}", bytes(16), bought.at + 5, 100, (ReturnLine(0, 1, 100),), b'{"back":2}'
            )
        ]
        changes.redemptions = [Redemption(entry, 0, used.barcode, used.coupon, "P2", 11, day, "already-used")]
        changes.openings = [Opening(secrets.token_bytes(16), entry + 2, "P1", day - 40, day + 41, 777)]
        drawn = batch.draws_of(handle)
        last = drawn[0].last if drawn else -1
        seq = last + 1 if drawn else entry
        changes.draws = [
            DrawRow(1, seq, entry, secrets.token_bytes(32), "issued", secrets.token_bytes(16), last,
                    secrets.token_bytes(32))
        ]  # fmt: skip
        changes.undrawn = [Undrawn(handle, entry + 3, f"why-{entry}")]
        changes.draw_members = {(handle, 1): MemberDraws(handle, 1, 1, day, 1, seq, (day,))}
        changes.codes = [(secrets.token_bytes(16), entry, day)]
        changes.lots = {entry: Lot(entry, handle, "P2", day + 33, 31)}
        bare = a_purchase(
            handle, entry + 3, previous=entry, earned=0, lines=None, at=bought.at + 9, received=bought.at + 9
        )
        changes.purchases.append(bare)
        changes.members = {
            handle: replace(member, pool=member.pool + 781, lots=1, last_purchase=bare.entry, last_movement=day)
        }
        batch.write(changes)


def _purchase(house: AudienceHouse, handle: bytes, entry: int, member: Member) -> Purchase:
    at = microseconds(datetime.now(UTC).replace(microsecond=0) - timedelta(hours=3))
    whole = a_purchase(handle, entry, previous=member.last_purchase, earned=7, shop="S2", partner="P2")
    return replace(
        whole, terminal=f"TERM{entry}", receipt=f"REC{entry}", at=at, received=at + 1_000_000, amount_left=200,
        base_left=199, used_left=2, earned_left=4, lines=(Line(COFFEE, 1, 100), Line(f"p{entry}", 3, 200)),
        body_hash=secrets.token_bytes(16), answer=b'{"told":%d}' % entry,
    )  # fmt: skip


def _grow_old(house: AudienceHouse, her: bytes) -> None:
    """Past 36 months a sum is left; past the receipts' term lines stand in the lake alone; two wait to be forgotten."""
    room, first = house.room, first_whole(house.today)
    broom = Broom(room.ledger, room.feed, contextlib.nullcontext(), rest=lambda _: None)
    assert thin_ledger(broom, room.feed, first, house.home.zone) == 3
    assert room.lake.thin_before(f"{first.year:04d}-{first.month:02d}").sums
    chain = room.feed.chain(her, None, 50)
    live = next(each for each in chain if each.receipt.startswith("REC"))
    with room.ledger.batch() as batch:
        batch.drop_receipts([(live.key.day, live.key.hash, live.entry)])
    imported = [each for each in chain if each.imported and each.body_hash]
    now = microseconds(datetime.now(UTC))
    assert forgetting.ask(room.ledger, handle=her, entry=imported[0].entry, line=0, now_us=now)
    assert forgetting.ask(room.ledger, handle=her, entry=imported[1].entry, line=forgetting.WHOLE, now_us=now)
    due = [*room.feed.forgetting_of(imported[1].entry)]
    with room.ledger.batch() as batch:
        forgetting.forget(batch, due, day_of(house.home.zone))
    room.lake.rewrite_without((), forgotten=forgetting.by_purchase(due))


def _be_used(house: AudienceHouse, her: bytes) -> None:
    """Be in a committed audience, and in a provision."""
    until = (house.today + timedelta(days=30)).isoformat()
    house.save("told", 'visits(partner = "P1") >= 1', expires=until)
    house.ask("/audiences/approve", {"name": "told", "approver": "ito"})
    status, said, _ = house.ask("/audiences/commit", {"name": "told"})
    assert status == 200, said
    day = house.today
    record = ProvisionRecord(
        run="run-told", flow="flow", purpose="statistics", recipient="CJ", recipient_name="架空堂", address="京都市1-1",
        representative="暖簾 太郎", route="joint-use", notice="joint-1", notice_version=3, terms_version=2,
        items=("purchase-line", "points"), window=Window(day - timedelta(days=30), day - timedelta(days=1)),
        begun_on=day, expires_at=datetime.now(UTC) + timedelta(days=9),
    )  # fmt: skip
    house.room.provisions.begin(record, [her])
    house.room.provisions.complete("run-told", on=day, rows=1, members=1, copy="copy")
