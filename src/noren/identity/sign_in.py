"""Signing in by member number and password. The Argon2id hash lies sealed under the member's own key."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from noren.identity.cards import UNKNOWN_CARD, UNKNOWN_MEMBER, find_by_card
from noren.identity.finding import find_numbers
from noren.identity.members import Member, heard, open_members, put_members
from noren.identity.model import Refused, Standing
from noren.identity.ports import VaultBatch
from noren.identity.vault import Vault
from noren.kernel.ids import CardNumber, MemberNumber
from noren.kernel.say import Say

MIN_PASSWORD_CHARACTERS: Final = 10
MAX_PASSWORD_CHARACTERS: Final = 200
_HASHER: Final = PasswordHasher()  # Argon2id, RFC 9106 low-memory profile: 64 MiB, 3 passes; 0.18 s measured

WRONG: Final = Refused(
    Say(
        "会員番号またはパスワードが違います。もう一度お確かめください。",
        "The member number or the password is wrong. Please check both.",
    )
)
BAD_PASSWORD: Final = Refused(
    Say(
        f"パスワードは{MIN_PASSWORD_CHARACTERS}〜{MAX_PASSWORD_CHARACTERS}文字にしてください。",
        f"A password has {MIN_PASSWORD_CHARACTERS} to {MAX_PASSWORD_CHARACTERS} characters.",
    )
)


def set_password(vault: Vault, *, who: CardNumber | MemberNumber, password: str) -> Refused | None:
    """Set a member's password; None when it is set."""
    if not MIN_PASSWORD_CHARACTERS <= len(password) <= MAX_PASSWORD_CHARACTERS:
        return BAD_PASSWORD
    hashed = _HASHER.hash(password)
    with vault.writing, vault.store.batch() as batch:
        member = _find(vault, batch, who)
        if isinstance(member, Refused):
            return member
        put_members(vault, batch, [heard(vault, replace(member, password=hashed))])
    return None


def sign_in(vault: Vault, *, number: MemberNumber, password: str) -> bytes | Refused:
    """Return the row of the member who signs in.

    Takes as long for an unknown number as for a wrong password, so that nobody learns who is a member.
    """
    with vault.store.reading() as batch:
        member = _find(vault, batch, number)
    known = member.password if isinstance(member, Member) else None
    fits = _fits(known or _nobody(), password[:MAX_PASSWORD_CHARACTERS])
    if not (isinstance(member, Member) and known and fits):
        return WRONG
    if member.seen != member.seen.heard(vault.today()):
        hear(vault, member.row)
    return member.row


def hear(vault: Vault, row: bytes) -> None:
    """Keep that a member was heard of today; once a day her row is written."""
    with vault.writing, vault.store.batch() as batch:
        put_members(vault, batch, [heard(vault, each) for each in open_members(vault, batch, [row]).values()])


def _find(vault: Vault, batch: VaultBatch, who: CardNumber | MemberNumber) -> Member | Refused:
    if isinstance(who, CardNumber):
        found = find_by_card(vault, batch, who)
        return UNKNOWN_CARD if found is None else found[0]
    at_rest = find_numbers(vault, batch, [who])
    row = next((m.row for m in at_rest.values() if m.standing is Standing.HERE), None)
    return UNKNOWN_MEMBER if row is None else open_members(vault, batch, [row])[row]


def _fits(hashed: str, password: str) -> bool:
    try:
        return _HASHER.verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobody() -> str:
    """A hash of nobody's password."""
    return _HASHER.hash("nobody")
