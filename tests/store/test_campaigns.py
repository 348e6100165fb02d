"""A campaign's life, step by step, on both engines: who may, in which state, with what in the log and in the row."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from noren.activity.campaigns import CampaignRow, CampaignState
from noren.campaign.draw import SHARE_BYTES, commitment, seed_of
from noren.campaign.refusals import Refusal, Word
from noren.campaign.terms import campaign_in, condition_hash, terms_hash
from noren.governance.ports import EntryKind
from noren.house.campaigns import campaign_room, logged
from noren.house.home import Audiences
from noren.kernel.clock import microseconds
from noren.testing.campaign_house import CampaignHouse
from noren.testing.databases import EngineName


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[CampaignHouse]:
    engine: EngineName = request.param
    path = tmp_path_factory.mktemp("campaigns") / "home"
    with CampaignHouse(path, Audiences(privacy_officers=["tanaka"]), engine) as house:
        yield house


def refused(answer: Any, word: Word) -> Any:
    status, said = answer
    assert (status, said.get("word")) == (409, word.value), said
    assert said["reason_ja"]
    assert said["reason_en"]
    return said


def test_from_the_draft_to_the_reveal(house: CampaignHouse) -> None:
    row, seed = house.run("whole"), house.seed("whole")
    assert (row.state, row.started > 0) == (CampaignState.RUNNING, True)
    shown = house.ask("/campaigns/show", {"campaign": "whole"})[1]
    assert [step["who"] for step in shown["steps"]] == ["aoki", "baba", "chiba"]
    assert shown["terms_hash"] == terms_hash(row.terms).hex()
    kinds = [each.kind for each in logged(house.room, "whole")]
    approved = EntryKind.CAMPAIGN_APPROVED
    assert kinds == [EntryKind.CAMPAIGN_DRAFTED, approved, approved, EntryKind.CAMPAIGN_STARTED]
    said = logged(house.room, "whole")
    assert [each.body.get("share_hash") for each in said[:3]] == [step["share_hash"] for step in shown["steps"]]
    assert said[2].body["terms"] == said[3].body["terms"] == shown["terms_hash"]
    condition = campaign_in(row.file).condition
    assert said[0].body["condition"] == condition_hash(row.salt, condition).hex()
    assert condition not in str(said), "the log tells the condition's salted hash alone"
    week = timedelta(days=7)
    refused(house.step("reveal", "whole"), Word.TOO_EARLY)
    house.set(replace(row, state=CampaignState.STOPPED, stopped=microseconds(house.room.now() - week)))
    assert house.step("reveal", "whole")[0] == 200
    assert house.till_looks("whole").state is CampaignState.REVEALED
    told = house.step("reveal", "whole")[1]["campaign"]
    shares = [bytes.fromhex(each) for each in told["shares"]]
    assert (told["seed"], seed) == (seed_of(shares).hex(), seed_of(shares))
    assert [commitment(each).hex() for each in shares] == [step["share_hash"] for step in shown["steps"]]
    house.step("reveal", "whole")
    last = [each for each in logged(house.room, "whole") if each.kind is EntryKind.CAMPAIGN_REVEALED]
    assert [each.body["seed"] for each in last] == [told["seed"]], "once"


def test_no_share_stands_in_clear_before_the_reveal(house: CampaignHouse) -> None:
    row = house.run("sealed")
    assert row.shares == b""
    for step in house.room.feed.share_steps(row.number):
        assert len(step.share_hash) == SHARE_BYTES
    stored = b"".join(path.read_bytes() for path in house.home.audit_log("ledger").rglob("*") if path.is_file())
    assert house.seed("sealed") not in stored
    assert house.seed("sealed").hex().encode() not in stored


def test_the_same_id_is_given_once(house: CampaignHouse) -> None:
    assert house.draft("once")[0] == 200
    refused(house.draft("once"), Word.TAKEN)
    refused(house.step("start", "nowhere"), Word.UNKNOWN)


def test_author_and_approvers_are_three_persons(house: CampaignHouse) -> None:
    house.draft("three")
    house.till_looks("three")
    refused(house.approve("three", approver=" ＡＯＫＩ ", step=1), Word.OWN_APPROVAL)
    assert house.approve("three", approver="baba", step=1)[0] == 200
    refused(house.approve("three", approver="Baba", step=2), Word.TWICE)
    refused(house.step("start", "three"), Word.NOT_NOW)
    refused(house.approve("three", approver="chiba", step=1), Word.BAD_SHARE)
    refused(house.approve("three", approver="\n", step=2), Word.BAD_NAME)
    assert house.approve("three", approver="chiba", step=2)[0] == 200
    refused(house.approve("three", approver="doi", step=2), Word.NOT_NOW)


def test_a_share_of_another_is_refused(house: CampaignHouse) -> None:
    house.draft("copied")
    stolen = house.room.feed.share_steps(house.row("copied").number)[0]
    body = {
        "campaign": "copied", "approver": "baba", "step": 1,
        "share_hash": base64.b64encode(stolen.share_hash).decode(), "sealed": base64.b64encode(stolen.sealed).decode(),
    }  # fmt: skip
    refused(house.ask("/campaigns/approve", body)[:2], Word.BAD_SHARE)


def test_without_a_till_there_are_no_terms(house: CampaignHouse) -> None:
    house.draft("no-till")
    house.approve("no-till", approver="baba", step=1)
    refused(house.approve("no-till", approver="chiba", step=2), Word.NO_TILL)
    assert len(house.room.feed.share_steps(house.row("no-till").number)) == 2
    house.till_looks("no-till")
    assert house.approve("no-till", approver="chiba", step=2)[0] == 200


def test_a_step_never_undoes_what_a_till_did_meanwhile(house: CampaignHouse) -> None:
    house.draft("raced")
    before = house.row("raced")
    house.till_looks("raced")
    room = campaign_room(house.room)
    kept = room.keep(before, stopped=1)
    assert isinstance(kept, CampaignRow)
    assert kept.public_key == house.row("raced").public_key != b"", "the key that the till gave in between stays"
    house.set(replace(house.row("raced"), state=CampaignState.RUNNING, started=5))
    late = room.keep(before, state=CampaignState.DROPPED)
    assert isinstance(late, Refusal)
    assert (late.word, house.row("raced").started) == (Word.NOT_NOW, 5)


def test_what_never_ran_is_dropped(house: CampaignHouse) -> None:
    house.draft("dropped")
    assert house.step("stop", "dropped")[1]["campaign"]["state"] == "dropped"
    refused(house.step("stop", "dropped"), Word.NOT_NOW)
    refused(house.approve("dropped", approver="baba", step=1), Word.NOT_NOW)


def test_a_stop_is_at_once_and_its_reveal_a_week_later(house: CampaignHouse) -> None:
    house.run("stopped")
    told = house.step("stop", "stopped")[1]["campaign"]
    assert (told["state"], told["reveal_from"]) == ("stopped", (house.today + timedelta(days=7)).isoformat())
    refused(house.step("reveal", "stopped"), Word.TOO_EARLY)


@pytest.mark.parametrize(
    ("changed", "at"),
    [
        ({"purpose": "register-cupon"}, "purpose"),
        ({"condition": 'visits(partner = "P1" and category = "COFEE") >= 2'}, "condition"),
        ({"condition": 'visits(category = "COFFEE") >= 2'}, "condition"),
        ({"condition": 'visits(partner = "P2") >= 2'}, "condition"),
        ({"condition": "points_balance >= 500"}, "condition"),
        ({"condition": 'tier = "gold"'}, "condition"),
        ({"slip": "コーヒーを2回お買い上げの方へ"}, "text.slip.ja[0]"),
        ({"first": "2020-01-01", "until": "2020-01-31"}, "issue.until"),
    ],
    ids=str,
)
def test_what_the_programme_does_not_allow_is_refused(house: CampaignHouse, changed: dict[str, str], at: str) -> None:
    said = refused(house.draft("refused", text=house.file("refused", **changed)), Word.FILE)
    assert at in [each["at"] for each in said["problems"]], said["problems"]
    assert not any(row.campaign == "refused" for row in house.room.feed.campaigns())


@pytest.mark.parametrize(
    ("old", "new", "at"),
    [
        ('partners = ["P1"]', 'partners = ["P7"]', "issue.partners"),
        ('partners = ["P1"]', 'shops = ["S1", "S9"]', "issue.shops"),
        ('redeem_at = ["P1"]', 'redeem_at = ["P7"]', "offer.redeem_at"),
        ("products = 'category = \"COFFEE\"'", "products = 'category = \"COFEE\"'", "offer.products"),
        ('channel = "till"', 'channel = "email"', "channel"),
    ],
)
def test_what_nobody_knows_is_refused(house: CampaignHouse, old: str, new: str, at: str) -> None:
    text = house.file("refused").replace(old, new, 1)
    assert new in text
    said = refused(house.draft("refused", text=text), Word.FILE)
    assert at in [each["at"] for each in said["problems"]], said["problems"]


def test_sensitive_goods_need_the_privacy_officer(house: CampaignHouse) -> None:
    house.draft("medicine", condition='visits(partner = "P1" and category = "STOMACH") >= 2 in last 30 days')
    house.till_looks("medicine")
    assert house.approve("medicine", approver="baba", step=1)[0] == 200
    refused(house.approve("medicine", approver="chiba", step=2), Word.NEEDS_OFFICER)
    assert house.approve("medicine", approver="tanaka", step=2)[0] == 200


def test_a_prize_beyond_the_law_is_refused_and_a_sum_is_warned_of(house: CampaignHouse) -> None:
    dear = re.sub(r'kind = "amount"\nvalue = 50', 'kind = "points"\nvalue = 2001', house.file("dear"))
    currency = house.home.settings.programme.currency
    if currency == "JPY":
        said = refused(house.draft("dear", text=dear), Word.FILE)
        assert [each["at"] for each in said["problems"]] == ["offer.value"]
        assert "caps" in [each["at"] for each in house.draft("warned")[1]["warnings"]]
    else:
        assert house.draft("dear", text=dear)[0] == 200
