"""What live campaigns cost the till: `python bench/bench_campaigns.py --campaigns 100 1000 10000`.

The same till with so many campaigns in force at its shop (of 10,000, 50 are), in turn with one that has none, over HTTP
and durable, with real baskets: closed loop with 64 connections, and open loop at a rate. Conditions are those of
bench_live.py without ranks, each in front of a rate of 1 in 1,000. Members buy some; then the worker publishes the
conditions and folds everybody. It runs on, as in a house, and keeps up as the processors let it; ``--alone``: it
ends, and the till catches up by itself. All campaigns begin at once, and who fits is drawn for at her next visits: the
first ``--first`` seconds of that are not measured (0: they are). Ratios count; the machine is shared.
"""

from __future__ import annotations

import argparse
import secrets
import sys
import time
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.bench_live import Maker
from bench.bench_till import measure, profiled, say
from bench.till_ground import Ground, Tills, drive, ground
from bench.till_machine import sync_times

from noren.activity.campaigns import CampaignRow, CampaignState
from noren.campaign.live import live_name
from noren.campaign.reading import read_campaign
from noren.campaign.spec import Campaign
from noren.campaign.terms import file_text, new_share, public_terms, terms_text
from noren.doors.cli.demo.year import find_year
from noren.house.home import Programme, Settings
from noren.house.keys import open_keys
from noren.house.ledger_stores import open_ledger
from noren.house.standing_desk import OpenDesk
from noren.house.till_campaigns import RING, seed_place, slip_key
from noren.kernel.sealing import seal
from noren.testing.campaign_book import campaign_text
from noren.testing.till import ZONE, TillHouse

AT_A_SHOP = 50
WARM_SECONDS = 10.0
MANY = 1_000
_CHUNK = 5_000
_SETTLE_SECONDS = 400.0


def products() -> list[dict[str, str]]:
    """Return the year's products as reference rows."""
    return [
        {"product": each.product, "name": each.product, "category": each.category, "department": each.department,
         "brand": each.brand, "maker": each.maker, "sensitivity": ""}
        for each in find_year().products()
    ]  # fmt: skip


def campaigns(count: int, rows: list[dict[str, str]], seed: int) -> list[Campaign]:
    """Return so many campaigns; of more than 1,000 only 50 are at the shop that is measured."""
    plain = [row for row in rows if row["category"] and '"' not in row["category"] and row["department"]]
    maker = Maker(
        Random(seed), sorted({row["category"] for row in plain}), sorted({row["department"] for row in plain})
    )
    today, made = datetime.now(ZONE).date(), list[Campaign]()
    while len(made) < count:
        number = len(made)
        here = count <= MANY or number < AT_A_SHOP
        text = campaign_text(
            f"bench-{number:05d}", first=today - timedelta(days=9), until=today + timedelta(days=20), rate="0.001",
            condition="CONDITION", products="any",
        )  # fmt: skip
        said = maker.text()
        if "top " in said:
            continue
        text = text.replace("'CONDITION'", f"'{said}'")
        text = text.replace('partners = ["P1"]', f'shops = ["{"S1" if here else "X"}"]')
        read = read_campaign(text)
        assert isinstance(read, Campaign), read
        made.append(read)
    return made


def run_them(house: TillHouse, files: list[Campaign]) -> None:
    """Let campaigns run, as the till would have left them."""
    keys, store = open_keys(house.home, "till"), open_ledger(house.home, "ledger-worker")
    ring = keys.ring(RING)
    with store.batch() as batch:
        for file in files:
            public = slip_key(keys, file.id, ring.current).public_key().public_bytes_raw()
            terms = terms_text(public_terms(file, bytes(16), [secrets.token_bytes(32)] * 3, public))
            sealed = seal(ring, b"".join(new_share() for _ in range(3)), seed_place(file.id))
            batch.put_campaign(
                CampaignRow(0, file.id, CampaignState.RUNNING, file_text(file), bytes(16), terms, public, ring.current,
                            sealed, b"", file.issue.until.toordinal(), 1, 1)
            )  # fmt: skip
    store.close()


def settle(house: TillHouse, members: int, files: list[Campaign], *, alone: bool) -> None:
    """Let the worker publish what is in force and fold everybody; ``alone``: then it ends."""
    house.start_worker()
    until, desk, today = time.monotonic() + _SETTLE_SECONDS, OpenDesk(house.home), datetime.now(ZONE).date()
    asked = [live_name(each.id) for each in files]
    while not all(desk.knows(name, today) for name in asked) and time.monotonic() < until:
        time.sleep(0.5)
    say(f"    {members:,} members folded: {all(desk.knows(name, today) for name in asked)}")
    desk.close()
    if alone:
        house.stop_worker()


def prepared(
    count: int, members: int, rows: list[dict[str, str]], seed: int, *, alone: bool = True
) -> tuple[Ground, Tills]:
    """Return a till with so many campaigns in force. ``alone``: without its ledger-worker."""
    house = TillHouse.temporary(settings=Settings(programme=Programme(kind="live")))
    floor = ground(house, members)
    house.start_worker()
    for start in range(0, len(rows), _CHUNK):
        house.ask("/reference/products", {"rows": rows[start : start + _CHUNK]})
    house.stop_worker()
    tills = Tills(house, 1)
    drive([floor.load(tills.ports[0], rate=0, seconds=WARM_SECONDS)])  # members of whom something is known
    tills.stop()
    files = campaigns(count, rows, seed)
    run_them(house, files)
    settle(house, members, files, alone=alone)
    return floor, Tills(house, 1)


def begin(floor: Ground, tills: Tills, seconds: float) -> int:
    """Let members come for a while without measuring it; return how many draws were made by then."""
    if seconds:
        drive([floor.load(tills.ports[0], rate=0, seconds=seconds)])
    return leaves(floor.house)


def leaves(house: TillHouse) -> int:
    """Return how many draws were made."""
    with closing(open_ledger(house.home, "ledger-worker")) as store, store.batch() as batch:
        numbers = [row.number for row in batch.campaigns()]
        return sum(count.leaves for count, _ in batch.draw_counts(numbers, 0).values())


def main() -> None:
    """Measure everything that was asked for and print it."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--campaigns", type=int, nargs="+", default=(100, 1_000, 10_000))
    words.add_argument("--members", type=int, default=20_000)
    words.add_argument("--seconds", type=float, default=10)
    words.add_argument("--rate", type=int, default=1_000)
    words.add_argument("--rounds", type=int, default=2)
    words.add_argument("--seed", type=int, default=1)
    words.add_argument("--alone", action="store_true")
    words.add_argument("--first", type=float, default=0)
    words.add_argument("--profile", type=Path)
    given = words.parse_args()
    syncs, rows = sync_times(Path("/tmp")), products()
    say(f"disk: {1000 * len(syncs) / sum(syncs):,.0f} fdatasync/s, p99 {syncs[int(0.99 * len(syncs))]:.2f} ms")
    none = prepared(0, given.members, rows, given.seed, alone=given.alone)
    for count in given.campaigns:
        say(f"{count} campaigns")
        some = prepared(count, given.members, rows, given.seed, alone=given.alone)
        drawn = begin(*some, given.first)
        for _ in range(given.rounds):
            bare = measure(*none, "sqlite", rate=0, seconds=given.seconds)
            busy = measure(*some, "sqlite", rate=0, seconds=given.seconds)
            say(f"    with {count} : with none = {busy / bare:.2f}")
        measure(*none, "sqlite", rate=given.rate, seconds=given.seconds)
        measure(*some, "sqlite", rate=given.rate, seconds=given.seconds)
        if given.profile is not None:
            given.profile.mkdir(parents=True, exist_ok=True)
            profiled(*some, given.profile / f"campaigns-{count}.stacks")
        some[1].stop()
        say(f"    {drawn:,} draws at the beginning, {leaves(some[0].house) - drawn:,} while it was measured")
        some[0].house.stop()
    none[1].stop()
    none[0].house.stop()


if __name__ == "__main__":
    main()
