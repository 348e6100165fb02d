"""Enrolment: checked rows become sealed members, and the ledger side is told of them.

Idempotent: the same rows again change nothing and tell nothing, unless an earlier telling was cut off.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from noren.identity.cards_at_rest import Card, seal_card
from noren.identity.checks import check_application
from noren.identity.crossing import needs_telling, tell_members
from noren.identity.finding import find_cards, find_numbers
from noren.identity.members import Member, heard, mark, open_members, put_members
from noren.identity.model import (
    CONTACT_FIELDS,
    MAX_CARDS_PER_MEMBER,
    MAX_ROWS_PER_CALL,
    Application,
    Contact,
    MemberRow,
    Outcome,
    Person,
    Refused,
    Standing,
)
from noren.identity.ports import VaultBatch
from noren.identity.vault import NUMBER, Vault
from noren.kernel.keyring import KeyRing
from noren.kernel.say import Say

MERGED_AWAY = Refused(
    Say(
        "この会員番号は別の会員に統合済みです。統合先の会員番号で登録してください。",
        "This member number was merged into another member. Use that member's number.",
    )
)
LEFT = Refused(
    Say(
        "この会員番号の会員は退会しました。新しい会員番号で登録してください。",
        "The member with this number has left. Enrol her under a new number.",
    )
)
ERASED = Refused(
    Say(
        "この会員番号の会員は消去されました。古い名簿なら、この行を除いてください。新しい入会なら、新しい会員番号にしてください。",
        "The member with this number was erased. Take the row out of an old list; a new membership has a new number.",
    )
)
CARD_TAKEN = Refused(
    Say(
        "このカード番号は別の会員のものです。番号を確かめるか、会員の統合(merge)をしてください。",
        "This card belongs to another member. Check the number, or merge the two members.",
    )
)
TOO_MANY_CARDS = Refused(
    Say(
        f"1人の会員が持てるカードは{MAX_CARDS_PER_MEMBER}枚までです。",
        f"A member can have at most {MAX_CARDS_PER_MEMBER} cards.",
    )
)


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What became of an enrolment: an outcome per row in their order, and doubts as (row, text)."""

    outcomes: list[Outcome]
    doubts: list[tuple[int, Say]]


def enrol(vault: Vault, *, rows: Sequence[Mapping[str, object]]) -> Enrolled:
    """Enrol members, or change known ones; fields that a row leaves out stay as they are.

    Args:
        vault: the vault.
        rows: at most ``MAX_ROWS_PER_CALL`` rows; columns as in the contract (cli.md, members).

    Raises:
        LedgerAway: all good rows are stored, the ledger side is told later (or by the same call again).
    """
    assert len(rows) <= MAX_ROWS_PER_CALL, "more rows than one call takes"
    checked = [check_application(row, today=vault.today()) for row in rows]
    out: dict[int, Outcome] = {i: found for i, (found, _) in enumerate(checked) if isinstance(found, Refused)}
    good = [(i, found) for i, (found, _) in enumerate(checked) if isinstance(found, Application)]
    with vault.writing:
        untold: dict[bytes, tuple[int, Member]] = {}
        for apart in _apart(good):
            untold |= _store(vault, apart, out)
        for row, refused in tell_members(vault, [member for _, member in untold.values()]).items():
            out[untold[row][0]] = refused
    doubts = [(i, doubt) for i, (_, doubts) in enumerate(checked) for doubt in doubts]
    return Enrolled([out[i] for i in range(len(rows))], doubts)


def _apart(good: Sequence[tuple[int, Application]]) -> list[list[tuple[int, Application]]]:
    """Split rows so that no part names a member or a card twice; later rows of one come later."""
    parts: list[list[tuple[int, Application]]] = []
    depth: dict[object, int] = {}
    for place, application in good:
        names: list[object] = [n for n in (application.number, application.card) if n is not None]
        part = max((depth.get(name, 0) for name in names), default=0)
        depth |= dict.fromkeys(names, part + 1)
        if part == len(parts):
            parts.append([])
        parts[part].append((place, application))
    return parts


def _store(
    vault: Vault, applications: list[tuple[int, Application]], out: dict[int, Outcome]
) -> dict[bytes, tuple[int, Member]]:
    """Store one part in one transaction; return the members to be told of, each with the place of her application."""
    vault.chance.shuffle(applications)
    with vault.store.batch() as batch:
        desk = _Desk(vault, batch, [application for _, application in applications])
        for place, application in applications:
            out[place] = desk.take(place, application)
        desk.store(batch)
    return desk.untold


class _Desk:
    """Takes the applications of one transaction: members and cards as they are known, and what is to be written."""

    def __init__(self, vault: Vault, batch: VaultBatch, applications: Sequence[Application]) -> None:
        known = find_numbers(vault, batch, [a.number for a in applications])
        opened = open_members(vault, batch, [m.row for m in known.values()])
        self._vault = vault
        self._known = {number: opened[m.row] for number, m in known.items() if m.row in opened}
        self._gone = {number: m.standing for number, m in known.items() if m.standing is not Standing.HERE}
        erased = vault.erasures.all()
        self._erased = {
            a.number
            for a in applications
            if a.number not in known and vault.erasures.any_of(erased, NUMBER, a.number.reveal().encode())
        }
        self._cards = find_cards(vault, batch, [a.card for a in applications if a.card])
        self._put: list[Member] = []
        self._put_cards: list[Card] = []
        self._new_keys: dict[bytes, KeyRing] = {}
        self.untold: dict[bytes, tuple[int, Member]] = {}

    def take(self, place: int, application: Application) -> Outcome:
        """Decide one application; what it changes is written by ``store``."""
        if application.number in self._gone:
            return LEFT if self._gone[application.number] is Standing.WITHDRAWN else MERGED_AWAY
        if application.number in self._erased:
            return ERASED
        before = self._known.get(application.number)
        member = before or self._newcomer(self._vault.indexes.member_number(application.number))
        card = self._card_of(application, member)
        if isinstance(card, Refused):
            return card
        after = _given(member, application.given)
        after = replace(after, cards=(*after.cards, card)) if card else after
        untold = needs_telling(self._vault, after, card_added=card is not None)
        if untold:
            self.untold[after.row] = place, after
        same = before is not None and card is None and (after.person, after.contact) == (member.person, member.contact)
        if not same or untold:
            self._put.append(mark(after if same else heard(self._vault, after), pending=untold))
            self._put_cards += [card] if card else []
        if before is None:
            self._new_keys[after.row] = after.key
            return "added"
        return "same" if same else "changed"

    def _newcomer(self, index: bytes) -> Member:
        row = self._vault.chance.row()
        at_rest = MemberRow(row, index, Standing.HERE, False, None, self._vault.indexes.no_link_token(row), {})
        return Member(at_rest, self._vault.keys.fresh(), Person(), Contact())

    def _card_of(self, application: Application, member: Member) -> Card | Refused | None:
        if application.card is None:
            return None
        known = self._cards.get(application.card)
        if known is not None:
            return None if self._vault.owners.open(known) == member.row else CARD_TAKEN
        if len(member.cards) >= MAX_CARDS_PER_MEMBER:
            return TOO_MANY_CARDS
        place = len(member.cards)
        return seal_card(self._vault, application.card, member=member.row, key=member.key, place=place)

    def store(self, batch: VaultBatch) -> None:
        """Write what was taken: keys first, since a row without its key could never be opened."""
        self._vault.keys.keep(self._new_keys)
        put_members(self._vault, batch, self._put)
        batch.put_cards([card.at_rest for card in self._put_cards])


def _given(member: Member, given: Mapping[str, str | None]) -> Member:
    contact = {name: value for name, value in given.items() if name in CONTACT_FIELDS}
    person = {name: value for name, value in given.items() if name not in CONTACT_FIELDS}
    return replace(member, person=replace(member.person, **person), contact=replace(member.contact, **contact))
