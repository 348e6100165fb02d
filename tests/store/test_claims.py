"""A missing-coupon claim is settled from receipt, draws and slips; a counter learns nothing of who fits a condition."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest
from tests.door.statement_visit import Visit
from tests.store.test_why_me import MEMBERS, SEED, WITHOUT, outcomes

from noren.activity.campaigns import CampaignState, Undrawn
from noren.activity.enrolment import set_card_state
from noren.activity.erasing import erase
from noren.activity.model import Card, CardState, Changes, Purchase, ReceiptKey
from noren.campaign.claims import SAYS, Settled
from noren.campaign.slips import Proof, check_slip
from noren.doors.worker.claim_limits import A_MEMBER, A_TERMINAL, DAY_SECONDS, ClaimLimits
from noren.governance.log.bundles import Bundles
from noren.governance.ports import EntryKind
from noren.house.statement import statement_room
from noren.kernel.ids import Handle
from noren.register.claiming import Found, Receipt, card_shown, settle_claim
from noren.testing.audience_house import COFFEE, Bought, cards, grown_up
from noren.testing.campaign_house import CampaignHouse
from noren.testing.databases import ENGINES

FATES: Final = ("open", "used", "void", "expired")


@dataclass
class Claims:
    """A house in which each kind of purchase was made, and the receipts of them by the member's card."""

    house: CampaignHouse
    first: dict[str, str] = field(default_factory=dict[str, str])
    """Outcome without a slip: card."""
    receipts: dict[str, str] = field(default_factory=dict[str, str])
    fates: dict[str, tuple[str, str, dict[str, Any]]] = field(
        default_factory=dict[str, tuple[str, str, dict[str, Any]]]
    )
    """Fate: card, receipt, effect."""
    gone: tuple[str, str] = ("", "")
    """Card and receipt of a member who is erased while the tests run."""
    spare: str = ""
    """A card of which nobody claims anything."""

    def receipt(self, number: str) -> Receipt:
        return Receipt("S1", "T1", self.house.today, number)

    def settle(self, number: str, card: str | None) -> Found:
        """Settle below the door, where nothing limits it."""
        room = self.house.room
        with self.house.turn, room.ledger.batch() as batch:
            shown = None if card is None else card_shown(room.receipts, batch, card)
            return settle_claim(room.receipts, batch, room.feed, self.receipt(number), shown, room.today())

    def ask(self, number: str, card: str | None = None) -> tuple[int, Any]:
        """Ask the inner door, as the counter's command line does."""
        asked = {"shop": "S1", "terminal": "T1", "business_date": self.house.today.isoformat(), "receipt": number}
        return self.house.ask("/claims", asked | {"card": card})[:2]

    def logged(self) -> list[dict[str, Any]]:
        log = self.house.room.log
        held = Bundles(log.folder / "private" / "records").stretch(0, log.size)
        told = [json.loads(each.record) for _, each in held if each.record is not None]
        return [each for each in told if each["kind"] == EntryKind.SLIP_CLAIMED.value]


def sell(made: Claims, card: str, coupons: Sequence[str] = ()) -> dict[str, Any]:
    answer = made.house.till.sell(card, [COFFEE], coupons=coupons)
    made.receipts[card] = made.house.till.receipt
    return answer


def slip_of(answer: dict[str, Any]) -> dict[str, Any]:
    (slip,) = (each for each in answer["effects"] if each["type"] == "issue_coupon")
    return slip


@pytest.fixture(scope="module", params=ENGINES)
def claims(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Claims]:
    with CampaignHouse(tmp_path_factory.mktemp("claims") / "h", engine=request.param) as house:
        made, drawn = Claims(house), cards(MEMBERS, SEED)
        house.enrol({card: grown_up(number) for number, card in enumerate(drawn)})
        house.buy({card: [Bought(5, [COFFEE])] * 2 for card in drawn[1:]})
        house.run("fans", holdout="0.3", rate="0.5", caps="total = 1")
        for card in drawn:
            sell(made, card)
        by_handle = {handle: card for card, handle in house.handles.items()}
        made.first = {kind: by_handle[handle] for kind, handle in outcomes(house).items() if kind in WITHOUT}
        assert set(made.first) == set(WITHOUT)
        without, receipts = set(made.first.values()), dict(made.receipts)
        house.step("stop")
        house.run("all", holdout="0", rate="1", caps="total = 1000")
        without.add(by_handle[outcomes(house)["issued"]])
        others = iter([card for card in drawn[1:] if card not in without])
        for fate in FATES[:3]:
            card = next(others)
            answer = sell(made, card)
            made.fates[fate] = (card, made.receipts[card], slip_of(answer))
            if fate == "used":
                sell(made, card, [slip_of(answer)["barcode"]["value"]])
            if fate == "void":
                house.till.bring_back(answer["purchase"])
        made.gone, made.spare = (card := next(others), receipts[card]), next(others)
        made.receipts |= {card: receipts[card] for card in made.first.values()}
        yield made


def test_lost_held_out_capped_and_not_drawn_are_one_answer(claims: Claims) -> None:
    """The control: whoever told what the log says of the draw would give four."""
    feed, handles = claims.house.room.feed, claims.house.handles
    drawn = {tuple(each.row.outcome for each in feed.draws_held(handles[card])) for card in claims.first.values()}
    assert len(drawn) == len(WITHOUT)
    told = {json.dumps(claims.ask(claims.receipts[card], card)) for card in claims.first.values()}
    (only,) = told
    status, answer = json.loads(only)
    assert (status, answer["settled"], answer["slips"]) == (200, "no-slip", [])
    assert answer["says"]["en"] == SAYS[Settled.NO_SLIP].en


def test_a_slip_that_came_out_is_the_very_same_one_again(claims: Claims) -> None:
    card, receipt, effect = claims.fates["open"]
    before = claims.house.room.feed.draw_count(claims.house.row("all").number)
    answers = [claims.ask(receipt, card) for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]
    (slip,) = answers[0][1]["slips"]
    assert (slip["fate"], slip["effect"]) == ("open", effect)
    assert isinstance(check_slip(json.loads(claims.house.row("all").terms), slip["effect"]), Proof)
    assert claims.house.room.feed.draw_count(claims.house.row("all").number) == before
    assert len(claims.house.room.feed.coupons_held(claims.house.handles[card])) == 1


@pytest.mark.parametrize("fate", FATES[1:3])
def test_of_a_slip_that_is_gone_its_state_is_told_and_nothing_of_where(claims: Claims, fate: str) -> None:
    card, receipt, effect = claims.fates[fate]
    status, answer = claims.ask(receipt, card)
    (slip,) = answer["slips"]
    assert (status, slip["fate"], slip["effect"]) == (200, fate, None)
    assert effect["barcode"]["value"] not in json.dumps(answer)
    assert "P1" not in json.dumps(answer)


def page_of(house: CampaignHouse, card: str) -> tuple[dict[str, Any], str]:
    """Return what a member is shown of coupons: as JSON, and as her page."""
    visit = Visit(statement_room(house.home), Handle(house.handles[card]))
    visit.enter()
    return visit.get("/v1/coupons").json(), visit.get("/coupons?lang=en").text


@pytest.mark.parametrize("fate", FATES[:3])
def test_her_own_page_settles_it_and_tells_where_a_slip_was_used(claims: Claims, fate: str) -> None:
    card, _, effect = claims.fates[fate]
    told, page = page_of(claims.house, card)
    (coupon,) = [each for each in told["coupons"] if each["coupon"] == effect["coupon"]]
    gave = [slip for each in told["bought"] for slip in each["gave"]]
    assert [(slip["coupon"], slip["state"]) for slip in gave] == [(effect["coupon"], fate)]
    assert told["bought"][0]["shop"] == "S1"
    today = claims.house.today.isoformat()
    assert coupon["used"] == ({"company": "P1", "date": today} if fate == "used" else None)
    assert (effect["barcode"]["value"] in page) is (fate == "open")
    assert "use the barcode above" in page if fate == "open" else "use the barcode above" not in page


def test_a_till_that_could_not_tell_is_told_to_her_once_the_seed_is_public(tmp_path: Path) -> None:
    with CampaignHouse(tmp_path / "h") as house:
        her, other = cards(2, SEED)
        house.enrol({card: grown_up(number) for number, card in enumerate((her, other))})
        house.run("fans", holdout="0", rate="1", caps="total = 9")
        for card in (her, other):
            house.till.sell(card, [COFFEE])
        (bought,) = house.room.feed.chain(house.handles[her], None, 9)
        with house.turn, house.room.ledger.batch() as batch:
            batch.write(
                Changes(undrawn=[Undrawn(bought.handle, bought.entry, "conditions")], next_entry=batch.next_entry())
            )
        before = [page_of(house, card)[0]["not_me"][0]["why"] for card in (her, other)]
        assert before[0] == before[1]
        house.step("stop")
        house.till.move(8)
        house.step("reveal")
        assert house.till_looks().state is CampaignState.REVEALED
        after = [page_of(house, card)[0]["not_me"][0]["why"]["en"] for card in (her, other)]
        assert ["the till could not tell just then whether that was you" in each for each in after] == [True, False]


def test_a_slip_lapses(claims: Claims) -> None:
    card, receipt, _ = claims.fates["open"]
    room, number = claims.house.room, claims.receipt(receipt)
    with claims.house.turn, room.ledger.batch() as batch:
        shown = card_shown(room.receipts, batch, card)
        later = type(room.today()).fromordinal(room.today().toordinal() + 14)
        (slip,) = settle_claim(room.receipts, batch, room.feed, number, shown, later).claim.slips
    assert (slip.fate, slip.effect) == ("expired", None)


def test_without_the_card_only_what_the_shops_own_till_was_told(claims: Claims) -> None:
    """A slip's state would tell what else the customer of that receipt did since."""
    told = [claims.settle(claims.fates[fate][1], None).claim for fate in FATES[:3]]
    assert told[0] == told[1] == told[2]
    assert [(each.fate, each.effect) for each in told[0].slips] == [(None, None)]
    without = [claims.settle(claims.receipts[card], None).claim for card in claims.first.values()]
    assert {each.settled for each in (*without, claims.settle("999999", None).claim)} == {Settled.NO_SLIP}


def test_anothers_receipt_and_none_at_all_are_one_answer(claims: Claims) -> None:
    card, _, _ = claims.fates["open"]
    other = claims.fates["used"][1]
    assert claims.settle(other, card) == claims.settle("999999", card) == claims.settle(other, "2980009999999999")
    assert claims.settle(other, card).claim.settled is Settled.UNKNOWN


def test_a_stopped_card_is_told_nothing_of_its_purchases(claims: Claims) -> None:
    card, receipt, _ = claims.fates["void"]
    room = claims.house.room
    for state, expected in ((CardState.LOST, Settled.CARD_STOPPED), (CardState.ACTIVE, Settled.SLIPS)):
        with claims.house.turn:
            set_card_state(room.ledger, card=room.receipts.cards(card), state=state)
        assert claims.settle(receipt, card).claim.settled is expected


def test_an_erased_members_receipt_is_one_that_there_never_was(claims: Claims) -> None:
    house, (card, receipt) = claims.house, claims.gone
    with house.turn:
        erase(house.room.ledger, handle=house.handles[card], day=house.today.toordinal(), now_us=1)
    for shown in (card, claims.spare, None):
        assert claims.settle(receipt, shown) == claims.settle("999999", shown)


class Kept:
    """Fills ``Known``: the mark of each receipt is kept, and no purchase any more."""

    def receipts(self, keys: Iterable[ReceiptKey]) -> dict[ReceiptKey, int | None]:
        return dict.fromkeys(list(keys)[:1], 7)

    def cards(self, indexes: Iterable[bytes]) -> dict[bytes, Card]:
        return {each: Card(each, bytes(16), CardState.ACTIVE) for each in list(indexes)[:1]}

    def purchases(self, entries: Iterable[int]) -> dict[int, Purchase]:
        return {}


def test_a_mark_that_outlives_its_purchase_is_one_answer_too(claims: Claims) -> None:
    """Told apart, any card would show of which receipts there was a purchase once."""
    room, kept = claims.house.room, Kept()
    shown = card_shown(room.receipts, kept, claims.spare)
    told = settle_claim(room.receipts, kept, room.feed, claims.receipt("000001"), shown, room.today())
    assert told == claims.settle("999999", claims.spare)


def test_each_claim_is_an_entry_that_names_neither_receipt_nor_card(claims: Claims) -> None:
    card, receipt, _ = claims.fates["used"]
    before = len(claims.logged())
    for _ in range(2):
        claims.ask(receipt, card)
    claims.ask(receipt)
    told = claims.logged()[before:]
    assert [(each["body"]["settled"], each["body"]["card_shown"]) for each in told] == [
        ("slips", True), ("slips", True), ("slips", False),
    ]  # fmt: skip
    assert [each.get("subject") is not None for each in told] == [True, True, False]
    assert not any(text in json.dumps(told) for text in (card, receipt, "T1"))


def test_a_member_claims_so_often_a_day_and_no_more(claims: Claims) -> None:
    """Also for receipts that are not hers: or a counter with one card could try numbers until one fits."""
    tried = [claims.ask(f"{900_000 + number}", claims.spare) for number in range(A_MEMBER + 1)]
    assert [status for status, _ in tried] == [200] * A_MEMBER + [429]
    assert "24 hours" in tried[-1][1]["reason_en"]
    assert claims.ask("900000")[0] == 200


def test_limits_are_of_the_last_day_and_refused_claims_do_not_count() -> None:
    now = [0.0]
    limits = ClaimLimits(lambda: now[0])
    assert [limits.take({"m": 2, "t": 3}) for _ in range(3)] == [True, True, False]
    assert [limits.take({"t": 3}) for _ in range(2)] == [True, False]
    now[0] = DAY_SECONDS
    assert limits.take({"m": 2, "t": 3})
    assert A_TERMINAL > A_MEMBER
