"""Purchases around local midnight: the audit finds honest draws honest, and a draw of a day that was one too many."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from tests.store.test_campaign_audit import SEED, draws

from noren.activity.campaigns import CampaignState
from noren.activity.closing import Forgetting
from noren.activity.connection import connect
from noren.activity.forgetting import WHOLE, forget
from noren.activity.thinning import day_of
from noren.campaign.audit.auditing import audit
from noren.campaign.audit.findings import Report, Wrong
from noren.house.campaigns import audited, to_audit
from noren.house.home import CONFIG, Campaigns, open_home, write_settings
from noren.kernel.clock import local_date
from noren.testing.audience_house import COFFEE, Bought, cards, grown_up
from noren.testing.campaign_house import CampaignHouse


def over_midnight(house: CampaignHouse, caps: str) -> tuple[str, datetime]:
    """Let a campaign that everybody wins run; return a member's card, and a midnight that is a day ahead at least."""
    card = cards(1, SEED)[0]
    house.enrol({card: grown_up(1)})
    house.buy({card: [Bought(5, [COFFEE])] * 3})
    house.run("fans", draw="visit", rate="1", holdout="0", caps=caps)
    house.set(replace(house.row(), started=house.row().started - 120_000_000))
    house.till.look()
    today = local_date(house.till.room.clock.now(), house.home.zone)
    return card, datetime.combine(today + timedelta(days=2), datetime.min.time(), house.home.zone)


def revealed(house: CampaignHouse) -> Report:
    """Stop and reveal a campaign, and return what its audit finds."""
    house.step("stop", "fans")
    house.room.roots.write_all()
    house.till.move(9)
    assert house.step("reveal", "fans")[0] == 200
    assert house.till_looks("fans").state is CampaignState.REVEALED
    return audited(house.room, house.row())


def sold_at(house: CampaignHouse, card: str, now: datetime, at: datetime | None = None) -> None:
    house.till.move((now - house.till.room.clock.now()) / timedelta(days=1))
    house.till.sell(card, [COFFEE], at=at)


def forget_newest(house: CampaignHouse) -> int:
    """Let the newest purchase be forgotten; return its entry."""
    entry = house.room.feed.last_entry()
    with house.turn, house.room.ledger.batch() as batch:
        batch.ask_to_forget(entry, WHOLE, 1)
        forget(batch, [Forgetting(entry, WHOLE, 1, 0)], day_of(house.home.zone))
    return entry


@pytest.mark.parametrize(("hours", "places"), [(1, []), (25, ["draw 0"])])
def test_of_a_forgotten_purchase_a_day_of_25_hours_is_no_lateness(
    tmp_path: Path, hours: int, places: list[str]
) -> None:
    """Its instants are days' begins, further apart where a day is longer; another day between them is found."""
    with CampaignHouse(tmp_path / "home") as house:
        card, midnight = over_midnight(house, "draws_per_day = 1")
        sold_at(house, card, midnight + timedelta(hours=1), at=midnight - timedelta(hours=1))
        entry = forget_newest(house)
        with closing(connect(house.home.ledger_db)) as db:
            db.execute("UPDATE purchase SET at = at - ? WHERE entry = ?", (hours * 3_600_000_000, entry))
        found = audited(house.room, house.row()).findings
        assert [each.at for each in found if each.wrong is Wrong.PLACE] == places


def test_a_prompt_purchase_over_midnight_is_of_its_day_also_when_it_is_forgotten(tmp_path: Path) -> None:
    with CampaignHouse(tmp_path / "home") as house:
        card, midnight = over_midnight(house, "draws_per_day = 1")
        sold_at(house, card, midnight - timedelta(minutes=30))
        sold_at(house, card, midnight + timedelta(minutes=3), at=midnight - timedelta(minutes=2))
        forget_newest(house)
        house.till.move(0.1)
        assert [each.outcome for each in draws(house)] == ["issued"] * 2
        assert revealed(house).findings == []


def test_tills_whose_clocks_differ_at_midnight_are_honest(tmp_path: Path) -> None:
    """She wins at a till past midnight, then buys at one that is still before it: the limit holds her back there."""
    home = tmp_path / "home"
    house = CampaignHouse(home)
    limited = msgspec.structs.replace(house.home.settings, campaigns=Campaigns(member_slips=1, member_days=7))
    (home / CONFIG).write_text(write_settings(limited), "utf-8")
    house.home = open_home(home)
    with house:
        card, midnight = over_midnight(house, "draws_per_day = 9")
        sold_at(house, card, midnight + timedelta(minutes=1))
        sold_at(house, card, midnight - timedelta(minutes=2))
        house.till.move(0.1)
        assert [each.outcome for each in draws(house)] == ["issued", "capped:fatigue"]
        assert revealed(house).findings == []


def test_a_second_draw_of_a_day_is_found_whatever_came_between(tmp_path: Path) -> None:
    """The till let draw twice a day, and the terms say once: the audit reads them of a file that says so."""
    with CampaignHouse(tmp_path / "home") as house:
        card, midnight = over_midnight(house, "draws_per_day = 2")
        for at in (None, midnight - timedelta(minutes=20), None):
            sold_at(house, card, midnight + timedelta(minutes=15), at=at)
        asked = to_audit(house.room, house.row())
        row = asked.papers.row
        once = replace(row, file=row.file.replace(b'"draws_per_day":2', b'"draws_per_day":1'))
        assert once != row
        report = audit(replace(asked, papers=replace(asked.papers, row=once)))
        assert [each.at for each in report.findings if each.wrong is Wrong.TWICE] == ["draw 2"]
