"""Questions to the vault: its sizes, one member's own view of herself, and her choices on the ledger side."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from noren.identity.cards import UNKNOWN_CARD, find_by_card
from noren.identity.cards_at_rest import Card
from noren.identity.crossing import tell
from noren.identity.members import open_members
from noren.identity.model import CardState, Refused, Summary
from noren.identity.seen import Seen
from noren.identity.vault import Vault
from noren.kernel.ids import CardNumber, LinkToken

_SHOWN_DIGITS: Final = 4
_MASK: Final = "•"


@dataclass(frozen=True, slots=True, repr=False)
class OwnCard:
    """One of her cards as shown to her: the last four digits."""

    masked: str
    state: CardState


@dataclass(frozen=True, slots=True, repr=False)
class WhoAmI:
    """What a member sees of herself after signing in; contacts masked, since somebody may look over her shoulder."""

    family_name: str
    given_name: str
    postal_code: str
    address: str
    phone: str
    email: str
    cards: tuple[OwnCard, ...]
    since: str
    link_token: LinkToken | None
    row: bytes = b""
    seen: Seen = field(default_factory=Seen)


def summary(vault: Vault) -> Summary:
    """Return the sizes of the vault."""
    with vault.store.reading() as batch:
        return batch.summary()


def who_am_i(vault: Vault, *, row: bytes) -> WhoAmI | None:
    """Return one member's own view; None when she is no member any more."""
    with vault.store.reading() as batch:
        member = open_members(vault, batch, [row]).get(row)
    if member is None:
        return None
    person, contact = member.person, member.contact
    return WhoAmI(
        family_name=person.family_name or "",
        given_name=person.given_name or "",
        postal_code=f"{contact.postal_code[:3]}-{contact.postal_code[3:]}" if contact.postal_code else "",
        address="".join(part or "" for part in (contact.prefecture, contact.city, contact.street)),
        phone=mask(contact.phone or ""),
        email=mask_email(contact.email or ""),
        cards=tuple(sorted(map(_own_card, member.cards), key=lambda c: c.masked)),
        since=(person.since or "")[:7],
        link_token=member.link_token,
        row=row,
        seen=member.seen.as_of(vault.today()),
    )


def link_token_of(vault: Vault, *, card: CardNumber) -> LinkToken | Refused:
    """Return the link token of the member with this card; tells the ledger side first where that is still to be done.

    Raises:
        LedgerAway: it is still to be done and the ledger side does not answer.
    """
    for _ in range(2):
        with vault.store.reading() as batch:
            found = find_by_card(vault, batch, card)
        if found is None:
            return UNKNOWN_CARD
        if found[0].link_token is not None:
            return found[0].link_token
        with vault.writing:
            refused = tell(vault, [found[0].row]).get(found[0].row)
        if refused is not None:
            return refused
    raise AssertionError("a member was told of and has no link token")


def mask(text: str) -> str:
    """Return the text with all but its last four characters hidden; a short one is hidden whole."""
    shown = _SHOWN_DIGITS if len(text) > 2 * _SHOWN_DIGITS else 0
    return _MASK * (len(text) - shown) + text[len(text) - shown :]


def mask_email(email: str) -> str:
    """Return the address with its local part hidden but for the first letter."""
    local, at, domain = email.partition("@")
    return f"{local[:1]}{_MASK * max(len(local) - 1, 3)}{at}{domain}" if at else ""


def _own_card(card: Card) -> OwnCard:
    return OwnCard(mask(card.number.reveal()), card.state)
