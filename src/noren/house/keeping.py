"""Asking the keeper of a side: a child process per step, so that this process never holds a key of either side."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

from noren.house.home import Home, HomeProblem, Zone
from noren.house.keys import SIDES, Side
from noren.house.keys.custody import inherited
from noren.house.keys.listing import KeyStanding
from noren.house.keys.watch import behind
from noren.kernel.say import Say

_STEP_SECONDS: Final = 120.0
READ_SECONDS: Final = 60.0
_POLL_SECONDS: Final = 0.1


def keep(home: Home, side: Side, step: str, names: Iterable[str] = ()) -> dict[Zone, int]:
    """Let the keeper of a side do one step; return the serial of each zone's file.

    Raises:
        HomeProblem: it could not; the same step can be done again.
    """
    return msgspec.convert(_ask(home, side, step, names), type=dict[Zone, int])


def list_keys(home: Home) -> list[KeyStanding]:
    """Return every version of every key, side after side."""
    return [row for side in SIDES for row in msgspec.convert(_ask(home, side, "list"), type=list[KeyStanding])]


def lacking_keys(home: Home, sides: Iterable[Side] = SIDES) -> list[str]:
    """Return the keys (``zone/key``) that this noren's zones hold and a home of an earlier one does not."""
    return [name for side in sides for name in msgspec.convert(_ask(home, side, "lacking"), type=list[str])]


def complete_keys(home: Home, sides: Iterable[Side] = SIDES) -> list[str]:
    """Make the keys that ``lacking_keys`` names; return them. Those that there are stay as they are."""
    return [name for side in sides for name in msgspec.convert(_ask(home, side, "complete"), type=list[str])]


def _ask(home: Home, side: Side, step: str, names: Iterable[str] = ()) -> Any:
    command = [sys.executable, "-m", "noren.doors.cli.keymaking", str(home.path), side, step, *names]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=_STEP_SECONDS, check=False, pass_fds=inherited()
    )
    if done.returncode == 0:
        return msgspec.json.decode(done.stdout)
    last = (done.stderr.strip().splitlines() or ["?"])[-1]
    try:
        raise HomeProblem(Say(*msgspec.json.decode(last, type=tuple[str, str])))
    except msgspec.DecodeError:
        problem = Say(
            f"{side} 側の鍵の操作({step})ができませんでした: {last}",
            f"The keys of the side {side} could not be changed ({step}): {last}",
        )
    raise HomeProblem(problem)


def await_reading(home: Home, serials: Mapping[Zone, int]) -> None:
    """Wait until every running process of the zones has read its key file of this serial.

    Raises:
        HomeProblem: one has not within a minute; nothing is lost, the rotation goes on where it stands.
    """
    until = time.monotonic() + READ_SECONDS
    for zone, serial in serials.items():
        while behind(home, zone, serial):
            if time.monotonic() > until:
                raise HomeProblem(
                    Say(
                        f"ゾーン {zone} が新しい鍵ファイルを読みません。"
                        "log/ を確かめ、もう一度 noren keys rotate を実行してください。",
                        f"The zone {zone} does not read its new key file. Look at its log in log/, "
                        "then run noren keys rotate again.",
                    )
                )
            time.sleep(_POLL_SECONDS)
