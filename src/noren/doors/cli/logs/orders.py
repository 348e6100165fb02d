"""What a side's reader is asked, and asking it."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import msgspec

from noren.doors.cli.here import Refusal
from noren.house.home import Home, LogSide
from noren.kernel.say import Say


class Order(msgspec.Struct, frozen=True, omit_defaults=True):
    """What to read of a side's log; each act takes its own of it."""

    seen: list[str] = msgspec.field(default_factory=list[str])
    last: int = 20
    kind: str = ""
    place: int = 0
    out: str = ""
    members: bool = False


def ask(home: Home, side: LogSide, act: str, order: Order) -> Any:
    """Let a process of a side's own read its log; return what it says.

    Raises:
        Refusal: it could not.
    """
    command = [sys.executable, "-m", "noren.doors.cli.logs.side", str(home.path), side, act]
    command.append(msgspec.json.encode(order).decode())
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return msgspec.json.decode(done.stdout)
    last = (done.stderr.strip().splitlines() or ["?"])[-1]
    try:
        ja, en = msgspec.json.decode(last, type=tuple[str, str])
    except msgspec.DecodeError:
        ja = en = last
    raise Refusal(Say(f"{side}: {ja}", f"{side}: {en}"))
