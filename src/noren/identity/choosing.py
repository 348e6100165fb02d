"""Consents and stops from another system's files: kept sealed, stops told on. Her own word: ``deciding``.

Idempotent like enrolment: the same rows again change nothing. Whoever is stopped is told to the
ledger side through the same crossing, under the same mark, so that a crash loses no stop.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Final

from noren.identity.cards import UNKNOWN_CARD, UNKNOWN_MEMBER, find_by_card
from noren.identity.choices import (
    SCOPES,
    Choices,
    Consent,
    Scope,
    Stop,
    rule_of,
    with_consent,
    with_stop,
)
from noren.identity.crossing import needs_telling, tell_members
from noren.identity.members import Member, heard, mark, open_members, put_members
from noren.identity.model import MAX_ROWS_PER_CALL, Outcome, Refused, Standing
from noren.identity.operations import MERGED_AWAY
from noren.identity.ports import VaultBatch
from noren.identity.sealed_choices import fits
from noren.identity.vault import Vault
from noren.kernel.ids import CardNumber, MemberNumber
from noren.kernel.say import Say

_CODE: Final = re.compile(r"[0-9A-Za-z._-]{1,32}\Z", re.ASCII)
TOO_MANY: Final = Refused(
    Say(
        "この会員の同意と停止の記録が多すぎます。古い同意をまとめて取り込んでください。",
        "This member has too many consents and stops. Leave out consents that later ones replace.",
    )
)
UNFIT_TIME: Final = Refused(
    Say(
        "日時は 2026-01-02 か 2026-01-02T10:15:30+09:00 の形で、未来でない日時です。",
        "A time has the form 2026-01-02 or 2026-01-02T10:15:30+09:00 and does not lie in the future.",
    )
)
UNFIT_CODE: Final = Refused(
    Say(
        "種類・提供先・版・対象は英数字と . _ - で32文字以内です。",
        "Kind, recipient, version and name take up to 32 of 0-9 A-Z a-z . _ -",
    )
)
UNFIT_SCOPE: Final = Refused(
    Say(
        "範囲は all(対象なし)か、purpose・recipient・channel(対象あり)です。",
        "A scope is all (without a name), or purpose, recipient or channel (with one).",
    )
)
BACKWARDS: Final = Refused(Say("撤回が同意より前です。", "It was withdrawn before it was given."))

Change = Callable[[Choices], Choices]


def import_consents(vault: Vault, *, rows: Sequence[Mapping[str, object]], dry: bool = False) -> list[Outcome]:
    """Keep consents; an outcome per row. ``dry``: only say what would become of them ("same" = it stands).

    Raises:
        LedgerAway: all good rows are stored, the ledger side is told later.
    """
    return _import(vault, rows, [_consent(vault, row) for row in rows], dry)


def import_stops(vault: Vault, *, rows: Sequence[Mapping[str, object]], dry: bool = False) -> list[Outcome]:
    """Keep stops; none is ever lost or weakened by a row. An outcome per row, as :func:`import_consents`.

    Raises:
        LedgerAway: all good rows are stored, the ledger side is told later.
    """
    return _import(vault, rows, [_stop(vault, row) for row in rows], dry)


def choices_of(vault: Vault, *, card: CardNumber) -> Choices | Refused:
    """Return the consents and stops of the member with a card."""
    with vault.store.reading() as batch:
        found = find_by_card(vault, batch, card)
    return UNKNOWN_CARD if found is None else found[0].choices


def _import(
    vault: Vault, rows: Sequence[Mapping[str, object]], changes: Sequence[Change | Refused], dry: bool
) -> list[Outcome]:
    assert len(rows) <= MAX_ROWS_PER_CALL, "more rows than one call takes"
    with vault.writing:
        with vault.store.batch() as batch:
            desk = _Desk(vault, batch, rows)
            out: list[Outcome] = []
            out.extend(desk.take(row, change) for row, change in zip(rows, changes, strict=True))
            untold = [] if dry else desk.store(batch)
        refused = tell_members(vault, untold)
    for place, row in enumerate(rows):
        index = desk.index_of(row)
        if index in desk.now and desk.now[index].row in refused and not isinstance(out[place], Refused):
            out[place] = refused[desk.now[index].row]
    return out


class _Desk:
    """Takes the rows of one transaction: members as they are known, and as the rows so far leave them."""

    def __init__(self, vault: Vault, batch: VaultBatch, rows: Sequence[Mapping[str, object]]) -> None:
        self._vault = vault
        known = batch.members_by_number({i for row in rows if (i := self.index_of(row)) is not None})
        self._gone = {index for index, m in known.items() if m.standing is not Standing.HERE}
        opened = open_members(vault, batch, [m.row for m in known.values() if m.standing is Standing.HERE])
        self._before = {m.at_rest.number_index: m for m in opened.values()}
        self.now = dict(self._before)

    def index_of(self, row: Mapping[str, object]) -> bytes | None:
        number = row.get("member_number")
        if not isinstance(number, str) or not _CODE.match(number):
            return None
        return self._vault.indexes.member_number(MemberNumber(number))

    def take(self, row: Mapping[str, object], change: Change | Refused) -> Outcome:
        """Decide one row; what it changes is written by ``store``."""
        index = self.index_of(row)
        if isinstance(change, Refused):
            return change
        if index is None or index not in self.now:
            return MERGED_AWAY if index in self._gone else UNKNOWN_MEMBER
        before = self.now[index]
        after = changed(self._vault, before, change)
        if isinstance(after, Refused) or after is before:
            return after if isinstance(after, Refused) else "same"
        self.now[index] = after
        more = len(after.choices.consents) + len(after.choices.stops)
        return "added" if more > len(before.choices.consents) + len(before.choices.stops) else "changed"

    def store(self, batch: VaultBatch) -> list[Member]:
        """Write what was taken; return those to be told of."""
        changed = [member for index, member in self.now.items() if member is not self._before[index]]
        self._vault.chance.shuffle(changed)
        put_members(self._vault, batch, changed)
        return [member for member in changed if member.at_rest.pending]


def changed(vault: Vault, member: Member, change: Change) -> Member | Refused:
    """Return the member after a change, marked where the ledger side must hear of it; herself where nothing changed."""
    choices = change(member.choices)
    person = replace(
        member.person,
        email_ok=_said(choices.consents_to("email"), member.person.email_ok),
        post_ok=_said(choices.consents_to("post"), member.person.post_ok),
    )
    if (choices, person) == (member.choices, member.person):
        return member
    if not fits(choices):
        return TOO_MANY
    after = heard(vault, replace(member, choices=choices, person=person))
    differ = bool(member.cards) and (choices.crosses, choices.received) != (
        member.choices.crosses,
        member.choices.received,
    )
    return mark(after, pending=differ or needs_telling(vault, after, card_added=False))


def _said(consents: bool | None, before: str | None) -> str | None:
    return before if consents is None else "yes" if consents else "no"


def _consent(vault: Vault, row: Mapping[str, object]) -> Change | Refused:
    kind, recipient, version = (_text(row, name) for name in ("kind", "recipient", "text_version"))
    given_at, withdrawn_at = _text(row, "given_at"), _text(row, "withdrawn_at")
    if not (_CODE.match(kind) and _CODE.match(version) and (not recipient or _CODE.match(recipient))):
        return UNFIT_CODE
    if not _time_fits(vault, given_at) or (withdrawn_at and not _time_fits(vault, withdrawn_at)):
        return UNFIT_TIME
    if withdrawn_at and withdrawn_at[:10] < given_at[:10]:
        return BACKWARDS
    given = Consent(kind, recipient, given_at, version, withdrawn_at)
    return lambda choices: with_consent(choices, given)


def _stop(vault: Vault, row: Mapping[str, object]) -> Change | Refused:
    scope, name, since = (_text(row, each) for each in ("scope", "name", "since"))
    known: Scope | None = next((each for each in SCOPES if each == scope), None)
    if known is None or not _scope_fits(known, name):
        return UNFIT_SCOPE
    if not _time_fits(vault, since):
        return UNFIT_TIME
    given = Stop(rule_of(known, name), since)
    return lambda choices: with_stop(choices, given, vault.zone)


def _scope_fits(scope: Scope, name: str) -> bool:
    return not name if scope == "all" else bool(_CODE.match(name))


def _time_fits(vault: Vault, text: str) -> bool:
    """Whether a text is a day or an instant with an offset, in the form it will be kept in, and not ahead of us."""
    try:
        if "T" not in text:
            return date.fromisoformat(text) <= vault.today() and date.fromisoformat(text).isoformat() == text
        instant = datetime.fromisoformat(text)
        return instant.utcoffset() is not None and instant <= vault.clock.now()
    except ValueError:
        return False


def _text(row: Mapping[str, object], name: str) -> str:
    value = row.get(name)
    return value if isinstance(value, str) else ""
