"""What the house's log tells of accounts and approvals: read entry by entry, in its order. No I/O."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from noren.governance.ports import EntryKind, Fact
from noren.governance.staff import Role
from noren.governance.staffing.model import Credential, Means, Outcome, State, Waiting

_NOT_KEPT_AT_ACCEPTING: Final = frozenset({Means.PASSWORD, Means.TOTP, Means.PASSKEY})
_MARK_BYTES: Final = 8
_LOST_JA: Final = "(復元で内容が失われた承認待ち)"
_LOST_EN: Final = "(what it was is lost with a restore)"


@dataclass(frozen=True, slots=True)
class Said:
    """An entry of the house's log. ``place``: its number."""

    place: int
    kind: EntryKind
    at: datetime
    body: Mapping[str, Fact]


@dataclass(slots=True)
class Known:
    """What the log tells of an account. ``roles`` None: it does not say. ``means``: by which entry each came."""

    at: datetime
    by: str
    state: State = State.INVITED
    roles: frozenset[Role] | None = None
    means: dict[tuple[Means, str], Said] = field(default_factory=dict[tuple[Means, str], Said])

    def has_since_before(self, credential: Credential, since: int) -> bool:
        """Return whether it has a means of signing in that came before so many entries were written.

        Entries of older versions tell a means of its kind alone, without a mark.
        """
        return any(said.place < since for said in self._said_of(credential))

    def has_from(self, credential: Credential, at: datetime) -> bool:
        """Return whether it has a means of signing in that came at an instant or later."""
        return any(said.at >= at for said in self._said_of(credential))

    def _said_of(self, credential: Credential) -> list[Said]:
        keys = [(credential.means, mark) for mark in (mark_of_means(credential), "")]
        return [self.means[key] for key in keys if key in self.means]

    def take(self, said: Said) -> None:
        """Take an entry of the account."""
        change = str(said.body["change"])
        if "roles" in said.body:
            self.roles = frozenset(Role(each) for each in str(said.body["roles"]).split())
        if change == "accepted":
            self.state = State.ACTIVE
            self.means = {each: at for each, at in self.means.items() if each[0] not in _NOT_KEPT_AT_ACCEPTING}
            self._add(said)
        elif change == "means-added":
            self._add(said)
        elif change == "means-removed":
            self._remove(said)
        elif change in (State.CLOSED, State.LOST):
            self.state, self.means = State(change), {}

    def _add(self, said: Said) -> None:
        for means in _means_of(said):
            self.means[means, str(said.body.get("mark", ""))] = said

    def _remove(self, said: Said) -> None:
        """Take a means away; where it is not told which, all of its kind."""
        mark = str(said.body.get("mark", ""))
        for means in _means_of(said):
            gone = [each for each in self.means if each[0] is means and (not mark or each[1] in (mark, ""))]
            for each in gone:
                del self.means[each]


def _means_of(said: Said) -> list[Means]:
    named = said.body.get("means")
    return [Means.PASSWORD, Means.TOTP] if named is None else [Means(str(named))]


def mark_of_means(credential: Credential) -> str:
    """Return by which mark the log tells a means from others of its kind; empty: by none.

    A passkey's id is random. A provider's subject can be guessed, so no hash of it is written.
    """
    if credential.means is not Means.PASSKEY:
        return ""
    return hashlib.sha256(credential.name.encode()).digest()[:_MARK_BYTES].hex()


def told_of(credential: Credential) -> dict[str, Fact]:
    """Return what an entry tells of a means of signing in."""
    mark = mark_of_means(credential)
    return {"means": credential.means.value, **({"mark": mark} if mark else {})}


def known_in(told: Iterable[Said]) -> dict[str, Known]:
    """Return what the log tells of each account, by id."""
    known: dict[str, Known] = {}
    for said in told:
        if said.kind is EntryKind.STAFF_CHANGED:
            name = str(said.body["account"])
            known.setdefault(name, Known(said.at, str(said.body.get("by", "")))).take(said)
    return known


def asked_in(told: Iterable[Said]) -> dict[int, Waiting]:
    """Return what was ever asked for under a number, without what it was: who asked, and who approved."""
    asked: dict[int, Waiting] = {}
    for said in told:
        if said.kind not in (EntryKind.APPROVAL, EntryKind.APPROVAL_REFUSED) or "number" not in said.body:
            continue
        number, by = int(said.body["number"]), str(said.body.get("by", ""))
        before = asked.get(number)
        if said.kind is EntryKind.APPROVAL_REFUSED and before is not None:
            asked[number] = replace(before, outcome=Outcome.REFUSED)
        elif said.body.get("asked"):
            act, needs = str(said.body["act"]), int(said.body["needs"])
            asked[number] = Waiting(number, act, by, said.at, needs, "", _LOST_JA, _LOST_EN)
        elif before is not None:
            asked[number] = replace(before, approvals=(*before.approvals, by))
    return asked
