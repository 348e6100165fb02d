"""P1, P2, P3 at the real door, on a real file system that loses what was not synced: SIGKILL and power cut under load.

The till's ledger stands on a FUSE file system. At a random instant of saturation the power goes:
what was synced stays, of the rest any part, torn and reordered; the till is killed, the disk
mounted again, the till started, everything resent. The control is a disk that lies about syncs.
"""

from __future__ import annotations

import os
import random
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.crash.till_audit import RATE, Findings, Journal, check_balances, load_until_cut, resend, settle
from tests.crash.till_wire import Ack, Cut, Order

from noren.testing.lossy_mount import LossyMount
from noren.testing.till import HouseDown, Terminal, TillHouse

NIGHT = bool(os.environ.get("NOREN_NIGHT"))
ROUNDS = 1000 if NIGHT else 25
ROUNDS_OF_CONTROL = 6
CARDS = 24
SAMPLE = 60
CUT_SECONDS = (0.02, 0.3)
SILENT_SECONDS = 60
SILENT_LYING_SECONDS = 10  # the store of a disk that lies may be broken for good

pytestmark = pytest.mark.skipif(
    LossyMount.hindrance() is not None, reason=f"a FUSE file system: {LossyMount.hindrance()}"
)


class StormJournal(Journal):
    """Knows besides: while the power goes the till may still say that it is not durable, and then nobody knows."""

    lying = False
    """A disk that lies may leave a store that breaks under the till, or that never heard of a card: nobody knows what
    became of an order that such a till refuses, whatever it says."""

    forgotten = 0
    """Goods brought back of a purchase that the till had acknowledged and does not know any more."""

    def heard(self, order: Order, ack: Ack | None) -> None:
        if ack is not None and ack.status == 422 and b":too-old" in ack.body:  # it knows its own name's make
            self.forgotten += 1
            return
        unknown = ack is not None and (ack.status == 503 or (self.lying and ack.status != 201))
        super().heard(order, None if unknown else ack)


class Storm:
    """A house whose ledger lies on a lossy disk, with its terminal, its cards and what they were told."""

    def __init__(self, folder: Path, chance: random.Random, *, lying: bool) -> None:
        self.chance, self.findings = chance, Findings()
        self.house = TillHouse.temporary()
        self.house.start_worker()
        self.house.tell_reference()
        self.terminal: Terminal = self.house.terminal(rate=RATE)
        self.cards = [shopper.card for shopper in self.house.shoppers(CARDS)]
        self.journal = StormJournal(self.cards, chance)
        self.journal.lying = lying
        assert self.house.stop_worker() == 0
        self.folder = self.house.home.ledger_db.parent
        self.disk = LossyMount(self.folder, folder, lying=lying)
        shutil.copy(self.house.home.ledger_db, folder)
        self.stored = self.in_the_air = self.told = 0

    @property
    def till(self) -> tuple[int, str]:
        return self.house.port, self.terminal.key

    def round(self) -> None:
        """Power on, what was sent before is sent again, saturation, power cut, SIGKILL."""
        self.disk.power_on()
        self.house.start_till()
        self.stored += settle(*self.till, self.journal, self.findings)
        resend(*self.till, self.journal, self._sample(), self.findings)
        loading = threading.Thread(target=load_until_cut, args=(*self.till, self.journal))
        loading.start()
        patience = SILENT_LYING_SECONDS if self.journal.lying else SILENT_SECONDS
        until = time.monotonic() + patience
        while not self.journal.fresh and loading.is_alive() and time.monotonic() < until:
            time.sleep(0.002)
        silent = not self.journal.fresh
        time.sleep(self.chance.uniform(*CUT_SECONDS))
        self.told += self.disk.cut(self.chance.randrange(2**32))
        self.house.kill_till()
        loading.join()
        self.disk.take_away()
        self.in_the_air += len(self.journal.in_the_air)
        if silent:
            raise HouseDown(f"the till acknowledged nothing within {patience} s")

    def _sample(self) -> list[Order]:
        """The newest acknowledgements, and some of the old ones."""
        fresh, self.journal.fresh = self.journal.fresh[-SAMPLE:], []
        known = list(self.journal.acknowledged)
        return list(dict.fromkeys(fresh + self.chance.sample(known, min(len(known), SAMPLE // 3))))

    def settle_down(self) -> None:
        """Put what the disk holds back into the home, and hold all of it against the whole journal."""
        for each in self.disk.behind.iterdir():
            shutil.copy(each, self.folder)
        self.house.start_worker()
        self.house.start_till()
        settle(*self.till, self.journal, self.findings)
        resend(*self.till, self.journal, list(self.journal.acknowledged), self.findings)
        check_balances(*self.till, self.journal, self.cards, self.findings)

    def close(self) -> None:
        self.house.stop()
        self.disk.take_away()


@pytest.fixture
def chance() -> random.Random:
    seed = int(os.environ.get("NOREN_SEED", random.randrange(2**32)))
    print(f"NOREN_SEED={seed}")
    return random.Random(seed)


@pytest.fixture
def storm(tmp_path: Path, chance: random.Random, request: pytest.FixtureRequest) -> Iterator[Storm]:
    made = Storm(tmp_path, chance, lying=request.param)
    yield made
    made.close()


@pytest.mark.parametrize("storm", [False], indirect=True, ids=["true"])
def test_power_cuts_under_load_lose_nothing(storm: Storm) -> None:
    for _ in range(ROUNDS):
        storm.round()
        assert storm.findings.clean, storm.findings
        assert not storm.journal.forgotten
    storm.settle_down()
    sold, returned = storm.journal.counts()
    print(
        f"{ROUNDS} power cuts: {sold} sold, {returned} brought back; {storm.in_the_air} cut off, {storm.stored} of them"
        f" stored; the disk was told {storm.told} things"
    )
    assert storm.findings.clean, storm.findings
    said = storm.house.summary()
    assert (said["purchases"], said["returns"]) == (sold, returned)
    assert storm.house.findings() == []
    assert sold > 10 * ROUNDS, "no load worth the name"
    assert storm.in_the_air > ROUNDS, "hardly anything under way when the power went"
    assert storm.told > 100 * ROUNDS, "the disk heard next to nothing: the kernel keeps it"


@pytest.mark.parametrize("storm", [True], indirect=True, ids=["lying"])
def test_control_a_disk_that_lies_about_syncs_loses(storm: Storm) -> None:
    for number in range(ROUNDS_OF_CONTROL):
        try:
            storm.round()
        except (HouseDown, Cut):
            print(f"round {number}: what the disk held is no ledger any more")
            return
        if storm.findings.lost:
            print(f"round {number}: {len(storm.findings.lost)} lost, {storm.journal.forgotten} forgotten")
            return
    pytest.fail("a disk that lies lost nothing: the test above proves nothing")
