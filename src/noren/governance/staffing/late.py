"""What stands in the store of accounts and not in the log: a crash came between the two. Written when the desk starts.

An act on accounts is stored first and logged after. A restore follows the log alone, so what the log does not know
would be undone by it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from noren.governance.ports import Entry, EntryKind, Fact
from noren.governance.staffing.model import Account, Credential, Means, Outcome, State, Waiting
from noren.governance.staffing.store import StaffStore
from noren.governance.staffing.telling import Known, Said, asked_in, known_in, told_of

SECOND: Final = timedelta(seconds=1)
"""The house's log keeps the second of an entry."""
_OVER: Final = frozenset({State.CLOSED, State.LOST})
_ALONE: Final = frozenset({Means.PASSKEY, Means.OIDC})


def follow(store: StaffStore, told: Sequence[Said], now: datetime) -> None:
    """Close whom the log says is closed, and let be lost who is: in a store that was laid there without a restore."""
    for name, known in known_in(told).items():
        account = store.account(name)
        if account is None or known.state not in _OVER or account.state in (known.state, State.CLOSED):
            continue
        store.drop_credentials(name, list(Means) if known.state is State.LOST else [Means.PASSWORD, Means.TOTP])
        store.end_sessions(now, account=name)
        store.keep(replace(account, state=known.state))


def missing(store: StaffStore, told: Sequence[Said], now: datetime) -> list[Entry]:
    """Return the entries of the acts of which the log tells nothing."""
    known, asked = known_in(told), asked_in(told)
    late = [entry for each in store.accounts() for entry in _of_account(store, each, known.get(each.id), now)]
    waiting = sorted(store.all_waiting(now), key=lambda each: each.number)
    return [*late, *(entry for each in waiting for entry in _of_waiting(each, asked.get(each.number), now))]


def _of_account(store: StaffStore, account: Account, known: Known | None, now: datetime) -> Iterator[Entry]:
    roles = " ".join(sorted(account.roles))
    if known is None:
        known = Known(account.added_at, account.added_by, roles=account.roles)
        yield _changed(account, account.added_at, change="added", roles=roles, by=account.added_by or "home")
    elif known.roles is not None and known.roles != account.roles:
        yield _changed(account, now, change="roles", roles=roles)
    if account.state is State.CLOSED:
        if known.state is not State.CLOSED:
            yield _changed(account, now, change="closed")
        return
    yield from _of_means(account, store.added(account.id), known, now)


def _of_means(
    account: Account, held: Sequence[tuple[Credential, datetime]], known: Known, now: datetime
) -> Iterator[Entry]:
    new = [(each, at) for each, at in held if not known.has_from(each, at - SECOND)]
    accepted = [at for each, at in new if each.means is Means.PASSWORD]
    others = [each for each, _ in new if each.means in _ALONE]
    if accepted:
        yield _changed(account, accepted[0], change="accepted")
    elif others and account.state is State.ACTIVE is not known.state:
        yield _changed(account, now, change="accepted", **told_of(others.pop(0)))
    for each in others:
        yield _changed(account, now, change="means-added", **told_of(each))
    kinds = {each.means for each, _ in held}
    for means, mark in known.means:
        marked = any(told_of(each).get("mark") == mark for each, _ in held)
        if means not in kinds or (mark and not marked):
            yield _changed(account, now, change="means-removed", means=means.value, **({"mark": mark} if mark else {}))


def _of_waiting(waiting: Waiting, told: Waiting | None, now: datetime) -> Iterator[Entry]:
    about: dict[str, Fact] = {"number": waiting.number, "act": waiting.act, "late": True}
    if told is None:
        more: dict[str, Fact] = {"by": waiting.author, "asked": True, "needs": waiting.needs}
        yield Entry(EntryKind.APPROVAL, waiting.at, {**about, **more})
    for name in waiting.approvals:
        if told is None or name not in told.approvals:
            yield Entry(EntryKind.APPROVAL, now, {**about, "by": name})
    if waiting.outcome is Outcome.REFUSED and (told is None or told.outcome is not Outcome.REFUSED):
        yield Entry(EntryKind.APPROVAL_REFUSED, now, about)


def _changed(account: Account, at: datetime, **facts: Fact) -> Entry:
    return Entry(EntryKind.STAFF_CHANGED, at, {"account": account.id, **facts, "late": True})
