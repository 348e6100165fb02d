"""Keeps standings warm: follows the ledger and folds whoever it speaks of, then everybody who is not there yet.

Nothing that the desk says rests on this pass being quick, or there at all: it saves the till the folding. It is the
store's one writer, and knows the lake, so that it can fold who has lines older than the ledger keeps.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from time import monotonic
from typing import Final

from noren.activity.about import AboutEveryone
from noren.activity.model import MemberState
from noren.audience.live import Standing, cuts
from noren.audience.standings.changing import GRACE_SECONDS, PAGE, Ahead, Changing, Held, Means
from noren.audience.standings.desk import Rules, StandingDesk
from noren.audience.standings.folding import ALL, Folder
from noren.audience.standings.in_force import InForce, Readying
from noren.audience.standings.model import Kept, KeptPlan, Progress, Row
from noren.audience.standings.packing import row_of, standing_of
from noren.audience.standings.ports import KeptStandings, OldLines

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
        ahead: Ahead | None = None,
        monotonic: Callable[[], float] = monotonic,
        grace_seconds: float = GRACE_SECONDS,
    ) -> None:
        self._about, self._store, self._rules, self._now = about, store, rules, now
        means = Means(about, store, readying, old, self._today, monotonic, ahead, grace_seconds)
        self.changing = Changing(means)
        self._desk = StandingDesk(
            about=about,
            store=store,
            in_force=readying.current,
            rules=rules,
            folder=Folder(about, old, ALL),
            remembered=0,
        )
        self._forgotten = deque[bytes]()
        self._anew = set[bytes]()
        self.folded = 0

    def step(self) -> bool:
        """Do one step; return whether there is more to do at once."""
        progress = self._followed()
        self._drop_again()
        if self.changing.step():
            return True
        plans = self.changing.plans()
        if not any(one.force.names for one in plans):
            self._anew.clear()
            return False
        touched, gone, reached = self._news(progress)
        self._keep(plans, touched | self._anew, gone, reached)
        self._anew.clear()
        behind = next((one for one in plans if not one.kept.whole), None)
        if behind is not None:
            self._sweep(behind, reached)
            return True
        more = bool(self._forgotten)
        return more or self._give(plans) or reached != progress or any(self._turn(one.force) for one in plans)

    def make_cuts(self) -> bool:
        """Make today's cuts of ``top`` where they are wanted and can be told; return whether they are there.

        They are as of the end of the date before: what was bought or became known since then does not count,
        whenever they are made. To be called when the store has caught up.
        """
        return all(self._cut(one) for one in self.changing.plans() if one.kept.taken)

    def close(self) -> None:
        """Close the feed."""
        self._about.close()

    def forget(self, handle: bytes) -> None:
        """Remove all that is kept of a member; what the ledger has of her now is folded with the next step.

        Any thread may ask for it, when the ledger is as it is to be.
        """
        self._store.forget(handle)
        self._forgotten.append(handle)

    def _drop_again(self) -> None:
        """Remove what a step that was under way as they were forgotten has written of some members since."""
        while self._forgotten and len(self._anew) < TURNED:
            handle = self._forgotten.popleft()
            self._store.forget(handle)
            self._anew.add(handle)

    def _followed(self) -> Progress:
        """Return how far the store is. One that is ahead of the ledger followed another: the ledger was put back."""
        progress = self._store.progress()
        if max(progress.bought, progress.returns, progress.merged) < self._about.reach().next_entry:
            return progress
        self._store.start_again()
        return self._store.progress()

    def _give(self, plans: Sequence[Held]) -> bool:
        """Give the tills a plan under which everybody is there, the day's cuts too; return whether there was one."""
        found = next((one for one in plans if one.kept.whole and not one.kept.taken), None)
        if found is None or not self._cut(found):
            return False
        self.changing.take(found)
        return True

    def _cut(self, held: Held) -> bool:
        now, force = self._now(), held.force
        day, digest = self._day(now), force.plan.digest
        if not force.tops or self._store.cuts(digest, day) is not None:
            return True
        if not held.kept.whole:
            return False
        self._store.put_cuts(digest, day, cuts(force.plan, self._every(force), now))
        return True

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
        members = self._store.stale(force.plan.digest, day.toordinal(), TURNED)
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

    def _today(self) -> date:
        return self._now().astimezone(self._rules.zone).date()

    def _sweep(self, behind: Held, progress: Progress) -> None:
        """Fold the next members who have no standing under this plan yet."""
        kept, day = behind.kept, self._day(self._now())
        assert kept.swept is not None
        members = self._about.members_after(kept.swept, PAGE)
        missing = [handle for handle in members if not self._is_there(kept, handle, day)]
        swept = members[-1] if len(members) == PAGE else None
        self._keep([behind], missing, (), progress, replace(kept, swept=swept))

    def _is_there(self, kept: KeptPlan, handle: bytes, day: int) -> bool:
        row = self._store.load(handle, day, kept.digest)
        return row is not None and row.facts != b""

    def _keep(
        self,
        plans: Sequence[Held],
        handles: Iterable[bytes],
        gone: Iterable[bytes],
        progress: Progress,
        swept: KeptPlan | None = None,
    ) -> None:
        """Keep members as the ledger has them, under each plan: all of them are kept up together."""
        rows: list[Row] = []
        dropped = set(gone)
        for handle in handles:
            made = [self._row(one.force, handle) for one in plans]
            found = [row for row in made if row is not None]
            rows += found
            if len(found) < len(made):
                dropped.add(handle)
        self.folded += len(rows)
        self._store.keep(rows, dropped, progress, swept)

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
