"""A ledger side that is governed: members join, stop, are erased; extracts are leased; backups are made and put back.

The real stores in a folder, the real policies, keys and backups; beside them a plain model of what must hold. What a
planted bug breaks stands in :class:`Bugs`.
"""

from __future__ import annotations

import contextlib
import io
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.store.test_provision import GROUP, JOINT, Registers, a_register, opened

from noren.activity import erasing
from noren.activity.lake.reader import open_lake
from noren.activity.sweeping import Broom
from noren.activity.thinning import begin_us, first_whole, thin_ledger
from noren.doors.worker.erasures import ErasureRounds
from noren.doors.worker.turn import Turn
from noren.governance.clearing import Cleared, clear
from noren.governance.leases.copies import Copies
from noren.governance.leases.errors import CopiesBroken
from noren.governance.leases.model import CopyLease, CopyState
from noren.governance.running import Runner
from noren.governance.stopping import EVERYTHING
from noren.house import ledger_restore
from noren.house.ledger_backup import back_up
from noren.house.providing import goods_of, known_members, new_run, pseudonym_of
from noren.kernel.clock import FixedClock
from noren.kernel.ids import Handle
from noren.kernel.sealing import make_link_token
from noren.provision.model import Window
from noren.provision.providing import Known, Provided, Provider, provide
from noren.testing.audience_house import COFFEE, AudienceHouse, Bought, grown_up
from noren.testing.governed import NOW
from noren.testing.journal import MemoryJournal

PRICE = 100
"""What every member bought for, once."""


@dataclass(frozen=True, slots=True)
class Bugs:
    """What is broken on purpose."""

    blind_to_stops: bool = False
    unlisted_erasure: bool = False
    replay_off: bool = False
    lease_without_end: bool = False
    provisions_kept: bool = False
    lines_kept: bool = False
    sum_lost: bool = False

    @property
    def of_age(self) -> bool:
        """Whether only years bring it to light: the others are looked for without them, which is quicker."""
        return self.lines_kept or self.sum_lost


@dataclass
class Kept:
    """A backup, and the model as it was then."""

    path: Path
    members: dict[str, bytes]
    stopped: frozenset[str]
    made_at: datetime


@dataclass
class World:
    """The side and its model. ``members``: card to handle; ``erased``: handles that must be nowhere."""

    bugs: Bugs
    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="noren-governed-")))
    clock: FixedClock = field(default_factory=lambda: FixedClock(NOW))
    members: dict[str, bytes] = field(default_factory=dict[str, bytes])
    stopped: set[str] = field(default_factory=set[str])
    erased: set[bytes] = field(default_factory=set[bytes])
    backups: list[Kept] = field(default_factory=list[Kept])
    leases: dict[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    number: int = 0
    months: int = 0
    """How many months the programme's clock is ahead."""

    def __post_init__(self) -> None:
        self.register = a_register()
        self.register.put(JOINT)
        self.house = AudienceHouse(self.folder / "home").__enter__()
        self._thin()

    @property
    def copies(self) -> Copies:
        return replace(self.house.room.copies, clock=self.clock)

    def close(self) -> None:
        self.house.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def join(self) -> None:
        self.number += 1
        card = f"2980{self.number:012d}"
        self.house.enrol({card: grown_up(self.number)})
        self.house.buy({card: [Bought(1, [COFFEE])]})  # for 100
        self.members[card] = self.house.handles[card]

    def stop(self, card: str) -> None:
        self.house.stop(card, EVERYTHING)
        self.stopped.add(card)

    def erase(self, card: str) -> None:
        handle = self.members.pop(card)
        self.stopped.discard(card)
        self.erased.add(handle)
        rounds, room = ErasureRounds(Turn(self.house.room)), self.house.room
        if self.bugs.unlisted_erasure or self.bugs.provisions_kept:
            erasing.erase(room.ledger, handle=handle, day=room.today().toordinal(), now_us=0)
            if self.bugs.provisions_kept:
                room.erasures.add([room.erasures.mark_of(b"handle", handle)], room.today())
            else:
                room.provisions.forget([handle], room.today())
        else:
            rounds.erase(make_link_token(room.link, Handle(handle)).reveal())
        rounds.round(at_once=True)

    def lease(self, days: int) -> None:
        """Provide to the group company; what it holds is exactly who is there and has not stopped."""
        provider, today = self._provider(), self.house.today
        cleared = clear(self.register.at(self.clock.now()), JOINT, at=self.clock.now())
        assert isinstance(cleared, Cleared)
        window, until = Window(today - timedelta(days=9), today), self.clock.now() + timedelta(days=days)
        done = provide(provider, cleared, window=window, owner="privacy", expires_at=until)
        assert isinstance(done, Provided)
        expected = {self._pseudonym(handle) for card, handle in self.members.items() if card not in self.stopped}
        assert self._read(done.copy.copy) == expected, "an extract holds who may take part, and nobody else"
        self.leases[done.copy.copy] = frozenset(expected)

    def read(self, copy: str) -> None:
        """Open a copy: what it held within its lease, nothing after."""
        lease = self.house.room.copies.store.lease(copy)
        assert lease is not None
        if self.clock.now() < lease.wanted.expires_at:
            assert self._read(copy) == self.leases[copy]
        else:
            try:
                self._read(copy)
            except CopiesBroken:
                return
            raise AssertionError("a copy opens after its end")

    def tick(self, days: int) -> None:
        self.clock.instant += timedelta(days=days)
        if not self.bugs.lease_without_end:
            self.copies.sweep()
        census = {lease.copy: lease for lease in self.copies.census()}
        for copy in self.leases:
            self._holds(census[copy])

    def grow_old(self, months: int) -> None:
        """Let months pass: the monthly round makes sums of what is past its term, and the books are as before."""
        self.months += months
        self._set_clock()
        self._thin()
        self.books_are_as_bought()

    def books_are_as_bought(self) -> None:
        """Of everybody who is there: amounts as bought, in ledger and lake; nothing whole that is past its term."""
        room, first = self.house.room, first_whole(self.house.today)
        edge = begin_us(first, self.house.home.zone)
        for card, handle in self.members.items():
            chain = room.feed.chain(handle, None, 50)
            assert sum(each.amount for each in chain) == PRICE, f"the ledger lost or doubled what {card} bought"
            assert all((each.at >= edge) == bool(each.shop) for each in chain), "a purchase past its term stands whole"
        sums = self._history(first)
        assert sums == dict.fromkeys(self.members.values(), PRICE), "the lake lost or doubled something"

    def _history(self, first: date) -> dict[bytes, int]:
        lake = open_lake(self.house.home.lake)
        (old,) = lake.execute("SELECT count(*) FROM bought_lines WHERE day < ?", [first]).fetchall()
        rows = lake.execute(
            "SELECT handle, sum(amount)::BIGINT FROM (SELECT handle, amount FROM purchase_lines"
            " UNION ALL SELECT handle, amount FROM day_sums) GROUP BY handle"
        ).fetchall()
        lake.close()
        assert old == (0,), "a line past its term stands in the lake"
        return dict(rows)

    def _set_clock(self) -> None:
        ahead = timedelta(days=31 * self.months)
        self.house.room.ledger.set_clock_offset_us(ahead // timedelta(microseconds=1))

    def _thin(self) -> None:
        room = self.house.room
        if self.bugs.lines_kept:
            broom = Broom(room.ledger, room.feed, contextlib.nullcontext(), rest=lambda _: None)
            thin_ledger(broom, room.feed, first_whole(self.house.today), self.house.home.zone)
            return
        ErasureRounds(Turn(room)).thin()
        if self.bugs.sum_lost:
            self._lose_a_sum()

    def _lose_a_sum(self) -> None:
        chains = [self.house.room.feed.chain(handle, None, 50) for handle in self.members.values()]
        for each in (one for chain in chains for one in chain if not one.body_hash):
            with self.house.room.ledger.batch() as batch:
                batch.put_anew(replace(each, amount=0), [])

    def backup(self) -> None:
        ring = self.house.room.zone_keys.ring("ledger-backup")
        folder = self.folder / f"backup-{len(self.backups)}"
        folder.mkdir()
        made = back_up(self.house.home, folder, self.house.room.lake, self.copies, ring, self.house.room.log)
        self.backups.append(Kept(made.path, dict(self.members), frozenset(self.stopped), self.clock.now()))

    def restore(self, kept: Kept) -> None:
        """Lose the stores and put a backup back: who was erased since stays erased."""
        self.house.close()
        home = self.house.home
        for store in (home.ledger_db, home.register_db, home.audiences_db, home.provision_db, home.standings_db):
            for path in store.parent.glob(f"{store.name}*"):
                path.unlink()
        shutil.rmtree(home.lake)
        shutil.rmtree(home.audiences / "history", ignore_errors=True)
        ledger_restore.restore(home, kept.path, self.clock.now(), drill=False, replay=not self.bugs.replay_off)
        self.members = {card: handle for card, handle in kept.members.items() if handle not in self.erased}
        self.stopped = {card for card in kept.stopped if card in self.members}
        self.house.open()
        self._set_clock()
        self.house.catch_up()
        self._thin()
        self.books_are_as_bought()

    def nobody_erased_is_left(self) -> None:
        room = self.house.room
        there = set(room.feed.every_handle())
        assert there.isdisjoint(self.erased), "an erased member stands in the ledger"
        assert set(self.members.values()) <= there, "somebody who was not erased is gone"
        for handle in self.erased:
            assert not room.provisions.records_of(handle), "an erased member stands in the records of provision"

    def _provider(self) -> Provider:
        room = self.house.room

        def members(cleared: Cleared[str, str]) -> Iterator[Known]:
            for known in known_members(room.feed, room.today(), lambda _: (), cleared):
                yield replace(known, member=replace(known.member, stops=())) if self.bugs.blind_to_stops else known

        return Provider(
            Runner(Registers(self.register), MemoryJournal(), self.clock, new_run),
            self.copies,
            room.provisions,
            self.house.home.lake,
            members,
            lambda recipient: goods_of(room.directory, room.feed, (), recipient),
            lambda recipient, handle: pseudonym_of(room.pseudonym, recipient, handle),
            room.today,
        )

    def _pseudonym(self, handle: bytes) -> str:
        return pseudonym_of(self.house.room.pseudonym, JOINT.recipient, handle)

    def _read(self, copy: str) -> set[str]:
        clock = FixedClock(NOW) if self.bugs.lease_without_end else self.clock
        envelope = b"".join(replace(self.house.room.copies, clock=clock).open(copy))
        rows: dict[str, list[dict[str, Any]]] = opened(io.BytesIO(envelope).getvalue(), GROUP)[1]
        return {row["pseudonym"] for row in rows["members"]}

    def _holds(self, lease: CopyLease) -> None:
        file = self.house.home.copies("ledger-worker") / lease.place
        over = self.clock.now() >= lease.wanted.expires_at
        assert (lease.state is CopyState.GONE) == over, "a lease ends at its end, and not before"
        assert file.exists() != over, "a file is there while its lease lasts, and not after"
