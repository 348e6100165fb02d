"""What the programme has made public: companies, purposes, notices, shops handling member information, and when.

All of it is read from the desk's register as it is at the programme's instant; when the desk does not answer, the page
says so and shows none of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from noren.governance.notices import Notice, NoticeKind, Terms
from noren.governance.parties import KIND_SAYS, Party, PartyKind
from noren.governance.purposes import ITEMS, Purpose
from noren.governance.register import Dated, Register, register_at
from noren.house.front import FrontRoom
from noren.house.inner import CallRefused, ZoneDown
from noren.kernel.say import Say

NOTICE_SAYS: Final[dict[NoticeKind, Say]] = {
    NoticeKind.ACQUISITION: Say("利用目的の公表", "Purposes of use"),
    NoticeKind.JOINT_USE: Say("共同利用の公表", "Joint use"),
    NoticeKind.THIRD_PARTY: Say("第三者提供への同意の文", "Consent to provision to a third party"),
    NoticeKind.OPT_OUT: Say("第三者提供(オプトアウト)の公表", "Provision to third parties, with opt-out"),
    NoticeKind.PSEUDONYMISED: Say("仮名加工情報の公表", "Pseudonymously processed information"),
    NoticeKind.ANONYMISED: Say("匿名加工情報の公表", "Anonymously processed information"),
}
_NOTICES: Final = list(NOTICE_SAYS.values())
DOOR_SAYS: Final = {
    "counter": Say("会員情報庫の窓口(レジからは扱えません)", "The vault's counter; never through a till"),
}


@dataclass(frozen=True, slots=True)
class Company:
    """A party. ``coming``: announced, not in force yet."""

    name: Say
    kind: Say
    since: datetime
    coming: bool


@dataclass(frozen=True, slots=True)
class NoticeShown:
    """A version of a notice: of which items, with whom, what for, who answers for it."""

    kind: Say
    version: int
    announced: datetime
    since: datetime
    coming: bool
    items: Say
    scope: Say
    purposes: Say
    responsible: str
    text: Say


@dataclass(frozen=True, slots=True)
class Handling:
    """What a shop handles of members' information, and through which door."""

    items: Say
    door: Say


@dataclass(frozen=True, slots=True)
class Published:
    """All that is shown. ``handling``: by shop."""

    companies: tuple[Company, ...]
    purposes: tuple[Purpose, ...]
    notices: tuple[NoticeShown, ...]
    handling: Mapping[str, Handling]
    terms: Dated[Terms] | None


class LiveRegister:
    """Reads what is published; safe for many askers at once."""

    def __init__(self, room: FrontRoom) -> None:
        self._room = room

    async def at(self, at: datetime) -> Published | None:
        """Return what is published at an instant; None: the desk does not answer."""
        try:
            documents = await asyncio.to_thread(self._room.register.documents)
        except (ZoneDown, CallRefused):
            return None
        coming = [each for each in documents if each.effective_at > at]
        later = [register_at(documents, instant) for instant in sorted({each.effective_at for each in coming})]
        return published(register_at(documents, at), later)


def published(register: Register, later: Iterable[Register] = ()) -> Published:
    """Return what is shown of a register, and of how it will be at the instants at which something changes."""
    at, terms = register.at, register.terms
    everybody = {**register.parties, **{name: each for known in later for name, each in known.parties.items()}}
    names = {**everybody, **register.parties}
    purposes = {name: each.value for name, each in register.purposes.items()}
    shown = [_notice(each, at, names, purposes) for each in _living(register.notices, at)]
    for known in later:
        changed = [each for each in known.notices.values() if each.effective_at == known.at]
        coming = [_notice(each, at, names, purposes) for each in changed]
        shown += [each for each in coming if each not in shown]
    return Published(
        companies=tuple(
            _company(each, at) for each in sorted(_living(names, at), key=_rank) if _is_company(each.value)
        ),
        purposes=tuple(each.value for each in register.purposes.values() if each.holds(at)),
        notices=tuple(sorted(shown, key=lambda each: (_NOTICES.index(each.kind), each.since))),
        handling={name: each for name, dated in register.parties.items() if (each := _handling(dated, at)) is not None},
        terms=terms if terms is not None and terms.holds(at) else None,
    )


def _living(dated: Mapping[str, Dated[Any]], at: datetime) -> list[Dated[Any]]:
    """Return what is in force or comes, but not what has ended."""
    return [each for each in dated.values() if each.holds(at) or at < each.effective_at]


def _is_company(party: Party) -> bool:
    return party.kind is not PartyKind.IDENTITY_SHOP


def _rank(dated: Dated[Party]) -> tuple[int, str]:
    """The operator first, then the group, then the others."""
    return list(PartyKind).index(dated.value.kind), dated.value.id


def _company(dated: Dated[Party], at: datetime) -> Company:
    party = dated.value
    return Company(party.name, KIND_SAYS[party.kind], dated.effective_at, at < dated.effective_at)


def _notice(
    dated: Dated[Notice], at: datetime, parties: Mapping[str, Dated[Party]], purposes: Mapping[str, Purpose]
) -> NoticeShown:
    notice, who = dated.value, dated.value.responsible
    return NoticeShown(
        NOTICE_SAYS[notice.kind],
        dated.version,
        dated.announced_at,
        dated.effective_at,
        at < dated.effective_at,
        _items(notice.items),
        _joined(parties[name].value.name if name in parties else Say(name, name) for name in sorted(notice.scope)),
        _joined(purposes[name].name if name in purposes else Say(name, name) for name in sorted(notice.purposes)),
        f"{who.name} · {who.address} · {who.representative}",
        notice.text,
    )


def _items(items: Iterable[str]) -> Say:
    """Return items by name, in the order of the list of all items."""
    wanted = set(items)
    return _joined(item.name for item in ITEMS.values() if item.id in wanted)


def _joined(names: Iterable[Say]) -> Say:
    listed = list(names)
    return Say("、".join(each.ja for each in listed), ", ".join(each.en for each in listed))


def _handling(dated: Dated[Party], at: datetime) -> Handling | None:
    handles = dated.value.handles
    if handles is None or not dated.holds(at):
        return None
    return Handling(_items(handles.items), DOOR_SAYS.get(handles.door, Say(handles.door, handles.door)))
