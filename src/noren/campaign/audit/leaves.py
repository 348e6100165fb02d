"""The draws against their leaves and the roots that the log has of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from noren.activity.campaigns import FORGOTTEN, CampaignRow, DrawRow
from noren.campaign.audit.findings import Report, Wrong
from noren.campaign.leaves import Growing, leaf_of
from noren.campaign.logged import Logged
from noren.campaign.terms import terms_hash


class Leaves:
    """Looks at draws as they pass, in order of their numbers, and at the roots when all have passed."""

    def __init__(self, row: CampaignRow, roots: Sequence[Logged], report: Report) -> None:
        self._row, self._report = row, report
        self._terms = terms_hash(row.terms)
        self._roots = sorted(roots, key=lambda each: (int(each.body["leaves"]), each.place))
        self._at = 0
        self._tree = Growing()

    def passing(self, draws: Iterable[DrawRow]) -> Iterator[DrawRow]:
        """Yield the draws again, each looked at."""
        for draw in draws:
            while self._tree.size < draw.seq:
                self._report.add(Wrong.LEAF_GONE, f"draw {self._tree.size}")
                self._add(bytes(32))
            self._look(draw)
            self._add(draw.leaf)
            yield draw

    @property
    def rooted(self) -> int:
        """How many leaves stand under a root of the log."""
        return max((int(each.body["leaves"]) for each in self._roots), default=0)

    def close(self, *, counted: int, over: bool) -> None:
        """Look at what is left when all draws have passed. ``counted``: as the campaign's count has it."""
        size = self._tree.size
        for missing in range(size, max(counted, self.rooted)):
            self._report.add(Wrong.LEAF_GONE, f"draw {missing}")
        if self._at < len(self._roots):
            self._report.add(Wrong.ROOT, f"log {self._roots[self._at].place}")
        if over and self.rooted < size:
            self._report.add(Wrong.NO_ROOT, f"draw {self.rooted}")
        self._report.counted["leaves"] += size
        self._report.counted["roots"] += len(self._roots)
        self._report.counted["unrooted"] += max(0, size - self.rooted)

    def _look(self, draw: DrawRow) -> None:
        if draw.outcome == FORGOTTEN:
            self._report.counted["forgotten"] += 1
            return
        made = leaf_of(
            draw.salt, campaign=self._row.campaign, seq=draw.seq, ticket=draw.ticket, terms_hash=self._terms,
            outcome=draw.outcome,
        )  # fmt: skip
        if made != draw.leaf:
            self._report.add(Wrong.LEAF, f"draw {draw.seq}")

    def _add(self, leaf: bytes) -> None:
        self._tree.add(leaf)
        while self._at < len(self._roots) and int(self._roots[self._at].body["leaves"]) <= self._tree.size:
            each = self._roots[self._at]
            if int(each.body["leaves"]) == self._tree.size and each.body.get("root") != self._tree.root.hex():
                self._report.add(Wrong.ROOT, f"log {each.place}")
            self._at += 1
