"""The audit of one campaign, from its first purchase to its last."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from noren.activity.campaigns import FORGOTTEN, CampaignState, DrawRow
from noren.activity.entered import Entered
from noren.activity.model import MemberState, Purchase
from noren.activity.ports import AuditFeed
from noren.activity.seen import when_seen
from noren.audience.language import Refused
from noren.audience.language.parsing import parse
from noren.campaign.audit.findings import Report, Wrong
from noren.campaign.audit.leaves import Leaves
from noren.campaign.audit.papers import Papers, check_papers, shares_of
from noren.campaign.audit.replaying import Replay, Seen
from noren.campaign.deciding import Running, most_within
from noren.campaign.draw import SHARES, DrawNumber, Outcome, seed_of
from noren.campaign.eligibility import (
    TOLD,
    Judge,
    Verdict,
    World,
    can_be_judged,
    first_since,
)
from noren.campaign.running import running_of
from noren.campaign.spec import Campaign
from noren.campaign.terms import campaign_in
from noren.governance.ports import EntryKind
from noren.governance.stopping import Use, stopped_by
from noren.kernel.clock import instant_of, local_date
from noren.kernel.say import Say
from noren.kernel.values import value

AT_ONCE: Final = 5_000
LATE: Final = timedelta(hours=24)
DAY: Final = timedelta(days=1)
GRACE: Final = timedelta(seconds=60)
"""So long after its start, and around its stop, a till may not have the condition ready, or not know of the stop."""

LATE_DAYS: Final = 2
"""So many days after its last one all draws of a campaign stand under a root."""

_US: Final = timedelta(microseconds=1)
_PROGRAMME: Final = "programme"
_TILL: Final = "till"


@value
class Limit:
    """So many slips of all campaigns a member may have in so many days; 0: as many as there are."""

    count: int
    days: int


@value
class Asked:
    """What an audit reads. ``today``: the programme's day, an ordinal."""

    feed: AuditFeed
    world: World
    papers: Papers
    limit: Limit
    today: int


def audit(asked: Asked) -> Report:
    """Return what does not fit of a campaign."""
    return _Audit(asked).run()


class _Audit:
    def __init__(self, asked: Asked) -> None:
        self._asked, self._feed, self._row = asked, asked.feed, asked.papers.row
        self._report = Report()
        self._file: Campaign = campaign_in(self._row.file)
        shares = shares_of(self._row)
        self._seed = seed_of(shares) if len(shares) == SHARES and all(map(len, shares)) else None
        self._running: Running = running_of(self._file, self._seed or bytes(32))
        self._numbers: dict[bytes, DrawNumber | None] = {}
        self._merged = {target for _, _, target in _merges(self._feed)}
        self._points_only: dict[bytes, bool] = {}
        self._entered = self._entries()
        self._untold = self._feed.undrawn_after(first_since(self._feed, self._row.started))

    def run(self) -> Report:
        check_papers(self._asked.papers, self._report)
        roots = self._asked.papers.of(EntryKind.DRAWS_ROOT)
        leaves = Leaves(self._row, roots, self._report)
        purchases = list(self._purchases()) if self._row.started else []
        self._report.counted["purchases"] = len(purchases)
        verdicts = self._verdicts(purchases)
        replay = Replay(self._running, self._seed, self._taken(), self._fatigued, self._report)
        self._walk(purchases, verdicts, leaves, replay)
        count = self._feed.draw_count(self._row.number)
        leaves.close(counted=count.leaves, over=self._over())
        replay.close(count.issued, self._feed.days_issued(self._row.number))
        self._tell()
        return self._report

    def _walk(
        self, purchases: Sequence[Purchase], verdicts: dict[int, Verdict], leaves: Leaves, replay: Replay
    ) -> None:
        """Go through purchases and draws side by side: both stand in the order in which they were written."""
        waiting, last = iter(purchases), 0
        purchase = next(waiting, None)
        for draw in leaves.passing(self._draws(self._row.number)):
            if draw.outcome == FORGOTTEN:
                replay.forget()
                continue
            if draw.entry <= last:
                self._report.add(Wrong.ORDER, f"draw {draw.seq}")
                continue
            last = draw.entry
            while purchase is not None and purchase.entry < draw.entry:
                replay.passed_over(self._seen(purchase, verdicts))
                purchase = next(waiting, None)
            if purchase is not None and purchase.entry == draw.entry:
                replay.drawn(self._seen(purchase, verdicts), draw)
                purchase = next(waiting, None)
            else:
                self._elsewhere(draw, replay)
        while purchase is not None:
            replay.passed_over(self._seen(purchase, verdicts))
            purchase = next(waiting, None)

    def _elsewhere(self, draw: DrawRow, replay: Replay) -> None:
        """Look at a draw of a purchase that is none of the campaign's, or not there."""
        found = self._feed.purchases_after(draw.entry - 1, 1)
        if not found or found[0].entry != draw.entry:
            self._report.add(Wrong.NO_PURCHASE, f"draw {draw.seq}")
            return
        replay.drawn(self._seen(found[0], {}), draw)

    def _seen(self, purchase: Purchase, verdicts: dict[int, Verdict]) -> Seen:
        merged = purchase.handle in self._merged  # whose purchase it was then, nobody knows
        return Seen(
            purchase,
            self._day(purchase),
            self._is_here(purchase),
            None if merged else verdicts.get(purchase.entry),
            self._number(purchase.handle),
            merged,
            self._is_sure(purchase),
            self._had_entered(purchase),
            purchase.entry in self._untold,
        )

    def _purchases(self) -> Iterator[Purchase]:
        """Yield the purchases that the campaign was to look at, in the ledger's order."""
        entry = first_since(self._feed, self._row.started)
        while found := self._feed.purchases_after(entry, AT_ONCE):
            yield from (replace(each, lines=None, answer=b"") for each in found if self._is_here(each))
            entry = found[-1].entry
            received = local_date(instant_of(found[-1].received), self._asked.world.zone).toordinal()
            if received > self._row.last_day + LATE_DAYS:
                return

    def _is_here(self, purchase: Purchase) -> bool:
        """Return whether a purchase lies in the campaign's days and places and came in time."""
        issue, row = self._file.issue, self._row
        hours = 0 if purchase.shop else DAY // _US  # she had it forgotten: of its instants the days are left
        if purchase.imported or purchase.received - purchase.at > LATE // _US + hours:
            return False
        if purchase.received + hours < row.started:
            return False
        if row.stopped and purchase.received > row.stopped + GRACE // _US:
            return False
        if purchase.shop and purchase.shop not in issue.shops and purchase.partner not in issue.partners:
            return False
        return self._running.first <= self._day(purchase) <= self._running.last

    def _is_sure(self, purchase: Purchase) -> bool:
        """Return whether a leaf that is not there is one that was left out, as far as can be told today."""
        row, grace = self._row, GRACE // _US
        if purchase.received < row.started + grace or (row.stopped and purchase.received > row.stopped - grace):
            return False
        if not purchase.shop or self._keeps_no_lines(purchase.handle):
            return False
        rules = self._feed.stops_of(purchase.handle)
        uses = (Use(self._file.purpose, who, _TILL) for who in (_PROGRAMME, purchase.partner))
        return all(stopped_by(rules, use) is None for use in uses)

    def _entries(self) -> dict[bytes, Entered]:
        if not self._file.issue.entry:
            return {}
        found = {each.handle: each.entered for each in self._feed.entrants(self._row.number)}
        self._report.counted["entered"] = len(found)
        return found

    def _had_entered(self, purchase: Purchase) -> bool:
        """Return whether a purchase's member had entered by then, where the campaign asks for that."""
        if not self._file.issue.entry:
            return True
        found = self._entered.get(purchase.handle)
        if found is None or purchase.shop:
            return found is not None and found.holds(when_seen(purchase.at, purchase.received), purchase.entry)
        return found.behind < purchase.entry  # she had it forgotten: the hour is not there any more

    def _keeps_no_lines(self, handle: bytes) -> bool:
        if handle not in self._points_only:
            member = self._feed.member(handle)
            self._points_only[handle] = member is None or member.points_only or member.state is not MemberState.ACTIVE
        return self._points_only[handle]

    def _verdicts(self, purchases: Sequence[Purchase]) -> dict[int, Verdict]:
        condition = parse(self._file.condition)
        assert not isinstance(condition, Refused), "a kept campaign's condition was parsed"
        if not can_be_judged(condition):
            self._report.notes.append(NOT_JUDGED)
            return {}
        judge = Judge(self._asked.world, condition, self._file)
        of_member: defaultdict[bytes, list[int]] = defaultdict(list)
        for purchase in purchases:
            of_member[purchase.handle].append(purchase.entry)
        found: dict[int, Verdict] = {}
        for handle, entries in of_member.items():
            found |= judge.verdicts(handle, entries)
        self._report.counted["judged"] = sum(each in TOLD for each in found.values())
        self._report.counted["not told"] = len(found) - self._report.counted["judged"]
        return found

    def _taken(self) -> frozenset[int]:
        """Return the purchases by which another campaign took the exclusive category before this one."""
        category = self._file.offer.exclusive_category
        if category is None:
            return frozenset()
        mine, taken = (self._file.offer.priority, self._row.campaign), set[int]()
        for row in self._feed.campaigns():
            other = campaign_in(row.file).offer
            if other.exclusive_category == category and (other.priority, row.campaign) < mine:
                taken |= {each.entry for each in self._draws(row.number) if each.outcome == Outcome.ISSUED.value}
        return frozenset(taken)

    def _fatigued(self, purchase: Purchase, day: int) -> bool:
        limit = self._asked.limit
        if not limit.count:
            return False
        # Slips that were hers by then; tills' clocks may differ, so that the next day may have begun at another.
        came = local_date(instant_of(purchase.received), self._asked.world.zone).toordinal()
        days = (each for one in self._feed.draws_of(purchase.handle) for each in one.issued if each <= came + 1)
        return most_within(days, day, limit.days) >= limit.count

    def _draws(self, number: int) -> Iterator[DrawRow]:
        seq = -1
        while found := self._feed.draws_after(number, seq, AT_ONCE):
            yield from found
            seq = found[-1].seq

    def _day(self, purchase: Purchase) -> int:
        t = instant_of(when_seen(purchase.at, purchase.received))
        return local_date(t, self._asked.world.zone).toordinal()

    def _number(self, handle: bytes) -> DrawNumber | None:
        if handle not in self._numbers:
            found = self._feed.draw_numbers([handle]).get(handle)
            self._numbers[handle] = None if found is None else DrawNumber(found)
        return self._numbers[handle]

    def _over(self) -> bool:
        """Return whether all draws are to stand under a root by now: the day after the last one's."""
        row = self._row
        if row.state is CampaignState.RUNNING:
            return self._asked.today > row.last_day + LATE_DAYS
        stopped = (
            local_date(instant_of(row.stopped), self._asked.world.zone).toordinal() if row.stopped else row.last_day
        )
        return self._asked.today > min(row.last_day, stopped) + 2

    def _tell(self) -> None:
        if self._seed is None:
            self._report.notes.append(NOT_REVEALED)
        self._report.notes.append(AS_NOW)


def _merges(feed: AuditFeed) -> Iterator[tuple[int, bytes, bytes]]:
    entry = 0
    while found := feed.merges_after(entry, AT_ONCE):
        yield from found
        entry = found[-1][0]


NOT_REVEALED: Final = Say(
    "種はまだ公開されていないので、当落は計算し直していません。",
    "The seed is not revealed yet: no outcome was recomputed.",
)
NOT_JUDGED: Final = Say(
    "条件がポイント・クーポン・順位を見るので、購入ごとの判定は計算し直せません。",
    "The condition looks at points, coupons or ranks, so it can not be asked again for each purchase.",
)
AS_NOW: Final = Say(
    "条件は、いまの属性・商品マスターで確かめています。変わった会員や商品では、判定が当時と違うことがあります。",
    "The condition was asked with traits and products as they are now; where they changed, it may have been otherwise.",
)
