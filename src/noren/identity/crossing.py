"""The crossing: telling the ledger side of members, healing what a crash left untold.

The order is always the same: the vault stores and marks ``pending``, tells the ledger side,
then stores the token and takes the mark away. A crash anywhere leaves the mark, and the
same import again or the sweep at the vault's start tells once more; the ledger side
recognises her by her cards. What crosses is shuffled anew, independently of how it came.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from noren.identity.choices import Choices
from noren.identity.confirming import confirmed
from noren.identity.errors import LedgerAway
from noren.identity.members import Member, at_rest, mark, open_members, settled
from noren.identity.model import CardState, Refused, Standing
from noren.identity.ports import Introduction
from noren.identity.traits import as_text, traits_of
from noren.identity.vault import Vault
from noren.kernel.ids import LinkToken
from noren.kernel.say import Say

TWO_MEMBERS: Final = Refused(
    Say(
        "このカードは取引台帳では別の会員のものとして登録されています。会員の統合(merge)をしてください。",
        "The ledger knows these cards as two members'. Merge the two members.",
    )
)


def tell(vault: Vault, rows: Sequence[bytes], *, all_states: bool = False) -> dict[bytes, Refused]:
    """Tell the ledger side of members who have a card; return those it refused, who stay pending.

    Args:
        vault: the vault; the caller holds ``vault.writing``.
        rows: the members' rows.
        all_states: say the state of every card again, not only of those that are not active.

    Raises:
        LedgerAway: the ledger side does not answer; all stay pending.
    """
    with vault.store.reading() as batch:
        members = list(open_members(vault, batch, rows).values())
    return tell_members(vault, members, all_states=all_states)


def tell_members(vault: Vault, opened: Sequence[Member], *, all_states: bool = False) -> dict[bytes, Refused]:
    """Tell of members that are open already, as they stand in the store; as :func:`tell` otherwise."""
    members = [member for member in opened if member.cards]
    vault.chance.shuffle(members)
    if not members:
        return {}
    try:
        return _tell(vault, members, all_states=all_states)
    except LedgerAway:
        vault.untold.set()
        raise


def _tell(vault: Vault, members: Sequence[Member], *, all_states: bool) -> dict[bytes, Refused]:
    told = [_introduction(vault, member) for member in members]
    tokens = vault.ledger.enrol(told)
    assert len(tokens) == len(members), "the ledger side answers every introduction"
    refused = {member.row: TWO_MEMBERS for member, token in zip(members, tokens, strict=True) if token is None}
    _tell_states(vault, [m for m in members if m.row not in refused], all_states=all_states)
    pairs = zip(members, tokens, strict=True)
    chosen = [(token, m.choices) for m, token in pairs if token is not None and _chose(m.choices)]
    if chosen:
        vault.ledger.set_choices(chosen)
    known = zip(members, told, tokens, strict=True)
    _settle(vault, [_told(vault, m, words, token) for m, words, token in known if token is not None])
    return refused


def _settle(vault: Vault, members: Sequence[Member]) -> None:
    """Take the marks away. A member's own newest choice is in force now and logged: her row is written whole."""
    after = confirmed(vault, members)
    changed = [new for old, new in zip(members, after, strict=True) if new is not old]
    with vault.store.batch() as batch:
        batch.settle([settled(new) for old, new in zip(members, after, strict=True) if new is old])
        batch.put_members([at_rest(member) for member in changed])


def _chose(choices: Choices) -> bool:
    """Whether the ledger side is told: also of a stop that was lifted, for it may know it as one in force."""
    return bool(choices.stops) or choices.points_only is not None or choices.keep_months is not None


def needs_telling(vault: Vault, member: Member, *, card_added: bool) -> bool:
    """Return whether the ledger side must hear of a change: a new card, other traits, or an earlier change untold.

    A changed name or telephone number does not cross, not even as the fact that something changed.
    """
    traits = as_text(traits_of(member.person, member.contact, today=vault.today()))
    return card_added or member.at_rest.pending or bool((member.cards or card_added) and traits != member.told)


def _introduction(vault: Vault, member: Member) -> Introduction:
    cards = [card.number for card in member.cards]
    vault.chance.shuffle(cards)
    return Introduction(tuple(cards), traits_of(member.person, member.contact, today=vault.today()))


def _tell_states(vault: Vault, members: Sequence[Member], *, all_states: bool) -> None:
    for member in members:
        for card in member.cards:
            if all_states or card.state is not CardState.ACTIVE:
                vault.ledger.set_card(card.number, card.state)


def _told(vault: Vault, member: Member, words: Introduction, token: LinkToken) -> Member:
    indexed = replace(member.at_rest, link_index=vault.indexes.link_token(token))
    told = replace(member, at_rest=indexed, link_token=token, told=as_text(words.traits))
    return mark(told, pending=member.at_rest.standing is Standing.MERGING)
