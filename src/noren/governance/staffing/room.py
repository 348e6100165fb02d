"""The room of staff: signing in, sessions, means of signing in. Who tends accounts is in ``tending``.

Every answer about an account that is not there costs the same work as about one that is, and reads the same.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc.jwk import OKPKey

from noren.governance.ports import Entry, EntryKind, Fact, Journal
from noren.governance.staffing import refusing
from noren.governance.staffing.model import (
    ABSOLUTE,
    ID,
    Account,
    Credential,
    Door,
    How,
    Means,
    Session,
    SignedIn,
    State,
)
from noren.governance.staffing.refusing import Refused
from noren.governance.staffing.secrets import Codes, mark_of, new_code, password_fits
from noren.governance.staffing.store import StaffStore
from noren.governance.staffing.telling import told_of
from noren.governance.staffing.tokens import make_token, read_token
from noren.kernel.clock import Clock

FAILURES_OF_ONE: Final = 10
FAILURES_OF_ALL: Final = 100
FAILURES_WINDOW: Final = timedelta(minutes=15)
_JWT_DOTS: Final = 2


@dataclass(frozen=True)
class StaffRoom:
    """What works on accounts. ``signing`` and ``verifying``: the desk's own keys of now.

    ``has_accounts``: told once an account is active: from then on the home knows no claimed names.
    """

    store: StaffStore
    codes: Codes
    journal: Journal
    clock: Clock
    signing: Callable[[], Ed25519PrivateKey] = field(repr=False)
    verifying: Callable[[], Sequence[OKPKey]]
    has_accounts: Callable[[], None] = lambda: None
    fits: Callable[[bytes | None, str], bool] = password_fits
    turn: threading.RLock = field(default_factory=threading.RLock)
    """Held by whoever changes accounts or what waits: each is judged by what the one before left."""

    # ---- accounts

    def account(self, name: str) -> Account | None:
        """Return an account."""
        return self.store.account(name)

    def accounts(self) -> Sequence[Account]:
        """Return all accounts, by id; closed ones too."""
        return self.store.accounts()

    def active(self) -> Sequence[Account]:
        """Return the accounts that somebody uses."""
        return [each for each in self.store.accounts() if each.state is State.ACTIVE]

    def is_governed(self) -> bool:
        """Return whether the home has an account that was ever used: from then on no claimed name is taken."""
        return any(each.state is not State.INVITED for each in self.store.accounts())

    # ---- means of signing in

    def account_of_passkey(self, credential_id: bytes) -> tuple[Account, Credential] | None:
        """Return whose passkey it is, and what is kept of it; None: nobody's, or of an account that is not active."""
        return self._owner(Means.PASSKEY, credential_id.hex())

    def account_of_subject(self, issuer: str, subject: str) -> Account | None:
        """Return the account of a subject of a provider; None: nobody's, or of an account that is not active."""
        found = self._owner(Means.OIDC, f"{issuer} {subject}")
        return None if found is None else found[0]

    def _owner(self, means: Means, name: str) -> tuple[Account, Credential] | None:
        owner = self.store.owner(means, name)
        account = None if owner is None else self.store.account(owner)
        if account is None or account.state is not State.ACTIVE:
            return None
        held = self.store.credentials(account.id)
        return account, next(each for each in held if (each.means, each.name) == (means, name))

    def credentials(self, account: Account) -> Sequence[Credential]:
        """Return an account's means of signing in."""
        return self.store.credentials(account.id)

    def add_credential(self, account: Account, credential: Credential) -> Refused | None:
        """Give an account a means of signing in; refused where it is another account's, closed or not."""
        with self.turn:
            if account.state is State.CLOSED:
                return refusing.closed(account.id)
            if credential.means in (Means.PASSKEY, Means.OIDC):
                owner = self.store.owner(credential.means, credential.name)
                if owner not in (None, account.id):
                    return refusing.subject_taken()
            self.store.put_credential(account.id, credential, self.clock.now())
            self.note(EntryKind.STAFF_CHANGED, account=account.id, change="means-added", **told_of(credential))
        return None

    def raise_sign_count(self, account: Account, credential: Credential, counter: int) -> bool:
        """Keep a passkey's new sign count; False: it did not grow, so the passkey was copied."""
        if counter == credential.counter == 0:
            return True  # an authenticator that does not count
        return self.store.raise_counter(account.id, credential, counter)

    # ---- signing in

    def begin_password(self, name: str, password: str, code: str, door: Door = Door.COMMAND) -> Session | Refused:
        """Sign in with a password and a one-time code: one answer, and one amount of work, for all that is wrong."""
        now, mark = self.clock.now(), self.codes.mark(name)
        full = self._throttled(mark, now)
        if full is not None:
            return full
        account = self.store.account(name) if ID.match(name) else None
        held = {each.means: each for each in self.store.credentials(name)} if account else {}
        known, totp = held.get(Means.PASSWORD), held.get(Means.TOTP)
        fits = self.fits(known.secret if known else None, password)
        sealed, last = (totp.secret, totp.counter) if totp else (None, 0)
        step = self.codes.step(name, sealed, code, now, last)
        good = account is not None and account.state is State.ACTIVE and fits and step is not None
        if not good or totp is None or not self.store.raise_counter(name, totp, step or 0):
            return self.refuse_sign_in(account, How.PASSWORD)
        assert account is not None, "it is good"
        self.store.forget_failures(mark)
        return self.open_session(account, How.PASSWORD, door=door)

    def _throttled(self, mark: bytes, now: datetime) -> Refused | None:
        with self.turn:  # counted before the password is looked at: tries side by side gain nothing
            own, every, oldest = self.store.count_failures(mark, now - FAILURES_WINDOW)
            if own < FAILURES_OF_ONE and every < FAILURES_OF_ALL:
                self.store.add_failure(mark, now)
                return None
        left = FAILURES_WINDOW - (now - oldest) if oldest else FAILURES_WINDOW
        return refusing.crowded(max(1, int(left.total_seconds()) + 1))

    def refuse_sign_in(self, account: Account | None, how: How) -> Refused:
        """Write down that somebody was not let in, and return the one answer."""
        known: dict[str, Fact] = {} if account is None else {"account": account.id}
        self.note(EntryKind.STAFF_SIGN_IN_REFUSED, how=how.value, **known)
        return refusing.WRONG

    def open_session(self, account: Account, how: How, at: datetime | None = None, door: Door = Door.PAGE) -> Session:
        """Begin a session of somebody who showed who she is."""
        assert account.state is State.ACTIVE, "only who is active signs in"
        now, sid = at or self.clock.now(), new_code()
        self.store.begin_session(mark_of(sid), account.id, how, door, now)
        self.note(EntryKind.STAFF_SIGNED_IN, account=account.id, how=how.value, door=door.value)
        roles = sorted(role.value for role in account.roles)
        token = make_token(self.signing(), account=account.id, roles=roles, how=how.value, sid=sid, at=now)
        return Session(account.id, how, now, now + ABSOLUTE, sid, token)

    # ---- who is signed in

    def session(self, token_or_cookie: str) -> SignedIn | None:
        """Return who is signed in, with the roles that she has now: by a token, or by a session's id of a cookie."""
        now, sid = self.clock.now(), token_or_cookie
        claims = None
        if token_or_cookie.count(".") == _JWT_DOTS:
            claims = read_token(token_or_cookie, self.verifying(), now)
            if claims is None:
                return None
            sid = claims.sid
        found = self.store.session(mark_of(sid), now) if sid else None
        account = None if found is None else self.store.account(found[0])
        if found is None or account is None or account.state is not State.ACTIVE:
            return None
        if claims is not None and claims.sub != account.id:
            return None
        return SignedIn(account, found[1], mark_of(sid).hex(), found[2] + ABSOLUTE)

    def end_session(self, signed_in: SignedIn) -> None:
        """End a session: its token and its cookie hold no more."""
        if self.store.end_sessions(self.clock.now(), mark=bytes.fromhex(signed_in.session)):
            self.note(EntryKind.STAFF_CHANGED, account=signed_in.account.id, change="signed-out")

    def note(self, kind: EntryKind, **facts: Fact) -> None:
        """Write into the house's log."""
        self.journal.append([Entry(kind, self.clock.now(), facts)])
