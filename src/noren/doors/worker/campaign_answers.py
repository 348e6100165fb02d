"""From campaigns' values to answers of the inner door."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TypeVar

from litestar import Response
from litestar.status_codes import HTTP_200_OK, HTTP_409_CONFLICT

from noren.activity.campaigns import CampaignRow, ShareStep
from noren.audience.language import Refused
from noren.audience.language.parsing import parse
from noren.audience.language.speech.sentence import sentence
from noren.audience.language.speech.wording import Wording
from noren.audience.spec_file import Problem
from noren.campaign.audit.findings import SAYS as WRONG
from noren.campaign.audit.findings import Report
from noren.campaign.committed import unpack
from noren.campaign.draw import SHARE_BYTES, SHARES, seed_of
from noren.campaign.refusals import STATES, Refusal
from noren.campaign.running import first_reveal
from noren.campaign.terms import campaign_in, terms_hash
from noren.doors.worker import campaign_bodies as bodies
from noren.house.ledger_worker import WorkerRoom
from noren.kernel.clock import instant_of
from noren.kernel.say import Say

T = TypeVar("T")


def done(answer: T) -> Response[T]:
    """Return an answer."""
    return Response(answer, status_code=HTTP_200_OK)


def both(say: Say) -> bodies.Both:
    """Return a text in both languages."""
    return bodies.Both(say.ja, say.en)


def problems(found: Iterable[Problem]) -> list[bodies.ProblemAnswer]:
    """Return problems with their places."""
    return [bodies.ProblemAnswer(each.at, both(each.say)) for each in found]


def refused(refusal: Refusal) -> Response[bodies.RefusalAnswer]:
    """Return a refusal."""
    said = problems(refusal.problems)
    answer = bodies.RefusalAnswer(refusal.word.value, refusal.say.ja, refusal.say.en, said)
    return Response(answer, status_code=HTTP_409_CONFLICT)


def campaign(row: CampaignRow, room: WorkerRoom) -> bodies.CampaignAnswer:
    """Return a campaign as it was defined, and how far it is."""
    read, zone = campaign_in(row.file), room.home.zone
    shares = [row.shares[at : at + SHARE_BYTES] for at in range(0, len(row.shares), SHARE_BYTES)]

    def said(at: int) -> str:
        return instant_of(at).astimezone(zone).isoformat(timespec="seconds") if at else ""

    return bodies.CampaignAnswer(
        campaign=row.campaign,
        state=row.state.name.lower(),
        says=both(STATES[row.state]),
        file=row.file.decode(),
        sentence=_sentence(read.condition, room.home.settings.programme.currency),
        title=both(read.title.say()),
        terms=row.terms.decode(),
        terms_hash=terms_hash(row.terms).hex() if row.terms else "",
        steps=[_step(each, said(each.at)) for each in room.feed.share_steps(row.number)],
        first=read.issue.first.isoformat(),
        until=date.fromordinal(row.last_day).isoformat(),
        reveal_from=first_reveal(row, zone).isoformat(),
        ready=bool(row.public_key),
        started=said(row.started),
        stopped=said(row.stopped),
        seed=seed_of(shares).hex() if len(shares) == SHARES else "",
        shares=[each.hex() for each in shares],
    )


def report(campaign: str, found: Report) -> bodies.AuditAnswer:
    """Return what an audit found."""
    return bodies.AuditAnswer(
        campaign,
        found.good,
        [bodies.FindingAnswer(each.wrong.value, each.at, both(WRONG[each.wrong])) for each in found.findings],
        {wrong.value: number for wrong, number in found.found.items()},
        dict(found.counted),
        [both(each) for each in found.notes],
    )


def _step(step: ShareStep, at: str) -> bodies.StepAnswer:
    proof = unpack(step.proof)
    return bodies.StepAnswer(step.who, at, step.share_hash.hex(), -1 if proof is None else proof.place)


def _sentence(condition: str, currency: str) -> bodies.Both:
    parsed = parse(condition)
    assert not isinstance(parsed, Refused), "a kept campaign's condition was parsed"
    said = {lang: sentence(parsed, lang, "staff", Wording(currency)) for lang in ("ja", "en")}
    return bodies.Both(said["ja"], said["en"])
