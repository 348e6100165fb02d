"""A member's own word on her choices: kept, told to the ledger side at once, confirmed when it holds on every path.

One call takes several choices, all or none. While the ledger side is away the choice is kept, what the vault itself
does obeys it at once, and the answer says that it does not hold everywhere yet; the healer tells it within a second of
the ledger side's return.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from noren.governance.stop_texts import KEEP_MONTHS, TEXTS_VERSION
from noren.governance.stopping import Rule, read_rule, spell
from noren.identity.cards import UNKNOWN_CARD, UNKNOWN_MEMBER, find_by_card
from noren.identity.choices import Choices, Received, resumed, stopped_now
from noren.identity.choosing import changed
from noren.identity.confirming import confirmed
from noren.identity.crossing import tell_members
from noren.identity.errors import LedgerAway
from noren.identity.members import Member, at_rest, open_members, put_members
from noren.identity.model import Refused
from noren.identity.ports import VaultBatch
from noren.identity.vault import Vault
from noren.kernel.ids import CardNumber
from noren.kernel.say import Say

MAX_WISHES: Final = 50
Who = CardNumber | bytes
"""Whose choices: by one of her cards, or by her row in the vault (who is signed in)."""

UNFIT_WISH: Final = Refused(
    Say(
        "この選択は受け付けられません。停止は all か purpose=…,recipient=…,channel=…、"
        f"自動削除は {'・'.join(map(str, KEEP_MONTHS))} か off です。",
        "This choice can not be taken. A stop is all, or purpose=…,recipient=…,channel=…; "
        f"deletion by itself is {', '.join(map(str, KEEP_MONTHS))} or off.",
    )
)


@dataclass(frozen=True, slots=True)
class Wish:
    """One choice: ``stop`` or ``resume`` a rule, ``points-only`` on or off, ``auto-delete`` after months or off."""

    what: Literal["stop", "resume", "points-only", "auto-delete"]
    value: str


@dataclass(frozen=True, slots=True, repr=False)
class Decided:
    """What stands now. ``same``: nothing changed; ``waiting``: the ledger side has still to hear of it.

    ``points_only``: whether it is on, also where it was turned on before the vault kept it; None: not to be told now.
    """

    row: bytes
    choices: Choices
    points_only: bool | None
    same: bool
    waiting: bool


def decide(vault: Vault, *, who: Who, wishes: Sequence[Wish], texts: str = TEXTS_VERSION) -> Decided | Refused:
    """Take a member's choices, all or none; ``texts``: the version of the texts that she saw."""
    assert len(wishes) <= MAX_WISHES, "more choices than one call takes"
    if not all(map(_fits, wishes)):
        return UNFIT_WISH
    with vault.writing:
        with vault.store.batch() as batch:
            member = find(vault, batch, who)
            if isinstance(member, Refused):
                return member
            after = changed(vault, member, lambda choices: _wished(vault, choices, wishes, texts))
            if isinstance(after, Refused):
                return after
            if after is not member:
                put_members(vault, batch, [after])
        return settle(vault, after, same=after is member)


def preview(vault: Vault, *, who: Who, wishes: Sequence[Wish]) -> Decided | Refused:
    """Return what would stand after some choices (of none: what stands now); nothing is kept or told."""
    if not all(map(_fits, wishes)):
        return UNFIT_WISH
    with vault.store.reading() as batch:
        member = find(vault, batch, who)
    if isinstance(member, Refused):
        return member
    after = _wished(vault, member.choices, wishes, TEXTS_VERSION)
    return _decided(vault, replace(member, choices=after), same=after == member.choices, waiting=_waits(member))


def _waits(member: Member) -> bool:
    return member.at_rest.pending and _open(member.choices)


def _decided(vault: Vault, member: Member, *, same: bool, waiting: bool) -> Decided:
    on = member.choices.points_only
    if on is None and not waiting:
        try:
            on = member.link_token is not None and vault.ledger.points_only(member.link_token)
        except LedgerAway:
            on = None
    return Decided(member.row, member.choices, on, same, waiting)


def find(vault: Vault, batch: VaultBatch, who: Who) -> Member | Refused:
    """Return the member meant."""
    if isinstance(who, bytes):
        return open_members(vault, batch, [who]).get(who, UNKNOWN_MEMBER)
    found = find_by_card(vault, batch, who)
    return UNKNOWN_CARD if found is None else found[0]


def received(vault: Vault, choices: Choices, said: Sequence[tuple[str, str]], texts: str) -> Choices:
    """Return choices with what was said last: with what is said already and is not yet in force everywhere."""
    before = choices.received
    earlier = before.said if before is not None and not before.in_force_at else ()
    at = vault.clock.now().astimezone(vault.zone).isoformat(timespec="milliseconds")
    return replace(choices, received=Received((*earlier, *said)[-MAX_WISHES:], texts, at))


def settle(vault: Vault, after: Member, *, same: bool) -> Decided | Refused:
    """Tell the ledger side of a member whose choices were stored, and say what stands."""
    if after.at_rest.pending:
        try:
            refused = tell_members(vault, [after]).get(after.row)
        except LedgerAway:
            return _decided(vault, after, same=same, waiting=True)
        if refused is not None:
            return refused
    elif _open(after.choices):  # without a card nothing of her crosses: it holds as soon as it is kept
        with vault.store.batch() as batch:
            batch.put_members([at_rest(each) for each in confirmed(vault, [after])])
    with vault.store.reading() as batch:
        now = open_members(vault, batch, [after.row])[after.row]
    return _decided(vault, now, same=same, waiting=False)


def _open(choices: Choices) -> bool:
    return choices.received is not None and not choices.received.in_force_at


def _wished(vault: Vault, choices: Choices, wishes: Sequence[Wish], texts: str) -> Choices:
    at = vault.clock.now().astimezone(vault.zone).isoformat(timespec="seconds")
    said: list[tuple[str, str]] = []
    for wish in wishes:
        after = _with(vault, choices, wish, at)
        if after != choices:
            said.append((wish.what, spell(_rule(wish)) if wish.what in ("stop", "resume") else wish.value))
        choices = after
    return received(vault, choices, said, texts) if said else choices


def _with(vault: Vault, choices: Choices, wish: Wish, at: str) -> Choices:
    match wish.what:
        case "stop":
            return stopped_now(choices, _rule(wish), at, vault.zone)
        case "resume":
            return resumed(choices, _rule(wish), at)
        case "points-only":
            return replace(choices, points_only=wish.value == "on")
        case "auto-delete":
            return replace(choices, keep_months=0 if wish.value == "off" else int(wish.value))


def _rule(wish: Wish) -> Rule:
    rule = read_rule(wish.value)
    assert rule is not None, "looked at before"
    return rule


def _fits(wish: Wish) -> bool:
    match wish.what:
        case "stop" | "resume":
            return read_rule(wish.value) is not None
        case "points-only":
            return wish.value in ("on", "off")
        case "auto-delete":
            return wish.value in ("off", *map(str, KEEP_MONTHS))
