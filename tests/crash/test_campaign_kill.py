"""M8, P1, P2, P12 at the real door: kills, repeats, late sales and returns pass no cap, use no slip twice, lose none.

Controls: the same audit finds a slip that was lost, one that can be used again, and a count that was put back.
`NOREN_CALLS=1000000` makes as many calls as the goal of the issue names.
"""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import threading
import time
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from tests.crash.slip_audit import BREAD, COFFEE, SlipJournal, slips_wrong
from tests.crash.till_audit import RATE, load_until_cut, settle

from noren.house.campaigns import audited
from noren.house.ledger_worker import worker_room
from noren.testing.campaign_book import campaign_text
from noren.testing.campaigns import start_campaign
from noren.testing.till import Terminal, TillHouse
from noren.testing.till_bodies import JAPAN

CALLS = int(os.environ.get("NOREN_CALLS", "4000"))
A_ROUND = max(1_400, CALLS // 40)
CARDS = max(40, CALLS // 200)
_GRACE_US = 61_000_000
CAPS = {"each-visit": CALLS // 20, "each-day": CALLS // 30, "once": CARDS // 2}
ONE = 'visits(category = "COFFEE" and partner = "P1") >= 1'


def _chance() -> random.Random:
    seed = int(os.environ.get("NOREN_SEED", random.randrange(2**32)))
    print(f"NOREN_SEED={seed}")
    return random.Random(seed)


def _begun(house: TillHouse) -> None:
    rows = [{"product": COFFEE, "category": "COFFEE"}, {"product": BREAD, "category": "BREAD"}]
    house.ask("/reference/products", {"rows": rows})
    today = datetime.now(JAPAN).date()
    files = {
        "each-visit": {"draw": "visit", "rate": "0.5", "caps": f"total = {CAPS['each-visit']}\ndraws_per_day = 100"},
        "each-day": {"draw": "visit", "rate": "0.3", "caps": f"budget = {50 * CAPS['each-day']}\ndraws_per_day = 100"},
        "once": {"caps": f"total = {CAPS['once']}"},
    }
    for name, said in files.items():
        first, until = today - timedelta(days=2), today + timedelta(days=20)
        start_campaign(house, campaign_text(name, condition=ONE, first=first, until=until, **said), name)


def _round(house: TillHouse, terminal: Terminal, journal: SlipJournal, calls: int) -> None:
    """Saturate the till until so many calls were answered, then kill it amid them, and send again what hung."""
    loading = threading.Thread(target=load_until_cut, args=(house.port, terminal.key, journal))
    until = journal.calls + calls
    loading.start()
    while journal.calls < until and loading.is_alive():
        time.sleep(0.005)
    house.kill_till()
    loading.join()
    house.start_till()
    settle(house.port, terminal.key, journal, journal.findings)


def test_kills_repeats_and_returns_pass_no_cap_and_lose_no_slip(tmp_path: Path) -> None:
    """One story, so that the killing is done once: the rounds, the audits, then their controls."""
    chance, kills = _chance(), 0
    with TillHouse.temporary() as house:
        _begun(house)
        terminal = house.terminal(rate=RATE)
        journal = SlipJournal([each.card for each in house.shoppers(CARDS)], chance)
        while journal.calls < CALLS:
            _round(house, terminal, journal, A_ROUND)
            kills += 1
        issued = {name: len(names) for name, names in journal.issued.items()}
        print(
            f"{journal.calls} calls, {kills} kills, {journal.replays} repeats, {journal.counts()[1]} returns,"
            f" {journal.refused} refused; issued {issued} of {CAPS}; {len(journal.redeemed)} used,"
            f" {len(journal.voided)} void"
        )
        assert journal.findings.clean, journal.findings
        assert slips_wrong(journal, house.home.ledger_db, CAPS) == []
        assert issued == CAPS, "caps were reached, or they were not tried"
        assert min(len(journal.voided), len(journal.redeemed), journal.replays) > 0, "hardly anything happened"
        assert house.findings() == []
        house.stop_till()
        _audit_finds_nothing(house)
        _audits_find_what_was_altered(house, terminal, journal, tmp_path)


def _audit_finds_nothing(house: TillHouse) -> None:
    """The campaigns' own audit: every leaf as it must be, nobody who fitted left out."""
    house.stop_worker()
    room = worker_room(house.home)
    try:
        for row in room.feed.campaigns():
            # An audit does not miss leaves of the first minute.
            report = audited(room, replace(row, started=row.started - _GRACE_US))
            assert report.counted["leaves"] > 0
            assert report.findings == [], report.findings[:3]
    finally:
        room.close()


_LAST = "(SELECT max(seq) FROM draw WHERE number = 3)"
ALTERED = {
    "DELETE FROM coupon WHERE coupon = (SELECT min(coupon) FROM coupon)": "lost",
    "UPDATE coupon SET used = 0 WHERE coupon = (SELECT min(coupon) FROM coupon WHERE used > 0)": "used and stands open",
    f"UPDATE draw SET seq = seq + 1 WHERE number = 3 AND seq = {_LAST}": "leaves of 3",
}
"""A slip lost, one that can be used again, a leaf out of its row."""


def _copy(house: TillHouse, path: Path, statement: str) -> TillHouse:
    shutil.copytree(house.home.path, path, ignore=shutil.ignore_patterns("run"))
    with closing(sqlite3.connect(path / house.home.ledger_db.relative_to(house.home.path))) as db, db:
        assert db.execute(statement).rowcount == 1, statement
    return TillHouse.again(path)


def _audits_find_what_was_altered(house: TillHouse, terminal: Terminal, journal: SlipJournal, folder: Path) -> None:
    """Controls, each on a copy in which one row was altered."""
    for number, (statement, found) in enumerate(ALTERED.items()):
        copy = _copy(house, folder / str(number), statement)
        assert [each.split(":")[0] for each in slips_wrong(journal, copy.home.ledger_db, CAPS)] == [found], statement
    more = "UPDATE campaign_count SET issued = issued - 5, spent = spent - 250 WHERE number = 1"
    with _copy(house, folder / "more", more) as copy:
        _round(copy, terminal, journal, A_ROUND)
        found = [each for each in slips_wrong(journal, copy.home.ledger_db, CAPS) if each.startswith("each-visit:")]
        assert found == [f"each-visit: {CAPS['each-visit'] + 5} of {CAPS['each-visit']}"], found
