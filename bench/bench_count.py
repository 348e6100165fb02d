"""What counting costs the ledger-worker over a home's own lake: history, evaluation, figure; CPU of one process.

`noren demo --home DIR --exit`, then `python bench/bench_count.py DIR`

Nothing is charged to the home: figures are drawn in a store of their own, in a folder that goes again.
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from noren.audience.committing import leaves_of, root_of
from noren.audience.counting import moment_of
from noren.audience.figure.asking import Asker, PrivateFigures
from noren.audience.figure.budget import Limits
from noren.audience.figure.noise import LaplaceNoise
from noren.audience.figure.spent import SpentFile
from noren.audience.language import Condition, parse, to_json
from noren.audience.ledger_rules import LedgerStops
from noren.audience.model import Asked, Channel, Question
from noren.audience.qualifying import qualifying
from noren.audience.store import AudienceStore
from noren.house.home import open_home
from noren.house.ledger_worker import WorkerRoom, worker_room

CONDITIONS: Final = {
    "coffee": 'sex = female and visits(category = "COFFEE") >= 5 in last 365 days',
    "lapsing": "days_since_last(any) >= 60 and visits(any) >= 10 in last 12 months",
    "share": 'share(brand = "Private" of department = "GROCERY") > 40% in last 182 days',
    "rhythm": "every month for 6 (visits(any) >= 2)",
    "sequence": 'bought (category = "DRY NOODLES/PASTA") not followed by (category = "PASTA SAUCE") within 30 days',
}
ASKS: Final = 50
Times = dict[str, dict[str, float]]


@contextmanager
def timed(out: Times, name: str, times: int = 1) -> Generator[None]:
    """Note wall time and CPU of what runs inside, in milliseconds each."""
    wall, cpu = time.perf_counter(), time.process_time()
    yield
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    out[name] = {"ms": round(1e3 * wall / times, 1), "cpu_ms": round(1e3 * cpu / times, 1)}


def asked(text: str) -> Asked:
    """Return what a text asks, at the till."""
    condition = parse(text)
    assert isinstance(condition, Condition), text
    return Asked(to_json(condition), "campaign", "CJ", Channel.TILL)


def evaluate(room: WorkerRoom, out: Times) -> int:
    """Build the history and evaluate each condition; return how many members there are."""
    moment = moment_of(room.today() - timedelta(days=1), room.home.zone)
    history, stops = room.audiences.history, LedgerStops(room.feed)
    for name in ("history, first", "history, again"):
        with timed(out, name), history.at(moment):
            pass
    for name, text in CONDITIONS.items():
        with history.at(moment) as held, timed(out, f"evaluate {name}"):
            who = qualifying(asked(text), held, stops, moment)
    with history.at(moment) as held, timed(out, "commit to the last"):
        handles = [handle for handle, number in held.numbers.items() if number in who]
        root_of(leaves_of(handles, bytes(32)), bytes(32), ("bench", "1", "2026-11-25"))
    return len(held.numbers)


def ask(out: Times) -> None:
    """Draw figures, each charged durably before it is told."""
    with tempfile.TemporaryDirectory() as folder:
        mark, store = SpentFile(Path(folder) / "spent"), AudienceStore(Path(folder) / "audiences.db")
        mark.begin({})
        figures = PrivateFigures(store, mark, LaplaceNoise(), Limits(1, ASKS, ASKS))
        today = date(2026, 11, 26)
        questions = [Question((asked(f"visits(any) >= {number}"),)) for number in range(1, ASKS + 1)]
        with timed(out, "a figure, without its evaluation", ASKS):
            for question in questions:
                figures.ask([question], today, Asker("bench", today), lambda new: [1_000] * len(new))
        store.close()


def main() -> None:
    """Measure and print one JSON object."""
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("home", type=Path)
    out: Times = {}
    room = worker_room(open_home(wanted.parse_args().home))
    try:
        room.loop.catch_up()
        members = evaluate(room, out)
    finally:
        room.close()
    ask(out)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(json.dumps({**out, "members": members, "peak_mb": peak}, indent=1))


if __name__ == "__main__":
    main()
