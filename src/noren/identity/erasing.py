"""Erasing a member from the vault: her fields and her key at once, then the ledger side is told by link token.

The order, so that a crash anywhere is finished at the next start. First what the law makes outlive her goes to the
statutory vault. Then, in one transaction, her contact and her cards are deleted and her row becomes one that waits:
it holds nothing but the link token, sealed under the vault's own key, the marks for the erasure list and the mark of
her number for the statutory vault. Disclosures that lie here and her key are destroyed, at all custodians and in every
snapshot, the list is told, the ledger side is told and answers with tags for the statutory vault. The row goes last.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from noren.governance.ports import Entry, EntryKind
from noren.identity.cards import UNKNOWN_CARD, find_by_card
from noren.identity.errors import LedgerAway, StoreUnusable
from noren.identity.members import WITH_WITHDRAWN, Member
from noren.identity.model import CardState, MemberRow, Refused, Standing
from noren.identity.ports import Provided, VaultBatch
from noren.identity.requests import end_with_her
from noren.identity.statutory.model import PROVIDED, Kept, Record, kept, kept_provided, month_after, records_of
from noren.identity.vault import NUMBER, ROW, Vault
from noren.kernel.ids import CardNumber, LinkToken
from noren.kernel.marks import MARK_BYTES
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
        provided = finish_erasure(vault, member.row)
    except LedgerAway:
        return Erased(told=False, kept=(*stays, *_at_most(vault, member)))
    return Erased(told=True, kept=(*stays, *provided))


def what_stays(vault: Vault, *, card: CardNumber) -> tuple[Kept, ...] | Refused:
    """Return what would outlive an erasure of the member with this card today, before it is done."""
    with vault.store.reading() as batch:
        found = find_by_card(vault, batch, card, standing=WITH_WITHDRAWN)
    return UNKNOWN_CARD if found is None else what_would_stay(vault, found[0])


def what_would_stay(vault: Vault, member: Member) -> tuple[Kept, ...]:
    """Return the same of a member who is open."""
    return (*kept(_records(vault, member), vault.today()), *_at_most(vault, member))


def _at_most(vault: Vault, member: Member) -> tuple[Kept, ...]:
    """Return what may stay of her provisions and for how long at most: which there were, the ledger side knows."""
    if vault.statutory is None or not member.person.member_number:
        return ()
    return (kept_provided(month_after(vault.today(), PROVIDED.months)),)


def _keep_by_law(vault: Vault, member: Member) -> tuple[Kept, ...]:
    if vault.statutory is None:
        return ()
    return tuple(vault.statutory.keep(member.row, _records(vault, member), vault.today()))


def _records(vault: Vault, member: Member) -> list[Record]:
    if vault.statutory is None:
        return []
    return records_of(member.choices, vault.statutory.address(member.contact.email or ""))


def finish_erasure(vault: Vault, row: bytes) -> tuple[Kept, ...]:
    """Carry out an erasure that is noted: her key, the list, the ledger side, and at last her row.

    Return what is kept of her provisions.

    Raises:
        LedgerAway: the ledger side does not answer; the row waits.
    """
    with vault.store.reading() as batch:
        waiting = batch.members([row])[row]
    if vault.end_disclosures is not None:
        vault.end_disclosures()
    vault.keys.destroy([row])
    vault.erasures.add(_marks(waiting), vault.today())
    if vault.journal is not None:  # what the log said of her is forgotten; that it forgot, it says
        vault.journal.forget_member(row, reason="erasure")
    forget_deleted(vault)
    token, stays = waiting.sealed.get("link_token"), ()
    if token is not None:
        stays = _keep_provided(vault, waiting, vault.ledger.erase(LinkToken(vault.owners.unseal_token(row, token))))
    if vault.journal is not None:
        vault.journal.append([Entry(EntryKind.ERASURE_COMPLETED, vault.clock.now())])
    with vault.store.batch() as batch:
        batch.remove_members([row])
    forget_deleted(vault)
    return stays


def _keep_provided(vault: Vault, waiting: MemberRow, provided: Sequence[Provided]) -> tuple[Kept, ...]:
    """Keep the ledger side's tags beside the mark of her number, before the row that waits is gone."""
    number = waiting.sealed["member_number"][2 * MARK_BYTES :]
    if vault.statutory is None or not number or not provided:
        return ()
    vault.statutory.keep_provided(number, provided)
    return tuple(kept_provided(month) for month in sorted({each.month for each in provided}))


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
    if vault.statutory is not None:
        marks += vault.statutory.number(member.person.member_number or "")
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
    return [both[:MARK_BYTES], both[MARK_BYTES : 2 * MARK_BYTES]]


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
