"""Merging two members that are one person: cards, points and purchases go to the other, the rest is deleted at once.

Of the member merged away only the keyed index of her number and the way to the other stay,
so that an old import can not bring her back. Her fields and her key are destroyed.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from noren.identity.cards import UNKNOWN_MEMBER, note_card
from noren.identity.cards_at_rest import Card, seal_card
from noren.identity.choices import joined
from noren.identity.crossing import tell
from noren.identity.finding import find_numbers
from noren.identity.members import LIVING, Member, heard, mark, open_members, put_members
from noren.identity.model import MAX_CARDS_PER_MEMBER, Outcome, Refused, Standing
from noren.identity.operations import TOO_MANY_CARDS
from noren.identity.ports import VaultBatch
from noren.identity.requests import move_requests
from noren.identity.vault import Vault
from noren.kernel.ids import MemberNumber
from noren.kernel.say import Say

SAME_MEMBER: Final = Refused(
    Say(
        "同じ会員どうしは統合できません。2つの会員番号を確かめてください。",
        "A member can not be merged into herself. Check the two numbers.",
    )
)
NOT_YET_TOLD: Final = Refused(
    Say(
        "取引台帳への登録が終わっていない会員です。少し待ってからもう一度お試しください。",
        "The ledger has not been told of one of the members yet. Try again in a moment.",
    )
)


def merge_members(vault: Vault, *, number: MemberNumber, into: MemberNumber) -> Outcome:
    """Merge the member ``number`` into the member ``into``.

    Raises:
        LedgerAway: the merge is noted and is finished later.
    """
    with vault.writing:
        with vault.store.batch() as batch:
            found = find_numbers(vault, batch, (number, into))
            if number == into:
                return SAME_MEMBER
            if number not in found or into not in found:
                return UNKNOWN_MEMBER
            source, target = found[number], found[into]
            if source.standing is Standing.MERGED and source.merged_into == target.row:
                return "same"
            if source.standing not in LIVING or target.standing is not Standing.HERE:
                return UNKNOWN_MEMBER
            opened = open_members(vault, batch, [source.row, target.row])
            refused = _hindrance(opened[source.row], opened[target.row])
            if refused is not None:
                return refused
            noted = replace(source, standing=Standing.MERGING, merged_into=target.row, pending=True)
            batch.put_members([noted])
        return finish_merge(vault, source.row) or "changed"


def finish_merge(vault: Vault, row: bytes) -> Refused | None:
    """Carry out a merge that is noted: tell the ledger side, move the cards, delete the rest."""
    with vault.store.reading() as batch:
        source = open_members(vault, batch, [row])[row]
        into = source.at_rest.merged_into
        assert into is not None, "a merge without a target"
        target = open_members(vault, batch, [into])[into]
    refused = _merge_ledgers(vault, source, target)
    with vault.store.batch() as batch:
        if refused is not None:
            back = replace(source.at_rest, standing=Standing.HERE, merged_into=None, pending=False)
            batch.put_members([back])
            return refused
        _move(vault, batch, source, target)
    note_card(vault, into, "merged")
    vault.keys.destroy([row])
    tell(vault, [into], all_states=True)
    return None


def _hindrance(source: Member, target: Member) -> Refused | None:
    if len(source.cards) + len(target.cards) > MAX_CARDS_PER_MEMBER:
        return TOO_MANY_CARDS
    untold = [m for m in (source, target) if m.cards and m.link_token is None]
    return NOT_YET_TOLD if untold else None


def _merge_ledgers(vault: Vault, source: Member, target: Member) -> Refused | None:
    """Who has no card yet is not known to the ledger side: then there is nothing to merge there."""
    if source.link_token is None or target.link_token is None:
        return None
    return vault.ledger.merge(source.link_token, target.link_token)


def _move(vault: Vault, batch: VaultBatch, source: Member, target: Member) -> None:
    gone = replace(source.at_rest, standing=Standing.MERGED, pending=False, link_index=None, sealed={})
    batch.put_members([gone])
    batch.remove_contacts([source.row])
    batch.remove_cards([card.row for card in source.cards])
    moved = [_moved(vault, card, target, len(target.cards) + i) for i, card in enumerate(source.cards)]
    batch.put_cards([card.at_rest for card in moved])
    move_requests(batch, source, target)
    choices = joined(target.choices, source.choices, vault.zone)
    after = replace(target, cards=(*target.cards, *moved), choices=choices)
    put_members(vault, batch, [mark(heard(vault, after), pending=bool(after.cards))])


def _moved(vault: Vault, card: Card, target: Member, place: int) -> Card:
    return seal_card(vault, card.number, member=target.row, key=target.key, place=place, state=card.state)
