"""P3: each company's account and each of its days reconcile to 0, and whatever is altered in the store is found."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.crash.ledger_orders import BEGIN, KEYS, TOKYO, Orders, decide

from noren.activity.connection import connect
from noren.activity.enrolment import Arrival, enrol
from noren.activity.feed import SqliteFeed
from noren.activity.model import Changes, Kind, Lot, OpenDay, Posting, Traits
from noren.activity.store import SqliteLedger
from noren.kernel.clock import local_date
from noren.register.jobs import Answered

TODAY = local_date(BEGIN, TOKYO).toordinal()
Tamper = Callable[[str], SqliteFeed]


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger with a hundred orders decided: sales, uses, returns in parts, debts; and one lot."""
    path = tmp_path_factory.mktemp("reconciled") / "ledger.db"
    store, orders = SqliteLedger(path), Orders(random.Random(20_261_125))
    orders.cards = ["2980000000000001", "2980000000000002"]
    for card in orders.cards:
        (handle,) = enrol(store, arrivals=[Arrival((KEYS.cards(card),), Traits())])
        assert handle is not None
    with store.batch() as batch:
        entry, member = batch.next_entry(), batch.members([handle])[handle]
        changes = Changes(next_entry=entry + 1, lots={entry: Lot(entry, handle, "P1", TODAY + 9, 40)})
        changes.members[handle] = replace(member, lots=1)
        changes.postings.append(Posting(entry, 0, Kind.LOT, handle, entry, "P1", TODAY, 40))
        batch.write(changes)
    for _ in range(20):
        some = [orders.next() for _ in range(5)]
        for order, outcome in zip(some, decide(store, [each.job() for each in some], orders.moment()), strict=True):
            if isinstance(outcome, Answered):
                orders.heard(order, outcome.body)
    store.close()
    return path


@pytest.fixture
def path(ledger: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(ledger, tmp_path / "ledger.db"))


@pytest.fixture
def tamper(path: Path) -> Iterator[Tamper]:
    """Change one row by hand; look at the ledger afterwards."""
    feeds: list[SqliteFeed] = []

    def change(statement: str) -> SqliteFeed:
        db = connect(path)
        before = db.execute("SELECT total_changes()").fetchone()
        db.execute(statement)
        assert db.execute("SELECT total_changes()").fetchone() != before, "nothing was altered: nothing is tried"
        db.close()
        feeds.append(SqliteFeed(path))
        return feeds[-1]

    yield change
    for feed in feeds:
        feed.close()


def test_all_companies_days_come_to_zero(path: Path) -> None:
    feed = SqliteFeed(path)
    accounts = dict(feed.balance_sheet())
    assert all(accounts[f"P1/{kind}"] for kind in ("earn", "use", "take_back", "give_back", "lot")), accounts
    assert (feed.open_days(), feed.open_accounts(), feed.unbalanced_lots()) == ([], [], 0)
    feed.close()


PICK = "(SELECT min(entry) FROM posting WHERE kind = {} AND partner = 'P1')"
MOVED = [
    "UPDATE posting SET points = points + 1 WHERE entry = " + PICK.format(kind) + f" AND kind = {kind}"
    for kind in (1, 2, 3, 4)
]
FORGOTTEN = ["DELETE FROM posting WHERE entry = " + PICK.format(kind) + f" AND kind = {kind}" for kind in (1, 2, 3, 4)]


@pytest.mark.parametrize("statement", MOVED + FORGOTTEN)
def test_a_posting_altered_opens_its_day_and_its_account(tamper: Tamper, statement: str) -> None:
    feed = tamper(statement)
    assert [off.partner for off in feed.open_days()] == ["P1"]
    assert [off.partner for off in feed.open_accounts()] == ["P1"]


def test_an_open_day_says_which_and_by_how_much(tamper: Tamper) -> None:
    feed = tamper("UPDATE purchase SET earned = earned + 7, earned_left = earned_left + 7 WHERE entry = 2")
    (bought,) = feed.purchases_after(1, 1)
    assert feed.open_days() == [OpenDay(bought.partner, bought.key.day, 14)]  # 7 of what was earned, 7 of what is left


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM purchase WHERE entry = (SELECT min(entry) FROM posting WHERE kind = 1)",
        "DELETE FROM goods_return WHERE entry = (SELECT min(entry) FROM posting WHERE kind = 3)",
        "UPDATE purchase SET partner = 'P9' WHERE entry = (SELECT min(entry) FROM posting WHERE kind = 1)",
        "UPDATE purchase SET used_left = used_left + 1 WHERE entry = 2",
        "INSERT INTO posting VALUES (999999, 0, 1, zeroblob(16), 0, 'P1', 739000, 5)",
    ],
)
def test_a_document_altered_opens_its_day(tamper: Tamper, statement: str) -> None:
    assert tamper(statement).open_days()


def test_two_days_of_two_companies_do_not_cancel_each_other(tamper: Tamper) -> None:
    feed = tamper(
        "UPDATE purchase SET earned_left = earned_left + (CASE partner WHEN 'P1' THEN 1 ELSE -1 END)"
        " WHERE entry IN (SELECT min(entry) FROM purchase GROUP BY partner)"
    )
    assert {off.partner for off in feed.open_days()} == {"P1", "P2"}


def test_an_account_altered_is_open(tamper: Tamper) -> None:
    (off,) = tamper("UPDATE account SET points = points - 2 WHERE partner = 'P2' AND kind = 1").open_accounts()
    assert (off.partner, off.kind, off.points) == ("P2", Kind.EARN, -2)


def test_a_lot_altered_is_found(tamper: Tamper) -> None:
    assert tamper("UPDATE lot SET points = points + 1").unbalanced_lots() == 1
