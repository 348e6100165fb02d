"""``noren audience save|count|…`` as a marketer calls them, with the ledger-worker started for the commands' time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from noren.doors.cli.main import app
from noren.house.children import zone_client
from noren.house.home import Audiences, Home
from noren.testing.audience_house import COFFEE, Bought, cards, grown_up
from noren.testing.campaign_house import CampaignHouse
from noren.testing.till_bodies import JAPAN

SEED = 20261126
OWN = 'sex = female and visits(partner = "P1" and category = "COFFEE") >= 1 in last 30 days'


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A programme of 200 coffee drinkers with a campaign drafted, its worker running meanwhile."""
    path, drawn = tmp_path_factory.mktemp("marketer") / "home", cards(200, SEED)
    settings = Audiences(figure_epsilon=0.5, asker_epsilon_a_month=2.0, programme_epsilon_a_month=10.0)
    with CampaignHouse(path, settings) as house:
        house.enrol({card: grown_up(number) for number, card in enumerate(drawn)})
        house.buy({card: [Bought(2, [COFFEE])] for card in drawn})
        assert house.draft("tried", condition='visits(category = "COFFEE" and partner = "P1") >= 1')[0] == 200
    with zone_client(house.home, "ledger-worker"):
        yield house.home


def call(home: Home, *arguments: str, text: str | None = None, lang: str = "en", group: str = "audience") -> Result:
    command = ["--home", str(home.path), "--lang", lang, group, *arguments]
    return CliRunner().invoke(app, command, input=text, env={"NOREN_HOME": None})


def save(home: Home, name: str, text: str, *more: str) -> Result:
    until = (datetime.now(JAPAN).date() + timedelta(days=300)).isoformat()
    guards = ("--purpose", "register-coupon", "--recipient", "P1", "--channel", "till")
    guards = (*guards, "--expires", until, "--author", "aoki")
    return call(home, "save", name, "-", *guards, *more, text=text)


def test_save_approve_count_commit(home: Home) -> None:
    saved = save(home, "coffee", OWN)
    assert saved.exit_code == 0, saved.output
    assert "Saved: coffee, version 1" in saved.stdout
    assert "Women who bought" in saved.stdout
    assert "noren audience approve" in saved.stdout
    assert "Unchanged" in save(home, "coffee", OWN).stdout
    counted = json.loads(call(home, "count", "coffee", "--asker", "aoki", "--json").stdout)
    assert 60 <= counted["figures"][0]["about"] <= 140
    assert counted["left"] == 1.5
    spoken = call(home, "count", "coffee", "--asker", "aoki", lang="ja").stdout
    assert f"約{counted['figures'][0]['about']}人" in spoken
    assert counted["noise_band"] == 6, "for an epsilon of 0.5"
    assert "誤差の幅 ±6人、100回に95回" in spoken
    assert "3 more" in call(home, "budget", "--asker", "aoki").stdout
    refused = call(home, "approve", "coffee", "--approver", "aoki")
    assert refused.exit_code == 1
    assert "somebody else" in refused.output
    assert "Approved" in call(home, "approve", "coffee", "--approver", "ito").stdout
    assert "approved by ito" in call(home, "show", "coffee").stdout
    made = json.loads(call(home, "commit", "coffee", "--json").stdout)
    assert len(made["commitment"]) == 64
    opened = call(home, "reopen", "coffee", "--version", "1", "--day", made["day"])
    assert (opened.exit_code, "It opens" in opened.stdout) == (0, True)
    day_before = (date.fromisoformat(made["day"]) - timedelta(days=1)).isoformat()
    assert call(home, "reopen", "coffee", "--version", "1", "--day", day_before).exit_code == 1
    listed = call(home, "list", lang="ja").stdout
    assert "承認済み" in listed


def test_a_trial_of_a_campaign_tells_its_noise_band_and_an_overlap_tells_no_number(home: Home) -> None:
    tried = call(home, "simulate", "tried", "--asker", "kato", group="campaign")
    assert tried.exit_code == 0, tried.output
    assert "(noise band ± 6, 95 times of 100)" in tried.stdout
    spoken = call(home, "simulate", "tried", "--asker", "kato", group="campaign", lang="ja").stdout
    assert "誤差の幅 ±6人、100回に95回" in spoken
    for name, days in (("one", 20), ("other", 25)):
        assert save(home, name, OWN.replace("30 days", f"{days} days")).exit_code == 0
    overlap = call(home, "overlap", "one", "other", "--asker", "sato")
    assert (overlap.exit_code, "noise band" in overlap.stdout) == (0, False), overlap.output
    assert "with noise that hides each one person. Left this month: " in overlap.stdout


def test_a_purpose_that_nobody_published_is_refused_with_the_nearest(home: Home, tmp_path: Path) -> None:
    guards = ("--recipient", "P1", "--channel", "till", "--expires", "令和９年１２月３１日", "--author", "aoki")
    said = call(home, "save", "typo", "-", "--purpose", "register-cupon", *guards, text="visits(any) >= 3")
    assert said.exit_code == 1
    assert "Did you mean register-coupon?" in said.stderr


def test_too_few_and_no_budget_are_told(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "few.cond"
    path.write_text('postal3 = "999" and age 20..24 and visits(any) >= 5 in last 30 days', "utf-8")
    few = call(home, "count", str(path), "--asker", "ueda", lang="ja").stdout
    assert "人数が少なすぎます" in few
    assert "都道府県" in few
    for number in range(2, 5):
        call(home, "count", "-", "--asker", "ueda", text=f"visits(any) >= {number}")
    empty = call(home, "count", "-", "--asker", "ueda", "--json", text="visits(any) >= 9")
    assert empty.exit_code == 1
    said = json.loads(empty.stdout)
    assert said["refused"] == "budget-empty"
    assert said["renews"]


def test_a_programmes_own_names_are_checked(home: Home) -> None:
    wrong = call(home, "check", "-", "--json", text='visits(category = "COFFE") >= 1')
    (error,) = json.loads(wrong.stdout)["errors"]
    assert (wrong.exit_code, error["code"], error["suggestion"]) == (1, "unknown-name", '"COFFEE"')
    told = save(home, "wrong", 'visits(category = "COFFE") >= 1')
    assert told.exit_code == 1
    assert "^^^^" in told.output
    assert call(home, "check", "-", "--json", text='visits(category = "COFFEE") >= 1').exit_code == 0
    assert call(home, "count", "nobody", "--asker", "aoki").exit_code == 1
    early = call(home, "check", "-", "--horizon", "2020-01-01", text="visits(any) >= 1")
    assert (early.exit_code, "--horizon" in early.output) == (2, True)
    assert "There is no file nobody.cond" in call(home, "count", "nobody.cond", "--asker", "aoki").output
    assert call(home, "save", "x", "-", text="sex = female").exit_code == 2
