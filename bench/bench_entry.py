"""How soon an entry counts: members enter by the ledger-worker's inner door, as their page does, and buy at once.

Real processes and doors. Told are what an entry costs her page, and how many of the very next purchases were drawn for;
each is asked with no pause behind the entry's answer. ``python bench/bench_entry.py [--engine postgresql]``
"""

from __future__ import annotations

import argparse
import base64
import time
from datetime import datetime, timedelta

from noren.testing.campaign_book import campaign_text
from noren.testing.campaigns import start_campaign
from noren.testing.coupons import handle_of
from noren.testing.databases import ENGINES
from noren.testing.till import ZONE, TillHouse
from noren.testing.till_bodies import line, purchase

MEMBERS = 300
COFFEE = "4901777018888"
NAME = "entered-day"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--engine", choices=ENGINES, default="sqlite")
    house = TillHouse.temporary(engine=parser.parse_args().engine)
    house.start()
    try:
        house.ask("/reference/products", {"rows": [{"product": COFFEE, "category": "COFFEE"}]})
        today = datetime.now(ZONE).date()
        condition = 'visits(partner = "P1" and category = "COFFEE") >= 1'
        text = campaign_text(
            NAME, condition=condition, issue="entry = true", first=today, until=today + timedelta(days=2)
        )
        start_campaign(house, text, NAME)
        _measure(house)
    finally:
        house.stop()


def _measure(house: TillHouse) -> None:
    entries, effects = list[float](), list[float]()
    drawn = before = 0
    with house.client(house.terminal()) as client:
        for shopper in house.shoppers(MEMBERS):
            handle = base64.b64encode(handle_of(house, shopper)).decode()
            before += len(client.purchase(purchase(shopper.card, line(COFFEE))).json["effects"])
            begun = time.perf_counter()
            said = house.ask("/entries/enter", {"handle": handle, "campaign": NAME}, caller="statement")
            entered = time.perf_counter()
            answer = client.purchase(purchase(shopper.card, line(COFFEE)))
            assert said == {"word": ""}
            drawn += len(answer.json["effects"])
            entries.append(entered - begun)
            effects.append(time.perf_counter() - begun)
    for name, found in (("an entry", entries), ("entry and drawn purchase together", effects)):
        found.sort()
        middle, late = found[len(found) // 2], found[len(found) * 99 // 100]
        print(f"{name}: median {middle * 1e3:.1f} ms, p99 {late * 1e3:.1f} ms, longest {found[-1] * 1e3:.1f} ms")
    print(f"drawn for in the very next call: {drawn} of {MEMBERS}; before they entered: {before} of {MEMBERS}")


if __name__ == "__main__":
    main()
