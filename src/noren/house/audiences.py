"""What the ledger-worker holds of audiences: their store, the mark of what was spent, and the rooms over both.

The parts for analysis are loaded when somebody counts: a worker that only fills the lake needs no more memory.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Final, TypeVar

import structlog

from noren.activity.background import step_back
from noren.activity.ports import AuditFeed
from noren.activity.tiers import published
from noren.audience.batch.loading.lists import read_lists
from noren.audience.catalogue import Catalogue, catalogue
from noren.audience.figure.asking import PrivateFigures, look_at_mark
from noren.audience.figure.budget import Limits, month_of
from noren.audience.figure.spent import SpentFile
from noren.audience.ledger_rules import LedgerStops
from noren.audience.operations import Rules
from noren.audience.registered_flows import RegisteredFlows
from noren.audience.store import AudienceStore
from noren.governance.purposes import PURPOSES
from noren.governance.store import Directory
from noren.house.documents import reading_register
from noren.house.home import Audiences, Home
from noren.kernel.clock import SystemClock, local_date

if TYPE_CHECKING:
    from noren.audience.counting import Counter
    from noren.audience.history import KeptHistory
    from noren.audience.using import Committer

_MICROS: Final = 1_000_000

T = TypeVar("T")
_log = structlog.get_logger("audiences")


@dataclass(frozen=True)
class AudienceRoom:
    """Audiences, as the ledger-worker holds them. ``caught_up``: whether the lake has what the ledger has."""

    home: Home
    store: AudienceStore
    feed: AuditFeed
    directory: Directory
    caught_up: Callable[[], bool]
    flows: RegisteredFlows
    lock: threading.RLock = field(default_factory=threading.RLock)
    """Held by who saves, approves or commits: a version's number is given once."""

    @property
    def rules(self) -> Rules:
        """The programme's own rules."""
        said = self.home.settings.audiences
        return Rules(said.minimum_size, tuple(said.privacy_officers), self.purposes())

    def purposes(self) -> frozenset[str]:
        """Return the purposes that are in force; before there is a register, those with which one begins."""
        now = SystemClock().now()
        with reading_register(self.home, "ledger-worker") as register:
            if register is None:
                return frozenset(PURPOSES)
            known = register(now).purposes
            return frozenset(name for name, each in known.items() if each.holds(now)) if known else frozenset(PURPOSES)

    def machine_today(self) -> date:
        """Return the machine's own day: budgets know no sandbox's clock."""
        return local_date(SystemClock().now(), self.home.zone)

    def names(self) -> Catalogue:
        """Return the programme's names, as they are now."""
        shops = [(shop.shop, shop.partner, shop.industry) for shop in self.directory.shops()]
        lists = read_lists(self.home.lists)
        levels = [level.id for row in published(self.feed.tier_rules()) for level in row.rules.level]
        return catalogue(self.feed.products(), shops, lists, self.home.settings.audiences.sensitive, levels)

    @property
    def counter(self) -> Counter:
        """What counts: one for the whole process, so that its lock is one."""
        with self.lock:
            return self._counter

    @functools.cached_property
    def _counter(self) -> Counter:
        from noren.audience.counting import Counter
        from noren.audience.figure.noise import LaplaceNoise

        limits = limits_of(self.home.settings.audiences)
        figures = PrivateFigures(self.store, mark_of(self.home), LaplaceNoise(), limits)
        return Counter(figures, self.history, LedgerStops(self.feed), self.home.zone)

    @functools.cached_property
    def committer(self) -> Committer:
        """What commits."""
        from noren.audience.using import Committer

        stops = LedgerStops(self.feed)
        return Committer(
            self.store, self.store, self.history, stops, self.flows, self.names, self.rules, self.home.zone
        )

    @functools.cached_property
    def history(self) -> KeptHistory:
        """The programme's own history, kept from one question to the next."""
        from noren.audience.history import KeptHistory, WholeHistory
        from noren.audience.history.gathering import Sources

        home, expiry = self.home, self.home.settings.points.expiry_days
        sources = Sources(home.lake, self.feed, home.zone, home.lists, expiry, self.caught_up)
        whole = WholeHistory(sources, home.audiences / "builds")
        whole.sweep()
        return KeptHistory(sources, home.audiences / "history", whole)

    def take_in_the_day(self, today: date) -> bool:
        """Bring the kept history up to now, so that tomorrow's first question finds little left to take in.

        Where no audience was ever saved there is nobody to ask, and nothing is built. False: the lake is behind.
        """
        if not self.store.names():
            return True
        from noren.audience.counting import day_before, moment_of
        from noren.audience.history import HistoryBehind

        try:
            with self.history.at(moment_of(day_before(today), self.home.zone)):
                return True
        except HistoryBehind:
            return False

    def forget_history(self) -> None:
        """Throw the kept history away, to be built anew by the next question: lines in it are no more."""
        if (self.home.audiences / "history").exists():
            self.history.forget()

    def let_go(self, today: date) -> bool:
        """Let the kept history be without who is no member any more; False: the lake is behind, try again.

        Where nothing is kept, nothing is loaded.
        """
        if not any((self.home.audiences / name).exists() for name in ("history", "builds")):
            return True
        from noren.audience.counting import day_before, moment_of
        from noren.audience.history import HistoryBehind

        try:
            self.patiently(lambda: self.history.let_go(moment_of(day_before(today), self.home.zone)))
        except HistoryBehind:
            return False
        return True

    def patiently(self, work: Callable[[], T]) -> T:
        """Do some work in the thread that steps back for the till, and so do the threads that it starts."""
        with self.lock:
            patient = self._patient
        return patient.submit(work).result()

    @functools.cached_property
    def _patient(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(1, "audiences", initializer=step_back)

    def close(self) -> None:
        """Close the store."""
        if "_patient" in vars(self):
            self._patient.shutdown()
        self.store.close()


def audience_room(
    home: Home,
    feed: AuditFeed,
    directory: Directory,
    caught_up: Callable[[], bool],
    now: Callable[[], datetime],
) -> AudienceRoom:
    """Open what is held of audiences. A store without its mark was put back: then the month's budget is spent."""
    mark, limits = mark_of(home), limits_of(home.settings.audiences)
    if not home.audiences_db.exists() and not mark.exists:
        mark.begin({})  # before the store, so that a power cut between the two costs nothing
    store = AudienceStore(home.audiences_db)
    flows = RegisteredFlows(lambda: reading_register(home, "ledger-worker"), now)
    room = AudienceRoom(home, store, feed, directory, caught_up, flows)
    if look_at_mark(mark, [month_of(room.machine_today()), store.latest_month()], limits):
        _log.warning("audience_mark_lost")
    return room


def mark_of(home: Home) -> SpentFile:
    """Return the mark of what was spent; it belongs in no backup."""
    return SpentFile(home.audiences / "spent")


def limits_of(said: Audiences) -> Limits:
    """Return what figures may cost, in millionths."""
    return Limits(
        *(round(e * _MICROS) for e in (said.figure_epsilon, said.asker_epsilon_a_month, said.programme_epsilon_a_month))
    )
