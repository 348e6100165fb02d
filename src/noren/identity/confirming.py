"""A member's newest choice, once it holds on every path: written into the log, and noted with the instant.

A crash between the two writes it into the log once more; it is never in force without an entry for long.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from noren.governance.ports import Entry, EntryKind, Journal
from noren.identity.choices import Received
from noren.identity.members import Member
from noren.identity.vault import Vault

_KINDS: Final = {
    "stop": EntryKind.STOP,
    "resume": EntryKind.RESUME,
    "consent": EntryKind.CONSENT_GIVEN,
    "withdraw": EntryKind.CONSENT_WITHDRAWN,
    "terms": EntryKind.TERMS_ACCEPTED,
}


def confirmed(vault: Vault, members: Sequence[Member]) -> list[Member]:
    """Return members with their newest choices as in force and logged; who has none open is returned as she is."""
    now = vault.clock.now()
    open_ones = [m for m in members if m.choices.received is not None and not m.choices.received.in_force_at]
    if vault.journal is not None:
        entries = [entry for m in open_ones for entry in _entries(vault.journal, m, now)]
        if entries:
            vault.journal.append(entries)
    at = now.astimezone(vault.zone).isoformat(timespec="milliseconds")
    done = {id(member) for member in open_ones}
    return [_in_force(member, at) if id(member) in done else member for member in members]


def _entries(journal: Journal, member: Member, at: datetime) -> Iterable[Entry]:
    received = member.choices.received
    assert received is not None, "only what was received is logged"
    if received.logged:
        return
    subject = journal.subject(member.row)
    for what, value in received.said:
        facts = {"choice": what, "value": value, "texts": received.text_version}
        yield Entry(_KINDS.get(what, EntryKind.CHOICE_CHANGED), at, facts, subject)


def _in_force(member: Member, at: str) -> Member:
    received = member.choices.received
    assert isinstance(received, Received), "only what was received comes into force"
    noted = replace(received, in_force_at=at, logged=True)
    return replace(member, choices=replace(member.choices, received=noted))
