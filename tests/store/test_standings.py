"""Whatever changes what is true of a member, the next question knows; where it is left out, this is red."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import apsw
import pytest
from tests.property.standing_house import ANYWHERE, House, Make, truth
from tests.property.standing_life import Life
from tests.property.standing_spoilt import (
    Careless,
    Hasty,
    spoilt,
)
from tests.store.standing_changes import (
    CHANGES,
    COFFEE,
    DAY,
    FAR,
    MILK,
    TWICE,
    Act,
    asked,
    brings_back,
    buys,
    condition,
    is_tea_now,
    life_on,
    true_of,
)

from noren.audience.live import Line, Place, Purchase
from noren.audience.standings import NotReady, Why
from noren.audience.standings.folding import IN_A_CALL
from noren.audience.standings.in_force import in_force_of
from noren.audience.standings.publishing import made_of, told_of
from noren.audience.standings.retention import TERMS
from noren.audience.standings.store import StandingFile
from noren.testing.ledger_engines import ENGINES


@pytest.fixture
def opened() -> Iterator[list[Life]]:
    lives: list[Life] = []
    yield lives
    for life in lives:
        life.close()
        life.place.remove()


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("text", "prepare", "change", "without"), CHANGES)
def test_the_next_question_knows(
    engine: str, text: str, prepare: Act, change: Act, without: Make, tmp_path: Path, opened: list[Life]
) -> None:
    del without
    life = life_on(engine, tmp_path, text)
    opened.append(life)
    prepare(life)
    house = House(life, tmp_path)
    house.work()
    before = asked(house, life)
    assert before == true_of(life)
    change(life)
    after = true_of(life)
    told = asked(house, life)
    assert told == after or told == NotReady(Why.OLD_LINES)
    house.work()
    assert asked(house, life) == after
    house.start_till()
    assert asked(house, life) == after


@pytest.mark.parametrize(("text", "prepare", "change", "without"), CHANGES)
def test_where_it_is_left_out_it_is_found(
    text: str, prepare: Act, change: Act, without: Make, tmp_path: Path, opened: list[Life]
) -> None:
    life = life_on("sqlite", tmp_path, text)
    opened.append(life)
    prepare(life)
    house = without(life, tmp_path)
    house.work()
    assert asked(house, life) == true_of(life)
    change(life)
    if isinstance(house.keeper, Hasty):
        house.keeper.step()
        house.start_till()
    assert asked(house, life) != true_of(life)


@pytest.fixture
def coffee(tmp_path: Path, opened: list[Life]) -> tuple[Life, House]:
    """One who bought coffee twice, and the house after its work."""
    life = life_on("sqlite", tmp_path, TWICE, "visits(category = coffee) >= 1 in last 1 days")
    opened.append(life)
    buys()(life)
    buys()(life)
    house = House(life, tmp_path)
    house.work()
    house.start_till()
    return life, house


def test_a_warm_question_folds_nothing(coffee: tuple[Life, House]) -> None:
    life, house = coffee
    assert asked(house, life) == {"c0", "c1"}
    assert house.till.caught_up == 0
    buys(MILK)(life)
    assert asked(house, life) == {"c0", "c1"}
    assert asked(house, life) == {"c0", "c1"}
    assert house.till.caught_up == 1, "what was added is remembered"


def test_a_window_is_left_at_midnight_without_an_event(coffee: tuple[Life, House]) -> None:
    life, house = coffee
    midnight = datetime.combine(life.now.astimezone(life.zone).date() + DAY, datetime.min.time(), tzinfo=life.zone)
    handle = life.holders[0].handle
    assert asked(house, life) == {"c0", "c1"}
    assert house.till.ask(handle, midnight - timedelta(microseconds=1), ANYWHERE) == {"c0", "c1"}
    assert house.till.ask(handle, midnight, ANYWHERE) == {"c0"}


def test_of_an_instant_before_a_purchase_it_is_told_without_it(coffee: tuple[Life, House]) -> None:
    life, house = coffee
    first = life.bought[0].request.at
    asked(house, life)
    assert house.till.ask(life.holders[0].handle, first, ANYWHERE) == {"c1"}
    assert house.till.ask(life.holders[0].handle, first - DAY, ANYWHERE) == frozenset()
    brings_back(life)
    assert asked(house, life) == {"c1"}
    before = life.now - timedelta(seconds=1, microseconds=1)
    assert house.till.ask(life.holders[0].handle, before, ANYWHERE) == {"c0", "c1"}, "it had not come back then"


def test_points_only_mode_keeps_no_lines(coffee: tuple[Life, House]) -> None:
    life, house = coffee
    life.set_points_only(life.holders[1], on=True)
    buys(who=1)(life)
    buys(who=1)(life)
    asked(house, life)
    assert house.till.ask(life.holders[1].handle, life.now, ANYWHERE) == frozenset()


def test_who_was_merged_is_nobody_and_nothing_is_kept_of_her(coffee: tuple[Life, House]) -> None:
    life, house = coffee
    gone = life.holders[0]
    life.join(gone, life.holders[1])
    assert house.till.ask(gone.handle, life.now, ANYWHERE) == NotReady(Why.NOBODY)
    assert asked(house, life) == {"c0", "c1"}
    house.work()
    assert house.row(gone.handle, FAR) is None
    assert house.file.count() == 1


def test_more_than_a_call_may_fold_is_left_to_the_worker(coffee: tuple[Life, House]) -> None:
    life, house = coffee
    for _ in range(IN_A_CALL + 1):
        buys(who=2)(life)
    handle = life.holders[2].handle
    asked(house, life)
    assert house.till.ask(handle, life.now, ANYWHERE) == NotReady(Why.FAR_BEHIND)
    assert house.till.unanswered == {Why.CONDITIONS: 1, Why.FAR_BEHIND: 1}
    house.work()
    assert house.till.ask(handle, life.now, ANYWHERE) == {"c0", "c1"}


def test_a_shop_is_asked_what_is_in_force_there(coffee: tuple[Life, House]) -> None:
    life, house = coffee
    everywhere = condition("visits(any) >= 1", "everywhere")
    life.conditions.put([
        everywhere,
        replace(everywhere, name="shop", shops=frozenset({"s2"})),
        replace(everywhere, name="company", partners=frozenset({"Q"})),
    ])  # fmt: skip
    asked(house, life)
    handle = life.holders[0].handle
    assert house.till.ask(handle, life.now, Place("s1", "P")) == {"everywhere"}
    assert house.till.ask(handle, life.now, Place("s2", "P")) == {"everywhere", "shop"}
    assert house.till.ask(handle, life.now, Place("s3", "Q")) == {"everywhere", "company"}


def test_the_basket_in_hand_is_no_purchase(coffee: tuple[Life, House]) -> None:
    life, house = coffee
    life.conditions.put(
        [condition("basket has (category = milk)", "basket"), condition("never(category = milk)", "no")]
    )
    asked(house, life)
    basket = Purchase(life.now, (Line(MILK, 1, 100),), Place("s1", "P"))
    assert house.till.ask(life.holders[0].handle, life.now, ANYWHERE, basket) == {"basket", "no"}
    assert house.till.ask(life.holders[0].handle, life.now, ANYWHERE) == {"no"}


def test_a_basket_sums_up_to_the_unit(coffee: tuple[Life, House]) -> None:
    life, house = coffee
    said = {f"basket total {cmp} {amount}" for cmp in (">=", ">", "=", "<=", "<") for amount in (299, 300, 301)}
    life.conditions.put([condition(text, text) for text in sorted(said)])
    asked(house, life)
    basket = Purchase(life.now, (Line(MILK, 1, 100), Line(COFFEE, 2, 200), Line(MILK, 0, 7)), Place("s1", "P"))
    true = {"= 300", ">= 299", ">= 300", "> 299", "<= 300", "<= 301", "< 301"}
    for names in (None, dict.fromkeys(said, True)):
        told = house.till.ask(life.holders[0].handle, life.now, ANYWHERE, basket, names)
        assert told == {f"basket total {each}" for each in true}
    assert house.till.ask(life.holders[0].handle, life.now, ANYWHERE) == set()


def test_a_rank_waits_for_its_cut(coffee: tuple[Life, House]) -> None:
    life, house = coffee
    life.conditions.put([condition("top 40% by spend(any)", "top"), condition("visits(any) >= 1", "any")])
    for who, amount in ((1, 300), (2, 100)):
        buys(who=who, amount=amount)(life)
    assert asked(house, life) == NotReady(Why.RANKS)
    assert house.keeper.step(), "it is begun, and not everybody is there yet"
    assert asked(house, life) == NotReady(Why.RANKS)
    house.work()
    assert all(one.taken for one in house.file.plans()), "given to tills with the day's cuts"
    assert asked(house, life) == {"any"}, "all that was bought today counts tomorrow"
    life.wait_days(1)
    assert asked(house, life) == NotReady(Why.RANKS)
    house.work()
    assert house.keeper.make_cuts()
    told = [house.till.ask(one.handle, life.now, ANYWHERE) for one in life.holders]
    assert told == [{"any"}, {"any", "top"}, {"any"}] or told == [{"any", "top"}, {"any", "top"}, {"any"}]
    assert told == [frozenset(name for name, who in truth(life).items() if one.name in who) for one in life.holders]


@pytest.mark.parametrize("what", ["begin", "middle", "all"])
def test_a_damaged_file_is_made_again(coffee: tuple[Life, House], what: str) -> None:
    life, house = coffee
    house.file.close()
    raw = bytearray(house.path.read_bytes())
    places = {"begin": range(100), "middle": range(len(raw) // 2, len(raw)), "all": range(len(raw))}[what]
    for place in places:
        raw[place] ^= 0x5A
    house.path.write_bytes(raw)
    for more in ("-wal", "-shm"):
        house.path.with_name(house.path.name + more).unlink(missing_ok=True)
    house.start_till()
    assert asked(house, life) == {"c0", "c1"}, "a till folds by itself"
    house.start_worker()
    house.work()
    house.work()
    house.start_till()
    assert asked(house, life) == {"c0", "c1"}
    assert house.file.count() == 1


def test_a_rotten_row_is_not_believed(coffee: tuple[Life, House]) -> None:
    life, house = coffee
    row = house.row(life.holders[0].handle, FAR)
    assert row is not None
    rotten = bytearray(row.facts)
    rotten[-3] ^= 1
    house.file.keep([replace(row, facts=bytes(rotten))], (), house.file.progress())
    assert asked(house, life) == {"c0", "c1"}
    assert house.till.caught_up == 1


def test_what_is_forgotten_leaves_no_bytes(coffee: tuple[Life, House]) -> None:
    life, house = coffee
    handle = life.holders[0].handle
    files = [house.path, house.path.with_name(f"{house.path.name}-wal")]
    assert any(handle in file.read_bytes() for file in files if file.exists())
    house.file.forget(handle)
    assert not any(handle in file.read_bytes() for file in files if file.exists())


def test_a_file_whose_schema_is_spoilt_is_made_again(coffee: tuple[Life, House]) -> None:
    life, house = coffee
    spoiling = apsw.Connection(str(house.path))
    spoiling.execute("ALTER TABLE progress RENAME COLUMN bought TO bough7")
    spoiling.close()
    house.work()
    assert house.file.made_again == 1
    assert asked(house, life) == {"c0", "c1"}


def test_a_store_ahead_of_its_ledger_is_thrown_away(coffee: tuple[Life, House]) -> None:
    life, house = coffee
    house.file.keep((), (), replace(house.file.progress(), bought=10**9))
    house.work()
    assert house.file.made_again == 1
    assert house.file.progress().bought < 10**9
    assert asked(house, life) == {"c0", "c1"}


def test_without_conditions_nothing_is_kept(coffee: tuple[Life, House]) -> None:
    life, house = coffee
    assert house.file.count() == 1
    life.conditions.put([])
    house.work()
    assert house.file.count() == 0


@pytest.mark.parametrize("lake", ["knows", "is behind"])
def test_changed_products_fold_their_buyers_alone(coffee: tuple[Life, House], lake: str) -> None:
    life, house = coffee
    life.old.buyers.clear()
    buys(MILK, who=1)(life)
    buys(MILK, who=2)(life)
    life.join(life.holders[2], life.holders[1])
    house.work()
    life.old.buyers.clear()
    if lake == "knows":
        life.fill_lake()
    folded = house.keeper.folded
    life.products[COFFEE]["category"] = "tea"
    life.put_products()
    house.work()
    assert house.keeper.folded - folded == 2, "who was merged into counts as a buyer"
    house.start_till()
    assert asked(house, life) == frozenset()
    life.products["p9"] = {**life.products[COFFEE], "category": "coffee"}
    life.put_products()
    folded = house.keeper.folded
    house.work()
    assert house.keeper.folded - folded == (1 if lake == "knows" else 2)
    asked(house, life)
    assert house.till.ask(life.holders[1].handle, life.now, ANYWHERE) == frozenset()
    buys("p9")(life)
    assert asked(house, life) == {"c1"} == true_of(life)


def test_a_carried_standing_of_a_buyer_is_found(tmp_path: Path, opened: list[Life]) -> None:
    life = life_on("sqlite", tmp_path, "visits(category = tea) >= 1")
    opened.append(life)
    buys()(life)
    life.old.buyers.clear()
    house = spoilt(keeper=Careless)(life, tmp_path)
    house.work()
    is_tea_now(life)
    house.work()
    house.start_till()
    assert asked(house, life) != true_of(life)


def test_tomorrow_is_made_ready_before_midnight(coffee: tuple[Life, House]) -> None:
    """Beside the standing of today; whoever buys after that has one of now again, and is caught up."""
    life, house = coffee
    buys(who=1)(life)
    house.work()
    midnight = datetime.combine(life.now.astimezone(life.zone).date() + DAY, datetime.min.time(), tzinfo=life.zone)
    today = midnight.toordinal() - 1
    life.go(midnight - timedelta(minutes=30))
    house.work()
    days = {
        who: {row.day for day in (today, today + 1) if (row := house.row(life.holders[who].handle, day))}
        for who in (0, 1)
    }
    assert days == {0: {today, today + 1}, 1: {today, today + 1}}
    buys(who=1)(life)
    assert house.keeper.step()
    late = house.row(life.holders[1].handle, today + 1)
    assert late is not None
    assert late.day == today, "what was laid out before she bought is gone"
    assert asked(house, life) == {"c0", "c1"}
    life.go(midnight)
    house.start_till()
    assert asked(house, life) == {"c0"}
    assert house.till.ask(life.holders[1].handle, life.now, ANYWHERE) == {"c0"}
    house.work()
    house.work()
    assert house.file.count() == 2
    left = house.row(life.holders[0].handle, today)
    assert left is not None
    assert left.day == today + 1, "nobody reads yesterday's any more; of yesterday today's is read"


def test_what_is_published_is_what_is_in_force(coffee: tuple[Life, House]) -> None:
    life, house = coffee
    everything = replace(condition(TWICE, "all"), shops=frozenset({"s1"}), partners=frozenset({"P"}))
    industry = condition('visits(industry = grocery and maker in list "l1") >= 1', "b")
    life.conditions.put([everything, industry], {"l1": frozenset({"b", "a"})}, date(2026, 1, 2))
    wanted = house.readying().refresh()
    assert wanted.made.shops
    assert wanted.made.goods
    assert wanted.made.lists
    read = made_of(told_of(wanted.made))
    assert read == wanted.made
    assert in_force_of(read, life.zone).plan.digest == wanted.plan.digest
    assert in_force_of(replace(read, horizon=None), life.zone).plan.digest != wanted.plan.digest


def test_every_column_of_the_file_has_its_term(tmp_path: Path) -> None:
    StandingFile(tmp_path / "standings.db").close()
    db = apsw.Connection(str(tmp_path / "standings.db"))
    names = [row[0] for row in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    held = {name: {row[1] for row in db.execute(f"PRAGMA table_info({name})")} for name in names}
    assert held == {name: set(terms) for name, terms in TERMS.items()}
    assert db.execute("PRAGMA journal_mode").fetchall() == [("wal",)]
    db.close()
    assert (tmp_path / "standings.db").stat().st_mode & 0o777 == 0o600
