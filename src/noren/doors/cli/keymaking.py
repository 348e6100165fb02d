"""``python -m noren.doors.cli.keymaking HOME SIDE``: makes one side's keys, in a process of its own.

``noren init`` starts it once per side. The keys go to files of mode 0600 and nowhere else.
"""

from __future__ import annotations

import sys
from pathlib import Path

from noren.house.home import open_home
from noren.house.keys import make_side


def main(arguments: list[str]) -> int:
    """Make the keys; arguments are the home and the side."""
    home, side = arguments
    make_side(open_home(Path(home)), side)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
