"""A rotation from its beginning or from wherever the last one was cut off, to its end.

coming (every running process holds it) → current (every one uses it) → the zones move what
rests on the old version, pass after pass, until a whole pass moves nothing → the overlap →
the old version's bytes are destroyed. The key files and the rows themselves say how far it
is: this process may be killed anywhere and keeps nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from noren.house.children import zone_client
from noren.house.home import Home, HomeProblem, Zone
from noren.house.inner import InnerClient
from noren.house.keeping import await_reading, keep, list_keys
from noren.house.keys.holds import KEK, KINDS, SIDES, Side, Worker, rotating
from noren.house.keys.listing import KeyStanding
from noren.kernel.say import Say

SETTLE_SECONDS: Final = 2.0
"""What was decided under the old version just before a process changed is written by then."""

WAITED_FOR: Final = timedelta(minutes=2)
"""Overlaps up to this long are waited for; longer ones end by themselves in the zones."""

MAX_PASSES: Final = 50
_POLL_SECONDS: Final = 1.0

Progress = Callable[[Say], None]


@dataclass(slots=True)
class Moved:
    """What became of one key: rows moved, passes over all rows, and how long it took."""

    name: str
    rows: int = 0
    passes: int = 0
    seconds: float = 0.0


@dataclass(slots=True)
class Rotation:
    """Rotates keys of a home. ``waits``: stay until short overlaps have ended."""

    home: Home
    names: tuple[str, ...]
    progress: Progress
    waits: bool = True
    moved: list[Moved] = field(default_factory=list[Moved])

    def run(self) -> list[KeyStanding]:
        """Rotate; return how the keys stand at the end.

        Raises:
            HomeProblem: a zone or a custody stood in the way; run it again when that is mended.
        """
        named = tuple(name for name in self.names if name != KEK)
        if KEK in self.names:
            self._step("rewrap", (KEK,), Say("ゾーンの鍵を更新します", "Renewing the zones' own keys"))
        if named:
            self._step("begin", named, Say("新しい版を配ります", "Handing out the new versions"))
            self._step("promote", named, Say("新しい版に切り替えます", "Changing to the new versions"))
            time.sleep(SETTLE_SECONDS)
            self._work(named)
            self._step("settle", named, Say("古い版の猶予に入ります", "The old versions' overlap begins"))
            self._step("destroy", named, Say("古い版を廃棄します", "Destroying the old versions"))
            if self.waits:
                self._await_overlaps(named)
        return list_keys(self.home)

    def _step(self, step: str, names: Iterable[str], what: Say) -> None:
        self.progress(what)
        for side, mine in sides_of(names).items():
            await_reading(self.home, keep(self.home, side, step, mine))

    def _work(self, names: Iterable[str]) -> None:
        working = [name for name in names if KINDS[name].work]
        zones: set[Worker] = {zone for name in working for zone in KINDS[name].work}
        with ExitStack() as stack:
            clients: dict[Worker, InnerClient] = {z: stack.enter_context(zone_client(self.home, z)) for z in zones}
            for name in working:
                self._move(name, clients)

    def _move(self, name: str, clients: Mapping[Worker, InnerClient]) -> None:
        """Go over all rows until a whole pass has moved none and none is left."""
        begun, done = time.monotonic(), Moved(name)
        for _ in range(MAX_PASSES):
            moved, left = 0, 0
            for zone in KINDS[name].work:
                counted = self._pass(name, clients[zone], done)
                moved, left = moved + counted[0], counted[1]
            done.passes += 1
            done.seconds = time.monotonic() - begun
            if not moved:
                if left:
                    raise _left(name, left)
                self.moved.append(done)
                return
        raise HomeProblem(Say(f"{name}: 移し終わりません。", f"{name}: the moving does not come to an end."))

    def _pass(self, name: str, client: InnerClient, done: Moved) -> tuple[int, int]:
        after, moved = "", 0
        while True:
            answer: dict[str, Any] = client.call("/keys/work", {"name": name, "after": after})
            after, moved = answer["after"], moved + answer["moved"]
            done.rows += answer["moved"]
            if answer["moved"]:
                self.progress(Say(f"{name}: {done.rows:,}件を移しました", f"{name}: moved {done.rows:,} rows"))
            if not after:
                return moved, answer["left"]

    def _await_overlaps(self, names: Iterable[str]) -> None:
        """Wait for overlaps of a minute or so: what was on its way under the old version has then arrived."""
        end = datetime.now(UTC) + WAITED_FOR
        waited = [row for row in list_keys(self.home) if row.name in names and row.until and row.until < end]
        if not waited:
            return
        until = max(row.until for row in waited if row.until)
        seconds = max((until - datetime.now(UTC)).total_seconds(), 0)
        self.progress(
            Say(
                f"古い版の猶予を待ちます(あと{seconds:.0f}秒)",
                f"Waiting for the old versions' overlap to end ({seconds:.0f} s)",
            )
        )
        while datetime.now(UTC) < until:
            time.sleep(_POLL_SECONDS)
        names = sorted({row.name for row in waited})
        self._step("destroy", names, Say("古い版を廃棄します", "Destroying the old versions"))


def sides_of(names: Iterable[str]) -> dict[Side, list[str]]:
    """Return the sides on which keys stand, each with its own of them."""
    wanted = list(names)
    mine: dict[Side, list[str]] = {side: [name for name in wanted if name in rotating(side)] for side in SIDES}
    return {side: held for side, held in mine.items() if held}


def _left(name: str, left: int) -> HomeProblem:
    return HomeProblem(
        Say(
            f"{name}: 会員情報庫にないカードが取引台帳に{left}件以上あり、移せません。古い版は残してあります。"
            "noren doctor で確かめてください。",
            f"{name}: the ledger has at least {left} cards that the vault does not know; they can not be moved. "
            "The old version is kept. Look with: noren doctor",
        )
    )


def zones_of(rows: Iterable[KeyStanding], name: str) -> list[Zone]:
    """Return the zones that hold a key."""
    return sorted({row.zone for row in rows if row.name == name})
