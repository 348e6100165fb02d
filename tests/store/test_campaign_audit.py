"""P4: an audit finds all that fits, and each planted cheat. Every cheat is a negative control of what it plants."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest

from noren.activity.campaigns import CampaignRow, CampaignState, DrawRow
from noren.activity.connection import connect
from noren.activity.enrolment import merge
from noren.activity.erasing import erase
from noren.activity.seen import when_seen
from noren.campaign.audit.auditing import Asked, audit
from noren.campaign.audit.findings import Report, Wrong
from noren.campaign.committed import pack, proof_at
from noren.campaign.draw import commitment
from noren.campaign.leaves import leaf_of, new_salt, root_of
from noren.campaign.logged import Logged
from noren.campaign.terms import terms_hash
from noren.governance.ports import Entry, EntryKind
from noren.house.campaigns import audited, to_audit
from noren.house.home import CONFIG, Campaigns, open_home, write_settings
from noren.kernel.clock import SystemClock, instant_of, microseconds
from noren.register.decide import instant_that_counts
from noren.testing.audience_house import COFFEE, MILK, Bought, cards, grown_up
from noren.testing.campaign_house import CampaignHouse
from noren.testing.databases import EngineName

SEED: Final = 20261126
MEMBERS: Final = 80
TABLES: Final = ("draw", "campaign", "campaign_step", "campaign_count", "campaign_day", "undrawn")


def play(house: CampaignHouse) -> None:
    """Two campaigns and three days of purchases: fitting and not, brought back, late; then stopped and revealed."""
    drawn = cards(MEMBERS, SEED)
    house.enrol({card: grown_up(number) for number, card in enumerate(drawn)})
    house.buy({card: [Bought(5, [COFFEE])] * (number % 4) for number, card in enumerate(drawn)})
    drawn, never = drawn[1:], drawn[0]
    house.run("fans", holdout="0.3", caps="total = 5\nper_day = 2")
    house.run("visits", draw="visit", rate="0.3", caps="draws_per_day = 2\nper_member = { count = 1, days = 2 }")
    started(house)
    chance = random.Random(SEED)
    for _day in range(3):
        for card in drawn:
            shop = chance.choice(["S1", "S1", "S2"])
            bought = house.till.sell(card, [chance.choice([COFFEE, MILK])], shop=shop)
            if chance.random() < 0.2:
                house.till.bring_back(bought["purchase"], shop=shop)
        late = house.till.room.clock.now() - timedelta(hours=chance.choice([3, 30]))
        house.till.sell(chance.choice(drawn), [COFFEE], at=late)
        house.till.move(1)
    house.till.sell(next(card for card in drawn if is_settled(house, card)), [COFFEE])
    house.till.sell(never, [MILK])
    house.till.sell(never, [COFFEE], shop="S2")
    for name in ("fans", "visits"):
        assert house.step("stop", name)[0] == 200
        house.room.roots.write_all()
    house.till.move(8)
    for name in ("fans", "visits"):
        assert house.step("reveal", name)[0] == 200
        assert house.till_looks(name).state is CampaignState.REVEALED
        assert house.step("reveal", name)[0] == 200


def is_settled(house: CampaignHouse, card: str) -> bool:
    """Return whether a member is not drawn for again."""
    number = house.row("fans").number
    return any(
        each.number == number and each.settled in (1, 2, 3) for each in house.room.feed.draws_of(house.handles[card])
    )


def started(house: CampaignHouse) -> None:
    """Let both campaigns have started two minutes ago: the first minute is not looked at."""
    for name in ("fans", "visits"):
        row = house.row(name)
        house.set(replace(row, started=row.started - 120_000_000))
    house.till.look()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def either(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[CampaignHouse]:
    engine: EngineName = request.param
    with CampaignHouse(tmp_path_factory.mktemp("audit") / "home", None, engine) as house:
        play(house)
        yield house


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CampaignHouse]:
    with CampaignHouse(tmp_path_factory.mktemp("cheats") / "home") as house:
        play(house)
        yield house


def test_what_was_drawn_honestly_is_found_so(either: CampaignHouse) -> None:
    for name in ("fans", "visits"):
        report = audited(either.room, either.row(name))
        assert report.findings == [], f"{name}, seed {SEED}: {report.findings}"
        counted = report.counted
        assert counted["leaves"] == counted["recomputed"] > MEMBERS / 4, counted
        assert counted["judged"] > counted["leaves"], "there were purchases that did not fit"
        assert counted["roots"] >= 1
        assert (counted["unrooted"], counted["forgotten"]) == (0, 0)
    fans = audited(either.room, either.row("fans")).counted
    assert {"issued", "lost", "holdout", "capped"} <= set(fans), f"each outcome is among them: {fans}"


def test_the_door_tells_what_an_audit_found(either: CampaignHouse) -> None:
    status, said, raw = either.ask("/campaigns/audit", {"campaign": "fans"})
    assert (status, said["good"], said["findings"]) == (200, True, [])
    assert either.ask("/campaigns/audit", {"campaign": "nowhere"})[0] == 409
    either.draft("unstarted")
    assert either.ask("/campaigns/audit", {"campaign": "unstarted"})[1]["word"] == "not-in-this-state"
    assert not any(handle in raw or handle.hex().encode() in raw for handle in either.handles.values())


def test_erased_draws_are_counted_and_hide_nothing(tmp_path_factory: pytest.TempPathFactory) -> None:
    with CampaignHouse(tmp_path_factory.mktemp("erased") / "home") as house:
        play(house)
        gone = [house.handles[card] for card in list(house.handles)[:8]]
        with house.turn:
            for handle in gone:
                assert erase(
                    house.room.ledger, handle=handle, day=house.today.toordinal(), now_us=microseconds(house.room.now())
                )
        report = audited(house.room, house.row("fans"))
        assert report.counted["forgotten"] > 0
        assert report.findings == []


def test_members_who_became_one_raise_no_alarm(tmp_path_factory: pytest.TempPathFactory) -> None:
    with CampaignHouse(tmp_path_factory.mktemp("merged") / "home") as house:
        play(house)
        handles, day = list(house.handles.values()), house.today.toordinal()
        with house.turn:
            for source, target in zip(handles[1:20], handles[20:39], strict=True):
                assert merge(house.room.ledger, source=source, target=target, day=day, expiry_days=365)
        for name in ("fans", "visits"):
            report = audited(house.room, house.row(name))
            assert report.findings == [], f"{name}, seed {SEED}: {report.findings[:5]}"
            assert 0 < report.counted["recomputed"] < report.counted["leaves"]


def test_every_cap_is_recomputed_as_the_till_applied_it(tmp_path: Path) -> None:
    """Exclusive categories, all limits beside each other, purchases of yesterday that come late: no false alarm."""
    house = CampaignHouse(tmp_path / "home")
    limited = msgspec.structs.replace(house.home.settings, campaigns=Campaigns(member_slips=2, member_days=2))
    (house.home.path / CONFIG).write_text(write_settings(limited), "utf-8")
    house.home = open_home(house.home.path)
    names, words = ("first", "second", "paced", "poor", "seldom"), set[str]()
    with house:
        drawn = cards(30, SEED)
        house.enrol({card: grown_up(number) for number, card in enumerate(drawn)})
        house.buy({card: [Bought(5, [COFFEE])] * 2 for card in drawn})
        always: dict[str, Any] = {"rate": "0.9", "holdout": "0"}
        for priority, name in enumerate(names[:2]):
            offer = f'valid_days = 14\npriority = {priority}\nexclusive_category = "COFFEE"'
            text = house.file(name, draw="visit", caps="", **always).replace("valid_days = 14", offer)
            house.run(name, text=text)
        house.run("paced", caps='total = 29\npace = "even"', draw="visit", **always)
        house.run("poor", caps="budget = 420", draw="visit", **always)
        house.run("seldom", caps="draws_per_day = 2\nper_member = { count = 1, days = 2 }", draw="visit", **always)
        for name in names:
            house.set(replace(house.row(name), started=house.row(name).started - 120_000_000))
        house.till.look()
        for _day in range(3):
            yesterday = house.till.room.clock.now() - timedelta(hours=23)
            for card, number in zip(drawn, itertools.cycle(range(4)), strict=False):
                for at in ((None,), (None, yesterday, None), (None, yesterday, yesterday), (yesterday, None))[number]:
                    house.till.sell(card, [COFFEE], at=at)
            house.till.move(1)
        for name in names:
            house.step("stop", name)
        house.till.move(8)
        for name in names:
            house.step("reveal", name)
            house.till_looks(name)
            report = audited(house.room, house.row(name))
            assert report.findings == [], f"{name}, seed {SEED}: {report.findings[:5]}"
            words |= {each.outcome for each in draws(house, name)}
    assert words >= {
        "issued",
        "lost",
        "capped:exclusive",
        "capped:fatigue",
        "capped:pace",
        "capped:budget",
        "capped:per_member",
    }


# Planted


@contextmanager
def planted(house: CampaignHouse) -> Iterator[Any]:
    """Give the ledger's file to a cheat, and put its campaigns back afterwards."""
    with closing(connect(house.home.ledger_db)) as db:
        before = {table: db.execute(f"SELECT * FROM {table}").fetchall() for table in TABLES}
        try:
            yield db
        finally:
            for table, rows in before.items():
                db.execute(f"DELETE FROM {table}")
                for row in rows:
                    db.execute(f"INSERT INTO {table} VALUES ({','.join('?' * len(row))})", row)


def draws(house: CampaignHouse, name: str = "fans") -> list[DrawRow]:
    return list(house.room.feed.draws_after(house.row(name).number, -1, 10_000))


def a_draw(house: CampaignHouse, outcome: str) -> DrawRow:
    return next(each for each in draws(house) if each.outcome == outcome)


def rewrite(db: Any, row: CampaignRow, draw: DrawRow) -> None:
    """Write a draw with a leaf that fits it: who cheats before the root is published can do that."""
    salt = new_salt()
    leaf = leaf_of(
        salt, campaign=row.campaign, seq=draw.seq, ticket=draw.ticket, terms_hash=terms_hash(row.terms),
        outcome=draw.outcome,
    )  # fmt: skip
    db.execute("DELETE FROM draw WHERE number = ? AND seq = ?", (row.number, draw.seq))
    values = (row.number, draw.seq, draw.entry, draw.ticket, draw.outcome, salt, -1, leaf)
    db.execute("INSERT INTO draw VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)


def count_again(db: Any, house: CampaignHouse) -> None:
    """Let the counts fit the draws that there are now."""
    row, found = house.row(), draws(house)
    issued = sum(each.outcome == "issued" for each in found)
    db.execute("UPDATE campaign_count SET issued = ?, leaves = ? WHERE number = ?", (issued, len(found), row.number))


def with_forged_roots(house: CampaignHouse) -> Asked:
    """Return what is audited as if the cheat had come before any root was published."""
    asked = to_audit(house.room, house.row())
    leaves = [each.leaf for each in draws(house)]
    kept = [each for each in asked.papers.logged if each.kind is not EntryKind.DRAWS_ROOT]
    body = {"campaign": "fans", "leaves": len(leaves), "root": root_of(leaves).hex()}
    kept.append(Logged(10**6, EntryKind.DRAWS_ROOT, body, ""))
    return replace(asked, papers=replace(asked.papers, logged=kept))


def found_of(report: Report) -> set[Wrong]:
    return {each.wrong for each in report.findings}


def test_a_swapped_winner_is_found(house: CampaignHouse) -> None:
    with planted(house) as db:
        won, lost = a_draw(house, "issued"), a_draw(house, "lost")
        for draw, outcome in ((won, "lost"), (lost, "issued")):
            db.execute("UPDATE draw SET outcome = ? WHERE number = ? AND seq = ?", (outcome, draw.number, draw.seq))
        report = audited(house.room, house.row())
        assert {(each.wrong, each.at) for each in report.findings} >= {
            (Wrong.LEAF, f"draw {won.seq}"), (Wrong.LEAF, f"draw {lost.seq}"),
        }  # fmt: skip
    assert audited(house.room, house.row()).good, "what was planted was taken away"


def test_a_swapped_winner_with_leaves_made_anew_is_found_by_the_root(house: CampaignHouse) -> None:
    with planted(house) as db:
        won, lost = a_draw(house, "issued"), a_draw(house, "lost")
        rewrite(db, house.row(), replace(won, outcome="lost"))
        rewrite(db, house.row(), replace(lost, outcome="issued"))
        report = audited(house.room, house.row())
        assert {Wrong.ROOT, Wrong.OUTCOME} <= found_of(report)
        assert Wrong.LEAF not in found_of(report)


def test_a_swapped_winner_before_any_root_is_found_by_the_seed(house: CampaignHouse) -> None:
    with planted(house) as db:
        won, lost = a_draw(house, "issued"), a_draw(house, "lost")
        rewrite(db, house.row(), replace(won, outcome="lost"))
        rewrite(db, house.row(), replace(lost, outcome="issued"))
        report = audit(with_forged_roots(house))
        assert {Wrong.OUTCOME} <= found_of(report) <= {Wrong.OUTCOME, Wrong.COUNT}
        assert {f"draw {won.seq}", f"draw {lost.seq}"} <= {each.at for each in report.findings}


Cheat = Callable[[Any, CampaignHouse], None]


def _no_seed(db: Any, house: CampaignHouse) -> None:
    won = a_draw(house, "issued")
    rewrite(db, house.row(), replace(won, outcome="capped:total"))


def _capped_by_nothing(db: Any, house: CampaignHouse) -> None:
    rewrite(db, house.row(), replace(a_draw(house, "issued"), outcome="capped:fatigue"))


def _out_of_the_holdout(db: Any, house: CampaignHouse) -> None:
    rewrite(db, house.row(), replace(a_draw(house, "holdout"), outcome="issued"))


def _beyond_the_cap(db: Any, house: CampaignHouse) -> None:
    rewrite(db, house.row(), replace(next(d for d in draws(house) if d.outcome.startswith("capped")), outcome="issued"))


def _no_such_outcome(db: Any, house: CampaignHouse) -> None:
    rewrite(db, house.row(), replace(a_draw(house, "lost"), outcome="void"))


@pytest.mark.parametrize(
    "cheat", [_no_seed, _capped_by_nothing, _out_of_the_holdout, _beyond_the_cap, _no_such_outcome]
)
def test_an_outcome_that_seed_and_caps_do_not_give_is_found(house: CampaignHouse, cheat: Cheat) -> None:
    with planted(house) as db:
        cheat(db, house)
        count_again(db, house)
        assert Wrong.OUTCOME in found_of(audit(with_forged_roots(house)))


def test_another_ticket_is_found(house: CampaignHouse) -> None:
    with planted(house) as db:
        lost, won = a_draw(house, "lost"), a_draw(house, "issued")
        rewrite(db, house.row(), replace(lost, ticket=won.ticket, outcome="issued"))
        count_again(db, house)
        assert Wrong.TICKET in found_of(audit(with_forged_roots(house)))


def test_changed_terms_are_found(house: CampaignHouse) -> None:
    with planted(house) as db:
        row = house.row()
        db.execute(
            "UPDATE campaign SET terms = ? WHERE number = ?", (row.terms.replace(b'"0.5"', b'"0.6"'), row.number)
        )
        assert {Wrong.TERMS, Wrong.LEAF} <= found_of(audited(house.room, house.row()))


def test_a_changed_file_and_condition_are_found(house: CampaignHouse) -> None:
    with planted(house) as db:
        row = house.row()
        assert b">= 2 in last" in row.file
        changed = row.file.replace(b">= 2 in last", b">= 3 in last")
        db.execute("UPDATE campaign SET file = ? WHERE number = ?", (changed, row.number))
        found = found_of(audited(house.room, house.row()))
        assert {Wrong.FILE, Wrong.CONDITION, Wrong.TERMS, Wrong.NOT_ELIGIBLE} <= found


@pytest.mark.parametrize("which", [0, 5, -1])
def test_a_removed_leaf_is_found(house: CampaignHouse, which: int) -> None:
    with planted(house) as db:
        gone = draws(house)[which]
        db.execute("DELETE FROM draw WHERE number = ? AND seq = ?", (gone.number, gone.seq))
        report = audited(house.room, house.row())
        assert (Wrong.LEAF_GONE, f"draw {gone.seq}") in {(each.wrong, each.at) for each in report.findings}


def test_an_eligible_purchase_without_a_leaf_is_found(house: CampaignHouse) -> None:
    with planted(house) as db:
        gone, row = draws(house)[3], house.row()
        db.execute("DELETE FROM draw WHERE number = ? AND seq = ?", (gone.number, gone.seq))
        later = [each for each in draws(house) if each.seq > gone.seq]
        for each in later:
            db.execute("DELETE FROM draw WHERE number = ? AND seq = ?", (each.number, each.seq))
        for each in later:
            rewrite(db, row, replace(each, seq=each.seq - 1))
        count_again(db, house)
        report = audit(with_forged_roots(house))
        assert (Wrong.NO_LEAF, f"purchase {gone.entry}") in {(each.wrong, each.at) for each in report.findings}
        assert found_of(report) <= {Wrong.NO_LEAF, Wrong.COUNT, Wrong.OUTCOME}, "and nothing that was not planted"
        (bought,) = house.room.feed.purchases_after(gone.entry - 1, 1)
        db.execute("INSERT INTO undrawn VALUES (?, ?, 'conditions')", (bought.handle, gone.entry))
        told = audit(with_forged_roots(house))
        found = {each.wrong for each in told.findings if each.at == f"purchase {gone.entry}"}
        assert found == {Wrong.NOT_TOLD}, "a till that could not tell wrote it down"


def added(db: Any, house: CampaignHouse, entry: int, ticket: bytes, outcome: str = "lost") -> int:
    seq = len(draws(house))
    rewrite(db, house.row(), DrawRow(house.row().number, seq, entry, ticket, outcome, b"", -1, b""))
    count_again(db, house)
    return seq


def behind(house: CampaignHouse, whose: Sequence[bytes]) -> int:
    """Return a purchase of one of some members behind all draws, at the campaign's company."""
    found = house.room.feed.purchases_after(draws(house)[-1].entry, 10_000)
    return next(each.entry for each in reversed(found) if each.partner == "P1" and each.handle in whose)


def test_a_leaf_of_a_purchase_that_did_not_fit_is_found(house: CampaignHouse) -> None:
    with planted(house) as db:
        never = house.handles[cards(MEMBERS, SEED)[0]]
        seq = added(db, house, behind(house, [never]), b"t" * 32)
        report = audit(with_forged_roots(house))
        assert (Wrong.NOT_ELIGIBLE, f"draw {seq}") in {(each.wrong, each.at) for each in report.findings}


def test_a_member_drawn_for_again_is_found(house: CampaignHouse) -> None:
    with planted(house) as db:
        drawn = {each.entry: each for each in draws(house) if each.outcome in ("lost", "holdout", "issued")}
        purchases = house.room.feed.purchases_after(0, 10_000)
        whose = {p.handle: drawn[p.entry] for p in purchases if p.entry in drawn}
        again = behind(house, list(whose))
        handle = next(p.handle for p in purchases if p.entry == again)
        seq = added(db, house, again, whose[handle].ticket)
        report = audit(with_forged_roots(house))
        assert (Wrong.TWICE, f"draw {seq}") in {(each.wrong, each.at) for each in report.findings}


def test_a_draw_elsewhere_or_of_no_purchase_is_found(house: CampaignHouse) -> None:
    last = draws(house)[-1].entry
    elsewhere = next(each for each in house.room.feed.purchases_after(last, 10_000) if each.partner == "P2")
    for entry, wrong in ((elsewhere.entry, Wrong.PLACE), (10**9, Wrong.NO_PURCHASE), (last, Wrong.ORDER)):
        with planted(house) as db:
            added(db, house, entry, b"t" * 32)
            assert wrong in found_of(audit(with_forged_roots(house)))


def test_a_share_committed_late_is_found(house: CampaignHouse) -> None:
    with planted(house) as db:
        row, step = house.row("visits"), house.room.feed.share_steps(house.row("visits").number)[2]
        share = b"\x05" * 32
        body = {"campaign": "visits", "step": 2, "by": step.who, "share_hash": commitment(share).hex()}
        place = house.room.log.append([Entry(EntryKind.CAMPAIGN_APPROVED, SystemClock().now(), body)])[0]
        proof = pack(proof_at(house.room.log, place))
        db.execute(
            "UPDATE campaign_step SET share_hash = ?, proof = ? WHERE number = ? AND step = 2",
            (commitment(share), proof, row.number),
        )
        report = audited(house.room, house.row("visits"))
        assert (Wrong.STEP_LATE, "step 2") in {(each.wrong, each.at) for each in report.findings}
        assert Wrong.SHARES in found_of(report)


def test_a_share_that_was_never_committed_is_found(house: CampaignHouse) -> None:
    with planted(house) as db:
        db.execute(
            "UPDATE campaign_step SET share_hash = ? WHERE number = ? AND step = 1", (b"x" * 32, house.row().number)
        )
        assert {Wrong.STEP_OTHER, Wrong.SHARES, Wrong.TERMS} <= found_of(audited(house.room, house.row()))


def test_another_seed_is_found(house: CampaignHouse) -> None:
    with planted(house) as db:
        row = house.row()
        shares = row.shares[:64] + b"\x05" * 32
        db.execute("UPDATE campaign SET shares = ? WHERE number = ?", (shares, row.number))
        assert {Wrong.SHARES, Wrong.SEED, Wrong.OUTCOME} <= found_of(audited(house.room, house.row()))


def test_counts_that_differ_are_found(house: CampaignHouse) -> None:
    with planted(house) as db:
        db.execute("UPDATE campaign_count SET issued = issued + 1 WHERE number = ?", (house.row().number,))
        assert found_of(audited(house.room, house.row())) == {Wrong.COUNT}


def test_draws_without_a_root_are_found_when_it_is_over(house: CampaignHouse) -> None:
    asked = to_audit(house.room, house.row())
    kept = [each for each in asked.papers.logged if each.kind is not EntryKind.DRAWS_ROOT]
    unrooted = replace(asked, papers=replace(asked.papers, logged=kept))
    assert found_of(audit(unrooted)) == {Wrong.NO_ROOT}
    assert found_of(audit(replace(unrooted, today=house.row().last_day))) <= {Wrong.NO_ROOT}


def test_conditions_see_a_purchase_when_the_till_says_so() -> None:
    chance = random.Random(SEED)
    for _ in range(1_000):
        at, late = chance.randrange(10**15), chance.choice([0, 1, 599_999_999, 600_000_000, 600_000_001, 10**12])
        received = at + chance.choice([-1, 1]) * late
        if received < 0:
            continue
        seen = instant_that_counts(instant_of(at), instant_of(received))
        assert instant_of(when_seen(at, received)) == seen, f"seed {SEED}"
