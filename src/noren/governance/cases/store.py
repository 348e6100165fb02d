"""Cases on a SQLite file of the desk, in homes of either engine. Steps are added; nothing changes or deletes one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

import msgspec
from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError

from noren.governance.cases.incidents import Incident
from noren.governance.cases.requests import LegalRequest
from noren.governance.cases.tables import METADATA, STEP
from noren.kernel.clock import instant_of, microseconds
from noren.revisions.file_store import open_file

_KINDS: Final[dict[type[Any], str]] = {Incident: "incident", LegalRequest: "request"}
_PREFIX: Final[dict[type[Any], str]] = {Incident: "in", LegalRequest: "lr"}

Case = Incident | LegalRequest
C = TypeVar("C", bound=Case)


class SteppedMeanwhile(Exception):
    """Somebody else took a step of this case a moment ago; look again, and decide again."""


@dataclass(frozen=True, slots=True)
class Taken(Generic[C]):
    """A step that was taken: when, by whom, what, and the case as it left it."""

    number: int
    at: datetime
    who: str
    step: str
    case: C


class CaseStore:
    """Adds steps and reads cases."""

    def __init__(self, path: Path) -> None:
        """Open the store, and make it where it is missing.

        Raises:
            NotThisRevision: it was made by another version of noren.
        """
        self._engine = open_file(path, METADATA)

    def new_id(self, kind: type[C], year: int) -> str:
        """Return the next free id of a kind in a year, like ``in-2026-001``."""
        start = f"{_PREFIX[kind]}-{year}-"
        with self._engine.connect() as db:
            query = select(func.count(STEP.c.id.distinct())).where(STEP.c.kind == _KINDS[kind])
            known = int(db.execute(query.where(STEP.c.id.startswith(start, autoescape=True))).scalar_one())
        return f"{start}{known + 1:03d}"

    def add(self, case: Case, *, step: str, who: str, at: datetime, after: int) -> None:
        """Add a step; ``after``: the number of the last one that whoever takes it has seen (0: it opens the case).

        Raises:
            SteppedMeanwhile: there is a later one.
        """
        row = {
            "kind": _KINDS[type(case)],
            "id": case.id,
            "number": after + 1,
            "at_us": microseconds(at),
            "who": who,
            "step": step,
            "body": msgspec.json.encode(case, order="sorted").decode(),
        }
        try:
            with self._engine.begin() as db:
                db.execute(insert(STEP).values(**row))
        except IntegrityError:
            raise SteppedMeanwhile(case.id) from None

    def steps(self, kind: type[C], name: str) -> Sequence[Taken[C]]:
        """Return a case's steps, the first one first; none: there is no such case."""
        query = select(STEP).where(STEP.c.kind == _KINDS[kind], STEP.c.id == name).order_by(STEP.c.number)
        with self._engine.connect() as db:
            return [
                Taken(row.number, instant_of(row.at_us), row.who, row.step, msgspec.json.decode(row.body, type=kind))
                for row in db.execute(query)
            ]

    def cases(self, kind: type[C]) -> Sequence[C]:
        """Return all cases of a kind as they are, by id."""
        query = select(STEP.c.id).where(STEP.c.kind == _KINDS[kind]).distinct().order_by(STEP.c.id)
        with self._engine.connect() as db:
            names = [str(name) for name in db.execute(query).scalars()]
        return [self.steps(kind, name)[-1].case for name in names]

    def close(self) -> None:
        """Close the store."""
        self._engine.dispose()
