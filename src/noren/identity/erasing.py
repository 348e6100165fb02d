"""Erasing a member from the vault: her fields and her key at once, then the ledger side is told by link token.

The order, so that a crash anywhere is finished at the next start. First what the law makes outlive her goes to the
statutory vault. Then, in one transaction, her contact and her cards are deleted and her row becomes one that waits:
it holds nothing but the link token, sealed under the vault's own key, and the marks for the erasure list. Her key is
destroyed at all custodians and in every snapshot, the list is told, the ledger side is told. The row goes last.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace
from typing import Final

from noren.governance.ports import Entry, EntryKind
from noren.identity.cards import UNKNOWN_CARD, find_by_card
from noren.identity.errors import LedgerAway, StoreUnusable
from noren.identity.members import WITH_WITHDRAWN, Member
from noren.identity.model import CardState, MemberRow, Refused, Standing
from noren.identity.ports import VaultBatch
from noren.identity.requests import end_with_her
from noren.identity.statutory.model import Kept, Record, kept, records_of
from noren.identity.vault import NUMBER, ROW, Vault
from noren.kernel.ids import CardNumber, LinkToken
from noren.kernel.say import Say

MERGE_FIRST: Final = Refused(
    Say(
        "この会員は統合の途中です。少し待ってからもう一度お試しください。",
        "A merge of this member is under way. Try again in a moment.",
    )
)
_PAGE: Final = 500


@dataclass(frozen=True, slots=True)
class Erased:
    """A member was erased. ``told``: whether the ledger side has heard of it; else it hears as soon as it answers.

    ``kept``: what the law makes outlive her, and until when.
    """

    told: bool
    kept: tuple[Kept, ...] = ()


def erase_member(vault: Vault, *, card: CardNumber) -> Erased | Refused:
    """Erase the member with this card, also one who has left.

    On return nothing of her can be read any more, here or in a backup of the vault.
    """
    with vault.writing:
        with vault.store.reading() as batch:
            found = find_by_card(vault, batch, card, standing=WITH_WITHDRAWN)
            if found is None:
                return UNKNOWN_CARD
            if is_merging(batch, found[0]):
                return MERGE_FIRST
        return erase_row(vault, found[0])


def erase_row(vault: Vault, member: Member) -> Erased:
    """Erase a member who is open; the caller holds ``vault.writing``."""
    stays = _keep_by_law(vault, member)
    _begin(vault, member)
    try:
        finish_erasure(vault, member.row)
    except LedgerAway:
        return Erased(told=False, kept=stays)
    return Erased(told=True, kept=stays)


def what_stays(vault: Vault, *, card: CardNumber) -> tuple[Kept, ...] | Refused:
    """Return what would outlive an erasure of the member with this card today, before it is done."""
    with vault.store.reading() as batch:
        found = find_by_card(vault, batch, card, standing=WITH_WITHDRAWN)
    return UNKNOWN_CARD if found is None else what_would_stay(vault, found[0])


def what_would_stay(vault: Vault, member: Member) -> tuple[Kept, ...]:
    """Return the same of a member who is open."""
    return tuple(kept(_records(vault, member), vault.today()))


def _keep_by_law(vault: Vault, member: Member) -> tuple[Kept, ...]:
    if vault.statutory is None:
        return ()
    return tuple(vault.statutory.keep(member.row, _records(vault, member), vault.today()))


def _records(vault: Vault, member: Member) -> list[Record]:
    if vault.statutory is None:
        return []
    return records_of(member.choices, vault.statutory.address(member.contact.email or ""))


def finish_erasure(vault: Vault, row: bytes) -> None:
    """Carry out an erasure that is noted: her key, the list, the ledger side, and at last her row.

    Raises:
        LedgerAway: the ledger side does not answer; the row waits.
    """
    with vault.store.reading() as batch:
        waiting = batch.members([row])[row]
    vault.keys.destroy([row])
    vault.erasures.add(_marks(waiting), vault.today())
    if vault.journal is not None:  # what the log said of her is forgotten; that it forgot, it says
        vault.journal.forget_member(row, reason="erasure")
    forget_deleted(vault)
    token = waiting.sealed.get("link_token")
    if token is not None:
        vault.ledger.erase(LinkToken(vault.owners.unseal_token(row, token)))
    if vault.journal is not None:
        vault.journal.append([Entry(EntryKind.ERASURE_COMPLETED, vault.clock.now())])
    with vault.store.batch() as batch:
        batch.remove_members([row])
    forget_deleted(vault)


def forget_deleted(vault: Vault) -> None:
    """Let no byte of what was deleted stand in the store's files, where nobody is reading them just now."""
    with contextlib.suppress(StoreUnusable):  # a reader holds the log: the next laying anew empties it
        vault.store.forget_deleted()


def _begin(vault: Vault, member: Member) -> None:
    """Delete in one transaction all that she was, and note that the rest is to be done."""
    lost = sum(card.state is not CardState.ACTIVE for card in member.cards)
    with vault.store.batch() as batch:
        end_with_her(batch, member, vault.today())
        batch.remove_contacts([member.row])
        batch.remove_cards([card.row for card in member.cards])
        if lost:
            batch.count_inactive(-lost)
        batch.put_members([_waiting(vault, member)])


def _waiting(vault: Vault, member: Member) -> MemberRow:
    """Return her row with nothing of her but what the rest of the erasure needs."""
    number = (member.person.member_number or "").encode()
    marks = vault.erasures.mark_of(ROW, member.row) + vault.erasures.mark_of(NUMBER, number)
    sealed = {"member_number": marks}
    if member.link_token is not None:
        sealed["link_token"] = vault.owners.seal_token(member.row, member.link_token.reveal())
    return replace(
        member.at_rest,
        number_index=vault.indexes.no_number(member.row),
        standing=Standing.ERASING,
        pending=True,
        merged_into=None,
        link_index=vault.indexes.no_link_token(member.row),
        sealed=sealed,
    )


def _marks(waiting: MemberRow) -> list[bytes]:
    both = waiting.sealed["member_number"]
    return [both[: len(both) // 2], both[len(both) // 2 :]]


def is_merging(batch: VaultBatch, member: Member) -> bool:
    """Whether she is being merged, or somebody into her."""
    if member.at_rest.standing is Standing.MERGING:
        return True
    after = b""
    while rows := batch.pending(after, _PAGE):
        if any(other.merged_into == member.row for other in batch.members(rows).values()):
            return True
        after = rows[-1]
    return False
