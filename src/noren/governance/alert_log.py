"""The log of alerts: counts by hour, word, shop and terminal, in the directory's store.

Several tills may count into it at once. Nothing in it names a person, a card, a key or an address.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple
from datetime import datetime

from sqlalchemy import Connection, Engine, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from noren.governance.alerts import Alert, AlertWord, Raised, hour_begin, hour_number
from noren.governance.tables import ALERT


class AlertLog:
    """Writes and reads alerts on the directory's engine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def count(self, raised: Mapping[Alert, int], *, at: datetime) -> None:
        """Add to the counts of the hour that holds ``at``."""
        hour = hour_number(at)
        with self._engine.begin() as db:
            for alert in sorted(raised, key=astuple):  # in one order: tills that count at once never wait in a ring
                _add(db, hour, alert, raised[alert])

    def since(self, begin: datetime) -> list[Raised]:
        """Return what was raised in the hour of ``begin`` and later, the newest first."""
        query = select(ALERT).where(ALERT.c.hour >= hour_number(begin))
        order = (ALERT.c.hour.desc(), ALERT.c.word, ALERT.c.shop, ALERT.c.terminal)
        with self._engine.connect() as db:
            return [
                Raised(hour_begin(hour), Alert(AlertWord(word), shop, terminal), count)
                for hour, word, shop, terminal, count in db.execute(query.order_by(*order))
            ]

    def forget(self, before: datetime) -> int:
        """Delete what was raised before the hour of ``before``; return how many rows."""
        with self._engine.begin() as db:
            return db.execute(delete(ALERT).where(ALERT.c.hour < hour_number(before))).rowcount


def _add(db: Connection, hour: int, alert: Alert, count: int) -> None:
    key = {"hour": hour, "word": alert.word.value, "shop": alert.shop, "terminal": alert.terminal}
    if _grow(db, key, count):
        return
    try:
        with db.begin_nested():
            db.execute(insert(ALERT).values(**key, count=count))
    except IntegrityError:  # another till was first
        _grow(db, key, count)


def _grow(db: Connection, key: Mapping[str, int | str], count: int) -> bool:
    where = [ALERT.c[name] == value for name, value in key.items()]
    return db.execute(update(ALERT).where(*where).values(count=ALERT.c["count"] + count)).rowcount > 0
