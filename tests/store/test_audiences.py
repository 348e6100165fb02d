"""Audiences on the ledger side's real stores: saved, approved, counted and committed to through the inner door."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest

from noren.audience.counting import moment_of
from noren.audience.language import parse, to_json
from noren.audience.language.nodes import Condition
from noren.audience.ledger_rules import LedgerStops
from noren.audience.model import Asked, Channel
from noren.audience.ports import Stops
from noren.audience.qualifying import qualifying
from noren.audience.retention import TERMS, sweep
from noren.audience.store import AudienceStore
from noren.audience.tables import METADATA
from noren.governance.stopping import Rule
from noren.house.home import Audiences
from noren.testing.audience_house import COFFEE, MEDICINE, MILK, AudienceHouse, Bought, cards, grown_up

SEED = 20261126
CARDS = cards(120, SEED)
COFFEES = 'visits(category = "COFFEE" and partner = "P1") >= 2 in last 30 days'
OFFICER = "okada"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AudienceHouse]:
    """A programme of 120 members: the first 100 bought coffee twice, all of them milk once elsewhere."""
    settings = Audiences(
        privacy_officers=[OFFICER], asker_epsilon_a_month=10.0, programme_epsilon_a_month=10.0, figure_epsilon=1.0
    )
    with AudienceHouse(tmp_path_factory.mktemp("audiences") / "home", settings) as made:
        made.enrol({card: grown_up(number) for number, card in enumerate(CARDS)})
        twice = [Bought(3, [COFFEE]), Bought(9, [COFFEE, MILK])]
        made.buy({card: [*(twice if n < 100 else []), Bought(5, [MILK], "S2")] for n, card in enumerate(CARDS)})
        yield made


class Unreadable:
    """Stops that can not be read just now."""

    def stopped(self, asked: Asked) -> Sequence[bytes]:
        raise OSError(f"no stops for {asked.purpose}")


class Swallowed:
    """A broken reader that takes what it can not read for nothing: the negative control."""

    def stopped(self, asked: Asked) -> Sequence[bytes]:
        with contextlib.suppress(OSError):
            return Unreadable().stopped(asked)
        return ()


def exact(
    house: AudienceHouse,
    text: str,
    channel: Channel = Channel.TILL,
    *,
    with_young: bool = False,
    stops: Stops | None = None,
) -> int:
    """Return how many really qualify: what no door tells."""
    condition = parse(text)
    assert isinstance(condition, Condition)
    moment = moment_of(house.today - timedelta(days=1), house.home.zone)
    asked = Asked(to_json(condition), "register-coupon", "P1", channel, with_young)
    with house.room.audiences.history.at(moment) as held:
        return len(qualifying(asked, held, stops or LedgerStops(house.room.feed), moment))


def test_a_programmes_own_history_is_counted(house: AudienceHouse) -> None:
    assert exact(house, COFFEES) == 100
    assert exact(house, 'visits(industry = "pharmacy") >= 1') == 120
    assert exact(house, "visits(any) >= 3") == 100
    assert exact(house, "spend(any) = 400") == 100
    assert exact(house, "sex = female") == 60
    assert exact(house, "age 30..34") == 120
    assert exact(house, "visits(any) >= 1 in last 4 days") == 100
    assert exact(house, 'never(category = "COFFEE")') == 20
    assert exact(house, "contacted") == 0


def test_who_can_not_be_reached_is_not_in_it(house: AudienceHouse) -> None:
    assert exact(house, "visits(any) >= 1", Channel.EMAIL) == 80
    assert exact(house, "visits(any) >= 1", Channel.POST) == 90


def test_saved_counted_approved_committed(house: AudienceHouse) -> None:
    saved = house.save("coffee", COFFEES)
    assert saved["changed"] is True
    assert saved["audience"]["state"] == "draft"
    assert house.save("coffee", COFFEES)["changed"] is False
    first = house.count("coffee")
    assert 70 <= first["figures"][0]["about"] <= 130, "noise of scale 1 about 100, rounded to tens"
    assert house.count("coffee", "somebody else")["figures"] == first["figures"], "the same pair, the same figure"
    refused = house.ask("/audiences/commit", {"name": "coffee"})[1]
    assert refused["word"] == "not-approved"
    assert house.ask("/audiences/approve", {"name": "coffee", "approver": "ＡＯＫＩ "})[1]["word"] == "own-approval"
    assert house.ask("/audiences/approve", {"name": "coffee", "approver": "ito"})[1]["state"] == "approved"
    made = house.ask("/audiences/commit", {"name": "coffee"})[1]
    assert house.ask("/audiences/commit", {"name": "coffee"})[1] == made
    look = {"name": "coffee", "version": 1, "day": made["day"]}
    assert house.ask("/audiences/reopen", look)[1] == {"opens": True}
    assert house.save("coffee", COFFEES, minimum=80)["audience"]["version"] == 2, "a changed guard is a new version"
    assert house.ask("/audiences/commit", {"name": "coffee"})[1]["word"] == "not-approved"
    assert [v["state"] for v in house.ask("/audiences/show", {"name": "coffee"})[1]["audiences"]] == [
        "draft",
        "replaced",
    ]


def test_a_restart_changes_no_figure(house: AudienceHouse) -> None:
    house.save("milk", 'visits(category = "MILK" and partner = "P1") >= 1')
    before = house.count("milk")
    house.again()
    house.catch_up()
    assert house.count("milk") == before


def test_sensitive_goods_need_the_officer(house: AudienceHouse) -> None:
    saved = house.save("medicine", 'visits(category = "STOMACH" and partner = "P1") >= 1')
    assert saved["audience"]["sensitive"] is True
    assert house.ask("/audiences/approve", {"name": "medicine", "approver": "ito"})[1]["word"] == (
        "needs-privacy-officer"
    )
    assert house.ask("/audiences/approve", {"name": "medicine", "approver": OFFICER})[1]["state"] == "approved"
    mixed = 'postal3 = 100 and visits(category = "STOMACH" and partner = "P1") >= 1'
    assert [p["code"] for p in house.save("mixed", mixed)["problems"]] == ["sensitive-small-area"]


def test_other_companies_purchases_need_a_cleared_flow(house: AudienceHouse) -> None:
    assert house.save("all", 'visits(category = "COFFEE") >= 2')["audience"]["other_companies"] is True
    assert house.ask("/audiences/approve", {"name": "all", "approver": OFFICER})[1]["word"] == "other-companies"


def test_a_name_that_is_not_there_is_told_with_its_place(house: AudienceHouse) -> None:
    problem = house.save("wrong", 'visits(category = "COFEE") >= 1')["problems"][0]
    assert (problem["code"], problem["line"], problem["column"]) == ("unknown-name", 1, 19)
    assert problem["suggestion"] == '"COFFEE"'
    assert house.ask("/audiences/check", {"text": "visits(any) >= 1"})[1]["errors"] == []


@pytest.mark.parametrize("text", ["basket total >= 100", "top 10% by spend(any)"])
def test_what_has_no_figure_is_refused_in_words(house: AudienceHouse, text: str) -> None:
    draft = {"text": text, "purpose": "register-coupon", "recipient": "P1", "channel": "till"}
    status, said, _ = house.ask("/audiences/count", {"asker": "aoki", "draft": draft})
    assert (status, said["word"]) == (409, "no-figure")
    assert said["reason_ja"]
    assert said["reason_en"]


def test_an_expired_audience_is_refused(house: AudienceHouse) -> None:
    today = house.today.isoformat()
    house.save("old", COFFEES, expires=today)
    versions = house.room.audiences.store.versions("old")
    assert versions[-1].state(house.today + timedelta(days=1), 1).value == "expired"
    yesterday = (house.today - timedelta(days=1)).isoformat()
    assert house.save("older", COFFEES, expires=yesterday)["word"] == "bad-name"


def test_under_16s_and_stops(tmp_path: Path) -> None:
    with AudienceHouse(tmp_path / "home") as house:
        young = cards(3, SEED)
        bands = (10, 15, 20)
        house.enrol({card: grown_up(0, age_band=band) for card, band in zip(young, bands, strict=True)})
        house.buy({card: [Bought(2, [MEDICINE])] for card in young})
        bought = 'visits(category = "STOMACH") >= 1'
        assert exact(house, bought) == 1, "15-19 may be under 16 too"
        assert exact(house, bought, with_young=True) == 3
        house.stop(young[2], Rule(purpose="register-coupon"))
        assert exact(house, bought) == 0, "a stop holds at the very next evaluation"
        house.stop(young[2], Rule(purpose="other"))
        assert exact(house, bought) == 1
        house.stop(young[2])
        assert exact(house, bought) == 0
        with pytest.raises(OSError, match="no stops"):
            exact(house, bought, stops=Unreadable())
        assert exact(house, bought, stops=Swallowed()) == 1, "who swallows it reaches her: this test would see it"


def test_a_home_on_postgresql_counts_alike(tmp_path: Path) -> None:
    with AudienceHouse(tmp_path / "home", engine="postgresql") as house:
        drawn = cards(40, SEED)
        house.enrol({card: grown_up(number) for number, card in enumerate(drawn)})
        house.buy({card: [Bought(2, [COFFEE])] for card in drawn[:30]})
        house.stop(drawn[0], Rule(channel="till"))
        assert exact(house, COFFEES.replace(">= 2", ">= 1")) == 29
        assert exact(house, "visits(any) >= 1", Channel.EMAIL) == 20
        house.save("coffee", COFFEES)
        assert len(house.count("coffee")["figures"]) == 1


def test_every_column_has_a_term(tmp_path: Path) -> None:
    store = AudienceStore(tmp_path / "audiences.db")
    try:
        names = {table.name: {column.name for column in table.columns} for table in METADATA.sorted_tables}
        assert names == {table: set(terms) for table, terms in TERMS.items()}
        assert sweep(store, date(2030, 1, 1)) == 0
    finally:
        store.close()


def test_the_day_is_taken_in_before_it_ends(tmp_path: Path) -> None:
    with AudienceHouse(tmp_path / "home") as house:
        house.enrol({CARDS[0]: grown_up(0)})
        house.buy({CARDS[0]: [Bought(2, [COFFEE])]})
        room, reached = house.room, house.home.audiences / "history" / "reached.json"
        assert room.audiences.take_in_the_day(house.today)
        assert not reached.exists(), "nobody saved an audience: nothing is built"
        house.save("coffee", COFFEES)
        house.buy({CARDS[0]: [Bought(0, [MILK])]})
        assert room.audiences.take_in_the_day(house.today)
        assert msgspec.json.decode(reached.read_bytes())["purchase"] == room.feed.last_entry()
