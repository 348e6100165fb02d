"""How we handle your data: the page made of the desk's register, as it is, as it was, and as it will be."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date, datetime, time

from noren.governance.handling.model import Change, Page
from noren.governance.handling.page import changes, page_at
from noren.governance.register import Document
from noren.house.front import FrontRoom
from noren.house.handling import facts_of
from noren.house.inner import CallRefused, ZoneDown


@dataclass(frozen=True, slots=True)
class HandlingShown:
    """The page, and when it became different. ``asked``: the day for which it was asked; None: today."""

    page: Page
    changes: tuple[Change, ...]
    asked: date | None
    now: datetime


class LiveHandling:
    """Makes the page; safe for many askers at once."""

    def __init__(self, room: FrontRoom) -> None:
        self._room = room
        self._facts = facts_of(room.home)

    async def at(self, now: datetime, asked: date | None) -> HandlingShown | None:
        """Return the page as of the end of a day (None: now); None: the desk does not answer."""
        try:
            documents = await asyncio.to_thread(self._room.register.documents)
        except (ZoneDown, CallRefused):
            return None
        return await asyncio.to_thread(self._made, documents, now, asked)

    def _made(self, documents: list[Document], now: datetime, asked: date | None) -> HandlingShown:
        at = now if asked is None else datetime.combine(asked, time.max, self._room.home.zone)
        page, changed = page_at(documents, self._facts, at), changes(documents, self._facts, now)
        return HandlingShown(page, tuple(changed), asked, now)


def day_asked(text: str | None) -> date | None:
    """Return the day that a query names; None: none, or nothing that is a day."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
