"""What one batch of purchases costs the ledger's store, by part and engine: `make bench-ledger`.

CPU, not time, for the machine is shared: of the till's process by part (`thread_time`), and of all processes of the
PostgreSQL server. Each batch is what the writer does: ask once, decide, write, commit, flush; baskets of nine lines.
The second table weighs the partitions by member: a purchase looked up by entry alone, as it is and by a table
entry → handle, and what that table would cost each purchase.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import psycopg

from noren.activity.enrolment import MAX_MEMBERS_A_CALL, Arrival, enrol
from noren.activity.model import Traits
from noren.activity.pg_arrays import byteses, longs, take_arrays
from noren.activity.pg_tables import GET_PURCHASES, PURCHASE_COLUMNS
from noren.activity.ports import Asked, LedgerStore
from noren.kernel.keyring import KeyRing
from noren.register.jobs import Moment, PurchaseJob, Seller
from noren.register.requests import LineRequest, PurchaseRequest
from noren.register.till_keys import TillKeys
from noren.register.work import Work
from noren.testing.ledger_engines import ENGINES, LedgerPlace, PostgresPlace, ledger_place

NOW: Final = datetime(2024, 4, 20, 1, 15, 30, tzinfo=UTC)
TOKYO: Final = ZoneInfo("Asia/Tokyo")
MOMENT: Final = Moment(NOW, TOKYO, 365, 400)
SELLERS: Final = [Seller(f"S{n}", "1", f"P{n % 50}", 100) for n in range(500)]
PARTS: Final = ("ask", "decide", "write", "commit", "flush")
WARM: Final = 20
LINES: Final = 9
LOOK_UPS: Final = 4_000


def _ring(name: str) -> KeyRing:
    return KeyRing(name, 1, {1: name.encode().ljust(32, b"k")})


KEYS: Final = TillKeys(*map(_ring, ("card", "receipt", "body", "purchase", "code")))


class Bench:
    """A ledger with members, and baskets for it."""

    def __init__(self, place: LedgerPlace, members: int, chance: random.Random) -> None:
        self.place, self._chance, self._receipt = place, chance, 0
        self._cards = [f"2980{number:012d}" for number in range(members)]
        worker = place.store()
        for start in range(0, members, MAX_MEMBERS_A_CALL):
            cards = self._cards[start : start + MAX_MEMBERS_A_CALL]
            enrol(worker, arrivals=[Arrival((KEYS.cards(card),), Traits()) for card in cards])
        worker.close()
        self.store: LedgerStore = place.till_store()
        self.spent = dict.fromkeys(PARTS, 0.0)

    def job(self) -> PurchaseJob:
        """Return the next purchase of some member somewhere."""
        self._receipt += 1
        choose = self._chance
        lines = [LineRequest(f"49{choose.randrange(10**11):011d}", 1, choose.randrange(50, 900)) for _ in range(LINES)]
        amount, card = sum(line.amount for line in lines), choose.choice(self._cards)
        day = NOW.astimezone(TOKYO).date()
        request = PurchaseRequest(str(self._receipt), day, NOW, card, lines, amount)
        return PurchaseJob(request, choose.choice(SELLERS), KEYS)

    def batch(self, jobs: list[PurchaseJob]) -> None:
        """Do one batch and add up what each part took of this thread."""
        marks = [time.thread_time()]
        with self.store.batch(durable=False) as held:
            work, asked = Work(held, expected=len(jobs)), Asked()
            for job in jobs:
                job.wants(asked)
            work.prefetch(asked)
            marks.append(time.thread_time())
            outcomes = [job.run(work, MOMENT) for job in jobs]
            marks.append(time.thread_time())
            held.write(work.changes)
            marks.append(time.thread_time())
        marks.append(time.thread_time())
        self.store.flush()
        marks.append(time.thread_time())
        assert all(outcome for outcome in outcomes)
        for part, begun, ended in zip(PARTS, marks[:-1], marks[1:], strict=True):
            self.spent[part] += ended - begun

    def run(self, size: int, purchases: int) -> str:
        """Return a row: µs of CPU per purchase, in all, by part, and of the server."""
        for _ in range(WARM):
            self.batch([self.job() for _ in range(size)])
        batches = [[self.job() for _ in range(size)] for _ in range(purchases // size)]
        self.spent = dict.fromkeys(PARTS, 0.0)
        server = server_seconds(self.place)
        for jobs in batches:
            self.batch(jobs)
        count = size * len(batches)
        server = (server_seconds(self.place) - server) / count
        parts = {part: 1e6 * seconds / count for part, seconds in self.spent.items()}
        told = "  ".join(f"{part} {each:5.1f}" for part, each in parts.items())
        return f"batches of {size:3}: till {sum(parts.values()):6.1f} ({told})  server {1e6 * server:6.1f}"


def server_seconds(place: LedgerPlace) -> float:
    """Return the CPU seconds that the server's running processes have used; 0 where there is no server."""
    return sum(map(_seconds, place.server.processes())) if isinstance(place, PostgresPlace) else 0.0


def _seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


BY_TABLE: Final = (
    f"SELECT {', '.join(f'p.{name}' for name in PURCHASE_COLUMNS.split(', '))} FROM entry_of AS e"
    " JOIN purchase AS p ON p.handle = e.handle AND p.entry = e.entry WHERE e.entry = ANY($1::bigint[])"
)
NOTE: Final = "INSERT INTO entry_of SELECT * FROM unnest($1::bigint[], $2::bytea[])"


def weigh_partitions(place: PostgresPlace, chance: random.Random) -> list[str]:
    """Return rows: what a look-up by entry costs the server in two ways, and what the second costs each purchase."""
    with place.server.connect(place.database) as db:
        db.cursor_factory = psycopg.RawCursor
        take_arrays(db)
        db.execute("SET plan_cache_mode = force_generic_plan")
        db.execute("CREATE TABLE entry_of (entry bigint PRIMARY KEY, handle bytea NOT NULL)")
        pairs = db.execute("SELECT entry, handle FROM purchase ORDER BY entry").fetchall()
        chunks = [pairs[start : start + 64] for start in range(0, len(pairs), 64)]
        begun = _seconds(db.info.backend_pid)
        for chunk in chunks:
            db.execute(NOTE, (longs([row[0] for row in chunk]), byteses([row[1] for row in chunk])), prepare=True)
        noted = (_seconds(db.info.backend_pid) - begun) / len(pairs)
        db.execute("VACUUM ANALYZE entry_of")
        entries = [chance.choice(pairs)[0] for _ in range(LOOK_UPS)]
        plain, by_table = (_look_up(db, sql, entries) for sql in (GET_PURCHASES, BY_TABLE))
    return [
        f"a purchase by entry, all partitions probed: server {plain:6.1f}",
        f"a purchase by entry, by entry → handle:     server {by_table:6.1f}",
        f"entry → handle, noted with each purchase:   server {1e6 * noted:6.1f}",
    ]


def _look_up(db: psycopg.Connection[Any], statement: str, entries: list[int]) -> float:
    begun = _seconds(db.info.backend_pid)
    for entry in entries:
        assert db.execute(statement.encode(), (longs([entry]),), prepare=True).fetchone()
    return 1e6 * (_seconds(db.info.backend_pid) - begun) / len(entries)


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--members", type=int, default=20_000)
    options.add_argument("--purchases", type=int, default=20_000, help="per row")
    asked = options.parse_args()
    for engine in ENGINES:
        chance = random.Random(1)
        with tempfile.TemporaryDirectory(prefix="noren-bench-") as folder:
            place = ledger_place(engine, Path(folder))
            bench = Bench(place, asked.members, chance)
            rows = [bench.run(size, asked.purchases) for size in (8, 64, 256)]
            bench.store.close()
            rows += weigh_partitions(place, chance) if isinstance(place, PostgresPlace) else []
            place.remove()
        sys.stdout.write("\n".join([f"{engine}, µs of CPU each:", *(f"  {row}" for row in rows), ""]))


if __name__ == "__main__":
    main()
