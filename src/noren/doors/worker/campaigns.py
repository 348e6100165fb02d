"""Campaigns by the inner door: drafted, approved, started, stopped, revealed, told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from litestar import Response, post
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK

from noren.activity.campaigns import CampaignState
from noren.campaign import operations, refusals
from noren.campaign.operations import Room, Share, Stepped
from noren.campaign.reading import read_campaign
from noren.campaign.refusals import Refusal
from noren.doors.worker import campaign_answers as answers
from noren.doors.worker import campaign_bodies as bodies
from noren.doors.worker.turn import Turn
from noren.house.campaigns import audited, campaign_room, is_logged
from noren.kernel.say import Say

Stepping = Response[bodies.SteppedAnswer] | Response[bodies.RefusalAnswer]


def campaign_handlers(turn: Turn) -> list[Any]:
    """Return the handlers of ``/campaigns``."""
    return [*_defining(turn), *_running(turn), *_telling(turn)]


def _defining(turn: Turn) -> list[Any]:
    @post("/campaigns/draft", status_code=HTTP_200_OK, sync_to_thread=True)
    def draft(data: JSONBody[bodies.DraftBody]) -> Stepping:
        read = read_campaign(data.text)
        if isinstance(read, list):
            return answers.refused(refusals.file_refused(read))
        share = Share(0, data.share_hash, data.sealed)
        return _stepped(turn, lambda room: operations.draft(room, read, data.author, share))

    @post("/campaigns/approve", status_code=HTTP_200_OK, sync_to_thread=True)
    def approve(data: JSONBody[bodies.ApproveBody]) -> Stepping:
        share = Share(data.step, data.share_hash, data.sealed)
        return _stepped(turn, lambda room: operations.approve(room, data.campaign, data.approver, share))

    return [draft, approve]


def _running(turn: Turn) -> list[Any]:
    @post("/campaigns/start", status_code=HTTP_200_OK, sync_to_thread=True)
    def start(data: JSONBody[bodies.StepBody]) -> Stepping:
        return _stepped(turn, lambda room: operations.start(room, data.campaign, data.by))

    @post("/campaigns/stop", status_code=HTTP_200_OK, sync_to_thread=True)
    def stop(data: JSONBody[bodies.StepBody]) -> Stepping:
        return _stepped(turn, lambda room: _stopped(turn, operations.stop(room, data.campaign, data.by)))

    @post("/campaigns/reveal", status_code=HTTP_200_OK, sync_to_thread=True)
    def reveal(data: JSONBody[bodies.StepBody]) -> Stepping:
        return _stepped(turn, lambda room: _revealed(turn, room, data.campaign))

    return [start, stop, reveal]


def _stopped(turn: Turn, done: Stepped | Refusal) -> Stepped | Refusal:
    """Write the root over what was drawn; what a till draws in the same second comes into the next day's."""
    if isinstance(done, Stepped):
        turn.room.roots.write(done.row)
    return done


def _revealed(turn: Turn, room: Room, campaign: str) -> Stepped | Refusal:
    """Ask the till for the shares; once they are there, write them into the log, once. Before, all draws get a root."""
    done = operations.reveal(room, campaign)
    if isinstance(done, Stepped):
        turn.room.roots.write(done.row)
    if isinstance(done, Stepped) and done.row.state is CampaignState.REVEALED and not is_logged(turn.room, done.row):
        operations.note_revealed(room.log, done.row)
    return done


def _telling(turn: Turn) -> list[Any]:
    room = turn.room

    @post("/campaigns/list", status_code=HTTP_200_OK, sync_to_thread=True)
    def listed() -> bodies.CampaignsAnswer:
        return bodies.CampaignsAnswer([answers.campaign(row, room) for row in room.feed.campaigns()])

    @post("/campaigns/show", status_code=HTTP_200_OK, sync_to_thread=True)
    def show(data: JSONBody[bodies.NameBody]) -> Response[bodies.CampaignAnswer] | Response[bodies.RefusalAnswer]:
        row = next((each for each in room.feed.campaigns() if each.campaign == data.campaign), None)
        if row is None:
            return answers.refused(refusals.unknown(data.campaign))
        return answers.done(answers.campaign(row, room))

    @post("/campaigns/audit", status_code=HTTP_200_OK, sync_to_thread=True)
    def audit(data: JSONBody[bodies.NameBody]) -> Response[bodies.AuditAnswer] | Response[bodies.RefusalAnswer]:
        row = next((each for each in room.feed.campaigns() if each.campaign == data.campaign), None)
        if row is None:
            return answers.refused(refusals.unknown(data.campaign))
        if not row.started:
            wanted = Say("監査できるのは、始まった企画です。", "What was started can be audited.")
            return answers.refused(refusals.not_now(row.campaign, row.state, wanted))
        return answers.done(answers.report(row.campaign, audited(room, row)))

    return [listed, show, audit]


def _stepped(turn: Turn, work: Callable[[Room], Stepped | Refusal]) -> Stepping:
    """Do a step, alone at the ledger."""
    with turn:
        done = work(campaign_room(turn.room))
    if isinstance(done, Refusal):
        return answers.refused(done)
    told = answers.campaign(done.row, turn.room)
    return answers.done(bodies.SteppedAnswer(told, answers.problems(done.warnings)))
