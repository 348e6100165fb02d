"""``python -m noren.doors.cli.logs.side HOME SIDE ACT ORDER``: one side's log, read in a process of its own.

ACT: check, show, prove, head or export. ``noren log`` and ``noren evidence`` start it once per side, so that no
process reads the records of two. It prints JSON; what went wrong is said in both languages on stderr.
"""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec

from noren.doors.cli.logs.orders import Order
from noren.governance.log import LogError
from noren.house import log_reading
from noren.house.home import LOG_SIDES, Home, HomeProblem, LogSide, open_home
from noren.kernel.say import Say


def main(arguments: list[str]) -> int:
    """Read the log of one side."""
    path, named, act, order = arguments
    sides: dict[str, LogSide] = {each: each for each in LOG_SIDES}
    try:
        answer = _do(open_home(Path(path)), sides[named], act, msgspec.json.decode(order, type=Order))
    except (HomeProblem, LogError, OSError) as wrong:
        sys.stderr.buffer.write(msgspec.json.encode(_both(wrong)) + b"\n")
        return 1
    sys.stdout.buffer.write(msgspec.json.encode(answer) + b"\n")
    return 0


def _do(home: Home, side: LogSide, act: str, order: Order) -> object:
    match act:
        case "check":
            return log_reading.check(home, side, [Path(path) for path in order.seen])
        case "show":
            return log_reading.shown(home, side, order.last, order.kind)
        case "prove":
            return log_reading.proved(home, side, order.place)
        case "export":
            return log_reading.export(home, side, Path(order.out), members=order.members)
        case _:
            note = log_reading.head_of(home, side)
            return "" if note is None else str(note)


def _both(wrong: Exception) -> tuple[str, str]:
    says = wrong.say if isinstance(wrong, HomeProblem) else Say(f"ログが読めません: {wrong}", f"Unreadable: {wrong}")
    return says.ja, says.en


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
