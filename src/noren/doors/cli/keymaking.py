"""``python -m noren.doors.cli.keymaking HOME SIDE STEP [KEY …]``: the keeper of one side, in a process of its own.

``noren init`` and ``noren keys`` start it, once per side and step (``house.keeping``). Keys go
to the files of that side and nowhere else; what it prints are versions, states and dates.
"""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec

from noren.house.home import HomeProblem, open_home
from noren.house.keys import SIDES, Side, keyfile
from noren.house.keys.keeper import STEPS, SideKeeper, complete_side, make_side
from noren.house.keys.listing import standing


def main(arguments: list[str]) -> int:
    """Do one step; print the serials of the side's files, or what its keys' versions are."""
    path, side, step, *names = arguments
    assert side in SIDES, "not a side"
    try:
        print(msgspec.json.encode(_do(Path(path), side, step, names)).decode())  # noqa: T201 - it is the answer
    except HomeProblem as wrong:
        print(msgspec.json.encode([wrong.say.ja, wrong.say.en]).decode(), file=sys.stderr)  # noqa: T201
        return 1
    return 0


def _do(path: Path, side: Side, step: str, names: list[str]) -> object:
    home = open_home(path)
    if step == "list":
        return standing(home, side)
    if step == "make":
        make_side(home, side)
        return {}
    if step == "lacking":
        return [f"{zone}/{name}" for zone in SIDES[side] for name in keyfile.lacking(home, zone)]
    if step == "complete":
        return complete_side(home, side)
    with SideKeeper(home, side) as keeper:
        STEPS[step](keeper, names)
        return keeper.serials()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
