"""Keeps standings warm: follows the ledger and folds whoever it speaks of, then everybody who is not there yet.

Nothing that the desk says rests on this pass being quick, or there at all: it saves the till the folding. It is the
store's one writer, and knows the lake, so that it can fold who has lines older than the ledger keeps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
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

TURNED: Final = 100
"""Members made ready for another day in one step."""

FROM_HOUR: Final = 23
"""From this hour on, tomorrow is made ready."""


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
        self._old = old
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
        if reached.swept is not None:
            self._sweep(force, reached)
            return True
        return reached != progress or self._turn(force)

    def make_cuts(self) -> bool:
        """Make today's cuts of ``top`` where they are wanted and can be told; return whether they are there.

        They are as of the end of the date before: what was bought or became known since then does not count,
        whenever they are made. To be called when the store has caught up.
        """
        force, progress, now = self._ready(), self._store.progress(), self._now()
        day, digest = self._day(now), force.plan.digest
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
        if force is not None:
            return force
        before, force = self._readying.made, self._readying.refresh()
        if before is not None and self._old is not None and before.shape == force.shape:
            self._carry(before, force, self._old)
        return force

    def _carry(self, before: InForce, force: InForce, old: OldLines) -> None:
        """Where only products have changed, keep the standings of all who never bought one of them.

        The facts of all others are what they would be: a standing says nothing of what was not bought.
        """
        progress, was, now = self._store.progress(), before.plan, force.plan
        if was.digest == now.digest or progress.plan != was.digest:
            return
        changed = {each for each in was.goods.keys() | now.goods.keys() if was.goods.get(each) != now.goods.get(each)}
        reached, buyers = old.buyers_of(changed)
        buyers |= self._since(reached)
        good = self._store.accepted(was.digest) | {was.digest}
        self._store.accept(good, buyers, replace(progress, plan=now.digest, swept=b""))

    def _since(self, entry: int) -> set[bytes]:
        """Return who bought after an entry, and whom any member was ever merged into: what the lake may not know."""
        found: set[bytes] = set()
        while page := self._about.bought_after(entry, PAGE):
            found.update(handle for _, handle in page)
            entry = page[-1][0]
        merge = 0
        while merges := self._about.merged_after(merge, PAGE):
            found.update(target for _, _, target in merges)
            merge = merges[-1][0]
        return found

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

    def _turn(self, force: InForce) -> bool:
        """Make some standings ready for the day that is, or from 23:00 on for the next; return whether there are more.

        At a new day many windows have moved on: what was answered before is brought up to it here, not in a call.
        """
        now = self._now()
        local = now.astimezone(self._rules.zone)
        today = local.date()
        coming = local.hour >= FROM_HOUR
        day = today + timedelta(days=1) if coming else today
        members = self._store.stale(day.toordinal(), TURNED)
        if not members:
            self._store.drop_past(today.toordinal(), PAGE)
            return False
        at = datetime.combine(day, time(), self._rules.zone) if coming else now
        rows = [row for handle in members if (row := self._row(force, handle, at)) is not None]
        if coming:
            self._store.lay_beside(rows)
        else:
            self._store.keep(rows, set(members) - {row.handle for row in rows}, self._store.progress())
        return len(rows) == TURNED

    def _day(self, at: datetime) -> int:
        return at.astimezone(self._rules.zone).date().toordinal()

    def _sweep(self, force: InForce, progress: Progress) -> None:
        """Fold the next members who have no standing under this plan yet."""
        assert progress.swept is not None
        members = self._about.members_after(progress.swept, PAGE)
        swept = members[-1] if len(members) == PAGE else None
        good = self._store.accepted(force.plan.digest) | {force.plan.digest}
        day = self._day(self._now())
        there = {handle for handle in members if (row := self._store.load(handle, day)) and row.plan in good}
        self._keep(force, [handle for handle in members if handle not in there], (), replace(progress, swept=swept))

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

    def _row(self, force: InForce, handle: bytes, at: datetime | None = None) -> Row | None:
        """Return a member's standing as the ledger has her; None: there is none, or none that can be told.

        ``at``: as of when the answer is made that goes with it; None: now.
        """
        place = self._about.place(handle)
        if place is None or place.state is not MemberState.ACTIVE or not place.head:
            return None
        when = self._now() if at is None else at
        kept = self._desk.bring(handle, place, force, when)
        if not isinstance(kept, Kept):
            return None
        answers = self._desk.answers(handle, place, force, kept, when)
        return row_of(force.plan, handle, self._day(when), kept, answers)

    def _every(self, force: InForce) -> Iterator[Standing]:
        for named, raw in self._store.every(force.plan.digest):
            standing = standing_of(force.plan, named, raw)
            if standing is not None:
                yield standing


def _last(found: Sequence[tuple[int, *tuple[bytes, ...]]], otherwise: int) -> int:
    return found[-1][0] if found else otherwise
