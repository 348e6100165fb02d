"""Builds a programme's history whole, for one question: plain, and the measure for the one that is kept.

What is read: the lake's lines with the returns made until the instant, the ledger's traits, points and coupons.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pyroaring import BitMap

from noren.activity.lake.reader import open_lake
from noren.audience.batch.given import Moment
from noren.audience.batch.loading.preparing import prepare
from noren.audience.history import people
from noren.audience.history.gathering import Sources, with_merged, write_lines
from noren.audience.history.held import Held, HistoryBehind
from noren.audience.ledger_readings import is_young

_WORK: Final = "build-"


@dataclass(frozen=True, slots=True)
class WholeHistory:
    """``work``: the folder for builds."""

    sources: Sources
    work: Path

    @contextmanager
    def at(self, moment: Moment) -> Generator[Held]:
        """Give the history as of an instant.

        Raises:
            HistoryBehind: the lake is still being written.
        """
        if not self.sources.caught_up():
            raise HistoryBehind
        self.work.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder = Path(tempfile.mkdtemp(prefix=_WORK, dir=self.work))
        try:
            yield self._build(folder, moment)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def sweep(self) -> None:
        """Delete what builds left that a power cut ended."""
        for folder in self.work.glob(f"{_WORK}*"):
            shutil.rmtree(folder, ignore_errors=True)

    def _build(self, folder: Path, moment: Moment) -> Held:
        sources = self.sources
        with closing(open_lake(sources.lake)) as lake:
            # After the lake: whoever bought something in it is among the members.
            order = people.shuffled(sources.feed.profiles())
            names = {each.handle: people.name_of(number) for number, each in enumerate(order)}
            files = write_lines(lake, with_merged(names, sources.ends()), moment, folder)
        numbers = {each.handle: number for number, each in enumerate(order)}
        young = BitMap(n for n, each in enumerate(order) if is_young(each.traits, moment.today))
        written = sources.write_people(order, names, moment.today, folder)
        return Held(prepare(sources.inputs(written, *files), folder, sources.zone), numbers, young)
