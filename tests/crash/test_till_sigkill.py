"""P1, P2, P3 at the real door: SIGKILL at saturation loses nothing acknowledged, doubles nothing, makes no point.

Controls: a till that acknowledges early, and stores in which one row was altered, have to be found out.
"""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from tests.crash.till_audit import RATE, Findings, Journal, check_balances, load_until_cut, resend, settle
from tests.crash.till_wire import Order

from noren.testing.till import Terminal, TillHouse, take_port
from noren.testing.till_http import TillClient

ROUNDS = 1000 if os.environ.get("NOREN_NIGHT") else 20
CARDS = 24
SAMPLE = 150
KILL_SECONDS = (0.05, 0.45)


def _chance() -> random.Random:
    seed = int(os.environ.get("NOREN_SEED", random.randrange(2**32)))
    print(f"NOREN_SEED={seed}")
    return random.Random(seed)


def _round(port: int, key: str, journal: Journal, chance: random.Random, kill: Callable[[], None]) -> None:
    """Saturate the till and kill it at a random instant after its first answer."""
    loading = threading.Thread(target=load_until_cut, args=(port, key, journal))
    before = len(journal.fresh)
    loading.start()
    while len(journal.fresh) == before and loading.is_alive():
        time.sleep(0.005)
    time.sleep(chance.uniform(*KILL_SECONDS))
    kill()
    loading.join()


def _sample(journal: Journal, chance: random.Random) -> list[Order]:
    """The newest acknowledgements, which a kill endangers most, and some of the old ones."""
    fresh, journal.fresh = journal.fresh[-SAMPLE:], []
    known = list(journal.acknowledged)
    return list(dict.fromkeys(fresh + chance.sample(known, min(len(known), SAMPLE // 3))))


def test_sigkill_at_saturation(tmp_path: Path) -> None:
    """One story, in one test, so that the killing is done once: the rounds, the whole audit, then its controls."""
    chance, findings = _chance(), Findings()
    with TillHouse.temporary() as house:
        terminal = house.terminal(rate=RATE)
        cards = [shopper.card for shopper in house.shoppers(CARDS)]
        journal = Journal(cards, chance)
        _kill_again_and_again(house, terminal, journal, chance, findings)
        port, key = house.port, terminal.key
        resend(port, key, journal, list(journal.acknowledged), findings)
        check_balances(port, key, journal, cards, findings)
        assert findings.clean, findings
        sold, returned = journal.counts()
        said = house.summary()
        assert (said["purchases"], said["returns"]) == (sold, returned)
        assert house.findings() == []
        house.stop_till()
        house.stop_worker()  # it tidies the lake whenever it likes, and what follows copies the home
        _audit_finds_what_was_altered(house, terminal, journal, cards, tmp_path)


def _kill_again_and_again(
    house: TillHouse, terminal: Terminal, journal: Journal, chance: random.Random, findings: Findings
) -> None:
    in_the_air = stored = 0
    for _ in range(ROUNDS):
        _round(house.port, terminal.key, journal, chance, house.kill_till)
        in_the_air += len(journal.in_the_air)
        house.start_till()
        stored += settle(house.port, terminal.key, journal, findings)
        resend(house.port, terminal.key, journal, _sample(journal, chance), findings)
    sold, returned = journal.counts()
    print(f"{sold} sold, {returned} brought back; {in_the_air} cut off, {stored} of them stored unacknowledged")
    assert sold > 20 * ROUNDS, "no load worth the name"
    assert returned > ROUNDS, "hardly any returns"
    assert in_the_air > ROUNDS, "hardly anything under way when it was killed"


ALTERED = (
    "DELETE FROM receipt WHERE entry = (SELECT max(entry) FROM purchase)",
    "DELETE FROM purchase WHERE entry = (SELECT max(entry) FROM purchase)",
    "DELETE FROM goods_return WHERE entry = (SELECT max(entry) FROM goods_return)",
    "UPDATE purchase SET answer = CAST(answer || X'20' AS BLOB) WHERE entry = (SELECT min(entry) FROM purchase)",
    "UPDATE member SET pool = pool + 1 WHERE handle = (SELECT handle FROM purchase ORDER BY entry LIMIT 1)",
)
"""A purchase forgotten, a return forgotten, an answer changed, a point made."""


def _audit_finds_what_was_altered(
    house: TillHouse, terminal: Terminal, journal: Journal, cards: list[str], folder: Path
) -> None:
    """Control: the same audits, on a copy of the store in which rows were altered, have to find each of them."""
    path = folder / "home"
    shutil.copytree(house.home.path, path, ignore=shutil.ignore_patterns("run"))
    with closing(sqlite3.connect(path / house.home.ledger_db.relative_to(house.home.path))) as db, db:
        for statement in ALTERED:
            assert db.execute(statement).rowcount == 1, statement
    with TillHouse.again(path) as copy:
        found = Findings()
        assert copy.findings() != []
        check_balances(copy.port, terminal.key, journal, cards, found)
        assert len(found.wrong_balance) == 1
        known = list(journal.acknowledged)
        resend(copy.port, terminal.key, journal, known[:SAMPLE] + known[-10 * SAMPLE :], found)
        assert (len(found.lost), len(found.changed)) == (2, 1), found


def test_control_a_till_that_acknowledges_early_is_found_out(tmp_path: Path) -> None:
    chance, findings = _chance(), Findings()
    port, lock = take_port()
    with lock:
        journal = Journal([f"2980{n:012d}" for n in range(CARDS)], chance, returns=False)
        for _ in range(3):
            process = _early(port, tmp_path / "store")
            _round(port, "k", journal, chance, lambda process=process: _kill(process))
        process = _early(port, tmp_path / "store")
        try:
            settle(port, "k", journal, findings)
            resend(port, "k", journal, list(journal.acknowledged), findings)
        finally:
            _kill(process)
    assert findings.lost


def _early(port: int, store: Path) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__).parent / "early_ack_till.py"), str(port), str(store)]
    )
    until = time.monotonic() + 20
    while time.monotonic() < until:
        try:
            with TillClient(port, None) as client:
                client.get("/readyz")
            return process
        except OSError:
            time.sleep(0.02)
    raise AssertionError("the early till does not come up")


def _kill(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
