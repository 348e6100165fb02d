"""What somebody signed in tends herself: her sessions and her means of signing in."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from noren.governance.ports import EntryKind
from noren.governance.staffing import refusing
from noren.governance.staffing.model import ABSOLUTE, Account, Credential, Means, SignedIn, State, is_enough
from noren.governance.staffing.refusing import Refused
from noren.governance.staffing.room import StaffRoom
from noren.governance.staffing.secrets import mark_of
from noren.governance.staffing.telling import told_of
from noren.kernel.say import Say

FRESH: Final = timedelta(minutes=15)
"""A means of signing in is added only so long after signing in: a browser left open gives nobody a key."""
MAX_PASSKEYS: Final = 10


def is_fresh(signed_in: SignedIn, now: datetime) -> bool:
    """Return whether somebody signed in just now."""
    return now - (signed_in.ends_at - ABSOLUTE) < FRESH


def end_one(room: StaffRoom, by: SignedIn, mark: str) -> bool:
    """End one of somebody's own sessions; False: it is none of hers, or ended."""
    mine = [each.mark for each in room.store.sessions(by.account.id, room.clock.now())]
    if mark not in mine:
        return False
    room.store.end_sessions(room.clock.now(), mark=bytes.fromhex(mark))
    room.note(EntryKind.STAFF_CHANGED, account=by.account.id, change="session-ended")
    return True


def remove_means(room: StaffRoom, by: SignedIn, means: Means, name: str) -> Refused | None:
    """Take a passkey or a link to the provider away; refused where nothing to sign in with would be left."""
    with room.turn:
        held = room.credentials(by.account)
        if not any((each.means, each.name) == (means, name) for each in held):
            return None
        if not is_enough(each.means for each in held if (each.means, each.name) != (means, name)):
            return LAST_MEANS
        room.store.drop_credential(by.account.id, means, name)
        room.note(
            EntryKind.STAFF_CHANGED, account=by.account.id, change="means-removed", **told_of(Credential(means, name))
        )
    return None


def accept_with(room: StaffRoom, code: str, credential: Credential) -> Account | Refused:
    """Take an account with the invitation's code and a passkey or a subject of the provider, without a password."""
    assert credential.means in (Means.PASSKEY, Means.OIDC), "a means that stands alone"
    with room.turn:
        now = room.clock.now()
        found = room.store.invited(mark_of(code), now)
        account = None if found is None else room.store.account(found[0])
        if account is None or account.state is State.CLOSED:
            return refusing.CODE_WRONG
        if room.store.owner(credential.means, credential.name) not in (None, account.id):
            return refusing.subject_taken()
        room.has_accounts()  # before the account is active: a home with one never takes claimed names
        active = replace(account, state=State.ACTIVE)
        room.store.end_invites(account.id)
        room.store.end_sessions(now, account=account.id)
        room.store.drop_credentials(account.id, [Means.PASSWORD, Means.TOTP, Means.PASSKEY])
        room.store.put_credential(account.id, credential, now)
        room.store.keep(active)
        room.note(EntryKind.STAFF_CHANGED, account=account.id, change="accepted", **told_of(credential))
    return active


LAST_MEANS: Final = Refused(
    "last-means",
    Say("これを取り除くと、サインインする方法がなくなります。", "Without it you could not sign in any more."),
    Say("先に、ほかの方法を加えてください。", "Add another way first."),
)
