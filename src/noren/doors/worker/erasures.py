"""Erasing members on the ledger side: at once in the ledger; then, for all who wait together, in the lake.

``/erase`` is the vault's: by link token, and again as often as it likes. ``/erasures`` is the operator's: how many
wait, and a round at once. The round is also the daily one's: it begins when somebody has waited for as long as
erasures are gathered, and ends, some minutes later, when whoever was reading old files of the lake has left.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, TypeVar

import structlog
from litestar import get, post
from litestar.exceptions import NotFoundException
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK

from noren.activity import ageing, erasing, forgetting, thinning
from noren.activity.closing import Erasing
from noren.activity.lake.columns import month_of
from noren.activity.sweeping import Broom
from noren.activity.tier_days import month_of as month_number
from noren.doors.worker.bodies import ErasedAnswer, TagBody, TokenBody
from noren.doors.worker.turn import Turn
from noren.governance.leases.copies import destroy_disclosures
from noren.governance.ports import EntryKind
from noren.kernel.clock import SystemClock, local_date, microseconds
from noren.kernel.ids import LinkToken, MalformedId
from noren.kernel.sealing import DoesNotOpen, open_link_token
from noren.provision.beyond import Tag

MEMBER: Final = b"handle"
"""What the marks of this side's erasure list stand for."""

CHUNK: Final = 200
FORGET_CHUNK: Final = 20
T = TypeVar("T")
_log = structlog.get_logger("erasures")


@dataclass(frozen=True, slots=True)
class Round:
    """What a round did: members who are in no file any more, files of the lake rewritten, rows that went."""

    ended: int = 0
    files: int = 0
    rows: int = 0
    waiting: int = 0


class ErasureRounds:
    """Carries erasures out. One round at a time, whoever asks for it."""

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        self._room = turn.room
        self._lock = threading.Lock()
        self._log_is_long = True  # what a process before this one deleted may stand in the store's log

    def erase(self, token: bytes) -> Sequence[Tag]:
        """Erase a member at once in the ledger, the standings and the list; also where she was erased before.

        Return the tags of what the law keeps of her provisions: the vault's to keep.
        """
        room = self._room
        handle = open_link_token(room.link, LinkToken(token)).reveal()
        with self._turn:
            erasing.erase(room.ledger, handle=handle, day=room.today().toordinal(), now_us=_now_us())
        # Whoever was merged into her waits with her: a backup of before the merge has them apart.
        gone = {handle, *(each.handle for each in room.feed.erasing())}
        marks = [room.erasures.mark_of(MEMBER, each) for each in sorted(gone)]
        room.erasures.add(marks, local_date(SystemClock().now(), room.home.zone))
        destroy_disclosures(room.copies)
        room.provisions.forget(sorted(gone), room.today())
        for each in sorted(gone):
            room.log.forget_member(each, reason="erasure")
        room.standings.forget(handle)
        return room.provisions.tags_of(handle)

    def withdraw(self, token: bytes) -> bool:
        """End a membership; False where there is none."""
        room = self._room
        handle = open_link_token(room.link, LinkToken(token)).reveal()
        with self._turn:
            return erasing.withdraw(room.ledger, handle=handle, day=room.today().toordinal())

    def waiting(self) -> int:
        """Return how many members' rows in the lake are still to go."""
        return len(self._room.feed.erasing())

    def round(self, *, at_once: bool = False) -> Round:
        """Do what is due: rewrite the lake without all who wait, and later let the old files go."""
        with self._lock:
            settings, files, rows, ended = self._room.home.settings.erasure, 0, 0, 0
            fresh = [each for each in self._room.feed.erasing() if not each.rewritten]
            if fresh and (
                at_once or _is_due(min(each.since for each in fresh), timedelta(hours=settings.gather_hours))
            ):
                files, rows = self._rewrite(fresh)
            self._forget(at_once=at_once)
            grace = timedelta(minutes=0 if at_once else settings.readers_minutes)
            gone = [each for each in self._room.feed.erasing() if each.rewritten and _is_due(each.rewritten, grace)]
            if gone and self._end(gone):
                ended = len(gone)
            self._end_forgetting(grace)
            self._log_is_long = self._log_is_long and not self._cut_log()
            return Round(ended, files, rows, self.waiting())

    def _forget(self, *, at_once: bool) -> None:
        """Take what members do not want kept out of ledger, lake, standings and history, for all who asked together."""
        room, settings = self._room, self._room.home.settings.erasure
        waiting = [each for each in room.feed.forgetting() if each.done <= forgetting.BEGUN]
        begins = at_once or any(
            each.done or _is_due(each.since, timedelta(hours=settings.gather_hours)) for each in waiting
        )
        due = [each for each in waiting if at_once or each.done or _is_due(each.since, forgetting.UNDO)]
        if not (begins and due and room.loop.caught_up):
            return
        for start in range(0, len(due), FORGET_CHUNK):
            some = due[start : start + FORGET_CHUNK]
            with self._turn, room.ledger.batch() as batch:
                whose = forgetting.forget(batch, some, thinning.day_of(room.home.zone))
            for handle in whose:
                room.standings.forget(handle)
        done = room.lake.rewrite_without((), forgotten=forgetting.by_purchase(due))
        with self._turn, room.ledger.batch() as batch:
            batch.note_forgotten(due, _now_us())
        room.audiences.forget_history()
        self._log_is_long = True
        room.note(EntryKind.RETENTION_RUN, forgotten=len(due), lines=done.rows)
        _log.info("purchases_forgotten", count=len(due))

    def _end_forgetting(self, grace: timedelta) -> None:
        room = self._room
        gone = [each for each in room.feed.forgetting() if each.done > forgetting.BEGUN and _is_due(each.done, grace)]
        if not gone:
            return
        room.lake.vacuum(0)
        with self._turn, room.ledger.batch() as batch:
            batch.end_forgetting(gone)

    def age(self) -> int:
        """Once a month delete the lines that their members chose to keep no longer; return of how many purchases.

        The files that held them go with the vacuum that follows, within a day.
        """
        room, today = self._room, self._room.today()
        with self._lock:
            if room.lake.last_aged() >= month_number(today) or not room.loop.caught_up:
                return 0
            cuts = ageing.cut_offs(room.feed, today)
            broom = Broom(room.ledger, room.feed, self._turn)
            thinned = ageing.thin_old_lines(broom, room.feed, cuts, room.home.zone)
            aged = {ageing.lake_day(day): handles for day, handles in cuts.items()}
            done = room.lake.rewrite_without((), aged=aged)
            for handle in (each for handles in cuts.values() for each in handles if done.rows):
                room.standings.forget(handle)
            if done.rows:
                room.audiences.forget_history()
            room.lake.note_aged(month_number(today))
            if thinned or done.rows:
                room.note(EntryKind.RETENTION_RUN, purchases=thinned, lines=done.rows)
            _log.info("lines_aged", purchases=thinned, rows=done.rows)
            return thinned

    def thin(self) -> int:
        """Once a month make sums of what is older than 36 months, for everybody; return of how many purchases.

        A lake that is new, or was brought here from another system, is looked at when the next month begins.
        """
        room, first = self._room, thinning.first_whole(self._room.today())
        with self._lock:
            due, last = month_number(first), room.lake.last_thinned()
            if last >= due or not room.loop.caught_up:
                return 0
            thinned = self._thin(first) if last else 0
            room.lake.note_thinned(due)
            return thinned

    def _thin(self, first: date) -> int:
        room = self._room
        broom = Broom(room.ledger, room.feed, self._turn)
        thinned = thinning.thin_ledger(broom, room.feed, first, room.home.zone)
        done = room.lake.thin_before(month_of(first))
        if done.lines:
            room.audiences.forget_history()  # standings begin at the same day, and were folded anew as it moved
        self._log_is_long = True
        room.note(
            EntryKind.RETENTION_RUN, before=first.isoformat(), purchases=thinned, lines=done.lines, sums=done.sums
        )
        _log.info("lines_thinned", purchases=thinned, months=done.months, rows=done.lines, sums=done.sums)
        return thinned

    def _rewrite(self, fresh: list[Erasing]) -> tuple[int, int]:
        room, handles = self._room, [each.handle for each in fresh]
        entries, codes = room.feed.left_behind()
        broom = Broom(room.ledger, room.feed, self._turn)
        for start in range(0, max(len(entries), len(codes)), CHUNK):
            some, marks = entries[start : start + CHUNK], codes[start : start + CHUNK]
            broom.stroke(lambda batch, some=some, marks=marks: batch.drop_left(some, marks))
        for handle in handles:
            room.standings.forget(handle)
        done = room.lake.rewrite_without(frozenset(handles))
        with self._turn, room.ledger.batch() as batch:
            batch.note_rewritten(handles, _now_us())
        _log.info("lake_rewritten", members=len(handles), files=done.files, rows=done.rows)
        return done.files, done.rows

    def _cut_log(self) -> bool:
        with self._turn:
            return self._room.ledger.forget_deleted()

    def _end(self, gone: list[Erasing]) -> bool:
        """Let the lake's old files go, and whatever of audiences holds them, then the handles themselves.

        False: the lake is still being written; they wait a little longer.
        """
        room = self._room
        if not room.audiences.let_go(room.today()):
            return False
        room.lake.vacuum(0)
        with self._turn, room.ledger.batch() as batch:
            batch.end_erasing([each.handle for each in gone])
        self._log_is_long = True
        _log.info("erasures_ended", members=len(gone))
        return True


def erasure_handlers(rounds: ErasureRounds) -> list[Any]:
    """Return the handlers of ``/erase`` and ``/erasures``."""

    @post("/erase/member", status_code=HTTP_200_OK, sync_to_thread=True)
    def erase(data: JSONBody[TokenBody]) -> ErasedAnswer:
        return ErasedAnswer([TagBody(each.tag, each.month) for each in _known(rounds.erase, data.token)])

    @post("/erase/withdraw", status_code=HTTP_200_OK, sync_to_thread=True)
    def withdraw(data: JSONBody[TokenBody]) -> dict[str, bool]:
        return {"ok": _known(rounds.withdraw, data.token)}

    @get("/erasures/waiting", sync_to_thread=True)
    def waiting() -> dict[str, int]:
        return {"waiting": rounds.waiting()}

    @post("/erasures/finish", status_code=HTTP_200_OK, sync_to_thread=True)
    def finish() -> dict[str, int]:
        done = rounds.round(at_once=True)
        return {"ended": done.ended, "files": done.files, "rows": done.rows, "waiting": done.waiting}

    return [erase, withdraw, waiting, finish]


def _known(do: Callable[[bytes], T], token: bytes) -> T:
    try:
        return do(token)
    except (DoesNotOpen, MalformedId):
        raise NotFoundException("no such member") from None


def _is_due(since_us: int, after: timedelta) -> bool:
    return _now_us() - since_us >= after // timedelta(microseconds=1)


def _now_us() -> int:
    return microseconds(SystemClock().now())  # the machine's own: a sandbox's clock does not hurry an erasure
