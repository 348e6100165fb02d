"""Calling a zone that refuses by a rule: told by the rule's name, what and why, and how to mend it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from noren.doors.cli.here import refuse

if TYPE_CHECKING:
    from noren.house.inner import InnerClient


def call(zone: InnerClient, path: str, body: dict[str, Any]) -> Any:
    """Call a zone; return its answer. Raises Refusal where it refused by a rule, CallRefused where in another way."""
    from noren.house.inner import CallRefused

    try:
        return zone.call(path, body)
    except CallRefused as wrong:
        _tell(wrong.body)
        raise


def _tell(body: bytes) -> None:
    import msgspec

    try:
        said: dict[str, Any] = msgspec.json.decode(body)
        rule, says, fix = said["rule"], said["says"], said["fix"]
        what = said.get("what", ("", ""))
        tail = [f"({what[0]})" if what[0] else "", f" ({what[1]})" if what[1] else ""]
    except (msgspec.DecodeError, AttributeError, KeyError, TypeError):
        return
    refuse(f"[{rule}] {says[0]}{tail[0]} {fix[0]}", f"[{rule}] {says[1]}{tail[1]} {fix[1]}")
