"""M12, M17: of a campaign with entry only members take part who had entered, from the page to the audit, either engine.

Each row of ``LIVES`` is one member's days, and at which of her purchases she was drawn for. The page, the inner door,
the till and the audit are the real ones.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from typing import Any, Final

import pytest
from tests.door.statement_visit import Visit

from noren.activity.connection import connect
from noren.activity.enrolment import merge, set_points_only
from noren.activity.entered import Entered
from noren.activity.erasing import erase, withdraw
from noren.activity.model import Purchase, Traits
from noren.audience.figure.rounding import rounded
from noren.campaign import entering
from noren.campaign.audit.findings import Report, Wrong
from noren.campaign.entering import Asking
from noren.campaign.simulating import ALL_ENTER, Span, expected
from noren.house.campaigns import audited
from noren.house.ledger_document import own_document
from noren.kernel.clock import instant_of, local_date, microseconds
from noren.kernel.ids import Handle
from noren.testing.audience_house import COFFEE, MILK, cards, grown_up
from noren.testing.campaign_book import campaign_file
from noren.testing.campaign_house import CampaignHouse, StatementsWay
from noren.testing.databases import ENGINES, EngineName

SEED: Final = 20261126
ONE: Final = 'visits(partner = "P1" and category = "COFFEE") >= 1'
ENTRY: Final[dict[str, Any]] = {
    "condition": ONE, "rate": "1", "holdout": "0", "caps": "draws_per_day = 9", "issue": "entry = true",
    "draw": "visit", "offer": 'kind = "points_multiplier"\nvalue = 5\nmax_value = 500',
}  # fmt: skip

LIVES: Final[dict[str, tuple[str, str, str]]] = {
    "never entered": ("buy", "-", "D"),
    "entered, then bought": ("enter buy", "D", "D"),
    "bought, then entered": ("buy enter", "-", "D"),
    "bought, entered, bought": ("buy enter buy", "-D", "DD"),
    "entered and did not fit": ("enter milk", "-", "-"),
    "entered and bought elsewhere": ("enter elsewhere buy", "-D", "-D"),
    "offline before she entered, in later": ("enter offline", "-", "D"),
    "offline after it was opened, online again": ("enter offline buy", "-D", "DD"),
    "took it back, then bought": ("enter back buy", "-", "D"),
    "took it back and entered again": ("enter back enter buy", "D", "D"),
    "entered twice: the first counts": ("enter enter buy", "D", "D"),
    "after a purchase it stands": ("enter milk back=bought buy", "-D", "-D"),
    "a purchase elsewhere leaves it hers to take back": ("enter elsewhere back buy", "--", "-D"),
    "points-only: nothing to enter": ("points-only enter=points-only buy", "-", "-"),
    "points-only later: drawn for no more": ("enter points-only buy", "-", "-"),
    "under 16: nothing to enter": ("young enter=young buy", "-", "-"),
}
"""Steps, with the word of a refusal behind ``=``; then by purchase, D drawn for, - not: of the campaign with entry, and
of its twin without. What differs is the entry's doing alone."""


@dataclass
class Lived:
    """A member, her browser, and her purchases in order."""

    card: str
    visit: Visit
    bought: list[list[str]] = field(default_factory=list[list[str]])

    def drawn(self, name: str = "day") -> str:
        """Return at which of her purchases a campaign's slip came out."""
        return "".join("D" if name in each else "-" for each in self.bought)


class House(CampaignHouse):
    """A campaign house in which members act by their pages."""

    def member(self, card: str, traits: Traits | None = None) -> Lived:
        self.enrol({card: traits or grown_up(1)})
        visit = Visit(self.statement(), Handle(self.handles[card]))
        visit.enter()
        return Lived(card, visit)

    def does(self, one: Lived, step: str, name: str = "day") -> None:
        what, _, word = step.partition("=")
        if what in ("enter", "back"):
            path = "/campaigns/enter" if what == "enter" else "/campaigns/take-back"
            answer = one.visit.post(path, data={"campaign": name})
            wanted = (409, f"entry-{word}") if word else (303, "")
            assert answer.status_code == wanted[0], (step, answer.status_code)
        elif what == "points-only":
            assert set_points_only(self.room.ledger, handle=self.handles[one.card], on=True)
        else:
            one.bought.append(self.slips(one.card, what))

    def slips(self, card: str, what: str = "buy") -> list[str]:
        at = self.till.room.clock.now() - timedelta(hours=1) if what == "offline" else None
        product, shop = MILK if what == "milk" else COFFEE, "S2" if what == "elsewhere" else "S1"
        return [each["campaign"] for each in self.till.sell(card, [product], shop=shop, at=at)["effects"]]

    def begin(self, name: str = "day", **changed: Any) -> None:
        """Start a campaign with entry; two minutes ago, for an audit does not miss leaves of the first minute."""
        self.run(name, **(ENTRY | changed))
        self.set(replace(self.row(name), started=self.row(name).started - 120_000_000))
        self.till.look()

    def report(self, name: str = "day") -> Report:
        return audited(self.room, self.row(name))


def young() -> Traits:
    return grown_up(1, age_band=10, age_band_year=2026)


def opened(path: Any, engine: EngineName) -> House:
    made = House(path, None, engine)
    made.__enter__()
    made.begin()
    made.begin("twin", issue="")
    return made


@pytest.fixture(scope="module", params=ENGINES)
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = opened(tmp_path_factory.mktemp("entry") / "h", request.param)
    yield made
    made.close()


def test_who_is_drawn_for(house: House) -> None:
    before = house.report().counted["leaves"]
    for card, (life, (steps, drawn, without)) in zip(cards(len(LIVES), SEED), LIVES.items(), strict=True):
        words = steps.split()
        one = house.member(card, young() if "young" in words else None)
        for step in words:
            if step != "young":
                house.does(one, step)
        assert (one.drawn(), one.drawn("twin")) == (drawn, without), life
    report = house.report()
    assert report.findings == [], report.findings
    assert report.counted["leaves"] - before == "".join(drawn for _, drawn, _ in LIVES.values()).count("D")
    assert report.counted["judged"] > report.counted["leaves"], "who had not entered was looked at too"
    assert house.report("twin").findings == []


@contextmanager
def planted(house: House) -> Iterator[Any]:
    """Give the ledger's file to a cheat, and put the entries back afterwards."""
    with closing(connect(house.home.ledger_db)) as db:
        before = db.execute("SELECT * FROM entered").fetchall()
        try:
            yield db
        finally:
            db.execute("DELETE FROM entered")
            for row in before:
                db.execute("INSERT INTO entered VALUES (?, ?, ?, ?)", row)


@pytest.fixture(scope="module")
def cheated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = opened(tmp_path_factory.mktemp("cheated") / "h", "sqlite")
    yield made
    made.close()


def test_an_audit_finds_whoever_was_drawn_for_without_entry_and_whoever_was_left_out(cheated: House) -> None:
    house, (first, second) = cheated, cards(2, SEED + 1)
    entered, never = house.member(first), house.member(second)
    for step in ("enter", "buy"):
        house.does(entered, step)
    house.does(never, "buy")
    assert house.report().good
    number, (hers, others) = house.row("day").number, (house.handles[first], house.handles[second])
    (held,) = house.room.feed.entries_held(hers)
    with planted(house) as db:
        db.execute("DELETE FROM entered WHERE handle = ?", (hers,))
        assert [(each.wrong, each.at) for each in house.report().findings] == [(Wrong.NOT_ENTERED, "draw 0")]
    with planted(house) as db:
        db.execute("UPDATE entered SET at = at + 60000000 WHERE handle = ?", (hers,))
        assert [each.wrong for each in house.report().findings] == [Wrong.NOT_ENTERED], "it came after the purchase"
    row = (number, held.entered.at, held.entered.behind)
    with planted(house) as db:
        db.execute("INSERT INTO entered VALUES (?, ?, ?, ?)", (others, *row))
        assert [each.wrong for each in house.report().findings] == [Wrong.NO_LEAF]
    bought = house.room.feed.chain(others, None, 1)[0]
    with planted(house) as db:  # written behind the purchase, though the clock says before: no till could know
        db.execute("INSERT INTO entered VALUES (?, ?, ?, ?)", (others, number, held.entered.at, bought.entry))
        assert house.report().good


def test_what_is_over_takes_no_entry_and_hers_stays_to_be_seen(cheated: House) -> None:
    house = cheated
    house.begin("short")
    early, late, left = (house.member(f"298022200000000{n}") for n in range(3))
    house.does(early, "enter", "short")
    assert withdraw(house.room.ledger, handle=house.handles[left.card], day=house.today.toordinal())
    assert left.visit.post("/campaigns/enter", data={"campaign": "short"}).status_code == 404
    assert house.step("stop", "short")[0] == 200
    house.does(late, "enter=over", "short")
    told = early.visit.get("/v1/campaigns").json()
    assert [each["campaign"] for each in told["over"]] == ["short"]
    assert "short" not in [each["campaign"] for each in told["open"]]
    assert "終わった企画" in early.visit.get("/campaigns?lang=ja").text
    house.does(early, "back", "short")
    assert early.visit.get("/v1/campaigns").json()["over"] == late.visit.get("/v1/campaigns").json()["over"] == []


def test_the_list_is_the_same_for_who_fits_and_who_does_not(house: House) -> None:
    """No oracle: the page of a member who fits, of one who never bought, of a child and of one who bought elsewhere."""
    fits, never, child, elsewhere = (f"298055500000000{n}" for n in range(4))
    made = [house.member(card, young() if card == child else None) for card in (fits, never, child, elsewhere)]
    house.slips(fits)
    house.slips(elsewhere, "elsewhere")
    for lang in ("ja", "en"):
        pages = {one.visit.get(f"/campaigns?lang={lang}").text for one in made}
        assert len(pages) == 1
    told = [one.visit.get("/v1/campaigns").json() for one in made]
    assert all(each == told[0] for each in told)
    (one,) = told[0]["open"]
    assert (one["campaign"], one["entered"], one["may_take_back"]) == ("day", None, False)
    assert one["terms"][0]["en"] == "5 times the points (up to 500 more)"
    assert ONE not in json.dumps(told) + "".join(pages), "the condition is its company's own until the end"


def test_in_points_only_mode_she_is_told_so_and_has_no_button(house: House) -> None:
    one = house.member("2980555000000009")
    house.does(one, "points-only")
    page = one.visit.get("/campaigns?lang=en").text
    assert "In points-only mode no campaign draws for you." in page
    assert "up to 500 more" in page, "the list is hers to read all the same"
    assert "<form" not in page.partition("<main")[2].partition("</main>")[0]
    assert "campaigns/enter" in house.member("2980555000000010").visit.get("/campaigns?lang=en").text


def test_drawn_or_not_she_may_take_it_back_just_as_long(house: House) -> None:
    """No oracle either: what ends the way back is a purchase where it runs, whether it was drawn for or not."""
    fits, other = (house.member(f"298066600000000{n}") for n in range(2))
    for one, bought in ((fits, "buy"), (other, "milk")):
        for step in ("enter", bought, "back=bought"):
            house.does(one, step)
    assert (fits.drawn(), other.drawn()) == ("D", "-")
    for lang in ("ja", "en"):
        pages = [
            re.sub(r"<strong>.*</strong>", "", one.visit.get(f"/campaigns?lang={lang}").text) for one in (fits, other)
        ]
        assert pages[0] == pages[1]
        assert "/campaigns/take-back" not in pages[0]


def test_why_not_me_says_at_once_that_she_had_not_entered(house: House) -> None:
    late, entered = (house.member(f"298077700000000{n}") for n in range(2))
    for step in ("milk", "enter"):
        house.does(late, step)
    for step in ("enter", "milk"):
        house.does(entered, step)
    why = [
        {each["campaign"]: each["why"]["en"] for each in one.visit.get("/v1/coupons").json()["not_me"]}
        for one in (late, entered)
    ]
    assert why[0]["day"].startswith("This campaign was for members who had entered.")
    assert why[1]["day"].startswith("Whether your purchases qualified")
    assert why[0]["twin"] == why[1]["twin"] == why[1]["day"]


def test_a_program_of_hers_enters_and_takes_it_back(house: House) -> None:
    visit = house.member("2980888000000001").visit
    path = "/v1/campaigns/day/entry"
    (told,) = visit.client.put(path).json()["open"]
    assert (told["entered"] is not None, told["may_take_back"]) == (True, True)
    (again,) = visit.client.put(path).json()["open"]
    assert again == told, "entered once"
    (none,) = visit.client.delete(path).json()["open"]
    assert (none["entered"], visit.client.delete(path).status_code) == (None, 200)


def test_what_takes_no_entry_is_not_entered(house: House) -> None:
    """A campaign without entry, one that was only drafted, none at all."""
    assert house.draft("drafted", **ENTRY)[0] == 200
    one = house.member("2980999000000001")
    for name in ("twin", "drafted", "nothing", "Ünd<x>", ""):
        assert one.visit.post("/campaigns/enter", data={"campaign": name}).status_code == 404, name
    assert one.visit.post("/campaigns/enter").status_code == 404
    assert house.room.feed.entries_held(house.handles[one.card]) == []
    assert one.visit.get("/v1/campaigns").json()["over"] == []


def test_not_from_elsewhere_not_without_signing_in_and_not_while_the_ledger_side_is_away(house: House) -> None:
    one = house.member("2980888000000002")
    strange = {"Sec-Fetch-Site": "cross-site"}
    for path in ("/campaigns/enter", "/campaigns/take-back"):
        assert one.visit.post(path, data={"campaign": "day"}, headers=strange).status_code == 403
    for method in (one.visit.client.put, one.visit.client.delete):
        assert method("/v1/campaigns/day/entry", headers=strange).status_code == 403
    nobody = Visit(house.statement(), Handle(house.handles[one.card]))
    assert nobody.post("/campaigns/enter", data={"campaign": "day"}).status_code == 401
    assert nobody.get("/campaigns").status_code == nobody.get("/v1/campaigns").status_code == 401
    assert house.ask("/entries/enter", {"handle": "AAAA", "campaign": "day"})[0] == 401, "the statement's alone"
    way = one.visit.room.asking
    assert isinstance(way, StatementsWay)
    way.down = True
    assert one.visit.post("/campaigns/enter", data={"campaign": "day"}).status_code == 503
    assert house.room.feed.entries_held(house.handles[one.card]) == []


def test_it_goes_over_at_a_merge_into_her_document_and_away_with_her(house: House) -> None:
    one, other = (house.member(f"298044400000000{n}") for n in range(2))
    hers, others = house.handles[one.card], house.handles[other.card]
    house.does(other, "enter")
    (before,) = house.room.feed.entries_held(others)
    house.does(one, "enter")
    with house.turn:
        assert merge(house.room.ledger, source=others, target=hers, day=house.today.toordinal(), expiry_days=365)
    (held,) = house.room.feed.entries_held(hers)
    assert (held, house.room.feed.entries_held(others)) == (before, []), "of two the first one"
    document = own_document(house.room, Handle(hers))
    assert document is not None
    (told,) = json.loads(document.as_json())["content"]["campaign_entries"]
    assert (told["campaign"], told["at"][:10]) == ("day", house.today.isoformat())
    assert "The campaigns that you entered." in json.dumps(document.as_paper("en"))
    count = house.room.feed.count_entered(house.row("day").number)
    with house.turn:
        assert erase(house.room.ledger, handle=hers, day=house.today.toordinal(), now_us=microseconds(house.room.now()))
    assert house.room.feed.entries_held(hers) == []
    assert house.room.feed.count_entered(house.row("day").number) == count - 1
    assert house.report().good


def forgotten(house: House, bought: Purchase) -> None:
    """Let a purchase be as it is once its member had it forgotten: at its day's begin, without its place."""
    day = local_date(instant_of(bought.received), house.home.zone)
    begin = microseconds(datetime.combine(day, time(), house.home.zone))
    with house.turn, house.room.ledger.batch() as batch:
        batch.put_anew(replace(bought, shop="", terminal="", receipt="", at=begin, received=begin, lines=None), [])


def test_what_she_does_not_want_kept_is_no_finding_and_hides_nothing(house: House) -> None:
    """A purchase without its hour: that the entry was there is told by the ledger's own order."""
    one, other = (house.member(f"298033300000000{n}") for n in range(2))
    for step in ("enter", "buy"):
        house.does(one, step)
    house.does(other, "buy")
    before = house.report().counted["purchases"]
    forgotten(house, house.room.feed.chain(house.handles[one.card], None, 1)[0])
    assert house.report().good
    middle = house.room.feed.purchases_after(house.room.feed.last_entry() // 2, 1)[0]  # where a search looks first
    forgotten(house, middle)
    after = house.report()
    assert (after.good, after.counted["purchases"]) == (True, before)


def test_figures_say_who_entered_and_what_they_suppose(house: House) -> None:
    status, said, _ = house.ask("/campaigns/result", {"campaign": "day"})
    count = house.room.feed.count_entered(house.row("day").number)
    told = None if count < said["minimum"] else rounded(count)
    assert (status, said["entry"], said["entered"]) == (200, True, told)
    assert house.ask("/campaigns/result", {"campaign": "twin"})[1]["entry"] is False
    for name, supposes in (("day", True), ("twin", False)):
        assumes = house.ask("/campaigns/simulate", {"campaign": name, "asker": "aoki"})[1]["assumes"]
        assert ({"ja": ALL_ENTER.ja, "en": ALL_ENTER.en} in assumes) is supposes
    some = {"campaign": "day", "asker": "aoki", "entering": "0.3"}
    said = house.ask("/campaigns/simulate", some)[1]["assumes"]
    assert [each["en"] for each in said][-1] == "that 30 % of those who fit enter"
    assert house.ask("/campaigns/simulate", some | {"campaign": "twin"})[0] == 409, "it asks for no entry"


def test_a_share_that_enters_is_no_figure_and_bounds_what_comes_of_it() -> None:
    day = date(2026, 11, 1)
    for draw, quarters in (("member", None), ("visit", 250)):
        file = campaign_file(draw=draw, rate="0.5", issue="entry = true")
        span = Span(day, day)
        whole, some = (expected(file, span, 1_000, quarters, Fraction(share)) for share in ("1", "0.3"))
        assert (whole.draws, some.draws, whole.slips, some.slips) == (1_000, 300, 500, 150)


def test_its_instant_is_asked_once_the_ledger_is_its_own(house: House) -> None:
    """While a till's transaction goes on nobody has entered yet, whatever the clock said as she pressed the button."""
    card, asked = "2980777000000007", list[str]()
    house.member(card)

    def now() -> datetime:
        asked.append("asked")
        return house.room.now()

    def enter() -> Any:
        return entering.enter(house.room.ledger, Asking(house.handles[card], "day", now, house.home.zone))

    with closing(house.till.room.open_ledger()) as till, ThreadPoolExecutor(1) as pool:
        with till.batch() as batch:
            before = batch.next_entry()
            entry = pool.submit(enter)
            wait([entry], 0.3)
            assert asked == []
        made = entry.result()
    assert (asked, made.behind) == (["asked"], before - 1)


SKEWS: Final = (timedelta(0), timedelta(seconds=-30), timedelta(seconds=30))


@pytest.mark.parametrize("skew", SKEWS)
def test_till_and_audit_agree_on_who_enters_while_purchases_are_taken(house: House, skew: timedelta) -> None:
    """Also where the clock that entries are stamped by goes before or behind the till's: the ledger's order tells."""
    mine = [f"29802{SKEWS.index(skew)}1000000{n:04d}" for n in range(8)]
    lives = [house.member(card) for card in mine]
    number = house.row("day").number

    def enter(card: str) -> None:
        asking = Asking(house.handles[card], "day", lambda: house.room.now() + skew, house.home.zone)
        with house.turn:
            assert isinstance(entering.enter(house.room.ledger, asking), Entered)

    with ThreadPoolExecutor(2) as pool:
        entries = pool.map(enter, mine)
        for one in (*lives, *lives):
            house.does(one, "buy")
        list(entries)
    for one in lives:
        house.does(one, "buy")
    drawn = [one.drawn() for one in lives]
    assert all("D-" not in each for each in drawn), "once it counts it counts"
    if skew <= timedelta(0):
        assert all(each.endswith("D") for each in drawn), "all had entered before the last round"
    assert house.room.feed.count_entered(number) >= len(mine)
    assert house.report().findings == [], drawn
