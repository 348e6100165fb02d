"""``python -m noren.doors.cli.migrating HOME SIDE look|check|upgrade ORDER``: one side's stores, in its own process.

``noren migrate`` and ``noren doctor`` start it once per side. It prints what it saw or did as
JSON; what went wrong is said in both languages on stderr.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import msgspec

from noren.house.home import Home, HomeProblem, open_home
from noren.house.migrated import Store
from noren.house.upgrade_words import Done, Order, Standing
from noren.house.upgrading import check, look, upgrade


def main(arguments: list[str]) -> int:
    """Look at or change the stores of one side."""
    path, side, act, order = arguments
    try:
        answer = _do(open_home(Path(path)), side, act, msgspec.json.decode(order, type=Order))
    except HomeProblem as wrong:
        sys.stderr.buffer.write(msgspec.json.encode((wrong.say.ja, wrong.say.en)) + b"\n")
        return 1
    sys.stdout.buffer.write(msgspec.json.encode(answer) + b"\n")
    return 0


def _do(home: Home, side: str, act: str, order: Order) -> Sequence[Standing | Done]:
    assert side in _STORES, "not a side with stores"
    stores = _STORES[side](home)
    if act == "look":
        return look(home, stores, order)
    return check(home, side, stores, order) if act == "check" else upgrade(home, side, stores, order)


def _ledger(home: Home) -> tuple[Store, ...]:
    from noren.house.ledger_revisions import stores

    return stores(home)


def _identity(home: Home) -> tuple[Store, ...]:
    from noren.house.identity_revisions import stores

    return stores(home)


def _neither(home: Home) -> tuple[Store, ...]:
    from noren.house.desk_revisions import stores

    return stores(home)


_STORES: Final[dict[str, Callable[[Home], tuple[Store, ...]]]] = {
    "ledger": _ledger,
    "identity": _identity,
    "neither": _neither,
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
