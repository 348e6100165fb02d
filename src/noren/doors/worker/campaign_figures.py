"""Campaigns' figures by the inner door: tried over the past, told as private figures that are paid for."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from litestar import Response, post
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK

from noren.activity.campaigns import CampaignRow
from noren.audience.errors import HighWaterLost
from noren.audience.figure.asking import Asker
from noren.audience.figure.budget import BudgetEmpty
from noren.audience.figure.rounding import TooFew, noise_band, rounded, shown
from noren.audience.model import Question
from noren.audience.persons import is_name, plain
from noren.campaign import refusals
from noren.campaign.lift import SMALLEST_GROUP
from noren.campaign.prizes import CURRENCY, sales_needed
from noren.campaign.refusals import Refusal, Word
from noren.campaign.results import Groups, groups, is_over
from noren.campaign.simulating import (
    Expected,
    Span,
    assumed,
    expected,
    judged,
    questions,
    sales_of,
    span_of,
)
from noren.campaign.spec import Campaign
from noren.campaign.terms import campaign_in
from noren.doors.worker import campaign_answers as answers
from noren.doors.worker import campaign_bodies as bodies
from noren.doors.worker.turn import Turn
from noren.governance.ports import EntryKind
from noren.house.campaigns import around, trial, world_of
from noren.house.ledger_worker import WorkerRoom
from noren.kernel.clock import microseconds
from noren.kernel.say import Say

Simulating = Response[bodies.SimulationAnswer] | Response[bodies.RefusalAnswer]


def campaign_figure_handlers(turn: Turn) -> list[Any]:
    """Return the handlers of campaigns' figures."""
    room = turn.room

    @post("/campaigns/simulate", status_code=HTTP_200_OK, sync_to_thread=True)
    def simulate(data: JSONBody[bodies.SimulateBody]) -> Simulating:
        row = next((each for each in room.feed.campaigns() if each.campaign == data.campaign), None)
        if row is None:
            return answers.refused(refusals.unknown(data.campaign))
        if not is_name(data.asker):
            return answers.refused(refusals.bad_name("--asker"))
        found = _simulated(room, campaign_in(row.file), data)
        return answers.refused(found) if isinstance(found, Refusal) else answers.done(found)

    @post("/campaigns/result", status_code=HTTP_200_OK, sync_to_thread=True)
    def result(data: JSONBody[bodies.NameBody]) -> Response[bodies.ResultAnswer] | Response[bodies.RefusalAnswer]:
        row = next((each for each in room.feed.campaigns() if each.campaign == data.campaign), None)
        return answers.refused(refusals.unknown(data.campaign)) if row is None else answers.done(_result(room, row))

    return [simulate, result]


def _simulated(room: WorkerRoom, campaign: Campaign, data: bodies.SimulateBody) -> bodies.SimulationAnswer | Refusal:
    unfit = judged(campaign)
    if data.entering != "1" and not campaign.issue.entry:
        unfit = Say("エントリー制の企画ではありません。", "This campaign asks for no entry.")
    if unfit is not None:
        return Refusal(Word.NO_FIGURE, unfit)
    span, companies = span_of(campaign, room.today(), data.days), around(room).companies_of(campaign)
    asked = questions(campaign, span, " ".join(companies))
    noisy = _noisy(room, campaign, span, asked, data.asker)
    if isinstance(noisy, Refusal):
        return noisy
    room.note(EntryKind.AUDIENCE_COUNTED, by=plain(data.asker), figures=len(noisy), campaign=campaign.id)
    entering = Fraction(data.entering)
    if isinstance(shown(noisy[0], room.audiences.rules.smallest), TooFew):
        return _answer(room, campaign, span, None, None, entering)
    members = rounded(noisy[0])
    quarters = max(0, noisy[1]) if len(noisy) > 1 else None
    told = expected(campaign, span, members, quarters, entering)
    return _answer(room, campaign, span, members, told, entering)


def _noisy(
    room: WorkerRoom, campaign: Campaign, span: Span, asked: Sequence[Question], asker: str
) -> Sequence[int] | Refusal:
    """Return the private figures of a trial: drawn once for a file and a span, and paid for."""

    def exact(new: Sequence[Question]) -> list[int]:
        found = trial(room, campaign, span, asked[0].of[0])
        return [found.members if each == asked[0] else found.quarters for each in new]

    figures, today = room.audiences.counter.figures, room.audiences.machine_today()
    try:
        told = room.audiences.patiently(lambda: figures.ask(asked, span.last, Asker(plain(asker), today), exact))
    except HighWaterLost:
        return Refusal(
            Word.NO_FIGURE, Say("開示枠の使用記録が読めません。", "The record of what was spent can not be read.")
        )
    return Refusal(Word.BUDGET, told.say) if isinstance(told, BudgetEmpty) else told


def _answer(
    room: WorkerRoom, campaign: Campaign, span: Span, members: int | None, told: Expected | None, entering: Fraction
) -> bodies.SimulationAnswer:
    needed = sales_needed(campaign) if room.home.settings.programme.currency == CURRENCY else None
    enough = None if needed is None else sales_of(campaign, span, room.feed, world_of(room)) >= needed
    return bodies.SimulationAnswer(
        campaign=campaign.id,
        first=span.first.isoformat(),
        last=span.last.isoformat(),
        members=members,
        noise_band=noise_band(room.home.settings.audiences.figure_epsilon),
        draws=None if told is None else rounded(told.draws),
        slips=None if told is None else told.slips,
        cost=None if told is None else told.cost,
        held_by="" if told is None else told.held_by,
        minimum=room.audiences.rules.smallest,
        sales_needed=needed,
        sales_enough=enough,
        assumes=[answers.both(each) for each in assumed(campaign, entering)],
    )


def _result(room: WorkerRoom, row: CampaignRow) -> bodies.ResultAnswer:
    """Return what a campaign came to, in guarded counts; holdout and lift once nobody is drawn for any more."""
    file = campaign_in(row.file)
    minimum, over = room.audiences.rules.smallest, is_over(row, room.today().toordinal())

    def guarded(count: int) -> int | None:
        return None if count < minimum else rounded(count)

    count, (stands, used, void) = room.feed.draw_count(row.number), room.feed.coupon_fates(row.campaign)
    found = groups(row, room.feed, microseconds(room.now())) if over and row.started else Groups((), ())
    lift = found.lift
    return bodies.ResultAnswer(
        campaign=row.campaign,
        state=row.state.name.lower(),
        issued=guarded(count.issued),
        entered=guarded(room.feed.count_entered(row.number)) if file.issue.entry else None,
        entry=file.issue.entry,
        spent=None if guarded(count.issued) is None else rounded(count.spent),
        open=guarded(stands),
        used=guarded(used),
        void=guarded(void),
        over=over,
        minimum=minimum,
        days=file.offer.valid_days,
        reached=guarded(len(found.reached)),
        holdout=guarded(len(found.holdout)),
        smallest_group=SMALLEST_GROUP,
        lift=lift
        and bodies.LiftAnswer(
            round(lift.difference), round(lift.low), round(lift.high), rounded(lift.counted_as), lift.tells
        ),
    )
