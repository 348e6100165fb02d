"""A store of accounts put back from a backup reads back from the house's log what became of each since.

The log is never set back, so it tells which accounts were closed, which roles hold, which means of signing in were
taken away or replaced. What it says is gone stays gone; a means that it does not know to be older than the backup
counts no more. Sessions, invitations and whatever waited for approval end. Whom nothing is left to sign in with, or
who came after the backup, is *lost*: nobody signs in with that account before its owner was invited again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from noren.governance.ports import Entry, EntryKind, Fact
from noren.governance.staff import Role
from noren.governance.staffing.glass import ACT as BREAK_GLASS
from noren.governance.staffing.model import Account, Credential, Means, Outcome, State, Waiting, is_enough
from noren.governance.staffing.secrets import step_over
from noren.governance.staffing.store import StaffStore
from noren.governance.staffing.telling import Known, Said, asked_in, known_in

_STANDS_FOR_GOOD: Final = frozenset({State.CLOSED, State.LOST})


@dataclass(frozen=True, slots=True)
class Recalled:
    """What is to be written into the log, and whom to invite again, by id."""

    entries: Sequence[Entry]
    invite_again: Sequence[str]


def recall(store: StaffStore, told: Sequence[Said], since: int | None, now: datetime) -> Recalled:
    """Let a restored store follow the house's log; again, it changes nothing.

    ``told``: the log from its beginning. ``since``: how many of its entries the backup knew; None: the log of then is
    lost, so nobody knows what became of anybody, and every account is lost.
    """
    known = known_in(told)
    store.end_everything(now)
    before = store.accounts()
    after = [_recalled(store, each, known.get(each.id), since, now) for each in before]
    came = sorted(known.keys() - {each.id for each in before})
    after += [_came_since(name, known[name]) for name in came]
    for account in after:
        store.keep(account)
    _settle(store, told, now)
    entries = [each for account in after for each in _entries(account, known.get(account.id), since, now)]
    return Recalled(entries, [each.id for each in after if each.state in (State.LOST, State.INVITED)])


def _recalled(store: StaffStore, account: Account, known: Known | None, since: int | None, now: datetime) -> Account:
    roles = account.roles if known is None or known.roles is None else known.roles
    if State.CLOSED in (account.state, known.state if known else None):
        store.drop_credentials(account.id, [Means.PASSWORD, Means.TOTP])
        return replace(account, roles=roles, state=State.CLOSED)
    held = _held(store, account, known, since)
    _use_up_codes(store, account, held, now)
    return replace(account, roles=roles, state=_state(account, known, held))


def _state(account: Account, known: Known | None, held: Sequence[Credential]) -> State:
    told = known.state if known else State.INVITED
    if account.state is State.INVITED and told is State.INVITED:
        return State.INVITED
    stands = account.state is told is State.ACTIVE and is_enough([each.means for each in held])
    return State.ACTIVE if stands else State.LOST


def _held(store: StaffStore, account: Account, known: Known | None, since: int | None) -> list[Credential]:
    """Take from an account what the log does not know to be older than the backup; return what is left."""
    held = list[Credential]()
    for each in store.credentials(account.id):
        if known is not None and since is not None and known.has_since_before(each, since):
            held.append(each)
        else:
            store.drop_credential(account.id, each.means, each.name)
    return held


def _use_up_codes(store: StaffStore, account: Account, held: Iterable[Credential], now: datetime) -> None:
    """Take every one-time code that can have been used for used: the backup knows the last one of its own day."""
    for each in held:
        if each.means is Means.TOTP:
            store.raise_counter(account.id, each, step_over(now))


def _came_since(name: str, known: Known) -> Account:
    """Return an account of which the backup knows nothing: its id is nobody else's. Its name is lost with it."""
    state = State.LOST if known.state is State.ACTIVE else known.state
    return Account(name, name, known.roles or frozenset[Role](), state, known.at, known.by)


def _entries(account: Account, known: Known | None, since: int | None, now: datetime) -> list[Entry]:
    """Return what the log has to tell of an account that is not as the log knew it."""
    new = account.state is not (known.state if known else None)
    if not (new or since is None) or account.state not in _STANDS_FOR_GOOD:
        return []
    facts: dict[str, Fact] = {"account": account.id, "change": account.state.value, "by": "restore"}
    return [Entry(EntryKind.STAFF_CHANGED, now, {**facts, "roles": " ".join(sorted(account.roles))})]


def _settle(store: StaffStore, told: Sequence[Said], now: datetime) -> None:
    """End what waited, with the approvals that the log knows; no number that was given is ever given again."""
    asked = asked_in(told)
    there = {each.number: each for each in store.all_waiting(now)}
    for number in sorted(there.keys() | asked.keys()):
        each = there.get(number) or asked[number]
        _end(store, each, asked.get(number), now, new=number not in there)


def _end(store: StaffStore, each: Waiting, told: Waiting | None, now: datetime, *, new: bool) -> None:
    approvals: Mapping[str, datetime] = dict.fromkeys(told.approvals if told else (), now)
    if new:
        store.bring_back(each)
    for account, at in approvals.items():
        store.approve(each.number, account, at)
    if each.act == BREAK_GLASS:
        store.empty(each.number)
    store.settle(each.number, _outcome(told), now)


def _outcome(told: Waiting | None) -> Outcome:
    if told is None or told.outcome is Outcome.REFUSED:
        return Outcome.LAPSED if told is None else Outcome.REFUSED
    return Outcome.DONE if 0 < told.needs <= len(told.approvals) else Outcome.LAPSED
