"""Brings a standing up to the ledger: what came since is added, and where that does not do, she is folded again.

What must be done is told by the ledger's own rows, never by a mark: her chain of purchases says what is
new (whoever took it; a merge puts the other's purchases in front of hers), the evaluator says what is late,
the numbers of returns say what came back, and the plan's digest says what else has changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from noren.activity.about import AboutHer, Link, Place
from noren.activity.model import Line
from noren.audience.live import FoldAgain, Plan, Purchase, Standing, add, fold, standing_of_few
from noren.audience.standings.model import Kept, NotReady, Why
from noren.audience.standings.ports import OldLines
from noren.audience.standings.purchases import lines_left, purchase_of, since_of

IN_A_CALL: Final = 500
"""Purchases that are folded within a till's call, at most: some 25 ms with up to 50 conditions (bench/bench_fold.py).

It comes to that after a return or with a late purchase, until the worker has come by, and where nothing is kept of a
member: the standings' file was lost, or the worker is far behind.
"""

ALL: Final = 1_000_000
"""Purchases of one member that a background pass folds, at most."""


def of_few(kept: Kept, plan: Plan) -> Kept:
    """Return what a plan of few conditions needs of what is kept; of a plan of all, what is kept."""
    if plan.only is None or kept.only == plan.only:
        return kept
    return replace(kept, standing=standing_of_few(plan, kept.standing), only=plan.only)


@dataclass(frozen=True, slots=True)
class Folder:
    """Folds members from the ledger. ``old``: lines that the ledger has no more (None: not here)."""

    about: AboutHer
    old: OldLines | None = None
    limit: int = IN_A_CALL

    def up_to_date(
        self, plan: Plan, handle: bytes, place: Place, kept: Kept | None, few: Plan | None = None
    ) -> Kept | NotReady:
        """Return her standing as the ledger has her.

        ``kept``: of this plan, and lacking none of her returns; ``few``: the plan of what will be asked (None: of all).
        """
        if kept is not None:
            asked = few or plan
            grown = self.grown(asked, handle, place, of_few(kept, asked))
            if grown is not None:
                return grown
        return self.folded(plan, handle, place)

    def folded(self, plan: Plan, handle: bytes, place: Place, until: int | None = None) -> Kept | NotReady:
        """Return her standing from all her purchases; ``until``: as it was at an instant (microseconds)."""
        links = self._whole(handle, place.head)
        if isinstance(links, NotReady):
            return links
        if until is not None:
            links = [link for link in links if link.at <= until]
        purchases = self._purchases(links, until)
        if isinstance(purchases, NotReady):
            return purchases
        return Kept(fold(plan, purchases), place.head, place.returns, since_of(links))

    def grown(self, plan: Plan, handle: bytes, place: Place, kept: Kept) -> Kept | None:
        """Return the standing with what came since; None: she is to be folded again."""
        if place.head == kept.head:
            return kept if kept.seen == place.returns else replace(kept, seen=place.returns)
        links = self.about.links(handle, place.head, kept.head, self.limit)
        if not links or links[-1].previous != kept.head:
            return None
        purchases = self._purchases(links, None)
        if isinstance(purchases, NotReady):
            return None
        standing: Standing | FoldAgain = kept.standing
        for purchase in sorted(purchases, key=lambda one: one.at):
            standing = add(plan, standing, purchase)
            if isinstance(standing, FoldAgain):
                return None
        return Kept(standing, place.head, place.returns, max(kept.since, since_of(links)), plan.only)

    def _whole(self, handle: bytes, head: int) -> Sequence[Link] | NotReady:
        if not head:
            return ()
        links = self.about.links(handle, head, 0, self.limit)
        if not links:
            return NotReady(Why.MOVED)
        return NotReady(Why.FAR_BEHIND) if links[-1].previous else links

    def _purchases(self, links: Sequence[Link], until: int | None) -> list[Purchase] | NotReady:
        thinned = [link for link in links if link.lines is None and link.thinned]
        old: Mapping[int, Sequence[Line]] = {}
        if thinned:
            # The lake tells what is left after all returns: of an instant before one of them it can not tell.
            if self.old is None or (until is not None and since_of(thinned) > until):
                return NotReady(Why.OLD_LINES)
            old = self.old.lines_of([link.entry for link in thinned])
        return [purchase_of(link, old.get(link.entry, ()) or lines_left(link, until)) for link in links]
