"""Documents as lines for people: lists, one document whole, what an announcement would do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, tzinfo
from typing import Any, Final

import msgspec

from noren.doors.cli.governance.desk import said
from noren.governance.flows import Flow
from noren.governance.notices import Notice, Terms
from noren.governance.parties import KIND_SAYS, Party
from noren.governance.purposes import Purpose
from noren.governance.register import Body, Dated, Document
from noren.governance.routes import ROUTE_SAYS
from noren.kernel.say import Say

_STATES: Final = {
    "in-force": Say("施行中", "in force"),
    "coming": Say("施行前", "not in force yet"),
    "removed": Say("終了", "ended"),
}


def state_of(dated: Dated[Any], at: datetime) -> str:
    """Return whether a version is in force, comes, or was removed."""
    if dated.holds(at):
        return "in-force"
    return "coming" if at < dated.effective_at else "removed"


def listed(name: str, dated: Dated[Any], at: datetime, zone: tzinfo) -> Say:
    """Return a document's line in a list."""
    state, title = _STATES[state_of(dated, at)], title_of(dated.value)
    since = day(dated.effective_at, zone)
    until_ja = f"、{day(dated.until, zone)}まで" if dated.until else ""
    until_en = f" until {day(dated.until, zone)}" if dated.until else ""
    return Say(
        f"{name:<20} 版{dated.version}  {state.ja}({since}から{until_ja})  {title.ja}",
        f"{name:<20} v{dated.version}  {state.en} (from {since}{until_en})  {title.en}",
    )


def title_of(body: Body) -> Say:
    """Return what a document is called in a list."""
    match body:
        case Party():
            kind = KIND_SAYS[body.kind]
            return Say(f"{body.name.ja}({kind.ja})", f"{body.name.en} ({kind.en})")
        case Purpose():
            return body.name
        case Notice():
            return _first_line(body.text)
        case Flow():
            route = ROUTE_SAYS[body.route]
            return Say(
                f"{body.purpose} → {body.recipient}({route.ja})", f"{body.purpose} → {body.recipient} ({route.en})"
            )
        case Terms():
            return body.scope_rule
        case _:
            return Say("", "")


def whole(document: Document, zone: tzinfo) -> Iterator[Say]:
    """Yield the lines of one version, everything that it says."""
    announced_at, effective = when(document.announced_at, zone), when(document.effective_at, zone)
    yield Say(
        f"{document.id} 版{document.version}  公表 {announced_at}  施行 {effective}",
        f"{document.id} v{document.version}  announced {announced_at}  in force from {effective}",
    )
    if document.body is None:
        yield Say("  (終了)", "  (ended)")
        return
    for name, value in msgspec.to_builtins(document.body).items():
        if value not in (None, [], {}, "") and name != "id":
            yield from _field(name, value)


def _field(name: str, value: Any, depth: int = 1) -> Iterator[Say]:
    pad = "  " * depth
    if isinstance(value, dict) and set(value) == {"ja", "en"}:  # pyright: ignore[reportUnknownArgumentType]
        yield Say(f"{pad}{name}: {value['ja']}", f"{pad}{name}: {value['en']}")
    elif isinstance(value, dict):
        yield Say(f"{pad}{name}:", f"{pad}{name}:")
        for each, inner in value.items():  # pyright: ignore[reportUnknownVariableType]
            yield from _field(str(each), inner, depth + 1)  # pyright: ignore[reportUnknownArgumentType]
    else:
        text = ", ".join(map(str, sorted(value))) if isinstance(value, list) else str(value)  # pyright: ignore
        yield Say(f"{pad}{name}: {text}", f"{pad}{name}: {text}")


def announced(answer: Any, zone: tzinfo) -> Iterator[Say]:
    """Yield what an announcement does, or would do, and what was refused."""
    for each in answer["planned"]:
        document, means, told = each["document"], said(each["means"]), said(each["told"])
        effective = when(datetime.fromisoformat(document["effective_at"]), zone)
        name, version = document["id"], document["version"]
        yield Say(f"✓ {name} 版{version}: {means.ja}", f"✓ {name} v{version}: {means.en}")
        for change in map(said, each["changes"]):
            yield Say(f"    ・{change.ja}", f"    - {change.en}")
        yield Say(f"    施行: {effective}", f"    in force from: {effective}")
        yield Say(f"    知らせる相手: {told.ja}", f"    who is told: {told.en}")
    for name in answer["unchanged"]:
        yield Say(f"= {name}: 変わりありません", f"= {name}: no change")
    for each in answer["refused"]:
        says, fix = said(each["says"]), said(each["fix"])
        yield Say(f"✗ {says.ja} [{each['rule']}]", f"✗ {says.en} [{each['rule']}]")
        yield Say(f"    → {fix.ja}", f"    → {fix.en}")


def differences(old: Body | None, new: Body | None) -> Iterator[Say]:
    """Yield the fields in which two versions differ."""
    before: dict[str, Any] = {} if old is None else msgspec.to_builtins(old)
    after: dict[str, Any] = {} if new is None else msgspec.to_builtins(new)
    for name in dict.fromkeys([*before, *after]):
        if before.get(name) != after.get(name):
            yield from _minus_plus("-", name, before.get(name))
            yield from _minus_plus("+", name, after.get(name))


def _minus_plus(sign: str, name: str, value: Any) -> Iterable[Say]:
    if value in (None, [], {}, ""):
        return ()
    return (Say(f"{sign}{line.ja}", f"{sign}{line.en}") for line in _field(name, value))


def day(at: datetime, zone: tzinfo) -> str:
    """Return an instant's day in the programme's zone."""
    return at.astimezone(zone).date().isoformat()


def when(at: datetime, zone: tzinfo) -> str:
    """Return an instant to the minute in the programme's zone."""
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M")


def _first_line(text: Say) -> Say:
    return Say(text.ja.strip().splitlines()[0][:40], text.en.strip().splitlines()[0][:60])
