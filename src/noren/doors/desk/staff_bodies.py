"""What comes to the desk's door about staff and goes out of it. Secrets print as their type alone."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

from noren.governance.staff import Role
from noren.governance.staffing.model import Account, Waiting
from noren.kernel.discreet import Discreet

Short = Annotated[str, msgspec.Meta(max_length=300)]
Roles = Annotated[list[Role], msgspec.Meta(max_length=len(Role))]


class AddBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An account to add."""

    id: Short
    name: Short
    roles: Roles


class RolesBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An account's roles from now on."""

    id: Short
    roles: Roles


class IdBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which account."""

    id: Short


class CodeBody(Discreet, msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An invitation's code."""

    code: Short


class AcceptBody(Discreet, msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An account taken by its owner: the invitation's code, her password, a code of her device."""

    code: Short
    password: Short
    totp: Short


class SignInBody(Discreet, msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody who signs in."""

    id: Short
    password: Short
    code: Short


class TokenBody(Discreet, msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whose token is it?"""

    token: Annotated[str, msgspec.Meta(max_length=4_096)]


class NumberBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which of those that wait."""

    number: Annotated[int, msgspec.Meta(ge=1)]


class AccountAnswer(msgspec.Struct, frozen=True):
    """An account. ``means``: what it signs in with."""

    id: str
    name: str
    roles: list[str]
    state: str
    added_at: datetime
    added_by: str
    means: list[str] = []


class DocumentTold(msgspec.Struct, frozen=True):
    """A document that waits: what kind it is, and its fields in words: name and text, each Japanese, then English."""

    kind: tuple[str, str]
    id: str
    fields: list[tuple[tuple[str, str], tuple[str, str]]]


class WaitingAnswer(msgspec.Struct, frozen=True):
    """Something that waits, or waited, for approval. ``documents``: what an announcement that waits says."""

    number: int
    act: str
    author: str
    at: datetime
    needs: int
    approvals: list[str]
    outcome: str
    says_ja: str
    says_en: str
    documents: list[DocumentTold] = []


class DoneAnswer(msgspec.Struct, frozen=True):
    """What became of it: done, or waiting for others. ``code``: of an invitation, shown this once."""

    account: AccountAnswer | None = None
    code: str = ""
    waiting: WaitingAnswer | None = None


class SessionAnswer(msgspec.Struct, frozen=True):
    """Who is signed in. ``token``: only at the signing in."""

    account: AccountAnswer
    how: str
    ends_at: datetime
    token: str = ""


class StandingAnswer(msgspec.Struct, frozen=True):
    """Who a token stands for now."""

    account: str | None
    roles: list[str]


class OfferAnswer(msgspec.Struct, frozen=True):
    """What an invitation shows."""

    id: str
    name: str
    uri: str


def shown(account: Account, means: list[str] | None = None) -> AccountAnswer:
    """Return an account as it goes out."""
    roles = sorted(role.value for role in account.roles)
    about = account.state.value, account.added_at, account.added_by
    return AccountAnswer(account.id, account.name, roles, *about, means or [])


def waiting_shown(each: Waiting, documents: list[DocumentTold] | None = None) -> WaitingAnswer:
    """Return what waits as it goes out."""
    about = each.number, each.act, each.author, each.at, each.needs
    return WaitingAnswer(*about, list(each.approvals), each.outcome.value, each.says_ja, each.says_en, documents or [])
