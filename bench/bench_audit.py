"""What the audit of a campaign takes: purchases asked again by the condition, draws recomputed, on SQLite.

    python bench/bench_audit.py [MEMBERS [VISITS]]

MEMBERS who fit make VISITS purchases each at one till, each of them drawn for; a fifth more never fit. Then the
campaign is stopped, revealed and audited.
"""

from __future__ import annotations

import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Final

from noren.house.campaigns import audited
from noren.testing.audience_house import COFFEE, MILK, Bought, cards, grown_up
from noren.testing.campaign_house import CampaignHouse

SEED: Final = 20261126


def main() -> None:
    """Play, audit, print."""
    members, visits = (int(each) for each in (*sys.argv[1:3], *("1000", "5")[len(sys.argv[1:3]) :]))
    with tempfile.TemporaryDirectory() as folder, CampaignHouse(Path(folder) / "home") as house:
        drawn = cards(members * 5 // 4, SEED)
        house.enrol({card: grown_up(number) for number, card in enumerate(drawn)})
        house.buy({card: [Bought(5, [COFFEE])] * 2 for card in drawn[:members]})
        house.run(draw="visit", rate="0.2", holdout="0.1", caps="draws_per_day = 100")
        for _ in range(visits):
            for number, card in enumerate(drawn):
                house.till.sell(card, [COFFEE if number < members else MILK])
        house.step("stop")
        house.room.roots.write_all()
        house.till.move(8)
        house.step("reveal")
        house.till_looks()
        row = replace(house.row(), started=house.row().started - 120_000_000)
        house.set(row)
        begin = time.perf_counter()
        report = audited(house.room, house.row())
        seconds = time.perf_counter() - begin
        counted = report.counted
        assert report.good, report.findings
        print(
            f"{seconds:.1f} s: {counted['judged']:,} purchases asked again, {counted['recomputed']:,} draws recomputed:"
            f" {seconds / counted['purchases'] * 1e6:,.0f} µs a purchase"
        )


if __name__ == "__main__":
    main()
