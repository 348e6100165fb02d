"""What a campaign would have come to over past days: who was drawn for, and what that gives by rate and caps.

The exact numbers end here. What is shown is made of private figures (``noren.audience.figure``) and of the file alone:
members who fitted once at least, and for draws by visit how often, each member counted four times at most.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from datetime import date, timedelta
from fractions import Fraction
from typing import Final

from noren.activity.model import Purchase
from noren.activity.ports import AuditFeed
from noren.activity.seen import when_seen
from noren.audience.language import Refused
from noren.audience.language.parsing import parse
from noren.audience.model import Asked, Channel, Question
from noren.campaign.draw import Unit
from noren.campaign.eligibility import Judge, Verdict, World, can_be_judged
from noren.campaign.spec import Campaign, face_value
from noren.campaign.terms import file_text
from noren.kernel.clock import instant_of, local_date
from noren.kernel.say import Say
from noren.kernel.values import value

AT_ONCE: Final = 5_000
VISITS_EACH: Final = 4
"""Of one member so many draws count at most: one member then moves the second figure by 1 at most, as the first."""

_TAG: Final = b"noren.campaign.simulation.1\0"


@value
class Span:
    """The past days that a campaign is tried over, both included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many."""
        return (self.last - self.first).days + 1


@value
class Tried:
    """Exact, and never shown: members who fitted, and their draws, four of each at most."""

    members: int
    visits: int

    @property
    def quarters(self) -> int:
        """The draws in units of four: what one member moves by 1 at most."""
        return self.visits // VISITS_EACH


@value
class Expected:
    """What is shown. ``held_by``: the cap that holds the slips down, empty: none does."""

    draws: int
    slips: int
    cost: int | None
    held_by: str


def span_of(campaign: Campaign, today: date, days: int | None = None) -> Span:
    """Return the days that end yesterday: as many as the campaign has, where nobody says how many."""
    length = days or (campaign.issue.until - campaign.issue.first).days + 1
    last = today - timedelta(days=1)
    return Span(last - timedelta(days=length - 1), last)


def judged(campaign: Campaign) -> Say | None:
    """Return why a campaign can not be tried over the past; None: it can."""
    condition = parse(campaign.condition)
    assert not isinstance(condition, Refused), "a read campaign's condition was parsed"
    if can_be_judged(condition):
        return None
    return Say(
        "条件がポイント・クーポン・順位を見るので、過去には当てはめられません。",
        "The condition looks at points, coupons or ranks, so it can not be asked of the past.",
    )


def tried(campaign: Campaign, span: Span, feed: AuditFeed, world: World, stopped: Collection[bytes]) -> Tried:
    """Try a campaign over past days. ``stopped``: who stopped such use."""
    condition = parse(campaign.condition)
    assert not isinstance(condition, Refused), "a read campaign's condition was parsed"
    judge, hers = Judge(world, condition, campaign), defaultdict[bytes, dict[int, date]](dict)
    for purchase, day in _purchases(campaign, span, feed, world):
        if purchase.handle not in stopped:
            hers[purchase.handle][purchase.entry] = day
    members = visits = 0
    for handle, entries in hers.items():
        verdicts = judge.verdicts(handle, entries)
        days = Counter(day for entry, day in entries.items() if verdicts[entry] is Verdict.FITS)
        members += bool(days)
        drawn = sum(min(each, campaign.caps.draws_per_day) for each in days.values())
        visits += min(drawn, VISITS_EACH)
    return Tried(members, visits)


def sales_of(campaign: Campaign, span: Span, feed: AuditFeed, world: World) -> int:
    """Return the sales of the days at the campaign's places: a company's figure, not shown."""
    return sum(purchase.amount for purchase, _ in _purchases(campaign, span, feed, world))


def questions(campaign: Campaign, span: Span, companies: str) -> list[Question]:
    """Return what the figures are of: another file, or other days, are another question."""
    about = _TAG + f"{span.first}..{span.last}\0".encode() + file_text(campaign)
    kinds = [b"members\0"] if campaign.issue.draw is Unit.MEMBER else [b"members\0", b"visits\0"]
    return [Question((Asked(kind + about, campaign.purpose, companies, Channel.TILL),)) for kind in kinds]


def expected(
    campaign: Campaign, span: Span, members: int, quarters: int | None, entering: Fraction = Fraction(1)
) -> Expected:
    """Return what noisy figures come to by the file's rate, holdout and caps. ``quarters`` None: drawn by member.

    ``entering``: which part of those who fit enters, an assumption and no figure.
    """
    issue, caps, face = campaign.issue, campaign.caps, face_value(campaign.offer)
    members, quarters = int(members * entering), None if quarters is None else int(quarters * entering)
    draws = members if quarters is None else max(members, quarters * VISITS_EACH)
    won = draws * Fraction(issue.rate) * (1 - Fraction(issue.holdout))
    limits: dict[str, Fraction] = {}
    if caps.total is not None:
        limits["total"] = Fraction(caps.total)
    if caps.per_day is not None:
        limits["per_day"] = Fraction(caps.per_day * span.days)
    if caps.budget is not None and face:
        limits["budget"] = Fraction(caps.budget, face)
    if caps.per_member is not None:
        each = caps.per_member.count * -(-span.days // caps.per_member.days)
        limits["per_member"] = members * (1 - Fraction(issue.holdout)) * each
    name, least = min(limits.items(), key=lambda pair: pair[1], default=("", won))
    slips = int(min(won, least))
    return Expected(draws, slips, None if face is None else slips * face, name if least < won else "")


def _purchases(campaign: Campaign, span: Span, feed: AuditFeed, world: World) -> Iterator[tuple[Purchase, date]]:
    """Yield the purchases of the days at the campaign's places, imported history too."""
    issue, entry = campaign.issue, 0
    while found := feed.purchases_after(entry, AT_ONCE):
        for each in found:
            day = local_date(instant_of(when_seen(each.at, each.received)), world.zone)
            if span.first <= day <= span.last and (each.shop in issue.shops or each.partner in issue.partners):
                yield each, day
        entry = found[-1].entry


ASSUMES: Final = (
    Say("買い方が、その日々と同じであること", "that people buy as they did in those days"),
    Say("会員の属性・商品マスター・停止の選択が、いまのままであること", "traits, products and stops as they are now"),
    Say("ほかの企画との排他と、企画全体の枚数の上限は数えません", "no other campaigns, and no limit over all of them"),
    Say("券がすべて使われたときの額です", "the cost if every slip is used"),
)
"""What the numbers suppose."""

ALL_ENTER: Final = Say(
    "条件に合う会員が、全員エントリーすること(実際はそれより少なくなります)",
    "that all who fit enter; in truth fewer will",
)


def assumed(campaign: Campaign, entering: Fraction = Fraction(1)) -> tuple[Say, ...]:
    """Return what the numbers of a campaign suppose."""
    if not campaign.issue.entry:
        return ASSUMES
    percent = f"{float(entering * 100):g}"
    some = Say(f"条件に合う会員の{percent}%がエントリーすること", f"that {percent} % of those who fit enter")
    return (*ASSUMES, ALL_ENTER if entering == 1 else some)
