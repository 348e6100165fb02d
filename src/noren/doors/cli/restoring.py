"""``python -m noren.doors.cli.restoring HOME SIDE FILE restore|drill``: one side restored, in its own process.

``noren restore`` starts it once per file. It holds the locks of the side's zones, so that nothing opens what is being
put back, and prints what it did as JSON; what went wrong is said in both languages on stderr.
"""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack
from pathlib import Path

import msgspec

from noren.house.home import Home, HomeProblem, Zone, open_home
from noren.house.keys import SIDES
from noren.house.occupancy import occupy
from noren.house.restored import Restored
from noren.kernel.clock import SystemClock


def main(arguments: list[str]) -> int:
    """Restore one side."""
    path, side, file, act = arguments
    os.umask(0o077)
    try:
        home = open_home(Path(path))
        with ExitStack() as held:
            for zone in _zones(side) if act == "restore" else ():
                held.enter_context(occupy(home, zone))
            answer = _restore(home, side, Path(file), drill=act == "drill")
    except HomeProblem as wrong:
        sys.stderr.buffer.write(msgspec.json.encode((wrong.say.ja, wrong.say.en)) + b"\n")
        return 1
    sys.stdout.buffer.write(msgspec.json.encode(answer) + b"\n")
    return 0


def _zones(side: str) -> tuple[Zone, ...]:
    return ("desk",) if side == "desk" else SIDES["identity" if side == "vault" else "ledger"]


def _restore(home: Home, side: str, file: Path, *, drill: bool) -> Restored:
    now = SystemClock().now()
    if side == "vault":
        from noren.house import vault_restore

        return vault_restore.restore(home, file, now, drill=drill)
    if side == "desk":
        from noren.house import desk_restore

        return desk_restore.restore(home, file, now, drill=drill)
    from noren.house import ledger_restore

    return ledger_restore.restore(home, file, now, drill=drill)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
