"""Asks for figures one after another and tells each on stdout, until it is killed: a child of the crash test.

``python -m tests.crash.figure_asker FOLDER [hasty]``; hasty tells a figure before it is paid, which is the control.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from noren.audience.figure.asking import Asker, PrivateFigures
from noren.audience.figure.budget import Limits, Spent
from noren.audience.figure.spent import SpentFile
from noren.audience.model import Asked, Channel, Question
from noren.audience.store import AudienceStore
from noren.testing.figures import SeededNoise

DAY = date(2026, 11, 25)
ASKER = Asker("a", date(2026, 11, 26))
LIMITS = Limits(figure=1, asker=10**9, programme=10**9)


class Hasty(PrivateFigures):
    """Tells what it drew before anything is kept."""

    def _draw(
        self, new: Sequence[Question], day: date, asker: str, spent: Spent, counts: Sequence[int]
    ) -> Mapping[Question, int]:
        tell(counts[0])
        time.sleep(0.01)
        return super()._draw(new, day, asker, spent, counts)


def tell(figure: int) -> None:
    print(figure, flush=True)


def main(folder: Path, hasty: bool) -> None:
    store, mark = AudienceStore(folder / "audiences.db"), SpentFile(folder / "spent")
    begun = sum(mark.read().get("2026-11", {}).values())
    figures = (Hasty if hasty else PrivateFigures)(store, mark, SeededNoise(begun), LIMITS)
    number = begun * 1_000
    while True:
        number += 1
        asked = Question((Asked(str(number).encode(), "campaign", "P1", Channel.TILL),))
        got = figures.ask([asked], DAY, ASKER, lambda new: [1_000] * len(new))
        assert isinstance(got, list), "the budget of this test has no end"
        if not hasty:
            tell(got[0])


if __name__ == "__main__":
    main(Path(sys.argv[1]), hasty=sys.argv[2:] == ["hasty"])
