"""Finding members and cards by number, under every live version of the index key: two while it rotates."""

from __future__ import annotations

from collections.abc import Iterable

from noren.identity.model import CardRow, MemberRow
from noren.identity.ports import VaultBatch
from noren.identity.vault import Vault
from noren.kernel.ids import CardNumber, MemberNumber


def find_numbers(vault: Vault, batch: VaultBatch, numbers: Iterable[MemberNumber]) -> dict[MemberNumber, MemberRow]:
    """Return the known members among member numbers."""
    named = {index: number for number in numbers for index in vault.indexes.member_numbers(number)}
    return {named[index]: row for index, row in batch.members_by_number(named).items()}


def find_cards(vault: Vault, batch: VaultBatch, cards: Iterable[CardNumber]) -> dict[CardNumber, CardRow]:
    """Return the known cards among card numbers."""
    named = {index: card for card in cards for index in vault.indexes.cards(card)}
    return {named[index]: row for index, row in batch.cards(named).items()}
