"""M17: why me, why not me. Before the reveal nothing on her pages tells holdout, lost, capped and not drawn apart."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import pytest
from tests.door.statement_visit import Visit

from noren.activity.campaigns import CampaignState
from noren.campaign.draw import DrawNumber, member_ticket
from noren.campaign.leaves import leaf_of
from noren.campaign.slips import Proof, check_slip
from noren.campaign.terms import terms_hash
from noren.house.ledger_document import own_document
from noren.house.statement import statement_room
from noren.kernel.ids import Handle
from noren.testing.audience_house import COFFEE, Bought, cards, grown_up
from noren.testing.campaign_house import CampaignHouse
from noren.testing.databases import ENGINES

SEED: Final = 20261126
MEMBERS: Final = 48
WITHOUT: Final = ("lost", "holdout", "capped", "none")


@dataclass
class Seen:
    """What members were shown at one time: pages by language, what programs of theirs are told, documents' draws."""

    pages: dict[tuple[str, str], str]
    told: dict[str, Any]
    document: dict[str, list[dict[str, Any]]]

    def apart(self, lang: str) -> int:
        """Return how many pages of members without a slip can be told apart."""
        return len({self.pages[kind, lang] for kind in WITHOUT})


def look(house: CampaignHouse, by_kind: dict[str, bytes]) -> Seen:
    """Look over every page; the draw number, which is hers and random, is taken out of it."""
    seen = Seen({}, {}, {})
    for kind, handle in by_kind.items():
        visit = Visit(statement_room(house.home), Handle(handle))
        visit.enter()
        seen.told[kind] = visit.get("/v1/coupons").json()
        document = own_document(house.room, Handle(handle))
        assert document is not None
        seen.document[kind] = json.loads(document.as_json())["content"]["draws"]
        for lang in ("ja", "en"):
            page = visit.get(f"/coupons?lang={lang}").text
            seen.pages[kind, lang] = page.replace(seen.told[kind]["draw_number"], "")
    return seen


def outcomes(house: CampaignHouse) -> dict[str, bytes]:
    """Return a member for each outcome that came about."""
    found: dict[str, bytes] = {}
    for handle in house.handles.values():
        drawn = house.room.feed.draws_held(handle)
        kind = drawn[-1].row.outcome.partition(":")[0] if drawn else "none"
        found.setdefault(kind, handle)
    return found


@dataclass
class Played:
    """What was seen while the campaign ran, when it had ended, and once its seed was public."""

    house: CampaignHouse
    by_kind: dict[str, bytes]
    running: Seen
    ended: Seen
    revealed: Seen


@pytest.fixture(scope="module", params=ENGINES)
def played(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    with CampaignHouse(tmp_path_factory.mktemp("why") / "h", engine=request.param) as house:
        drawn = cards(MEMBERS, SEED)
        house.enrol({card: grown_up(number) for number, card in enumerate(drawn)})
        house.buy({card: [Bought(5, [COFFEE])] * 2 for card in drawn[1:]})
        house.run("fans", holdout="0.3", rate="0.5", caps="total = 1")
        for card in drawn:
            house.till.sell(card, [COFFEE])
        by_kind = outcomes(house)
        assert set(by_kind) == {"issued", *WITHOUT}, "of so many members one comes to each; once in a million not"
        running = look(house, by_kind)
        assert house.step("stop")[0] == 200
        house.till.move(8)
        ended = look(house, by_kind)
        assert house.step("reveal")[0] == 200
        assert house.till_looks().state is CampaignState.REVEALED
        yield Played(house, by_kind, running, ended, look(house, by_kind))


def test_who_won_is_told_why_and_can_check_it(played: Played) -> None:
    told = played.running.told["issued"]
    (coupon,) = told["coupons"]
    assert (coupon["state"], told["not_me"]) == ("open", [])
    assert coupon["why"]["ja"].startswith("直近30日間に")
    assert "2人に1人" in coupon["why"]["ja"]
    assert coupon["why"]["en"].startswith("It is for members who bought")
    assert coupon["why"]["en"].endswith("You were one of them, and the draw, which chose 1 of 2, chose you.")
    check = coupon["check"]
    number = DrawNumber(bytes.fromhex(told["draw_number"]))
    assert check["draws"][0]["ticket"] == member_ticket(number, "fans").hex()
    assert check["terms_hash"] == hashlib.sha256(check["terms"].encode()).hexdigest()
    proof = check_slip(json.loads(check["terms"]), json.loads(_unpacked(coupon["slip"])))
    assert isinstance(proof, Proof)
    assert proof.seq == check["draws"][0]["on_slip"]


def test_the_place_of_a_draw_is_told_once_the_seed_is_public(played: Played) -> None:
    """Until then two members in a queue could tell of the one between them whether she was drawn for."""
    (before,), (after,) = (
        seen.told["issued"]["coupons"][0]["check"]["draws"] for seen in (played.running, played.revealed)
    )
    assert (before["number"], before["leaf"], before["salt"]) == (None, "", "")
    leaf = leaf_of(
        bytes.fromhex(after["salt"]),
        campaign="fans",
        seq=after["number"],
        ticket=bytes.fromhex(after["ticket"]),
        terms_hash=terms_hash(played.house.row().terms),
        outcome="issued",
    )
    assert leaf.hex() == after["leaf"]


def test_text_and_salt_of_the_condition_are_nobodys_before_the_reveal(played: Played) -> None:
    """With them she could show others what it was; the sentence alone shows nothing."""
    salt = played.house.row().salt.hex()
    for seen in (played.running, played.ended):
        assert seen.told["issued"]["coupons"][0]["check"]["opening"] is None
        assert not any(salt in page for page in seen.pages.values())
    for kind in ("issued", *WITHOUT):
        assert salt in played.revealed.pages[kind, "ja"]
    opened = played.revealed.told["none"]["not_me"][0]["check"]["opening"]
    assert hashlib.sha256(bytes.fromhex(opened["salt"]) + opened["condition"].encode()).hexdigest() == opened["hash"]
    assert json.loads(played.house.row().terms)["condition_hash"] == opened["hash"]


def each_salt(seen: Seen, kind: str) -> str:
    """Return the salt of her one draw, as JSON says it."""
    return json.dumps(seen.document[kind][0]["salt"])


def _unpacked(link: str) -> bytes:
    front, _, text = link.partition("#")
    assert front.endswith("/slip")
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_before_the_reveal_no_page_tells_why_not(played: Played, lang: str) -> None:
    for seen in (played.running, played.ended):
        assert seen.apart(lang) == 1, "lost, holdout, capped and not drawn must look the same"
        told = [json.dumps(seen.told[kind] | {"draw_number": ""}) for kind in WITHOUT]
        assert len(set(told)) == 1
        (one,) = seen.told["holdout"]["not_me"]
        assert (one["revealed"], one["check"]) == (False, None)
        for kind in WITHOUT:
            assert "直近30日間" not in seen.pages[kind, lang], "the condition is its company's own until the end"
            assert "last 30 days" not in seen.pages[kind, lang]


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_once_the_seed_is_public_the_same_look_tells_each_apart(played: Played, lang: str) -> None:
    """What is told then; and the negative control: the look would have seen a page that tells too early."""
    assert played.revealed.apart(lang) == len(WITHOUT)


def test_her_document_does_not_tell_holdout_from_lost_either(played: Played) -> None:
    """Ticket, leaf and place are random or come of the order; all else is the same, until the seed is public."""
    for seen, told in ((played.running, 1), (played.ended, 1), (played.revealed, 2)):
        shapes = {
            json.dumps([each | dict.fromkeys(("ticket", "leaf", "number")) for each in seen.document[kind]]).replace(
                each_salt(seen, kind), ""
            )
            for kind in ("lost", "holdout")
        }
        assert len(shapes) == told


@pytest.mark.parametrize(
    ("kind", "ja"),
    [
        ("holdout", "今回は比較のため対象外でした。"),
        ("lost", "抽選しましたが、選ばれませんでした(当たりは2人に1人)。"),
        ("capped", "抽選でも選ばれましたが、予定の枚数が、すべて出たあとでした。"),
        ("none", "あなたの抽選はありませんでした。"),
    ],
)
def test_each_is_told_her_own_reason(played: Played, kind: str, ja: str) -> None:
    (one,) = played.revealed.told[kind]["not_me"]
    assert ja in one["why"]["ja"]
    drawn = [each["outcome"].partition(":")[0] for each in one["check"]["draws"]]
    assert drawn == ([] if kind == "none" else [kind])


def test_nobody_sees_anothers(played: Played) -> None:
    barcode = played.running.told["issued"]["coupons"][0]["barcode"]
    assert [kind for (kind, _), page in played.running.pages.items() if barcode in page] == ["issued"] * 2
