"""A campaign's papers against the side's log: file, terms, condition, commitments and their order, shares, seed."""

from __future__ import annotations

from collections.abc import Sequence

from noren.activity.campaigns import CampaignRow, ShareStep
from noren.campaign.audit.findings import Report, Wrong
from noren.campaign.committed import STEPS, StepProof, check
from noren.campaign.draw import SHARE_BYTES, SHARES, commitment, seed_of
from noren.campaign.logged import Logged
from noren.campaign.terms import campaign_in, condition_hash, file_hash, public_terms, terms_hash, terms_text
from noren.governance.log.notes import VerifierKey, parse_note
from noren.governance.ports import EntryKind
from noren.kernel.values import value


@value
class Papers:
    """What the papers are: the row, the persons' steps, what the log says, and the log's public keys."""

    row: CampaignRow
    steps: Sequence[ShareStep]
    logged: Sequence[Logged]
    keys: Sequence[VerifierKey]

    def of(self, kind: EntryKind) -> list[Logged]:
        """Return the entries of a kind."""
        return [each for each in self.logged if each.kind is kind]


def check_papers(papers: Papers, report: Report) -> None:
    """Look at all papers."""
    _file(papers, report)
    _terms(papers, report)
    _steps(papers, report)
    _shares(papers, report)


def shares_of(row: CampaignRow) -> list[bytes]:
    """Return the shares that were told; none before the reveal."""
    return [row.shares[at : at + SHARE_BYTES] for at in range(0, len(row.shares), SHARE_BYTES)]


def _file(papers: Papers, report: Report) -> None:
    row, campaign = papers.row, campaign_in(papers.row.file)
    hashed, condition = file_hash(row.salt, row.file).hex(), condition_hash(row.salt, campaign.condition).hex()
    said = [*papers.of(EntryKind.CAMPAIGN_DRAFTED)[-1:], *papers.of(EntryKind.CAMPAIGN_APPROVED)]
    for each in said:
        if each.body.get("file") != hashed:
            report.add(Wrong.FILE, f"log {each.place}")
        if each.body.get("condition") != condition:
            report.add(Wrong.CONDITION, f"log {each.place}")


def _terms(papers: Papers, report: Report) -> None:
    """The terms in the row, those that were started, and those that the papers give, are one."""
    row = papers.row
    hashes = [each.share_hash for each in papers.steps]
    if len(hashes) == SHARES:
        made = terms_text(public_terms(campaign_in(row.file), row.salt, hashes, row.public_key))
        if made != row.terms:
            report.add(Wrong.TERMS, "row")
    for each in [*papers.of(EntryKind.CAMPAIGN_APPROVED)[-1:], *papers.of(EntryKind.CAMPAIGN_STARTED)]:
        if each.body.get("terms") != terms_hash(row.terms).hex():
            report.add(Wrong.TERMS, f"log {each.place}")


def _steps(papers: Papers, report: Report) -> None:
    """Each share's commitment stood in a signed checkpoint before the campaign was started."""
    started = min((each.place for each in papers.of(EntryKind.CAMPAIGN_STARTED)), default=None)
    if [each.step for each in papers.steps] != list(range(SHARES)):
        report.add(Wrong.STEP_MISSING, "steps")
    for each in papers.steps:
        at = f"step {each.step}"
        shown = check(
            each.proof, papers.keys, campaign=papers.row.campaign, step=each.step, share_hash=each.share_hash,
            who=each.who,
        )  # fmt: skip
        if not isinstance(shown, StepProof) or not _stands(papers, each, shown):
            report.add(Wrong.STEP_MISSING if not _committed(papers, each) else Wrong.STEP_OTHER, at)
            continue
        covered = parse_note(shown.checkpoint).checkpoint.size
        if started is None or shown.place >= started or covered > started:
            report.add(Wrong.STEP_LATE, at)


def _stands(papers: Papers, step: ShareStep, shown: StepProof) -> bool:
    """Return whether the entry that a proof is of stands in the log now, at its place."""
    return any(
        each.place == shown.place and each.body.get("share_hash") == step.share_hash.hex() for each in papers.logged
    )


def _committed(papers: Papers, step: ShareStep) -> bool:
    kind = STEPS[step.step] if step.step < SHARES else None
    return any(each.kind is kind and each.body.get("step") == step.step for each in papers.logged)


def _shares(papers: Papers, report: Report) -> None:
    shares = shares_of(papers.row)
    if not shares:
        return
    for step, share in zip(papers.steps, shares, strict=False):
        if commitment(share) != step.share_hash:
            report.add(Wrong.SHARES, f"step {step.step}")
    for each in papers.of(EntryKind.CAMPAIGN_REVEALED):
        if len(shares) != SHARES or each.body.get("seed") != seed_of(shares).hex():
            report.add(Wrong.SEED, f"log {each.place}")
