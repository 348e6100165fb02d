"""Cards: adding, losing, blocking, finding again, reissuing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from noren.governance.ports import Entry, EntryKind
from noren.identity.cards_at_rest import Card, seal_card, with_state
from noren.identity.crossing import tell
from noren.identity.finding import find_cards, find_numbers
from noren.identity.members import LIVING, Member, heard, mark, open_members, put_members
from noren.identity.model import MAX_ROWS_PER_CALL, CardState, Outcome, Refused, Standing
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
    with vault.store.reading() as batch:
        return {number.reveal() for number in find_numbers(vault, batch, map(MemberNumber, named))}


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
            member, before = found
            if before.state is state and not member.at_rest.pending:
                return "same"
            put_state(batch, member, before, state)
            put_members(vault, batch, [mark(heard(vault, member), pending=True)])
        note_card(vault, member.row, state.name.lower())
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
            new = find_cards(vault, batch, [new_card]).get(new_card)
            if new is not None and vault.owners.open(new) != member.row:
                return NEW_CARD_TAKEN
            if new is not None and old.state is not CardState.ACTIVE and not member.at_rest.pending:
                return "same"
            assert new is None or new.row != old.row, "a card is not reissued as itself"
            if old.state is CardState.ACTIVE:
                put_state(batch, member, old, CardState.BLOCKED)
            after = member if new is not None else _with_card(vault, batch, member, new_card)
            put_members(vault, batch, [mark(heard(vault, after), pending=True)])
        note_card(vault, member.row, "reissued")
        return tell(vault, [member.row], all_states=True).get(member.row, "changed")


def put_state(batch: VaultBatch, member: Member, card: Card, state: CardState) -> None:
    """Write what a card may do; whoever calls tells the ledger side where it does not know."""
    batch.put_cards([with_state(card, member.key, state).at_rest])
    batch.count_inactive((card.state is CardState.ACTIVE) - (state is CardState.ACTIVE))


def note_card(vault: Vault, row: bytes, now: str) -> None:
    """Write into the side's log what became of a card of a member's; which card it is stands nowhere."""
    if vault.journal is not None:
        entry = Entry(EntryKind.CARD_CHANGED, vault.clock.now(), {"now": now}, vault.journal.subject(row))
        vault.journal.append([entry])


def _with_card(vault: Vault, batch: VaultBatch, member: Member, number: CardNumber) -> Member:
    card = seal_card(vault, number, member=member.row, key=member.key, place=len(member.cards))
    batch.put_cards([card.at_rest])
    return replace(member, cards=(*member.cards, card))


def find_by_card(
    vault: Vault, batch: VaultBatch, card: CardNumber, *, standing: frozenset[Standing] = LIVING
) -> tuple[Member, Card] | None:
    """Return the member with this card, opened, and the card; None when it is not known, or its member has left."""
    at = find_cards(vault, batch, [card]).get(card)
    if at is None:
        return None
    row = vault.owners.open(at)
    member = open_members(vault, batch, [row], standing=standing).get(row)
    if member is None:
        return None
    return member, next(each for each in member.cards if each.row == at.row)
