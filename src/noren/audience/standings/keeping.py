"""Keeps standings warm: follows the ledger and folds whoever it speaks of, then everybody who is not there yet.

Nothing that the desk says rests on this pass being quick, or there at all: it saves the till the folding. It is the
store's one writer, and knows the lake, so that it can fold who has lines older than the ledger keeps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
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

PAGE: Final = 500
"""Entries looked at, or members swept, in one step."""


class Keeper:
    """Brings the store up to the ledger, a step at a time."""

    def __init__(
        self,
        *,
        about: AboutEveryone,
        store: KeptStandings,
        readying: Readying,
        rules: Rules,
        now: Callable[[], datetime],
        old: OldLines | None,
    ) -> None:
        self._about, self._store, self._readying, self._rules, self._now = about, store, readying, rules, now
        self._desk = StandingDesk(
            about=about,
            store=store,
            in_force=readying.current,
            rules=rules,
            folder=Folder(about, old, ALL),
            remembered=0,
        )
        self.folded = 0

    def step(self) -> bool:
        """Do one step; return whether there is more to do at once."""
        force = self._ready()
        if not force.names:
            self._store.clear()
            return False
        progress = self._followed()
        if progress.plan != force.plan.digest:
            progress = replace(progress, plan=force.plan.digest, swept=b"")
        touched, gone, reached = self._news(progress)
        self._keep(force, touched, gone, reached)
        busy = reached != progress
        if reached.swept is not None:
            busy = True
            self._sweep(force, reached)
        return busy

    def make_cuts(self) -> bool:
        """Make today's cuts of ``top`` where they are wanted and can be told; return whether they are there.

        They are as of the end of the date before: what was bought or became known since then does not count,
        whenever they are made. To be called when the store has caught up.
        """
        force, progress, now = self._ready(), self._store.progress(), self._now()
        day, digest = now.astimezone(self._rules.zone).date().toordinal(), force.plan.digest
        if not force.tops or self._store.cuts(digest, day) is not None:
            return True
        if progress.swept is not None or progress.plan != digest:
            return False
        self._store.put_cuts(digest, day, cuts(force.plan, self._every(force), now))
        return True

    def close(self) -> None:
        """Close the feed."""
        self._about.close()

    def forget(self, handle: bytes) -> None:
        """Remove all that is kept of a member."""
        self._store.forget(handle)

    def _followed(self) -> Progress:
        """Return how far the store is. One that is ahead of the ledger followed another: the ledger was put back."""
        progress = self._store.progress()
        if max(progress.bought, progress.returns, progress.merged) < self._about.reach().next_entry:
            return progress
        self._store.start_again()
        return self._store.progress()

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
        if not isinstance(kept, Kept):
            return None
        return row_of(force.plan, handle, kept, self._desk.answers(handle, place, force, kept, self._now()))

    def _every(self, force: InForce) -> Iterator[Standing]:
        for named, raw in self._store.every(force.plan.digest):
            standing = standing_of(force.plan, named, raw)
            if standing is not None:
                yield standing


def _last(found: Sequence[tuple[int, *tuple[bytes, ...]]], otherwise: int) -> int:
    return found[-1][0] if found else otherwise
