"""Tending accounts: adding, inviting anew, accepting, changing roles, closing. Who may is decided before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from pyotp.totp import TOTP

from noren.governance.ports import EntryKind
from noren.governance.staff import Role
from noren.governance.staffing import refusing
from noren.governance.staffing.model import (
    ID,
    INVITE_LIFE,
    Account,
    Credential,
    Means,
    State,
    is_name,
    skeleton,
)
from noren.governance.staffing.refusing import Refused
from noren.governance.staffing.room import StaffRoom
from noren.governance.staffing.secrets import LEAST, MOST, hash_password, is_weak, mark_of, new_code

TENDING = frozenset({Role.HOST, Role.PRIVACY_OFFICER})
"""Who tends accounts."""


@dataclass(frozen=True, slots=True)
class Invited:
    """An account with the code, shown once, with which its owner takes it."""

    account: Account
    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Offer:
    """What an invitation shows: whose account, and the secret for her device as a URI."""

    account: Account
    uri: str = field(repr=False)


def judge_new(room: StaffRoom, name: str, called: str, roles: Iterable[Role]) -> Refused | None:
    """Return why an account can not be added; None: it can."""
    if not ID.match(name):
        return refusing.bad_id(name)
    if not is_name(called):
        return refusing.bad_name()
    if not set(roles):
        return refusing.no_roles()
    alike = next((each.id for each in room.accounts() if skeleton(each.id) == skeleton(name)), None)
    return None if alike is None else refusing.taken(name, alike)


def add(room: StaffRoom, name: str, called: str, roles: Iterable[Role], by: str) -> Invited | Refused:
    """Add an account and invite its owner."""
    with room.turn:
        wrong = judge_new(room, name, called, roles)
        if wrong is not None:
            return wrong
        account = Account(name, called, frozenset(roles), State.INVITED, room.clock.now(), by)
        room.store.keep(account)
        said = " ".join(sorted(account.roles))
        room.note(EntryKind.STAFF_CHANGED, account=name, change="added", roles=said, by=by or "home")
        return _invite(room, account)


def invite(room: StaffRoom, name: str, by: str) -> Invited | Refused:
    """Invite an account's owner anew: her earlier means of signing in and her sessions end when she accepts."""
    with room.turn:
        account = _open(room, name)
        if isinstance(account, Refused):
            return account
        room.note(EntryKind.STAFF_CHANGED, account=name, change="invited", by=by or "home")
        return _invite(room, account)


def _invite(room: StaffRoom, account: Account) -> Invited:
    code, secret = new_code(), room.codes.new_secret(account.id)
    room.store.invite(account.id, mark_of(code), secret, room.clock.now() + INVITE_LIFE)
    return Invited(account, code)


def offer(room: StaffRoom, code: str, issuer: str) -> Offer | Refused:
    """Return what an invitation shows to whoever has its code."""
    found = room.store.invited(mark_of(code), room.clock.now())
    account = None if found is None else room.store.account(found[0])
    if found is None or account is None or account.state is State.CLOSED:
        return refusing.CODE_WRONG
    totp = TOTP(room.codes.shown(account.id, found[1]), name=account.id, issuer=issuer)
    return Offer(account, str(totp.provisioning_uri()))


def accept(room: StaffRoom, code: str, password: str, totp: str) -> Account | Refused:
    """Take an account: with the invitation's code, a new password and a code of the device just set up."""
    with room.turn:
        now = room.clock.now()
        found = room.store.invited(mark_of(code), now)
        account = None if found is None else room.store.account(found[0])
        if found is None or account is None or account.state is State.CLOSED:
            return refusing.CODE_WRONG
        if is_weak(password, account.id, account.name):
            return refusing.weak(LEAST, MOST)
        step = room.codes.step(account.id, found[1], totp, now, 0)
        if step is None:
            return refusing.WRONG
        return _take(room, account, Credential(Means.TOTP, "", found[1], step), password)


def _take(room: StaffRoom, account: Account, totp: Credential, password: str) -> Account:
    now, active = room.clock.now(), replace(account, state=State.ACTIVE)
    room.has_accounts()  # before the account is active: a home with one never takes claimed names
    room.store.end_invites(account.id)
    room.store.end_sessions(now, account=account.id)
    room.store.drop_credentials(account.id, [Means.PASSKEY])
    room.store.put_credential(account.id, Credential(Means.PASSWORD, "", hash_password(password)), now)
    room.store.put_credential(account.id, totp, now)
    room.store.keep(active)
    room.note(EntryKind.STAFF_CHANGED, account=account.id, change="accepted")
    return active


def judge_roles(room: StaffRoom, name: str, roles: Iterable[Role]) -> Refused | None:
    """Return why an account can not have these roles; None: it can."""
    account = _open(room, name)
    if isinstance(account, Refused):
        return account
    if not set(roles):
        return refusing.no_roles()
    return None if TENDING & set(roles) else _last(room, account)


def set_roles(room: StaffRoom, name: str, roles: Iterable[Role], by: str) -> Account | Refused:
    """Give an account other roles: they hold from its next act on, in sessions that stand too."""
    with room.turn:
        wrong, account = judge_roles(room, name, roles), room.store.account(name)
        if wrong is not None or account is None:
            return wrong or refusing.unknown(name)
        changed = replace(account, roles=frozenset(roles))
        room.store.keep(changed)
        room.note(EntryKind.STAFF_CHANGED, account=name, change="roles", roles=" ".join(sorted(roles)), by=by or "home")
        return changed


def judge_close(room: StaffRoom, name: str) -> Refused | None:
    """Return why an account can not be closed; None: it can."""
    account = _open(room, name)
    return account if isinstance(account, Refused) else _last(room, account)


def close(room: StaffRoom, name: str, by: str) -> Account | Refused:
    """Close an account for good: its sessions end now."""
    with room.turn:
        wrong, account = judge_close(room, name), room.store.account(name)
        if wrong is not None or account is None:
            return wrong or refusing.unknown(name)
        shut = replace(account, state=State.CLOSED)
        room.store.keep(shut)
        room.store.end_sessions(room.clock.now(), account=name)
        room.store.end_invites(name)
        room.store.drop_credentials(name, [Means.PASSWORD, Means.TOTP])
        room.note(EntryKind.STAFF_CHANGED, account=name, change="closed", by=by or "home")
        return shut


def _open(room: StaffRoom, name: str) -> Account | Refused:
    account = room.store.account(name)
    if account is None:
        return refusing.unknown(name)
    return refusing.closed(name) if account.state is State.CLOSED else account


def _last(room: StaffRoom, account: Account) -> Refused | None:
    """Refuse where nobody would be left to tend accounts."""
    others = [each for each in room.active() if each.id != account.id and TENDING & each.roles]
    if others or account.state is not State.ACTIVE or not TENDING & account.roles:
        return None
    return refusing.the_last("運用の担当もプライバシー責任者も", "host and no privacy officer")
