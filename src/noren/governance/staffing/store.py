"""Staff accounts on a SQLite file of the desk, in homes of either engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from noren.governance.staff import Role
from noren.governance.staffing.model import (
    ABSOLUTE,
    IDLE,
    WAITING_LIFE,
    Account,
    Credential,
    Door,
    How,
    Means,
    Outcome,
    Standing,
    State,
    Waiting,
)
from noren.governance.staffing.tables import (
    ACCOUNT,
    APPROVAL,
    CREDENTIAL,
    FAILURE,
    INVITE,
    METADATA,
    SESSION,
    WAITING,
)
from noren.kernel.clock import instant_of, microseconds
from noren.revisions.file_store import open_file


class StaffStore:
    """Writes and reads accounts and what belongs to them. Nothing here decides."""

    def __init__(self, path: Path) -> None:
        """Open the store, and make it where it is missing.

        Raises:
            NotThisRevision: it was made by another version of noren.
        """
        self._engine = open_file(path, METADATA)

    def close(self) -> None:
        """Close the store."""
        self._engine.dispose()

    # ---- accounts

    def accounts(self) -> Sequence[Account]:
        """Return all accounts, by id."""
        with self._engine.connect() as db:
            return [_account(row) for row in db.execute(select(ACCOUNT).order_by(ACCOUNT.c.id))]

    def account(self, name: str) -> Account | None:
        """Return an account."""
        with self._engine.connect() as db:
            row = db.execute(select(ACCOUNT).where(ACCOUNT.c.id == name)).first()
        return None if row is None else _account(row)

    def keep(self, account: Account) -> None:
        """Write an account, new or changed."""
        row = {
            "name": account.name,
            "roles": " ".join(sorted(account.roles)),
            "state": account.state.value,
            "added_us": microseconds(account.added_at),
            "added_by": account.added_by,
        }
        with self._engine.begin() as db:
            if not db.execute(update(ACCOUNT).where(ACCOUNT.c.id == account.id).values(**row)).rowcount:
                db.execute(insert(ACCOUNT).values(id=account.id, **row))

    # ---- credentials

    def credentials(self, account: str) -> Sequence[Credential]:
        """Return an account's means of signing in."""
        with self._engine.connect() as db:
            found = db.execute(select(CREDENTIAL).where(CREDENTIAL.c.account == account))
            return [Credential(Means(row.means), row.name, row.secret, row.counter) for row in found]

    def owner(self, means: Means, name: str) -> str | None:
        """Return the account that has a passkey or a subject."""
        query = select(CREDENTIAL.c.account).where(CREDENTIAL.c.means == means.value, CREDENTIAL.c.name == name)
        with self._engine.connect() as db:
            return db.execute(query).scalar()

    def put_credential(self, account: str, credential: Credential, at: datetime) -> None:
        """Give an account a means of signing in; one of the same kind and name gives way to it."""
        key = {"account": account, "means": credential.means.value, "name": credential.name}
        with self._engine.begin() as db:
            db.execute(delete(CREDENTIAL).filter_by(**key))
            rest = {"secret": credential.secret, "counter": credential.counter, "added_us": microseconds(at)}
            db.execute(insert(CREDENTIAL).values(**key, **rest))

    def drop_credentials(self, account: str, means: Sequence[Means]) -> None:
        """Take means of signing in from an account."""
        with self._engine.begin() as db:
            held = CREDENTIAL.c.account == account, CREDENTIAL.c.means.in_([each.value for each in means])
            db.execute(delete(CREDENTIAL).where(*held))

    def drop_credential(self, account: str, means: Means, name: str) -> None:
        """Take one means of signing in from an account."""
        with self._engine.begin() as db:
            db.execute(delete(CREDENTIAL).filter_by(account=account, means=means.value, name=name))

    def added(self, account: str) -> Sequence[tuple[Credential, datetime]]:
        """Return an account's means of signing in and since when it has each, the oldest first."""
        query = select(CREDENTIAL).where(CREDENTIAL.c.account == account).order_by(CREDENTIAL.c.added_us)
        with self._engine.connect() as db:
            rows = db.execute(query).all()
        return [(Credential(Means(r.means), r.name, r.secret, r.counter), instant_of(r.added_us)) for r in rows]

    def raise_counter(self, account: str, credential: Credential, counter: int) -> bool:
        """Set a credential's counter, which only grows; False: somebody was there before."""
        held = CREDENTIAL.c.account == account, CREDENTIAL.c.means == credential.means.value
        query = update(CREDENTIAL).where(*held, CREDENTIAL.c.name == credential.name, CREDENTIAL.c.counter < counter)
        with self._engine.begin() as db:
            return bool(db.execute(query.values(counter=counter)).rowcount)

    # ---- invitations

    def invite(self, account: str, code_sha256: bytes, secret: bytes, expires: datetime) -> None:
        """Invite to an account; an earlier invitation to it is none any more."""
        with self._engine.begin() as db:
            db.execute(delete(INVITE).where(INVITE.c.account == account))
            row = {"account": account, "expires_us": microseconds(expires), "secret": secret}
            db.execute(insert(INVITE).values(code_sha256=code_sha256, **row))

    def invited(self, code_sha256: bytes, at: datetime) -> tuple[str, bytes] | None:
        """Return the account to which a code invites, and the sealed secret of its codes."""
        held = INVITE.c.code_sha256 == code_sha256, INVITE.c.expires_us > microseconds(at)
        with self._engine.connect() as db:
            row = db.execute(select(INVITE).where(*held)).first()
        return None if row is None else (row.account, row.secret)

    def end_invites(self, account: str) -> bool:
        """End the invitations to an account; False: there was none."""
        with self._engine.begin() as db:
            return bool(db.execute(delete(INVITE).where(INVITE.c.account == account)).rowcount)

    # ---- sessions

    def begin_session(self, mark: bytes, account: str, how: How, door: Door, at: datetime) -> None:
        """Begin a session; those that ended long ago go."""
        now = microseconds(at)
        with self._engine.begin() as db:
            db.execute(delete(SESSION).where(SESSION.c.begun_us < now - 2 * _us(ABSOLUTE)))
            row = {"account": account, "how": how.value, "door": door.value, "begun_us": now, "seen_us": now}
            db.execute(insert(SESSION).values(id_sha256=mark, **row))

    def session(self, mark: bytes, at: datetime) -> tuple[str, How, datetime] | None:
        """Return whose session stands under a mark, how she signed in and when; a page's look prolongs it."""
        now = microseconds(at)
        idle = or_(SESSION.c.door == Door.COMMAND.value, SESSION.c.seen_us > now - _us(IDLE))
        stands = SESSION.c.ended_us.is_(None), SESSION.c.begun_us > now - _us(ABSOLUTE), idle
        with self._engine.connect() as db:
            row = db.execute(select(SESSION).where(SESSION.c.id_sha256 == mark, *stands)).first()
        if row is None:
            return None
        if row.door == Door.PAGE.value and now - row.seen_us > _us(IDLE) // 30:
            with self._engine.begin() as db:
                db.execute(update(SESSION).where(SESSION.c.id_sha256 == mark).values(seen_us=now))
        return row.account, How(row.how), instant_of(row.begun_us)

    def sessions(self, account: str, at: datetime) -> Sequence[Standing]:
        """Return the sessions of an account that stand, the newest first."""
        now = microseconds(at)
        idle = or_(SESSION.c.door == Door.COMMAND.value, SESSION.c.seen_us > now - _us(IDLE))
        stands = SESSION.c.account == account, SESSION.c.ended_us.is_(None), SESSION.c.begun_us > now - _us(ABSOLUTE)
        with self._engine.connect() as db:
            rows = db.execute(select(SESSION).where(*stands, idle).order_by(SESSION.c.begun_us.desc())).all()
        return [
            Standing(r.id_sha256.hex(), How(r.how), Door(r.door), instant_of(r.begun_us), instant_of(r.seen_us))
            for r in rows
        ]

    def end_sessions(self, at: datetime, *, mark: bytes | None = None, account: str | None = None) -> int:
        """End one session, or all of an account; return how many."""
        which = SESSION.c.id_sha256 == mark if mark is not None else SESSION.c.account == account
        query = update(SESSION).where(which, SESSION.c.ended_us.is_(None)).values(ended_us=microseconds(at))
        with self._engine.begin() as db:
            return db.execute(query).rowcount

    def end_everything(self, at: datetime) -> None:
        """End all sessions and invitations there are."""
        with self._engine.begin() as db:
            db.execute(update(SESSION).where(SESSION.c.ended_us.is_(None)).values(ended_us=microseconds(at)))
            db.execute(delete(INVITE))

    # ---- failures

    def count_failures(self, mark: bytes, since: datetime) -> tuple[int, int, datetime | None]:
        """Return the failures since an instant: of one account, of all, and the oldest that counts."""
        with self._engine.begin() as db:
            db.execute(delete(FAILURE).where(FAILURE.c.at_us <= microseconds(since)))
            every = db.execute(select(func.count(), func.min(FAILURE.c.at_us))).one()
            own = db.execute(select(func.count(), func.min(FAILURE.c.at_us)).where(FAILURE.c.mark == mark)).one()
        oldest = own[1] if own[1] is not None else every[1]
        return own[0], every[0], None if oldest is None else instant_of(oldest)

    def add_failure(self, mark: bytes, at: datetime) -> None:
        """Count a try before its password is looked at; who then succeeds wipes it away."""
        with self._engine.begin() as db:
            db.execute(insert(FAILURE).values(mark=mark, at_us=microseconds(at)))

    def forget_failures(self, mark: bytes) -> None:
        """Wipe an account's failures away: its owner was here."""
        with self._engine.begin() as db:
            db.execute(delete(FAILURE).where(FAILURE.c.mark == mark))

    # ---- what waits

    def wait(self, waiting: Waiting) -> Waiting:
        """Keep something that waits for approval; return it with its number."""
        with self._engine.begin() as db:
            made = db.execute(insert(WAITING).values(**_row(waiting))).inserted_primary_key
        assert made is not None
        return replace(waiting, number=int(made[0]))

    def bring_back(self, waiting: Waiting) -> None:
        """Keep something that waited under the number that it had."""
        with self._engine.begin() as db:
            db.execute(insert(WAITING).values(number=waiting.number, **_row(waiting)))

    def waiting(self, number: int, at: datetime) -> Waiting | None:
        """Return what waits, or waited, under a number."""
        with self._engine.connect() as db:
            row = db.execute(select(WAITING).where(WAITING.c.number == number)).first()
            return None if row is None else _waiting(row, _approvals(db, number), at)

    def all_waiting(self, at: datetime) -> Sequence[Waiting]:
        """Return everything that ever waited, the newest first."""
        with self._engine.connect() as db:
            rows = db.execute(select(WAITING).order_by(WAITING.c.number.desc())).all()
            return [_waiting(row, _approvals(db, row.number), at) for row in rows]

    def empty(self, number: int) -> None:
        """Forget what it was that waited; that it waited stays."""
        with self._engine.begin() as db:
            db.execute(update(WAITING).where(WAITING.c.number == number).values(body=""))

    def approve(self, number: int, account: str, at: datetime) -> bool:
        """Add an approval; False: she approved already."""
        try:
            with self._engine.begin() as db:
                db.execute(insert(APPROVAL).values(number=number, account=account, at_us=microseconds(at)))
        except IntegrityError:
            return False
        return True

    def settle(self, number: int, outcome: Outcome, at: datetime) -> bool:
        """Say what became of something that waited; False: that was said already."""
        query = update(WAITING).where(WAITING.c.number == number, WAITING.c.outcome == Outcome.WAITS.value)
        with self._engine.begin() as db:
            done = db.execute(query.values(outcome=outcome.value, ended_us=microseconds(at)))
            return bool(done.rowcount)


def _us(span: Any) -> int:
    return int(span.total_seconds() * 1_000_000)


def _row(waiting: Waiting) -> dict[str, Any]:
    return {
        "act": waiting.act,
        "author": waiting.author,
        "at_us": microseconds(waiting.at),
        "needs": waiting.needs,
        "body": waiting.body,
        "says_ja": waiting.says_ja,
        "says_en": waiting.says_en,
        "outcome": Outcome.WAITS.value,
    }


def _account(row: Any) -> Account:
    roles = frozenset(Role(each) for each in row.roles.split())
    return Account(row.id, row.name, roles, State(row.state), instant_of(row.added_us), row.added_by)


def _approvals(db: Any, number: int) -> tuple[str, ...]:
    query = select(APPROVAL.c.account).where(APPROVAL.c.number == number).order_by(APPROVAL.c.at_us)
    return tuple(db.execute(query).scalars())


def _waiting(row: Any, approvals: tuple[str, ...], at: datetime) -> Waiting:
    outcome, since = Outcome(row.outcome), instant_of(row.at_us)
    if outcome is Outcome.WAITS and at - since > WAITING_LIFE:
        outcome = Outcome.LAPSED
    ended = None if row.ended_us is None else instant_of(row.ended_us)
    says = row.says_ja, row.says_en
    return Waiting(row.number, row.act, row.author, since, row.needs, row.body, *says, approvals, outcome, ended)
