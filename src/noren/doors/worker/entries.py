"""A member's entries into campaigns: taken, and taken back, at the ledger side's inner door by the statement alone."""

from __future__ import annotations

from typing import Any

from litestar import post
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK

from noren.audience.ledger_readings import is_young
from noren.campaign import entering
from noren.campaign.entering import Asking, NotTaken
from noren.doors.worker.bodies import EntryBody
from noren.doors.worker.turn import Turn
from noren.house.ledger_worker import WorkerRoom


def entry_handlers(turn: Turn) -> list[Any]:
    """Return the handlers of ``/entries``. ``word``: empty, or why it was not taken."""
    ledger = turn.room.ledger

    @post("/entries/enter", status_code=HTTP_200_OK, sync_to_thread=True)
    def enter(data: JSONBody[EntryBody]) -> dict[str, str]:
        asking = _asking(turn.room, data)
        with turn:
            done = entering.enter(ledger, asking)
        return {"word": done.value if isinstance(done, NotTaken) else ""}

    @post("/entries/take-back", status_code=HTTP_200_OK, sync_to_thread=True)
    def take_back(data: JSONBody[EntryBody]) -> dict[str, str]:
        asking = _asking(turn.room, data)
        with turn:
            done = entering.take_back(ledger, asking)
        return {"word": "" if done is None else done.value}

    return [enter, take_back]


def _asking(room: WorkerRoom, data: EntryBody) -> Asking:
    place = room.feed.place(data.handle)
    young = place is not None and is_young(place.traits, room.today())
    return Asking(data.handle, data.campaign, room.now, room.home.zone, young)
