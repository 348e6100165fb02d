"""How accounts and approvals are told at a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from noren.kernel.say import Say

_STATES: Final = {
    "invited": Say("招待中", "invited"),
    "active": Say("有効", "active"),
    "closed": Say("閉鎖", "closed"),
    "lost": Say("復元で失われた・要再招待", "lost in a restore, invite again"),
}
_OUTCOMES: Final = {
    "waits": Say("承認待ち", "waits"),
    "done": Say("承認され、行われた", "approved and done"),
    "refused": Say("取りやめ", "turned down"),
    "lapsed": Say("期限切れ", "lapsed"),
}


def account(row: dict[str, Any]) -> Say:
    """Return an account as a line."""
    state, roles, means = _STATES[row["state"]], " ".join(row["roles"]), " ".join(row["means"]) or "-"
    return Say(
        f"{row['id']}  {row['name']}  [{state.ja}]  役割: {roles}  認証: {means}",
        f"{row['id']}  {row['name']}  [{state.en}]  roles: {roles}  signs in by: {means}",
    )


def waiting(row: dict[str, Any], zone: ZoneInfo) -> Say:
    """Return what waits as lines."""
    outcome, at = _OUTCOMES[row["outcome"]], datetime.fromisoformat(row["at"]).astimezone(zone)
    by, got = " ".join(row["approvals"]) or "-", f"{len(row['approvals'])}/{row['needs']}"
    return Say(
        f"{row['number']}  {row['says_ja']}  [{outcome.ja}]\n    起案: {row['author']}  {at:%Y-%m-%d %H:%M}  "
        f"承認 {got}: {by}",
        f"{row['number']}  {row['says_en']}  [{outcome.en}]\n    by {row['author']}  {at:%Y-%m-%d %H:%M}  "
        f"approved {got}: {by}",
    )


def waiting_whole(row: dict[str, Any], zone: ZoneInfo) -> Iterator[Say]:
    """Yield what waits and what its documents say."""
    yield waiting(row, zone)
    for document in row["documents"]:
        ja, en = document["kind"]
        yield Say(f"    {ja} {document['id']}", f"    {en} {document['id']}")
        for name, says in document["fields"]:
            yield Say(f"      {name[0]}: {says[0]}", f"      {name[1]}: {says[1]}")


def done(answer: dict[str, Any], zone: ZoneInfo) -> Iterator[Say]:
    """Yield what became of a change: done, or waiting for others."""
    kept = answer.get("waiting")
    if kept is not None:
        yield waiting(kept, zone)
        if kept["outcome"] == "waits":
            left, number = kept["needs"] - len(kept["approvals"]), kept["number"]
            yield Say(
                f"ほかの{left}人の承認を待っています: noren staff approve {number}",
                f"It waits for {left} other(s) to approve: noren staff approve {number}",
            )
    if answer.get("account"):
        yield account(answer["account"])
    if answer.get("code"):
        yield Say(f"招待コード: {answer['code']}", f"Invitation code: {answer['code']}")
        yield Say(
            "このコードは今だけ表示されます。本人に渡し、3日以内に noren staff accept で受け取ってもらってください。",
            "The code is shown this once. Give it to its owner: within 3 days she runs noren staff accept.",
        )
