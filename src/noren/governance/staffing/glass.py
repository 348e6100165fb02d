"""Broken glass: a member's record opened in an emergency, to one person, for minutes, and told to everybody.

What is broken is what the house's log says, and nothing beside it: without the entry nothing can be shown. The desk
holds no member: whose record it is lies in an order that only the vault opens.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, tzinfo
from typing import Final

import msgspec

from noren.governance.ports import Entry, EntryKind
from noren.governance.staff import Action, Circumstances, Role
from noren.governance.staff import refusing as policy_refusing
from noren.governance.staffing import glass_refusals as refusals
from noren.governance.staffing.approving import TWO, same_person, wait
from noren.governance.staffing.model import Outcome, SignedIn, State, Waiting
from noren.governance.staffing.refusing import Refused
from noren.governance.staffing.room import StaffRoom
from noren.kernel.discreet import Discreet
from noren.kernel.say import Say

ACT: Final = "break-glass"
HOLDING: Final = "member-record"
LIFE: Final = timedelta(minutes=15)
MAX_WHY: Final = 120
_NAMES_SOMEBODY: Final = re.compile(r"\d[\d\s-]{4,}\d|[@<>\x00-\x1f\x7f]")
"""A number of six digits or more, an address: a reason names no member, it is read by everybody."""


class Order(Discreet, msgspec.Struct, frozen=True):
    """What waits for approval. ``order``: whose record, sealed to the vault."""

    order: str
    why: str


@dataclass(frozen=True, slots=True)
class Broken:
    """Glass that was broken. ``seen_by``: the privacy officer without a part in it who said that she saw it."""

    number: int
    by: str
    why: str
    at: datetime
    approved: tuple[str, ...]
    seen_by: str = ""

    @property
    def until(self) -> datetime:
        """When the record is shown no more."""
        return self.at + LIFE

    def stands(self, now: datetime) -> bool:
        """Return whether it is shown at an instant."""
        return self.at <= now < self.until


@dataclass(frozen=True, slots=True)
class Opened:
    """The desk's word to the vault. ``approvals``: of others who are here now."""

    broken: Broken
    approvals: int
    order: str = field(repr=False)


def permits(roles: Iterable[Role], approvals: int, *, loud: bool) -> Refused | None:
    """Return why somebody with these roles may not break glass."""
    asked = Circumstances(approvals=approvals, loud=loud)
    rules = policy_refusing(frozenset(roles), Action.BREAK_GLASS, HOLDING, asked)
    if rules is None:
        return None
    return Refused(rules[0].name, rules[0].says, rules[0].fix) if rules else refusals.NOT_PERMITTED


class Glass:
    """What was broken in this house. ``since``: the entries of the house's log from a place on."""

    def __init__(self, room: StaffRoom, since: Callable[[int], Iterable[Entry | None]]) -> None:
        self._room, self._since = room, since
        self._lock = threading.Lock()
        self._read = 0
        self._known: dict[int, Broken] = {}

    def all(self) -> Sequence[Broken]:
        """Return all glass that was ever broken, by its number."""
        with self._lock:
            for entry in self._since(self._read):
                self._read += 1
                if entry is not None and entry.kind is EntryKind.BREAK_GLASS:
                    self._take(entry)
            return [self._known[number] for number in sorted(self._known)]

    def _take(self, entry: Entry) -> None:
        said = {name: str(fact) for name, fact in entry.body.items()}
        number = int(said["number"])
        if "seen_by" in said:
            self._known[number] = replace(self._known[number], seen_by=said["seen_by"])
            return
        self._known[number] = Broken(number, said["by"], said["why"], entry.at, tuple(said["approved"].split()))

    def broken(self, number: int) -> Broken | None:
        """Return what was broken under a number."""
        return next((each for each in self.all() if each.number == number), None)

    def forget_orders(self) -> int:
        """Forget whose record it was, where glass is over or will not be broken; return how many orders went."""
        with self._room.turn:  # never between an approval and its entry
            now = self._room.clock.now()
            keeps = {each.number for each in self.all() if each.stands(now)}
            asked = [each for each in self._room.store.all_waiting(now) if each.act == ACT and each.body]
            over = [each for each in asked if each.outcome is not Outcome.WAITS and each.number not in keeps]
            for each in over:
                self._room.store.empty(each.number)
            return len(over)

    def loud(self) -> Sequence[Broken]:
        """Return what everybody is told of: what stands, and what nobody without a part in it has looked at."""
        now = self._room.clock.now()
        return [each for each in self.all() if each.stands(now) or not each.seen_by]

    def count(self, year: int, zone: tzinfo) -> int:
        """Return how often glass was broken in a year."""
        return sum(each.at.astimezone(zone).year == year for each in self.all())

    def ask(self, who: SignedIn, order: str, why: str) -> Waiting | Refused:
        """Ask two others to let glass be broken."""
        barred = permits(who.account.roles, TWO, loud=True)
        if barred is not None:
            return barred
        if not 1 <= len(why.strip()) <= len(why) <= MAX_WHY or _NAMES_SOMEBODY.search(why):
            return refusals.WHY
        says = Say(f"緊急の開示(一人の会員の登録を15分): {why}", f"break glass (a member's record, 15 minutes): {why}")
        body = msgspec.json.encode(Order(order, why)).decode()
        self.forget_orders()
        return wait(self._room, who.account.id, ACT, body, says, TWO)

    def break_(self, waiting: Waiting) -> Broken | Refused:
        """Break what two others approved: the entry in the house's log is the breaking."""
        author, approved = self._room.account(waiting.author), self._here(waiting.approvals)
        if author is None or author.state is not State.ACTIVE:
            return refusals.NOT_PERMITTED
        barred = permits(author.roles, len(approved), loud=True)
        if barred is not None:
            return barred
        why, names = msgspec.json.decode(waiting.body, type=Order).why, " ".join(approved)
        self._room.note(EntryKind.BREAK_GLASS, number=waiting.number, by=author.id, why=why, approved=names)
        found = self.broken(waiting.number)
        assert found is not None, "the log holds it"
        return found

    def _here(self, names: Iterable[str]) -> list[str]:
        here = {each.id for each in self._room.active()}
        return sorted(name for name in names if name in here)

    def open_to(self, who: SignedIn, number: int) -> Opened | Refused:
        """Return whose record somebody may see now: her own glass, while it stands."""
        found, now = self.broken(number), self._room.clock.now()
        waiting = None if found is None else self._room.store.waiting(number, now)
        if found is None or waiting is None or waiting.act != ACT:
            return refusals.WHOLE
        if found.by != who.account.id:
            return refusals.ANOTHERS
        if not found.stands(now) or not waiting.body:  # a restore keeps no orders
            self.forget_orders()
            return refusals.OVER
        approvals = len(self._here(found.approved))
        barred = permits(who.account.roles, approvals, loud=True)
        return barred or Opened(found, approvals, msgspec.json.decode(waiting.body, type=Order).order)

    def see(self, who: SignedIn, number: int) -> Broken | Refused:
        """Let a privacy officer without a part in it say that she saw it."""
        found = self.broken(number)
        if found is None:
            return refusals.WHOLE
        barred = self.may_see(who, found)
        if barred is not None:
            return barred
        if found.seen_by:
            return found
        self._room.note(EntryKind.BREAK_GLASS, number=number, seen_by=who.account.id)
        return replace(found, seen_by=who.account.id)

    def may_see(self, who: SignedIn, found: Broken) -> Refused | None:
        """Return why it is not she who looks at what others did."""
        if Role.PRIVACY_OFFICER not in who.account.roles or Role.AUDITOR in who.account.roles:
            return refusals.OFFICER_SEES
        part = (found.by, *found.approved)
        return refusals.TOOK_PART if any(same_person(self._room, who.account.id, each) for each in part) else None
