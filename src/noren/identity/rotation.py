"""What a rotation of a key asks of the vault: a stretch of rows at a time, each moved to the current key.

Every stretch may be repeated or broken off anywhere: a row that is moved says so by the
version in front of its values, and is left as it is. The caller goes over all rows again
until a whole pass has moved none; only then may the old version be destroyed. Rows stand in
the order of their random keys, and what crosses to the ledger side is shuffled.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from noren.identity.members import WITH_WITHDRAWN, Member, open_members, settled
from noren.identity.model import CardRow, MemberRow
from noren.identity.ports import Stretch, VaultBatch
from noren.identity.vault import Vault

PAGE_ROWS: Final = 250
"""Rows of one transaction: members wait no longer than it takes (about 50 ms)."""

_MEMBERS: Final = b"m"
_CARDS: Final = b"c"
_KEYS: Final = b"k"
_SNAPSHOT: Final = b"s"

Step = Callable[[Vault, bytes], Stretch]


def move(vault: Vault, *, name: str, after: bytes) -> Stretch:
    """Move a stretch of what rests on a key of the vault, or on a key of the ledger side that only the vault can feed.

    Args:
        vault: the vault.
        name: the key, one of ``WORKS``.
        after: where the last stretch ended; empty at the beginning.

    Raises:
        LedgerAway: the ledger side does not answer; the same stretch can be asked for again.
    """
    steps = WORKS[name]
    part = after[:1] or steps[0][0]
    place = next(number for number, (mark, _) in enumerate(steps) if mark == part)
    with vault.writing:
        done = steps[place][1](vault, after[1:])
    if done.after:
        return replace(done, after=part + done.after)
    following = steps[place + 1][0] if place + 1 < len(steps) else b""
    return replace(done, after=following)


def _keys(vault: Vault, after: bytes) -> Stretch:
    return vault.keys.rewrap(after, PAGE_ROWS)


def _snapshot(vault: Vault, after: bytes) -> Stretch:
    """Take a snapshot anew: older ones are wrapped under the key that goes, and go with it."""
    del after
    vault.keys.snapshot(vault.clock.now(), anew=True)
    return Stretch(b"", 0, 0)


def _owners(vault: Vault, after: bytes) -> Stretch:
    return _cards(vault, after, lambda card: replace(card, member=vault.owners.now(card)))


def _card_indexes(vault: Vault, after: bytes) -> Stretch:
    return _cards(vault, after, lambda card: replace(card, index=vault.indexes.now(card.index)))


def _cards(vault: Vault, after: bytes, moved: Callable[[CardRow], CardRow]) -> Stretch:
    with vault.store.batch() as batch:
        page = batch.all_cards(after, PAGE_ROWS)
        fresh = [new for old in page if (new := moved(old)) != old]
        batch.put_cards(fresh)
    return _stretch([card.row for card in page], len(fresh))


def _member_indexes(vault: Vault, after: bytes) -> Stretch:
    with vault.store.batch() as batch:
        rows = batch.all_rows(after, PAGE_ROWS)
        fresh = [new for old in batch.members(rows).values() if (new := _indexed(vault, old)) != old]
        batch.put_members(fresh)
    return _stretch(rows, len(fresh))


def _indexed(vault: Vault, row: MemberRow) -> MemberRow:
    link = None if row.link_index is None else vault.indexes.now(row.link_index)
    return replace(row, number_index=vault.indexes.now(row.number_index), link_index=link)


def _tokens(vault: Vault, after: bytes) -> Stretch:
    """Let the ledger side make the tokens of a stretch of members anew; each stands sealed under her own key."""
    rows, members = _page(vault, after)
    linked = [(member, member.link_token) for member in members if member.link_token is not None]
    vault.chance.shuffle(linked)
    fresh = vault.ledger.renew_tokens([token for _, token in linked]) if linked else ()
    changed = [
        replace(member, link_token=new, at_rest=replace(member.at_rest, link_index=vault.indexes.link_token(new)))
        for (member, old), new in zip(linked, fresh, strict=True)
        if new != old
    ]
    with vault.store.batch() as batch:
        batch.settle([settled(member) for member in changed])
    return _stretch(rows, len(changed))


def _numbers(vault: Vault, after: bytes) -> Stretch:
    """Show the ledger side the cards of a stretch of members, shuffled: it alone can find them under its old key."""
    rows, members = _page(vault, after)
    numbers = [card.number for member in members for card in member.cards]
    vault.chance.shuffle(numbers)
    return _stretch(rows, vault.ledger.reindex(numbers) if numbers else 0)


def _page(vault: Vault, after: bytes) -> tuple[list[bytes], list[Member]]:
    with vault.store.reading() as batch:
        rows = batch.all_rows(after, PAGE_ROWS)
        return rows, _opened(vault, batch, rows)


def _opened(vault: Vault, batch: VaultBatch, rows: list[bytes]) -> list[Member]:
    return list(open_members(vault, batch, rows, standing=WITH_WITHDRAWN).values())


def _stretch(rows: Sequence[bytes], moved: int) -> Stretch:
    return Stretch(rows[-1] if len(rows) == PAGE_ROWS else b"", len(rows), moved)


WORKS: Final[dict[str, tuple[tuple[bytes, Step], ...]]] = {
    "member-wrap": ((_KEYS, _keys), (_CARDS, _owners), (_SNAPSHOT, _snapshot)),
    "vault-index": ((_MEMBERS, _member_indexes), (_CARDS, _card_indexes)),
    "link": ((_MEMBERS, _tokens),),
    "card-index": ((_MEMBERS, _numbers),),
}
