"""``noren flow clear``: whether a flow may run, or the rule that stops it, told for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import typer

from noren.doors.cli.governance.desk import said
from noren.doors.cli.governance.files import instant_of
from noren.doors.cli.here import Here
from noren.governance.routes import ROUTE_SAYS, Route
from noren.kernel.say import Say


def show_clearance(at: Here, flow: str, instant: str | None) -> None:
    """Ask the desk, and tell; exit 1 where it is refused."""
    from noren.house.children import zone_client

    when = None if instant is None else instant_of(instant, at.home().zone, "--at")
    with zone_client(at.home(), "desk") as desk:
        answer: dict[str, Any] = desk.call("/clear", {"flow": flow, "at": when})
    local = datetime.fromisoformat(answer["at"]).astimezone(at.home().zone)
    at.answer(answer, *_lines(answer, f"{local:%Y-%m-%d %H:%M}"))
    if answer["refused"] is not None:
        raise typer.Exit(1)


def _lines(answer: Mapping[str, Any], when: str) -> Iterator[Say]:
    flow, refused = answer["flow"], answer["refused"]
    if refused is None:
        yield Say(f"{flow}: {when} の時点で動かせます。", f"{flow}: may run at {when}.")
        yield from _grounds(answer["cleared"])
        return
    rule = refused["rule"]
    yield Say(f"{flow}: {when} の時点では動きません。規則: {rule}", f"{flow}: does not run at {when}. Rule: {rule}")
    yield from (said(refused[part]) for part in ("says", "what", "fix") if refused[part]["en"])
    if refused["also"]:
        others = ", ".join(refused["also"])
        yield Say(f"ほかに当たる規則: {others}", f"Other rules that stop it: {others}")


def _grounds(cleared: Mapping[str, Any]) -> Iterator[Say]:
    route, items = ROUTE_SAYS[Route(cleared["route"])], ", ".join(cleared["items"])
    purpose, recipient = cleared["purpose"], cleared["recipient"]
    yield Say(f"{purpose} → {recipient}({route.ja}): {items}", f"{purpose} → {recipient} ({route.en}): {items}")
    if cleared["notice"] is not None:
        name, version = cleared["notice"], cleared["versions"]["notice"]
        yield Say(f"公表文: {name} 版{version}", f"Notice: {name} v{version}")
    if cleared["needs_consent"]:
        yield Say("同意した会員だけが入ります。", "Only members who consented are in it.")
    if cleared["keeps_record"]:
        yield Say("提供記録を残します。", "A provision record is kept.")
