"""Rules published by two persons, tiers at a real till and in a count, on both engines; what is refused and logged."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from litestar.testing import TestClient

from noren.activity.tiering import tier_then
from noren.audience.counting import moment_of
from noren.audience.kept import condition_of
from noren.audience.ledger_rules import LedgerStops
from noren.audience.model import Asked, Channel
from noren.audience.qualifying import qualifying
from noren.doors.inner_door import inner_app
from noren.doors.worker.audiences import audience_handlers
from noren.doors.worker.campaigns import campaign_handlers
from noren.doors.worker.tier_round import TierRound
from noren.doors.worker.tiers import tier_handlers
from noren.governance.log.bundles import Bundles
from noren.testing.audience_house import COFFEE, Bought, cards, grown_up
from noren.testing.campaign_house import CampaignHouse
from noren.testing.databases import EngineName

FILE = """
from = {first}
measure = "spend"
window = "last-months"
months = 2
[[level]]
id = "blue"
title = {{ ja = "ブルー", en = "Blue" }}
threshold = 0
[[level]]
id = "gold"
title = {{ ja = "ゴールド", en = "Gold" }}
threshold = 1000
"""
HER, OTHER = cards(2, 20261127)


class TierHouse(CampaignHouse):
    """A ledger side with tiers, and a till."""

    def __enter__(self) -> TierHouse:
        super().__enter__()
        return self

    def open(self) -> None:
        """See ``CampaignHouse``."""
        super().open()
        self._client.__exit__(None, None, None)
        made = (audience_handlers, campaign_handlers, tier_handlers)
        app = inner_app(self.room.porter, [each for make in made for each in make(self.turn)])
        self._client: Any = TestClient(app).__enter__()

    def draft(self, first: date | None = None, author: str = "aoki", **_: object) -> Any:  # type: ignore[override]
        """Draft rules."""
        text = FILE.format(first=(first or self.today).isoformat())
        return self.ask("/tiers/draft", {"text": text, "author": author})[:2]

    def publish(self, first: date | None = None) -> None:
        """Publish rules by two persons."""
        status, said = self.draft(first)
        assert status == 200, said
        status, said = self.ask("/tiers/approve", {"version": said["version"], "approver": "baba"})[:2]
        assert (status, said["approver"]) == (200, "baba"), said

    def round(self) -> int:
        """Do the worker's pass."""
        return TierRound(self.turn).round()

    def to_next_month(self) -> None:
        """Move the clock to the first of the next month."""
        first = (self.today.replace(day=28) + timedelta(days=4)).replace(day=1)
        self.till.move((first - self.today).days)


@pytest.fixture(params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TierHouse]:
    engine: EngineName = request.param
    with TierHouse(tmp_path_factory.mktemp("tiers") / "home", None, engine) as house:
        house.enrol({card: grown_up(number) for number, card in enumerate((HER, OTHER))})
        yield house


def refused(answer: Any, word: str) -> Any:
    status, said = answer
    assert (status, said["word"]) == (409, word), said
    return said


def test_two_persons_publish_and_nothing_is_back_dated(house: TierHouse) -> None:
    today = house.today
    assert house.ask("/tiers/show", {})[1]["versions"] == []
    assert refused(house.draft(today - timedelta(days=1)), "file")["problems"][0]["at"] == "from"
    assert house.draft()[0] == 200
    assert house.draft()[1]["version"] == 1, "a draft that waits is replaced"
    approve = {"version": 1, "approver": "ＡＯＫＩ"}
    refused(house.ask("/tiers/approve", approve)[:2], "own-approval")
    refused(house.ask("/tiers/approve", approve | {"version": 2})[:2], "unknown-version")
    assert house.ask("/tiers/approve", approve | {"approver": "baba"})[0] == 200
    refused(house.ask("/tiers/approve", approve | {"approver": "chiba"})[:2], "published-already")
    soon = refused(house.draft(today + timedelta(days=10)), "file")["problems"][0]["say"]["en"]
    possible = date.fromisoformat(house.ask("/tiers/show", {})[1]["next_from"])
    assert str(possible) in soon
    assert (possible.day, possible >= today + timedelta(days=30)) == (1, True)
    refused(house.draft(possible + timedelta(days=1)), "file")
    house.publish(possible)
    shown = house.ask("/tiers/show", {})[1]["versions"]
    assert [(each["version"], each["state"]) for each in shown] == [(1, "in-force"), (2, "coming")]
    entries = Bundles(house.room.log.folder / "private" / "records").stretch(0, house.room.log.size)
    kinds = [each for each in map(str, entries) if "tiers-" in each]
    assert sum("tiers-published" in each for each in kinds) == 2
    assert sum("tiers-drafted" in each for each in kinds) == 3


def test_a_draft_that_waited_too_long_is_not_published(house: TierHouse) -> None:
    house.draft(house.today + timedelta(days=2))
    house.till.move(3)
    said = refused(house.ask("/tiers/approve", {"version": 1, "approver": "baba"})[:2], "file")
    assert said["problems"][0]["at"] == "from"
    house.publish()
    assert house.ask("/tiers/show", {})[1]["versions"][0]["first"] == house.today.isoformat()


def test_live_at_the_till_and_in_a_count_it_is_the_same(house: TierHouse) -> None:
    told = house.ask("/audiences/check", {"text": 'tier = "gold"'})[1]["errors"]
    assert [each["code"] for each in told] == ["unknown-name"], "no rules, no tier to ask for"
    house.publish()
    told = house.ask("/audiences/check", {"text": "tier in (gold, sliver, bluee)"})[1]["errors"]
    assert [(each["code"], each["suggestion"]) for each in told] == [("unknown-name", None), ("unknown-name", '"blue"')]
    assert house.round() == 1
    for name, text in (("golds", "tier = gold"), ("others", "not tier = gold"), ("either", "tier in (blue, gold)")):
        assert "audience" in house.save(name, text, recipient="programme"), name
        house.room.audiences.store.approve(name, 1, "baba", house.today)  # a cleared flow is another test's matter
    house.till.sell(HER, [COFFEE] * 11)
    house.room.standings.round()
    agree(house, {HER: {"others", "either"}, OTHER: {"others", "either"}})
    house.to_next_month()
    assert house.till.told(house.handles[HER]) == frozenset(), "until it is worked out nobody has a tier"
    house.round()
    agree(house, {HER: {"golds", "either"}, OTHER: {"others", "either"}})
    assert tier_then(house.room.feed, house.handles[HER], house.today) == "gold"
    with house.turn, house.room.ledger.batch() as batch:  # negative control: what is said rests on her row
        batch.drop_tiers([house.handles[HER]])
    house.till.until(lambda: house.till.told(house.handles[HER]) == {"others", "either"})


def agree(house: TierHouse, expected: dict[str, set[str]]) -> None:
    """What the till is told of each is what stands here, and so is what a count is made of, as of this day's end."""
    house.till.until(lambda: house.till.told(house.handles[HER]) == expected[HER])
    assert {card: set(house.till.told(house.handles[card])) for card in expected} == expected
    house.catch_up()
    moment = moment_of(house.today, house.home.zone)
    with house.room.audiences.history.whole.at(moment) as held:
        for name in ("golds", "others", "either"):
            version = house.room.audiences.store.versions(name)[-1]
            asked = Asked(version.condition, "register-coupon", "programme", Channel.TILL, with_young=False)
            numbers = qualifying(asked, held, LedgerStops(house.room.feed), moment)
            who = {card for card in expected if held.numbers[house.handles[card]] in numbers}
            assert who == {card for card, names in expected.items() if name in names}, name
    assert condition_of(house.room.audiences.store.versions("golds")[-1].condition)


def test_a_company_needs_a_cleared_flow_for_it(house: TierHouse) -> None:
    """A tier tells what was bought at all companies: whoever uses it needs a cleared flow, the programme too."""
    house.publish()
    for recipient in ("programme", "P1"):
        assert house.save(recipient.lower(), "tier = gold", recipient=recipient)["audience"]["other_companies"] is True
        said = house.ask("/audiences/approve", {"name": recipient.lower(), "approver": "baba"})[1]
        assert said["word"] == "other-companies"
    file = house.file("gold", condition="tier = gold")
    told = house.ask("/campaigns/draft", {"text": file, "author": "aoki", **house.share("gold", 0)})[1]
    assert any("other companies" in each["say"]["en"] for each in told["problems"]), told


def test_members_are_counted_as_a_private_figure(house: TierHouse) -> None:
    house.publish()
    house.buy({HER: [Bought(40, [COFFEE] * 11)]})
    house.round()
    draft = {"text": 'tier = "blue"', "purpose": "register-coupon", "recipient": "programme", "channel": "till"}
    before = house.ask("/audiences/budget", {"asker": "aoki"})[1]["asker_left"]
    said = house.ask("/audiences/count", {"asker": "aoki", "draft": draft})[1]
    assert said["left"] == pytest.approx(before - said["epsilon"])
    assert said["figures"][0]["about"] in (None, *range(0, 1000, 10)), "never an exact number"
