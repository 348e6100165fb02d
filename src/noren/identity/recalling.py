"""A vault put back from a backup reads back what was chosen since, before it opens a door or tells anybody anything.

From its own log, which is never set back: her choices since the backup, in their order. From the ledger side: what is
in force there. Whatever of the two is stricter holds: a stop that either knows stands, a card that either knows as lost
is lost, who has left has left. Where the log is lost nobody knows which consents to a company were withdrawn since, so
none of them counts any more and she is asked anew.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from noren.governance.stopping import read_rule
from noren.identity.cards import put_state
from noren.identity.choices import Choices, resumed, stopped_now, withdrawn
from noren.identity.choosing import changed
from noren.identity.members import LIVING, Member, open_members, put_members
from noren.identity.model import CardState, Refused, Standing
from noren.identity.ports import Recalled, VaultBatch
from noren.identity.vault import Vault

PAGE_ROWS: Final = 200


@dataclass(frozen=True, slots=True)
class Said:
    """A choice as the log has it: the word, its value, and the day."""

    what: str
    value: str
    day: str


@dataclass(frozen=True, slots=True)
class Recollection:
    """What was read back: members whose choices or cards changed, and members who had left."""

    changed: int = 0
    left: int = 0


def recall_all(
    vault: Vault, *, said: Callable[[bytes], Sequence[Said]], log_lost: bool, keep_days: int
) -> Recollection:
    """Read back what was chosen since a backup; again, it changes nothing. ``said``: a member's words since, by row.

    Raises:
        LedgerAway: it does not answer; what is not read back yet stays shut.
    """
    after, changes, left = b"", 0, 0
    while True:
        with vault.writing:
            with vault.store.reading() as batch:
                rows = batch.all_rows(after, PAGE_ROWS)
                members = list(open_members(vault, batch, rows, standing=LIVING).values())
            told = _asked(vault, members)
            with vault.store.batch() as batch:
                for member in members:
                    answer = told.get(member.row, Recalled("unknown"))
                    if answer.state == "left":
                        _leave(vault, batch, member, keep_days)
                        left += 1
                    else:
                        changes += _recall(vault, batch, member, answer, said(member.row), log_lost)
        if len(rows) < PAGE_ROWS:
            return Recollection(changes, left)
        after = rows[-1]


def _asked(vault: Vault, members: Sequence[Member]) -> dict[bytes, Recalled]:
    asked = [
        (member.row, (member.link_token, [card.number for card in member.cards]))
        for member in members
        if member.link_token is not None
    ]
    answers: Sequence[Recalled] = vault.ledger.recall([question for _, question in asked]) if asked else ()
    return {row: answer for (row, _), answer in zip(asked, answers, strict=True)}


def _leave(vault: Vault, batch: VaultBatch, member: Member, keep_days: int) -> None:
    """Mark who has left since: the day on which her data goes is counted from now."""
    until = vault.today() + timedelta(days=keep_days)
    left = replace(member.at_rest, standing=Standing.WITHDRAWN, pending=False)
    put_members(vault, batch, [replace(member, at_rest=left, told=until.isoformat(), password=None)])


def _recall(
    vault: Vault, batch: VaultBatch, member: Member, known: Recalled, said: Sequence[Said], log_lost: bool
) -> bool:
    after = changed(vault, member, lambda choices: _joined(vault, choices, known, said, log_lost))
    assert not isinstance(after, Refused), "what the vault once held fits"
    if after is not member:
        put_members(vault, batch, [after])
    worse = [
        (card, state)
        for card, state in zip(member.cards, known.cards or (None,) * len(member.cards), strict=True)
        if card.state is CardState.ACTIVE and state not in (None, CardState.ACTIVE)
    ]
    for card, state in worse:
        assert state is not None, "looked at before"
        put_state(batch, member, card, state)
    return after is not member or bool(worse)


def _joined(vault: Vault, choices: Choices, known: Recalled, said: Sequence[Said], log_lost: bool) -> Choices:
    for each in said:
        choices = _with(vault, choices, each)
    if log_lost:
        now = vault.clock.now().astimezone(vault.zone).isoformat(timespec="seconds")
        for recipient in {each.recipient for each in choices.consents if each.recipient and not each.withdrawn_at}:
            for kind in {each.kind for each in choices.consents if each.recipient == recipient}:
                choices = withdrawn(choices, kind, recipient, now)
    for stop in known.stops:
        choices = stopped_now(choices, stop.rule, stop.since, vault.zone)
    on = True if known.points_only else choices.points_only
    months = min((each for each in (choices.keep_months, known.keep_months) if each), default=choices.keep_months)
    return replace(choices, points_only=on, keep_months=months)


def _with(vault: Vault, choices: Choices, said: Said) -> Choices:
    match said.what:
        case "stop" | "resume":
            rule = read_rule(said.value)
            assert rule is not None, "the vault wrote it"
            if said.what == "stop":
                return stopped_now(choices, rule, said.day, vault.zone)
            return resumed(choices, rule, said.day)
        case "points-only":
            return replace(choices, points_only=said.value == "on")
        case "auto-delete":
            return replace(choices, keep_months=0 if said.value == "off" else int(said.value))
        case "withdraw":
            kind, _, recipient = said.value.partition(",recipient=")
            return withdrawn(choices, kind, recipient, said.day)
        case _:
            return choices  # a consent's evidence is not in the log: she is asked anew
