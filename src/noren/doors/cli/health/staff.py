"""Whether acts are done by who is signed in, and whether enough are left to approve."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from noren.doors.cli.health.finding import Finding
from noren.house.children import zone_client
from noren.house.home import Home, HomeProblem
from noren.house.inner import CallRefused, ZoneDown
from noren.kernel.say import Say

_TENDING: Final = {"host", "privacy-officer"}
_APPROVING: Final = 3
"""An author and two others."""


def look_at_staff(home: Home) -> Iterator[Finding]:
    """Yield what the accounts say; a desk that is down is told by the zones."""
    try:
        with zone_client(home, "desk") as desk:
            accounts: list[dict[str, Any]] = desk.call("/staff/list", {})
            waiting: list[dict[str, Any]] = desk.call("/staff/approvals", {})
            glass: list[dict[str, Any]] = desk.call("/staff/glass", {})
    except (HomeProblem, ZoneDown, CallRefused):
        return
    yield from _glass(glass)
    waiting = [each for each in waiting if each["outcome"] == "waits"]
    yield from _ways_back(waiting)
    active = [each for each in accounts if each["state"] == "active"]
    if not any(each["state"] != "invited" for each in accounts):
        yield Finding(
            "warning",
            Say(
                "担当者のアカウントがなく、だれが行ったかは名乗ったとおりに記録されます",
                "There are no staff accounts: who did what is recorded as claimed",
            ),
            Say(
                'noren staff add ID --name "氏名" --role privacy-officer',
                'noren staff add ID --name "Her name" --role privacy-officer',
            ),
        )
        return
    yield from _lost(accounts)
    approving = sum(bool(_TENDING & set(each["roles"])) for each in active)
    yield Finding("ok", Say(f"担当者: {len(active)}人が有効", f"Staff: {len(active)} accounts are active"))
    if approving < _APPROVING:
        yield Finding(
            "warning",
            Say(
                f"公表を承認できる人が{approving}人です(起案者のほかに2人要ります)",
                f"{approving} may approve announcements (two beside the author are needed)",
            ),
            Say("noren staff add", "noren staff add"),
        )
    waits = sum(each["act"] != "recover" for each in waiting)
    if waits:
        what = Say(f"承認を待っているもの: {waits}件", f"Waiting for approval: {waits}")
        yield Finding("warning", what, Say("noren staff approvals", "noren staff approvals"))


def _lost(accounts: list[dict[str, Any]]) -> Iterator[Finding]:
    names = [each["id"] for each in accounts if each["state"] == "lost"]
    if names:
        what = Say(
            f"復元で失われ、改めて招待するまでサインインできない担当者: {'、'.join(names)}",
            f"Lost in a restore, and not signing in until invited again: {', '.join(names)}",
        )
        yield Finding("warning", what, Say("noren staff invite ID", "noren staff invite ID"))


def _ways_back(waiting: list[dict[str, Any]]) -> Iterator[Finding]:
    for each in waiting:
        if each["act"] == "recover":
            end = f"noren staff refuse {each['number']}"
            yield Finding("wrong", Say(each["says_ja"], each["says_en"]), Say(end, end))


def _glass(found: list[dict[str, Any]]) -> Iterator[Finding]:
    """Yield what everybody is told of: a record that is open now, and what nobody without a part in it has seen."""
    opened = sum(each["stands"] for each in found)
    unseen = sum(not each["seen_by"] for each in found)
    if opened:
        what = Say(f"緊急の開示が行われています: {opened}件", f"Glass is broken now: {opened}")
        yield Finding("wrong", what, Say("noren staff glass", "noren staff glass"))
    if unseen:
        what = Say(f"確かめられていない緊急の開示: {unseen}件", f"Broken glass that nobody else has seen: {unseen}")
        yield Finding("wrong", what, Say("noren staff seen NUMBER", "noren staff seen NUMBER"))
