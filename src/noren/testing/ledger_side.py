"""A ledger side in memory that can fail on purpose: before it did anything, or after, with the answer lost."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from noren.identity.choices import Choices, Stop
from noren.identity.errors import LedgerAway
from noren.identity.model import CardState, Refused
from noren.identity.ports import Introduction, Provided, Recalled
from noren.identity.traits import Traits
from noren.kernel.ids import LINK_TOKEN_BYTES, CardNumber, LinkToken

Fault = Literal["before", "after"]


@dataclass(slots=True)
class KnownMember:
    """A member as the fake knows her."""

    token: LinkToken
    traits: Traits
    cards: dict[str, CardState] = field(default_factory=dict[str, CardState])
    points_only: bool = False
    keep_months: int = 0
    merged_into: LinkToken | None = None
    stops: tuple[Stop, ...] = ()
    withdrawn: bool = False
    dormant: bool = False


@dataclass(slots=True)
class FakeLedgerSide:
    """Fills ``identity.ports.LedgerSide``. ``faults``: what the next calls do, in order; afterwards all is well."""

    members: list[KnownMember] = field(default_factory=list[KnownMember])
    faults: list[Fault | None] = field(default_factory=list[Fault | None])
    heard: list[str] = field(default_factory=list[str])
    order: list[tuple[str, ...]] = field(default_factory=list[tuple[str, ...]])
    """The cards of all introductions, in the order in which they came."""
    provided: dict[LinkToken, Sequence[Provided]] = field(default_factory=dict[LinkToken, Sequence[Provided]])
    """What leads to whose records of provision, once she is erased."""
    refuse_merge: Refused | None = None
    renewed: dict[LinkToken, LinkToken] = field(default_factory=dict[LinkToken, LinkToken])
    shown: set[str] = field(default_factory=set[str])
    by_card: dict[str, KnownMember] = field(default_factory=dict[str, KnownMember])

    def enrol(self, introductions: Sequence[Introduction]) -> Sequence[LinkToken | None]:
        """Introduce members, as the ledger worker does it."""
        self._begin("enrol")
        self.order += [tuple(card.reveal() for card in each.cards) for each in introductions]
        tokens = [self._introduce(each) for each in introductions]
        self._end()
        return tokens

    def set_card(self, card: CardNumber, state: CardState) -> None:
        """Set a card's state."""
        self._begin("set_card")
        self.with_card(card.reveal()).cards[card.reveal()] = state
        self._end()

    def merge(self, source: LinkToken, target: LinkToken) -> Refused | None:
        """Move the cards of one member to another; done again, it changes nothing."""
        self._begin("merge")
        if self.refuse_merge is not None:
            return self.refuse_merge
        old, new = self._member(source), self._member(target)
        if old.merged_into is None:
            new.cards |= old.cards
            self.by_card |= dict.fromkeys(old.cards, new)
            old.cards, old.merged_into = {}, target
        assert old.merged_into == target
        self._end()
        return None

    def erase(self, token: LinkToken) -> Sequence[Provided]:
        """Erase a member; a token that nobody has any more is fine."""
        self._begin("erase")
        for member in [each for each in self.members if each.token == token]:
            self.members.remove(member)
            self.by_card = {card: of for card, of in self.by_card.items() if of is not member}
        self._end()
        return self.provided.get(token, ())

    def withdraw(self, token: LinkToken) -> None:
        """End a membership."""
        self._begin("withdraw")
        for member in [each for each in self.members if each.token == token]:
            member.withdrawn, member.cards = True, {}
            self.by_card = {card: of for card, of in self.by_card.items() if of is not member}
        self._end()

    def set_choices(self, rows: Sequence[tuple[LinkToken, Choices]]) -> None:
        """Set what members chose."""
        self._begin("set_choices")
        for token, choices in rows:
            member = self._member(token)
            member.stops, points_only, keep_months = choices.crosses
            member.points_only = member.points_only if points_only is None else points_only
            member.keep_months = member.keep_months if keep_months is None else keep_months
        self._end()

    def points_only(self, token: LinkToken) -> bool:
        """Return a member's choice."""
        self._begin("points_only")
        return self._member(token).points_only

    def recall(self, rows: Sequence[tuple[LinkToken, Sequence[CardNumber]]]) -> Sequence[Recalled]:
        """Say back what members chose."""
        self._begin("recall")
        said = [self._recalled(token, cards) for token, cards in rows]
        self._end()
        return said

    def _recalled(self, token: LinkToken, cards: Sequence[CardNumber]) -> Recalled:
        known = next((each for each in self.members if each.token == token and each.merged_into is None), None)
        if known is None:
            return Recalled("unknown", cards=(None,) * len(cards))
        states = tuple(known.cards.get(card.reveal()) for card in cards)
        state = "left" if known.withdrawn else "here"
        return Recalled(state, known.stops, known.points_only, known.keep_months, states)

    def dormant(self, tokens: Sequence[LinkToken]) -> Sequence[bool]:
        """Say who is dormant, as the test has set it."""
        self._begin("dormant")
        said = [self._member(token).dormant for token in tokens]
        self._end()
        return said

    def renew_tokens(self, tokens: Sequence[LinkToken]) -> Sequence[LinkToken]:
        """Give every member a new token, once."""
        self._begin("renew_tokens")
        for token in tokens:
            if token not in self.renewed:
                member = self._member(token)
                member.token = LinkToken(secrets.token_bytes(LINK_TOKEN_BYTES))
                self.renewed[token] = member.token
                self.renewed[member.token] = member.token
        self._end()
        return [self.renewed[token] for token in tokens]

    def reindex(self, cards: Sequence[CardNumber]) -> int:
        """Remember which cards were shown; each counts once."""
        self._begin("reindex")
        fresh = {card.reveal() for card in cards} - self.shown
        self.shown |= fresh
        self._end()
        return len(fresh)

    def with_card(self, card: str) -> KnownMember:
        """Return the member with a card."""
        return self.by_card[card]

    def give(self, card: str, member: KnownMember) -> None:
        """Let the fake know a card of which the vault knows nothing."""
        member.cards[card] = CardState.ACTIVE
        self.by_card[card] = member

    def _member(self, token: LinkToken) -> KnownMember:
        return next(member for member in self.members if member.token == token)

    def _introduce(self, introduction: Introduction) -> LinkToken | None:
        cards = [card.reveal() for card in introduction.cards]
        owners = {id(self.by_card[card]): self.by_card[card] for card in cards if card in self.by_card}
        known = list(owners.values())
        if len(known) > 1:
            return None
        if not known:
            known = [KnownMember(LinkToken(secrets.token_bytes(LINK_TOKEN_BYTES)), introduction.traits)]
            self.members += known
        known[0].traits = introduction.traits
        known[0].cards = dict.fromkeys(cards, CardState.ACTIVE) | known[0].cards
        self.by_card |= dict.fromkeys(cards, known[0])
        return known[0].token

    def _begin(self, name: str) -> None:
        self.heard.append(name)
        if self.faults and self.faults[0] == "before":
            self.faults.pop(0)
            raise LedgerAway("the fake ledger side is away")

    def _end(self) -> None:
        if self.faults and self.faults.pop(0) == "after":
            raise LedgerAway("the fake ledger side's answer was lost")
