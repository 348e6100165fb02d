"""The life of a campaign: drafted, approved by two others, started, stopped, its seed revealed.

Each step is written into the side's log before it is done; the proof that it stands there is kept beside the step, for
whoever opens a share has to see it first. A step that broke off in between leaves an entry and changes nothing.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from noren.activity.campaigns import CampaignRow, CampaignState, ShareStep
from noren.activity.ports import LedgerStore
from noren.audience.persons import is_name, plain, same_person
from noren.campaign import refusals
from noren.campaign.committed import StepProof, pack, proof_at
from noren.campaign.draw import SHARE_BYTES, SHARES, seed_of
from noren.campaign.refusals import Refusal
from noren.campaign.reviewing import Around, Reviewed, review
from noren.campaign.running import first_reveal
from noren.campaign.spec import Campaign
from noren.campaign.terms import (
    SALT_BYTES,
    campaign_in,
    condition_hash,
    file_hash,
    file_text,
    public_terms,
    terms_hash,
    terms_text,
)
from noren.governance.log import Log
from noren.governance.ports import Entry, EntryKind, Fact
from noren.kernel.clock import SystemClock, microseconds
from noren.kernel.say import Say
from noren.kernel.values import value

MAX_SEALED: Final = 200
_S: Final = CampaignState


@value
class Share:
    """What a person's own command line made for a step: the commitment, and the share sealed to the till."""

    step: int
    hashed: bytes
    sealed: bytes


@value
class Stepped:
    """A campaign after a step, and what is to be shown to who approves it."""

    row: CampaignRow
    warnings: tuple[refusals.Problem, ...] = ()


@value
class Room:
    """What the steps work on. ``store``: the caller holds its turn."""

    store: LedgerStore
    log: Log
    around: Around
    now: datetime
    zone: ZoneInfo

    def row(self, campaign: str) -> CampaignRow | Refusal:
        """Return a campaign."""
        with self.store.batch() as batch:
            found = next((each for each in batch.campaigns() if each.campaign == campaign), None)
        return found or refusals.unknown(campaign)

    def steps(self, number: int) -> list[ShareStep]:
        """Return the steps that were made."""
        with self.store.batch() as batch:
            return batch.share_steps(number)

    def keep(self, row: CampaignRow, step: ShareStep | None = None, **changed: Any) -> CampaignRow | Refusal:
        """Change a campaign and add a step of it, where a till has not taken it out of its state meanwhile."""
        with self.store.batch() as batch:
            now = next(each for each in batch.campaigns() if each.number == row.number)
            if now.state is not row.state:
                again = Say("その間に進みました。もう一度行ってください。", "It went on meanwhile: do it again.")
                return refusals.not_now(row.campaign, now.state, again)
            kept = replace(now, **changed)
            batch.set_campaign(kept)
            if step is not None:
                batch.put_share_step(step)
        return kept


def draft(room: Room, campaign: Campaign, author: str, share: Share) -> Stepped | Refusal:
    """Draft a campaign."""
    if not is_name(author):
        return refusals.bad_name("--author")
    if not _is_share(share):
        return refusals.BAD_SHARE
    reviewed = review(campaign, room.around)
    if reviewed.errors:
        return refusals.file_refused(list(reviewed.errors))
    if not isinstance(room.row(campaign.id), Refusal):
        return refusals.taken(campaign.id)
    salt, file = secrets.token_bytes(SALT_BYTES), file_text(campaign)
    drafted = microseconds(room.now)
    row = CampaignRow(
        0, campaign.id, _S.DRAFT, file, salt, b"", b"", 0, b"", b"", campaign.issue.until.toordinal(), drafted
    )
    proof = _log_step(room, row, EntryKind.CAMPAIGN_DRAFTED, author, share)
    with room.store.batch() as batch:
        given = batch.put_campaign(row)
        batch.put_share_step(_step(given, author, share, drafted, proof))
    return Stepped(given, reviewed.warnings)


def approve(room: Room, campaign: str, approver: str, share: Share) -> Stepped | Refusal:
    """Approve a draft: as the first or the second of two, neither of them its author."""
    row = room.row(campaign)
    if isinstance(row, Refusal):
        return row
    if row.state is not _S.DRAFT:
        return refusals.not_now(campaign, row.state, Say("承認できるのは下書きだけです。", "Only a draft is approved."))
    steps, reviewed = room.steps(row.number), review(campaign_in(row.file), room.around)
    hindrance = _hindrance(row, steps, approver, share) or _may(room, row, steps, approver, reviewed)
    if hindrance is not None:
        return hindrance
    changed: dict[str, Any] = {}
    if share.step == SHARES - 1:
        hashes = [*(each.share_hash for each in steps), share.hashed]
        terms = public_terms(campaign_in(row.file), row.salt, hashes, row.public_key)
        changed = {"terms": terms_text(terms), "state": _S.APPROVED}
    proof = _log_step(room, replace(row, **changed), EntryKind.CAMPAIGN_APPROVED, approver, share)
    step = _step(row, approver, share, microseconds(room.now), proof)
    return _stepped(room.keep(row, step, **changed), reviewed)


def start(room: Room, campaign: str, who: str) -> Stepped | Refusal:
    """Let the till open the shares: it is running once it did. Asked again meanwhile, nothing changes."""
    row = room.row(campaign)
    if isinstance(row, Refusal) or row.state in (_S.STARTING, _S.RUNNING):
        return row if isinstance(row, Refusal) else Stepped(row)
    if row.state is not _S.APPROVED:
        wanted = Say("開始できるのは、二人が承認したものです。", "What two others approved can be started.")
        return refusals.not_now(campaign, row.state, wanted)
    if not is_name(who):
        return refusals.bad_name("--by")
    reviewed = review(campaign_in(row.file), room.around)
    if reviewed.errors:
        return refusals.file_refused(list(reviewed.errors))
    _log(room, row, EntryKind.CAMPAIGN_STARTED, by=plain(who))
    return _stepped(room.keep(row, state=_S.STARTING), reviewed)


def stop(room: Room, campaign: str, who: str) -> Stepped | Refusal:
    """Stop a campaign: nothing is drawn from the till's next look on. One that never ran is dropped."""
    row = room.row(campaign)
    if isinstance(row, Refusal):
        return row
    if row.state not in (_S.DRAFT, _S.APPROVED, _S.STARTING, _S.RUNNING):
        return refusals.not_now(campaign, row.state, Say("もう止まっています。", "It does not run any more."))
    if not is_name(who):
        return refusals.bad_name("--by")
    ran = row.state is _S.RUNNING
    _log(room, row, EntryKind.CAMPAIGN_STOPPED, by=plain(who), ran=ran)
    state = _S.STOPPED if ran else _S.DROPPED
    return _stepped(room.keep(row, state=state, stopped=microseconds(room.now)))


def reveal(room: Room, campaign: str) -> Stepped | Refusal:
    """Let the till tell the shares, a week after the end. Asked again meanwhile, nothing changes."""
    row = room.row(campaign)
    if isinstance(row, Refusal) or row.state in (_S.REVEALING, _S.REVEALED):
        return row if isinstance(row, Refusal) else Stepped(row)
    if row.state not in (_S.RUNNING, _S.STOPPED):
        wanted = Say("公開できるのは、始まった企画です。", "The seed of what was started can be revealed.")
        return refusals.not_now(campaign, row.state, wanted)
    first = first_reveal(row, room.zone)
    if room.around.today < first:
        return refusals.too_early(campaign, first)
    return _stepped(room.keep(row, state=_S.REVEALING))


def note_revealed(log: Log, row: CampaignRow) -> None:
    """Write the seed that a till has told into the log."""
    assert row.state is _S.REVEALED, "the till has told the shares"
    shares = [row.shares[at : at + SHARE_BYTES] for at in range(0, SHARES * SHARE_BYTES, SHARE_BYTES)]
    facts: dict[str, Fact] = {"campaign": row.campaign, "seed": seed_of(shares).hex(), "shares": row.shares.hex()}
    log.append([Entry(EntryKind.CAMPAIGN_REVEALED, SystemClock().now(), facts)])


def _stepped(kept: CampaignRow | Refusal, reviewed: Reviewed | None = None) -> Stepped | Refusal:
    if isinstance(kept, Refusal):
        return kept
    return Stepped(kept, () if reviewed is None else reviewed.warnings)


def _hindrance(row: CampaignRow, steps: Sequence[ShareStep], approver: str, share: Share) -> Refusal | None:
    """Return why this person may not be the next to approve."""
    if not is_name(approver):
        return refusals.bad_name("--approver")
    if same_person(approver, steps[0].who):
        return refusals.own_approval(row.campaign, steps[0].who)
    if any(same_person(approver, each.who) for each in steps):
        return refusals.twice(row.campaign, approver)
    if share.step != len(steps) or not _is_share(share) or share.hashed in {each.share_hash for each in steps}:
        return refusals.BAD_SHARE
    return None


def _may(room: Room, row: CampaignRow, steps: Sequence[ShareStep], approver: str, reviewed: Reviewed) -> Refusal | None:
    """Return why a campaign may not be approved today."""
    if reviewed.errors:
        return refusals.file_refused(list(reviewed.errors))
    if len(steps) < SHARES - 1:
        return None
    approvers = (steps[1].who, approver)
    officers = room.around.rules.officers
    if reviewed.sensitive and not any(same_person(one, each) for one in approvers for each in officers):
        return refusals.needs_officer(row.campaign)
    return None if row.public_key else refusals.no_till(row.campaign)


def _is_share(share: Share) -> bool:
    return len(share.hashed) == SHARE_BYTES and 0 < len(share.sealed) <= MAX_SEALED


def _step(row: CampaignRow, who: str, share: Share, at: int, proof: StepProof) -> ShareStep:
    return ShareStep(row.number, share.step, who, share.hashed, share.sealed, at, pack(proof))


def _log_step(room: Room, row: CampaignRow, kind: EntryKind, who: str, share: Share) -> StepProof:
    """Write a step with its share's commitment into the log; return the proof that it stands there."""
    facts: dict[str, Fact] = {
        "step": share.step,
        "by": plain(who),
        "share_hash": share.hashed.hex(),
        "file": file_hash(row.salt, row.file).hex(),
        "condition": condition_hash(row.salt, campaign_in(row.file).condition).hex(),
    }
    return proof_at(room.log, _log(room, row, kind, **facts))


def _log(room: Room, row: CampaignRow, kind: EntryKind, **facts: Fact) -> int:
    """Write an act; return its place. The terms stand in it as soon as there are any."""
    terms: dict[str, Fact] = {"terms": terms_hash(row.terms).hex()} if row.terms else {}
    return room.log.append([Entry(kind, SystemClock().now(), {"campaign": row.campaign, **facts, **terms})])[0]
