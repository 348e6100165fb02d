"""The audiences' store: SQLAlchemy Core on a SQLite file of the ledger side, in homes of either engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from noren.audience.model import Channel, Commitment, Guards, Opened, Version
from noren.audience.ports import Charge, Drawn
from noren.audience.tables import CHARGE, COMMITMENT, FIGURE, METADATA, VERSION
from noren.revisions.file_store import open_file


class AudienceStore:
    """Fills ``Definitions``, ``Figures`` and ``Commitments``."""

    def __init__(self, path: Path) -> None:
        """Open the store, and make it where it is missing.

        Raises:
            NotThisRevision: it was made by another version of noren.
        """
        self._engine = open_file(path, METADATA)

    def put(self, version: Version) -> None:
        """See ``Definitions``."""
        guards = version.guards
        values = {
            "name": version.name,
            "number": version.number,
            "condition": version.condition,
            "purpose": guards.purpose,
            "recipient": guards.recipient,
            "channel": guards.channel.value,
            "expires": guards.expires,
            "minimum": guards.minimum,
            "with_young": guards.with_young,
            "author": version.author,
            "saved_on": version.saved_on,
            "sensitive": version.sensitive,
            "foreign": version.foreign,
            "approver": version.approver,
            "approved_on": version.approved_on,
        }
        with self._engine.begin() as db:
            db.execute(insert(VERSION).values(**values))

    def approve(self, name: str, number: int, approver: str, on: date) -> None:
        """See ``Definitions``."""
        where = (VERSION.c.name == name) & (VERSION.c.number == number) & VERSION.c.approver.is_(None)
        with self._engine.begin() as db:
            db.execute(update(VERSION).where(where).values(approver=approver, approved_on=on))

    def versions(self, name: str) -> Sequence[Version]:
        """See ``Definitions``."""
        with self._engine.connect() as db:
            query = select(VERSION).where(VERSION.c.name == name).order_by(VERSION.c.number)
            return [_version(row) for row in db.execute(query)]

    def names(self) -> Sequence[str]:
        """See ``Definitions``."""
        with self._engine.connect() as db:
            return [str(row[0]) for row in db.execute(select(VERSION.c.name).distinct().order_by(VERSION.c.name))]

    def newest_versions(self) -> Sequence[Version]:
        """Return the newest version of every audience, in the order of names."""
        with self._engine.connect() as db:
            rows = db.execute(select(VERSION).order_by(VERSION.c.name, VERSION.c.number))
            return list({str(row.name): _version(row) for row in rows}.values())

    def figure(self, digest: bytes, day: date) -> Drawn | None:
        """See ``Figures``."""
        with self._engine.connect() as db:
            query = select(FIGURE).where(FIGURE.c.digest == digest, FIGURE.c.day == day)
            row = db.execute(query).first()
        return Drawn(bytes(row.digest), row.day, row.noisy) if row is not None else None

    def put_figure(self, drawn: Drawn, charge: Charge) -> None:
        """See ``Figures``."""
        added = sqlite_insert(CHARGE).values(month=charge.month, asker=charge.asker, micros=charge.micros)
        more = added.on_conflict_do_update(
            index_elements=["month", "asker"], set_={"micros": CHARGE.c.micros + added.excluded.micros}
        )
        with self._engine.begin() as db:
            db.execute(insert(FIGURE).values(digest=drawn.digest, day=drawn.day, noisy=drawn.noisy))
            db.execute(more)

    def spent(self, month: str) -> Mapping[str, int]:
        """See ``Figures``."""
        with self._engine.connect() as db:
            query = select(CHARGE.c.asker, CHARGE.c.micros).where(CHARGE.c.month == month)
            return {str(row[0]): int(row[1]) for row in db.execute(query)}

    def latest_month(self) -> str:
        """See ``Figures``."""
        with self._engine.connect() as db:
            return str(db.execute(select(func.coalesce(func.max(CHARGE.c.month), ""))).scalar_one())

    def forget_figures(self, before: date) -> int:
        """Delete figures of days before one; what they cost stays."""
        with self._engine.begin() as db:
            return db.execute(delete(FIGURE).where(FIGURE.c.day < before)).rowcount

    def commitment(self, name: str, number: int, day: date) -> Commitment | None:
        """See ``Commitments``."""
        with self._engine.connect() as db:
            row = db.execute(select(COMMITMENT).where(*_committed(name, number, day))).first()
        return Commitment(row.name, row.number, row.day, bytes(row.root)) if row is not None else None

    def put_commitment(self, made: Commitment, salt: bytes, leaves: bytes) -> None:
        """See ``Commitments``."""
        values = {"name": made.name, "number": made.number, "day": made.day, "root": made.root}
        with self._engine.begin() as db:
            db.execute(insert(COMMITMENT).values(**values, salt=salt, leaves=leaves))

    def opening(self, name: str, number: int, day: date) -> tuple[bytes, bytes] | None:
        """See ``Commitments``."""
        with self._engine.connect() as db:
            row = db.execute(select(COMMITMENT).where(*_committed(name, number, day))).first()
        return (bytes(row.salt), bytes(row.leaves)) if row is not None else None

    def openings_since(self, day: date) -> Sequence[Opened]:
        """Return what opens the commitments of a day and later, of every version."""
        joined = COMMITMENT.join(
            VERSION, (VERSION.c.name == COMMITMENT.c.name) & (VERSION.c.number == COMMITMENT.c.number)
        )
        query = select(VERSION.c.purpose, VERSION.c.recipient, COMMITMENT.c.day, COMMITMENT.c.salt, COMMITMENT.c.leaves)
        with self._engine.connect() as db:
            found = db.execute(query.select_from(joined).where(COMMITMENT.c.day >= day))
            return [Opened(row.purpose, row.recipient, row.day, bytes(row.salt), bytes(row.leaves)) for row in found]

    def close(self) -> None:
        """Close the store."""
        self._engine.dispose()


def _committed(name: str, number: int, day: date) -> tuple[Any, ...]:
    return COMMITMENT.c.name == name, COMMITMENT.c.number == number, COMMITMENT.c.day == day


def _version(row: Row[Any]) -> Version:
    guards = Guards(row.purpose, row.recipient, Channel(row.channel), row.expires, row.minimum, row.with_young)
    return Version(
        row.name,
        row.number,
        bytes(row.condition),
        guards,
        row.author,
        row.saved_on,
        sensitive=row.sensitive,
        foreign=row.foreign,
        approver=row.approver,
        approved_on=row.approved_on,
    )
