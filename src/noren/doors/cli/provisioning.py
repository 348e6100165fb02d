"""``python -m noren.doors.cli.provisioning HOME SIDE ADMIN PASSFILE``: one side's databases, in a process of its own.

``noren init --stores postgresql`` starts it once per side. What went wrong is said in both languages on stderr.
"""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec

from noren.house.home import HomeProblem, open_home
from noren.house.provisioning import Admin, provision


def main(arguments: list[str]) -> int:
    """Make the databases of one side."""
    home, side, admin, passfile = arguments
    try:
        provision(open_home(Path(home)), side, Admin(admin, Path(passfile)))
    except HomeProblem as wrong:
        sys.stderr.buffer.write(msgspec.json.encode({"ja": wrong.say.ja, "en": wrong.say.en}) + b"\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
