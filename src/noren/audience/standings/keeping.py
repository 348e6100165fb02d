"""Keeps standings warm: follows the ledger and folds whoever it speaks of, then everybody who is not there yet.

Nothing that the desk says rests on this pass being quick, or there at all: it saves the till the folding. It is the
store's one writer, and knows the lake, so that it can fold who has lines older than the ledger keeps.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from noren.activity.about import AboutEveryone
from noren.activity.model import MemberState
from noren.audience.live import Standing, cuts
from noren.audience.standings.desk import Rules, StandingDesk
from noren.audience.standings.folding import ALL, Folder
from noren.audience.standings.in_force import InForce, Readying
from noren.audience.standings.model import Kept, Progress, Row
from noren.audience.standings.packing import row_of, standing_of
from noren.audience.standings.ports import KeptStandings, OldLines
from noren.audience.standings.purchases import instant

PAGE: Final = 500
"""Entries looked at, or members swept, in one step."""


class Keeper:
    """Brings the store up to the ledger, a step at a time."""

    def __init__(
        self, *, about: AboutEveryone, store: KeptStandings, readying: Readying, rules: Rules, old: OldLines | None
    ) -> None:
        self._about, self._store, self._readying, self._rules = about, store, readying, rules
        self._old = old
        self._force: InForce | None = None
        self._desk = self._new_desk()
        self.folded = 0

    def step(self) -> bool:
        """Do one step; return whether there is more to do at once."""
        force = self._ready()
        progress = self._store.progress()
        if not force.names:
            return False
        if progress.plan != force.plan.digest:
            progress = replace(progress, plan=force.plan.digest, swept=b"")
        touched, gone, reached = self._news(progress)
        self._keep(force, touched, gone, reached)
        busy = reached != progress
        if reached.swept is not None:
            busy = True
            self._sweep(force, reached)
        return busy

    def make_cuts(self, day: int, at_us: int) -> bool:
        """Make a day's cuts of ``top`` where they are wanted and can be told; return whether they are there.

        ``at_us``: an instant of that day. They are as of the end of the date before: what was bought or became known
        since then does not count, whenever they are made.
        """
        force, progress = self._ready(), self._store.progress()
        if not force.tops or self._store.cuts(force.plan.digest, day) is not None:
            return True
        if progress.swept is not None or progress.plan != force.plan.digest:
            return False
        found = cuts(force.plan, self._every(force), instant(at_us))
        self._store.put_cuts(force.plan.digest, day, found)
        return True

    def forget(self, handle: bytes) -> None:
        """Remove all that is kept of a member."""
        self._store.forget(handle)

    def _new_desk(self) -> StandingDesk:
        return StandingDesk(
            about=self._about, store=self._store, in_force=self._readying.current, rules=self._rules,
            folder=Folder(self._about, self._old, ALL), remembered=0,
        )  # fmt: skip

    def _ready(self) -> InForce:
        force = self._readying.current(self._about.reach().products)
        return self._readying.refresh() if force is None else force

    def _news(self, progress: Progress) -> tuple[set[bytes], set[bytes], Progress]:
        """Return who bought, brought back or took over purchases since, who is gone, and how far that goes."""
        bought = self._about.bought_after(progress.bought, PAGE)
        brought = self._about.brought_after(progress.returns, PAGE)
        merged = self._about.merged_after(progress.merged, PAGE)
        touched = {handle for _, handle in (*bought, *brought)} | {target for _, _, target in merged}
        gone = {source for _, source, _ in merged}
        return touched - gone, gone, replace(
            progress,
            bought=_last(bought, progress.bought),
            returns=_last(brought, progress.returns),
            merged=_last(merged, progress.merged),
        )  # fmt: skip

    def _sweep(self, force: InForce, progress: Progress) -> None:
        """Fold the next members who have no standing under this plan yet."""
        assert progress.swept is not None
        members = self._about.members_after(progress.swept, PAGE)
        swept = members[-1] if len(members) == PAGE else None
        self._keep(force, members, (), replace(progress, swept=swept))

    def _keep(self, force: InForce, handles: Iterable[bytes], gone: Iterable[bytes], progress: Progress) -> None:
        rows: list[Row] = []
        dropped = set(gone)
        for handle in handles:
            row = self._row(force, handle)
            if row is None:
                dropped.add(handle)
            else:
                rows.append(row)
        self.folded += len(rows)
        self._store.keep(rows, dropped, progress)

    def _row(self, force: InForce, handle: bytes) -> Row | None:
        """Return a member's standing as the ledger has her; None: there is none, or none that can be told."""
        place = self._about.place(handle)
        if place is None or place.state is not MemberState.ACTIVE or not place.head:
            return None
        kept = self._desk.bring(handle, place, force)
        return row_of(force.plan, handle, kept) if isinstance(kept, Kept) else None

    def _every(self, force: InForce) -> Iterator[Standing]:
        for named, raw in self._store.every(force.plan.digest):
            standing = standing_of(force.plan, named, raw)
            if standing is not None:
                yield standing


def _last(found: Sequence[tuple[int, *tuple[bytes, ...]]], otherwise: int) -> int:
    return found[-1][0] if found else otherwise
