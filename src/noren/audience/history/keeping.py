"""Keeps a programme's history from one question to the next: what is new, brought back or merged since is taken in.

Beside the kept history stands how far it reaches: the newest purchase and return of the lake that it holds, the
instant up to which returns are taken off, where merged handles went, and what shops were. A crash between the two
tells the same purchases again, which changes nothing. A question as of an earlier instant than that is built whole.
Whatever is wrong with what is kept, also that it is of a ledger that was put back, is as if nothing were kept.
"""

from __future__ import annotations

import secrets
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import duckdb
import msgspec
from pyroaring import BitMap

from noren.activity.lake.reader import open_lake
from noren.activity.model import Profile
from noren.audience.batch.errors import CannotEvaluate
from noren.audience.batch.given import Moment
from noren.audience.batch.kept.history import History
from noren.audience.batch.loading.lists import list_marks
from noren.audience.batch.loading.prepared import Prepared
from noren.audience.history import people
from noren.audience.history.building import WholeHistory
from noren.audience.history.files import table_of
from noren.audience.history.gathering import Sources, with_merged, write_lines
from noren.audience.history.held import Held, HistoryBehind
from noren.audience.history.reaching import Reached, after, name_under, newest_of, shops_of
from noren.audience.ledger_readings import is_young

_REACHED: Final = "reached.json"
_KEPT: Final = "kept"
AGAIN_SECONDS: Final = 600.0
"""How long the same is given again without a look at traits and coupons, which leave no mark when they change."""

_KEY_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Given:
    """What was given last, when, and what the ledger was then."""

    of: tuple[object, ...]
    when: float
    held: Held = field(repr=False)


@dataclass(slots=True)
class KeptHistory:
    """Fills ``ports.History``. ``folder``: its own; ``whole`` answers for instants before the kept one."""

    sources: Sources
    folder: Path
    whole: WholeHistory
    monotonic: Callable[[], float] = time.monotonic
    made_again: int = 0
    """How often what was kept could not be read, and was thrown away."""

    _lock: threading.Lock = field(default_factory=threading.Lock)
    _history: History | None = None
    _given: Given | None = None

    @contextmanager
    def at(self, moment: Moment) -> Generator[Held]:
        """Give the history as of an instant, to one at a time.

        Raises:
            HistoryBehind: the lake is still being written.
        """
        with self._lock:
            reached = self._reached()
            if moment.instant_us < reached.told_us:
                with self.whole.at(moment) as held:
                    yield held
                return
            yield self._fresh(moment, reached)

    def forget(self) -> None:
        """Delete all that is kept; the next question builds it anew."""
        with self._lock:
            self._forget()

    def let_go(self, moment: Moment) -> None:
        """Write anew what is kept, without who is no member any more: then she is in no file of it, in no form.

        Raises:
            HistoryBehind: the lake is still being written; try again.
        """
        with self._lock:
            self.whole.sweep()
            if not (self.folder / _KEPT).exists():
                return
            self._given, reached = None, self._reached()
            if moment.instant_us < reached.told_us:
                self._forget()
                return
            self._fresh(moment, reached)
            self._given = None
            self._opened().compact()

    def _fresh(self, moment: Moment, reached: Reached) -> Held:
        """Return what was given last while the ledger is as it was then, for some minutes at most."""
        feed, given = self.sources.feed, self._given
        found = (moment, feed.last_entry(), feed.counts(), *list_marks(self.sources.lists))
        if given is not None and given.of == found and self.monotonic() - given.when < AGAIN_SECONDS:
            return given.held
        self._given = None
        if not self.sources.caught_up():
            raise HistoryBehind
        held = self._mended(moment, reached)
        self._given = Given(found, self.monotonic(), held)
        return held

    def _mended(self, moment: Moment, reached: Reached) -> Held:
        """Return the history refreshed; where what is kept can not be read, it is begun anew."""
        try:
            return self._refreshed(moment, reached)
        except CannotEvaluate:
            raise
        except Exception:
            if not (self.folder / _KEPT).exists():
                raise
        self.made_again += 1
        self._forget()
        return self._refreshed(moment, Reached())

    def _refreshed(self, moment: Moment, reached: Reached) -> Held:
        with closing(open_lake(self.sources.lake)) as lake:
            # After the lake: whoever bought something in it is among the members.
            order = list(self.sources.feed.profiles())
            ends = self.sources.ends()
            reached = self._still(lake, reached, ends)
            names = {each.handle: name_under(reached.key, each.handle) for each in order}
            reaching = after(lake, moment, reached, names, ends)
            _mark(lake, self._told_again(names, ends, reached), moment, reached)
            self._write(msgspec.structs.replace(reached, told_us=moment.instant_us))
            prepared = self._take_in(lake, order, names, ends, moment)
        self._write(reaching)
        return _held(prepared, order, names, moment)

    def _still(self, lake: duckdb.DuckDBPyConnection, reached: Reached, ends: Mapping[bytes, bytes]) -> Reached:
        """Return how far the history reaches: nowhere, where it is of other shops or of a ledger that was put back.

        Where a shop belongs is part of every purchase, so other shops make every purchase another one.
        """
        shops = shops_of(lake)
        merged = {name_under(reached.key, source) for source in ends} if reached.merged else set[str]()
        if reached.shops == shops and reached.newest == newest_of(lake, reached) and reached.merged.keys() <= merged:
            return reached
        self._forget()
        return Reached(shops=shops, key=secrets.token_bytes(_KEY_BYTES))

    def _take_in(
        self,
        lake: duckdb.DuckDBPyConnection,
        order: list[Profile],
        names: people.Names,
        ends: Mapping[bytes, bytes],
        moment: Moment,
    ) -> Prepared:
        sources = self.sources
        with tempfile.TemporaryDirectory(prefix="new-", dir=self.folder) as work:
            written = sources.write_people(order, names, moment.today, Path(work))
            files = write_lines(lake, with_merged(names, ends), moment, Path(work), of="wanted")
            return self._opened().refresh(sources.inputs(written, *files))

    def _told_again(self, names: people.Names, ends: Mapping[bytes, bytes], reached: Reached) -> list[bytes]:
        """Return the handles all of whose purchases are told again: of new members, and merged since."""
        history = self._opened()
        known = set(history.prepared().names) if history.begun else set[str]()
        moved = {
            source
            for source, end in ends.items()
            if reached.merged.get(name_under(reached.key, source)) != name_under(reached.key, end)
        }
        fresh = {handle for handle, name in names.items() if name not in known}
        return [*fresh, *moved, *(source for source, end in ends.items() if end in fresh)]

    def _opened(self) -> History:
        if self._history is None:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            for left in self.folder.glob("new-*"):
                shutil.rmtree(left)
            self._history = History(self.folder / _KEPT, self.sources.zone)
        return self._history

    def _reached(self) -> Reached:
        try:
            return msgspec.json.decode((self.folder / _REACHED).read_bytes(), type=Reached)
        except (OSError, msgspec.DecodeError):
            return Reached()

    def _write(self, reached: Reached) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = self.folder / f"{_REACHED}.new"
        fresh.write_bytes(msgspec.json.encode(reached))
        fresh.replace(self.folder / _REACHED)

    def _forget(self) -> None:
        self._history = self._given = None
        shutil.rmtree(self.folder, ignore_errors=True)


def _mark(lake: duckdb.DuckDBPyConnection, again: list[bytes], moment: Moment, reached: Reached) -> None:
    """Make the table ``wanted``: the purchases that are not in the history as they are now."""
    lake.register("handles_again", table_of({"handle": [*again]}))
    lake.execute(
        f"CREATE TEMP TABLE wanted AS SELECT purchase FROM bought_lines WHERE purchase > {reached.purchase} "
        "UNION SELECT purchase FROM bought_lines WHERE handle IN (SELECT handle FROM handles_again) "
        f"UNION SELECT purchase FROM returned_lines b WHERE epoch_us(b.at) <= {moment.instant_us} "
        f"AND (return_entry > {reached.returned} OR epoch_us(b.at) > {reached.as_of_us})"
    )


def _held(prepared: Prepared, order: list[Profile], names: people.Names, moment: Moment) -> Held:
    places = {name: number for number, name in enumerate(prepared.names)}
    numbers = {each.handle: places[names[each.handle]] for each in order}
    young = BitMap(numbers[each.handle] for each in order if is_young(each.traits, moment.today))
    return Held(prepared, numbers, young)
