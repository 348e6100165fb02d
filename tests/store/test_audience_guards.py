"""Guards at work: expiry and budgets by the clock, sensitive classes and lists, under-16s, commitments that open."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from noren.audience.persons import same_person
from noren.house.home import Audiences
from noren.testing.audience_house import COFFEE, MEDICINE, AudienceHouse, Bought, cards, grown_up

SEED = 20261126
OWN = 'visits(partner = "P1" and category = "COFFEE") >= 1'
OFFICER = "okada"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[AudienceHouse]:
    settings = Audiences(
        privacy_officers=[OFFICER], sensitive=["brand=KISSA"], figure_epsilon=1.0, asker_epsilon_a_month=2.0
    )
    with AudienceHouse(tmp_path / "home", settings) as made:
        drawn = cards(60, SEED)
        made.enrol({card: grown_up(number) for number, card in enumerate(drawn)})
        made.buy({card: [Bought(2, [COFFEE])] for card in drawn})
        yield made


def move_clock(house: AudienceHouse, days: int) -> None:
    house.room.ledger.set_clock_offset_us(days * 86_400_000_000)


def test_an_expired_audience_is_neither_counted_nor_approved_nor_used(house: AudienceHouse) -> None:
    house.save("short", OWN, expires=house.today.isoformat())
    house.ask("/audiences/approve", {"name": "short", "approver": "ito"})
    house.save("draft", OWN, expires=house.today.isoformat())
    assert "figures" in house.count("short")
    move_clock(house, 1)
    assert house.count("short")["word"] == "expired"
    assert house.ask("/audiences/commit", {"name": "short"})[1]["word"] == "expired"
    assert house.ask("/audiences/approve", {"name": "draft", "approver": "ito"})[1]["word"] == "expired"
    overlap = {"name": "short", "other": "draft", "asker": "aoki"}
    assert house.ask("/audiences/overlap", overlap)[1]["word"] == "expired"


def test_a_sandboxs_clock_renews_no_budget(house: AudienceHouse) -> None:
    house.save("coffee", OWN)
    for days in range(2):
        move_clock(house, days)
        assert "figures" in house.count("coffee"), "a day later it is another pair"
    move_clock(house, 20)
    refused = house.count("coffee")
    assert (refused["word"], bool(refused["renews"])) == ("budget-empty", True)
    move_clock(house, 0)
    assert "figures" in house.count("coffee"), "what was paid is told again"


def test_reach_is_paid_by_the_channel(house: AudienceHouse) -> None:
    house.save("coffee", OWN)
    assert house.count("coffee", reach=True)["word"] == "budget-empty", "three figures, and two are left"
    assert house.count("coffee", "another")["left"] == 1.0


def test_the_operators_own_classes_are_sensitive(house: AudienceHouse) -> None:
    saved = house.save("kissa", 'visits(partner = "P1" and brand = "KISSA") >= 1')
    assert saved["audience"]["sensitive"] is True
    assert [warning["code"] for warning in saved["warnings"]] == ["sensitive"]


def test_a_list_of_sensitive_products_is_sensitive(house: AudienceHouse) -> None:
    house.home.lists.mkdir()
    (house.home.lists / "chemist.txt").write_text(f"{MEDICINE}\n", "utf-8")
    (house.home.lists / "drinks.txt").write_text(f"{COFFEE}\n", "utf-8")
    text = 'visits(partner = "P1" and product in list "{}") >= 1'
    assert house.save("chemist", text.format("chemist"))["audience"]["sensitive"] is True
    mixed = house.save("mixed", f"postal3 = 100 and {text.format('chemist')}")
    assert [problem["code"] for problem in mixed["problems"]] == ["sensitive-small-area"]
    unknown = house.save("unknown", text.format("chemists"))
    assert [problem["code"] for problem in unknown["problems"]] == ["unknown-name"]
    assert "figures" in house.count("chemist")


def test_what_became_sensitive_later_is_not_used(house: AudienceHouse) -> None:
    house.save("milk", 'visits(partner = "P1" and category = "MILK") >= 1')
    assert house.ask("/audiences/approve", {"name": "milk", "approver": "ito"})[1]["state"] == "approved"
    with house.room.ledger.batch() as batch:
        batch.put_products([("4900000000002", "牛乳", "MILK", "DRINK", "MAKIBA", "M2", "allergy")])
    assert house.ask("/audiences/commit", {"name": "milk"})[1]["word"] == "needs-privacy-officer"


MEDICINES = 'visits(partner = "P1" and category = "STOMACH") >= 1'


def test_a_small_area_is_not_reached_by_what_is_left_out(house: AudienceHouse) -> None:
    mixed = house.save("mixed", f"prefecture = 13 and postal3 != 101 and {MEDICINES}")
    assert [problem["code"] for problem in mixed["problems"]] == ["sensitive-small-area"]


def test_an_overlap_mixes_no_sensitive_goods_with_a_small_area(house: AudienceHouse) -> None:
    house.save("area", "postal3 = 100")
    house.save("medicine", MEDICINES)
    overlap = {"name": "area", "other": "medicine", "asker": "aoki"}
    assert house.ask("/audiences/overlap", overlap)[1]["word"] == "no-figure"
    assert house.ask("/audiences/budget", {"asker": "aoki"})[1]["asker_left"] == 2.0
    assert "figures" in house.count("area")
    assert "figures" in house.count("medicine")


def test_what_became_sensitive_later_is_not_counted_in_a_small_area(house: AudienceHouse) -> None:
    house.save("milk", 'postal3 = 100 and visits(partner = "P1" and category = "MILK") >= 1')
    assert "figures" in house.count("milk")
    with house.room.ledger.batch() as batch:
        batch.put_products([("4900000000002", "牛乳", "MILK", "DRINK", "MAKIBA", "M2", "allergy")])
    assert house.count("milk")["word"] == "no-figure"


def test_one_person_is_one_however_her_name_is_typed(house: AudienceHouse) -> None:
    house.save("coffee", OWN)
    house.count("coffee")
    for typed in ("ＡＯＫＩ ", "ao\u200bki", "aoki\u00ad", "aoki\ufe0f", "\u3164aoki", "aoki\u2800"):
        assert house.ask("/audiences/approve", {"name": "coffee", "approver": typed})[1]["word"] == "own-approval"
        assert house.ask("/audiences/budget", {"asker": typed})[1]["asker_left"] == 1.0
    assert not same_person("が", "か"), "marks that are seen tell names apart"
    assert not same_person("aoki", "aoki2")


def test_nobody_is_no_name(house: AudienceHouse) -> None:
    assert house.save("coffee", OWN, author="\u3000")["word"] == "bad-name"
    house.save("coffee", OWN)
    for nobody in (" ", "\u200b"):
        assert house.ask("/audiences/approve", {"name": "coffee", "approver": nobody})[1]["word"] == "bad-name"


def test_under_16s_are_kept_by_the_officer_alone(house: AudienceHouse) -> None:
    text = 'visits(partner = "P1" and category = "MILK") >= 1'
    house.save("family", text, with_young=True)
    ask = {"name": "family", "approver": "ito"}
    assert house.ask("/audiences/approve", ask)[1]["word"] == "needs-privacy-officer"
    assert house.ask("/audiences/approve", ask | {"approver": OFFICER})[1]["state"] == "approved"


def test_a_commitment_that_was_tampered_with_does_not_open(house: AudienceHouse) -> None:
    house.save("milk", 'never(partner = "P1" and category = "MILK")')
    house.ask("/audiences/approve", {"name": "milk", "approver": "ito"})
    made = house.ask("/audiences/commit", {"name": "milk"})[1]
    look = {"name": "milk", "version": 1, "day": made["day"]}
    assert house.ask("/audiences/reopen", look)[1] == {"opens": True}
    with closing(sqlite3.connect(house.home.audiences_db)) as db, db:
        ((leaves,),) = db.execute("SELECT leaves FROM commitment").fetchall()
        assert len(leaves) == 60 * 32
        db.execute("UPDATE commitment SET leaves = ?", (leaves[32:],))
    assert house.ask("/audiences/reopen", look)[1] == {"opens": False}
    tomorrow = (house.today + timedelta(days=1)).isoformat()
    assert house.ask("/audiences/reopen", look | {"day": tomorrow})[0] == 409


@pytest.mark.parametrize(
    "more",
    [
        {"name": "Ｃoffee"}, {"name": "-x"}, {"purpose": "two words"}, {"recipient": ""}, {"author": "a\nb"},
        {"minimum": 49}, {"expires": "2099-01-01"}, {"expires": "2020-01-01"}, {"recipient": "P9"},
    ],
)  # fmt: skip
def test_what_is_not_well_said_is_refused(house: AudienceHouse, more: dict[str, object]) -> None:
    said = house.save(str(more.get("name", "coffee")), OWN, **{k: v for k, v in more.items() if k != "name"})
    assert said["word"] == "bad-name"
    assert "ますです" not in said["reason_ja"]
    assert house.ask("/audiences/list", {})[1] == {"audiences": []}


@pytest.mark.parametrize("asker", ["", "\u3000", "a" * 65, "a\nb"])
def test_who_is_nobody_asks_nothing(house: AudienceHouse, asker: str) -> None:
    house.save("coffee", OWN)
    for path, body in (
        ("count", {"name": "coffee"}), ("overlap", {"name": "coffee", "other": "coffee"}), ("budget", {}),
    ):  # fmt: skip
        status, said, _ = house.ask(f"/audiences/{path}", body | {"asker": asker})
        assert (status, said["word"], "--asker" in said["reason_en"]) == (409, "bad-name", True)


def test_a_company_that_is_not_there_is_told_with_those_that_are(house: AudienceHouse) -> None:
    draft = {"text": OWN, "purpose": "register-coupon", "recipient": "P9", "channel": "till"}
    said = house.ask("/audiences/count", {"asker": "aoki", "draft": draft})[1]
    assert (said["word"], "P1, P2" in said["reason_en"]) == ("bad-name", True)
    assert "figures" in house.ask("/audiences/count", {"asker": "aoki", "draft": draft | {"recipient": "programme"}})[1]
