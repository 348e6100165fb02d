"""The register's store: SQLAlchemy Core, on a file of SQLite or a database of PostgreSQL.

It adds and reads. Nothing in it changes or deletes a row; on PostgreSQL the desk's role could not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import msgspec
from sqlalchemy import Engine, Row, create_engine, event, func, insert, select
from sqlalchemy.exc import IntegrityError

from noren.governance.announced.tables import DOCUMENT, METADATA, TERMS_TEXT
from noren.governance.documents import decode_body, encode_body
from noren.governance.notices import Terms
from noren.governance.register import Dated, Document, DocumentKind, Register, register_at
from noren.kernel.address import DatabaseAddress
from noren.kernel.clock import instant_of, microseconds
from noren.kernel.say import Say
from noren.revisions.errors import NotThisRevision
from noren.revisions.opening import make_or_stamp, problem_of

_PRAGMAS: Final = ("journal_mode = WAL", "synchronous = FULL")


class AnnouncedMeanwhile(Exception):
    """Somebody announced this version of this document a moment ago; look again, and decide again."""


class DocumentStore:
    """Adds and reads documents."""

    def __init__(self, place: Path | DatabaseAddress, *, reading: bool = False) -> None:
        """Open the store. A file is made when missing unless only ``reading``.

        Raises:
            NotThisRevision: it was made by another version of noren, or is not made yet.
        """
        if isinstance(place, Path) and not reading:
            place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._engine = _engine(place, reading=reading)
        if isinstance(place, Path) and not reading:
            with self._engine.connect() as db:
                db.exec_driver_sql("BEGIN IMMEDIATE")
                make_or_stamp(db, METADATA)
                db.commit()
        self._refuse_other_revision()

    def _refuse_other_revision(self) -> None:
        with self._engine.connect() as db:
            problem = problem_of(db, METADATA)
        if problem is not None:
            self.close()
            raise NotThisRevision(problem)

    def documents(self) -> list[Document]:
        """Return every version of every document, in the order in which they were announced."""
        order = (DOCUMENT.c.announced_us, DOCUMENT.c.kind, DOCUMENT.c.id, DOCUMENT.c.version)
        with self._engine.connect() as db:
            return [_document(row) for row in db.execute(select(DOCUMENT).order_by(*order))]

    def size(self) -> int:
        """Return how many versions of documents there are: it grows with every change."""
        with self._engine.connect() as db:
            return db.execute(select(func.count()).select_from(DOCUMENT)).scalar_one()

    def register(self, at: datetime) -> Register:
        """Return the register at an instant."""
        return register_at(self.documents(), at)

    def terms_at(self, at: datetime) -> Dated[Terms] | None:
        """Return the member terms that are in force at an instant."""
        terms = self.register(at).terms
        return terms if terms is not None and terms.holds(at) else None

    def texts(self) -> dict[str, Say]:
        """Return the texts of the terms by their hashes."""
        with self._engine.connect() as db:
            return {row.sha256: Say(row.ja, row.en) for row in db.execute(select(TERMS_TEXT))}

    def add(self, documents: Sequence[Document], texts: Sequence[Say] = ()) -> None:
        """Add versions, all or none, with the texts of terms that are not kept yet; on the disk when it returns.

        Raises:
            AnnouncedMeanwhile: one of them is there already.
        """
        rows = [
            {
                "kind": each.kind.value,
                "id": each.id,
                "version": each.version,
                "announced_us": microseconds(each.announced_at),
                "effective_us": microseconds(each.effective_at),
                "body": None if each.body is None else encode_body(each.body).decode(),
            }
            for each in documents
        ]
        try:
            with self._engine.begin() as db:
                kept = set(db.execute(select(TERMS_TEXT.c.sha256)).scalars())
                for name, text in {text_sha256(each): each for each in texts}.items():
                    if name not in kept:
                        db.execute(insert(TERMS_TEXT).values(sha256=name, ja=text.ja, en=text.en))
                db.execute(insert(DOCUMENT), rows)
        except IntegrityError:
            raise AnnouncedMeanwhile from None

    def close(self) -> None:
        """Close the store."""
        self._engine.dispose()


def text_sha256(text: Say) -> str:
    """Return the hash by which a document names a text: of its one JSON text, in both languages."""
    return hashlib.sha256(msgspec.json.encode(text, order="sorted")).hexdigest()


def _engine(place: Path | DatabaseAddress, *, reading: bool) -> Engine:
    if isinstance(place, DatabaseAddress):
        read_only = "on" if reading else "off"
        options = f"-c synchronous_commit=on -c lock_timeout=20s -c default_transaction_read_only={read_only}"
        arguments = {**place.libpq(), "options": options}
        return create_engine("postgresql+psycopg://", connect_args=arguments, pool_pre_ping=True, hide_parameters=True)
    if reading:  # SQLite itself then refuses to write
        return create_engine(f"sqlite:///file:{place}?mode=ro&uri=true", connect_args={"timeout": 20})
    engine = create_engine(f"sqlite:///{place}", connect_args={"timeout": 20})

    def configure(connection: Any, _record: object) -> None:
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    event.listen(engine, "connect", configure)
    return engine


def _document(row: Row[Any]) -> Document:
    kind = DocumentKind(row.kind)
    body = None if row.body is None else decode_body(kind, row.body.encode())
    return Document(kind, row.id, row.version, instant_of(row.announced_us), instant_of(row.effective_us), body)
