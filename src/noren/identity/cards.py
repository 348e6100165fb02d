"""Cards: adding, losing, blocking, finding again, reissuing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from noren.identity.crossing import tell
from noren.identity.members import Member, mark, open_members, put_members, seal_card
from noren.identity.model import MAX_ROWS_PER_CALL, CardRow, CardState, Outcome, Refused
from noren.identity.operations import enrol
from noren.identity.ports import VaultBatch
from noren.identity.vault import Vault
from noren.kernel.ids import CardNumber, MemberNumber
from noren.kernel.say import Say

UNKNOWN_MEMBER: Final = Refused(
    Say(
        "この会員番号の会員はいません。先に会員を登録してください。",
        "No member has this member number. Import the members first.",
    )
)
UNKNOWN_CARD: Final = Refused(
    Say(
        "このカード番号は登録されていません。番号を確かめてください。",
        "This card is not known. Check the number.",
    )
)
CARD_NEEDED: Final = Refused(
    Say(
        "カード番号(card)を書いてください。8〜40桁の半角数字です。",
        "Write the card: 8 to 40 digits 0-9.",
    )
)
NEW_CARD_TAKEN: Final = Refused(
    Say(
        "新しいカード番号はすでに別の会員のものです。別のカードを使ってください。",
        "The new card already belongs to another member. Use another card.",
    )
)


def add_cards(vault: Vault, *, rows: Sequence[Mapping[str, object]]) -> list[Outcome]:
    """Give cards (``card, member_number``) to known members; an outcome per row, ``same`` where nothing changed.

    Raises:
        LedgerAway: the cards are stored, the ledger side is told later.
    """
    assert len(rows) <= MAX_ROWS_PER_CALL, "more rows than one call takes"
    out: dict[int, Outcome] = {i: CARD_NEEDED for i, row in enumerate(rows) if row.get("card") in (None, "")}
    known = _known(vault, rows)
    for i, row in enumerate(rows):
        if i not in out and row.get("member_number") not in known and _well_formed(row.get("member_number")):
            out[i] = UNKNOWN_MEMBER
    asked = [i for i in range(len(rows)) if i not in out]
    done = enrol(vault, rows=[rows[i] for i in asked]).outcomes
    out |= {i: "added" if outcome == "changed" else outcome for i, outcome in zip(asked, done, strict=True)}
    return [out[i] for i in range(len(rows))]


def _known(vault: Vault, rows: Sequence[Mapping[str, object]]) -> set[object]:
    named = {value for row in rows if isinstance(value := row.get("member_number"), str) and _well_formed(value)}
    by_index = {vault.indexes.member_number(MemberNumber(value)): value for value in named}
    with vault.store.reading() as batch:
        return {by_index[index] for index in batch.members_by_number(by_index)}


def _well_formed(value: object) -> bool:
    try:
        MemberNumber(value if isinstance(value, str) else "")
    except ValueError:
        return False
    return True


def set_card_state(vault: Vault, *, card: CardNumber, state: CardState) -> Outcome:
    """Say what a card may do; a lost card that is found may be active again.

    Raises:
        LedgerAway: the state is stored, the ledger side is told later.
    """
    with vault.writing:
        with vault.store.batch() as batch:
            found = find_by_card(vault, batch, card)
            if found is None:
                return UNKNOWN_CARD
            member, at = found
            if at.state is state and not member.at_rest.pending:
                return "same"
            batch.put_cards([replace(at, state=state)])
            put_members(vault, batch, [mark(member, pending=True)])
        return tell(vault, [member.row], all_states=True).get(member.row, "changed")


def reissue_card(vault: Vault, *, card: CardNumber, new_card: CardNumber) -> Outcome:
    """Give a member a new card in place of one: the old one is blocked (a lost one stays lost).

    Raises:
        LedgerAway: both cards are stored, the ledger side is told later.
    """
    with vault.writing:
        with vault.store.batch() as batch:
            found = find_by_card(vault, batch, card)
            if found is None:
                return UNKNOWN_CARD
            member, old = found
            new = batch.cards([vault.indexes.card(new_card)]).get(vault.indexes.card(new_card))
            if new is not None and new.member != member.row:
                return NEW_CARD_TAKEN
            if new is not None and old.state is not CardState.ACTIVE and not member.at_rest.pending:
                return "same"
            batch.put_cards(_exchanged(vault, member, old, new, new_card))
            put_members(vault, batch, [mark(member, pending=True)])
        return tell(vault, [member.row], all_states=True).get(member.row, "changed")


def _exchanged(vault: Vault, member: Member, old: CardRow, new: CardRow | None, new_card: CardNumber) -> list[CardRow]:
    assert new is None or new.row != old.row, "a card is not reissued as itself"
    blocked = replace(old, state=CardState.BLOCKED) if old.state is CardState.ACTIVE else old
    if new is None:
        blank = CardRow(vault.chance.row(), member.row, b"", b"", CardState.ACTIVE)
        new = seal_card(vault, new_card, member, blank)
    return [blocked, new]


def find_by_card(vault: Vault, batch: VaultBatch, card: CardNumber) -> tuple[Member, CardRow] | None:
    """Return the member with this card, opened, and the card; None when it is not known."""
    at = batch.cards([vault.indexes.card(card)]).get(vault.indexes.card(card))
    if at is None:
        return None
    return open_members(vault, batch, [at.member])[at.member], at
