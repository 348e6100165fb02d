"""Names of the register in words, for the answers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from noren.governance.notices import Notice, NoticeKind
from noren.governance.parties import KIND_SAYS, Party, PartyKind
from noren.governance.purposes import ITEMS
from noren.governance.register import Dated, Register
from noren.governance.routes import Route
from noren.kernel.say import Say


def listed(names: Iterable[Say]) -> Say:
    """Return names as one list, in each language."""
    listed = list(names)
    return Say("、".join(each.ja for each in listed), ", ".join(each.en for each in listed))


def items_of(names: Iterable[str]) -> Say:
    """Return items by name, in the order of the list of all items."""
    wanted = set(names)
    return listed(item.name for item in ITEMS.values() if item.id in wanted)


def purposes_of(register: Register, names: Iterable[str]) -> Say:
    """Return purposes by name."""
    known = register.purposes
    return listed(known[name].value.name for name in sorted(names) if name in known)


def companies_of(register: Register, names: Iterable[str]) -> Say:
    """Return the companies in force, each with what it is to the programme."""
    found = list[Say]()
    for name in sorted(set(names)):
        dated = register.parties.get(name)
        if dated is None or not dated.holds(register.at):
            continue
        kind = KIND_SAYS[dated.value.kind]
        found.append(Say(f"{dated.value.name.ja}({kind.ja})", f"{dated.value.name.en} ({kind.en})"))
    return listed(found)


def notices_of(register: Register, kind: NoticeKind) -> list[tuple[str, Dated[Notice]]]:
    """Return the notices of a kind that are in force."""
    return [
        (name, each) for name, each in register.notices.items() if each.value.kind is kind and each.holds(register.at)
    ]


def flows_of(register: Register, route: Route) -> list[Any]:
    """Return the flows on a route that are in force."""
    return [each.value for each in register.flows.values() if each.holds(register.at) and each.value.route is route]


def handling_shops(register: Register) -> list[Party]:
    """Return the shops that may handle member information."""
    held = [each.value for each in register.parties.values() if each.holds(register.at)]
    return [each for each in held if each.kind is PartyKind.IDENTITY_SHOP and each.handles is not None]


def names_of(*dated: tuple[str, Dated[Any] | None]) -> tuple[str, ...]:
    """Return documents as ``id vN``: what an answer rests on."""
    return tuple(f"{name} v{each.version}" for name, each in dated if each is not None)


def day_of(at: datetime) -> Say:
    """Return a day in words."""
    return Say(f"{at.year}年{at.month}月{at.day}日", at.date().isoformat())
