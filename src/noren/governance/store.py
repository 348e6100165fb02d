"""The directory's store: SQLAlchemy Core, on a file of SQLite or a database of PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Engine, Row, create_engine, distinct, event, func, insert, select, update

from noren.governance.alert_log import AlertLog
from noren.governance.model import Agreement, Route, Rules, Shop, Terminal
from noren.governance.tables import AGREEMENT, METADATA, SHOP, TERMINAL
from noren.kernel.address import DatabaseAddress
from noren.revisions.errors import NotThisRevision
from noren.revisions.opening import make_or_stamp, problem_of

Outcome = Literal["added", "changed", "same"]


class Directory:
    """Reads and writes companies' shops, agreements and terminals."""

    def __init__(self, place: Path | DatabaseAddress, *, reading: bool = False) -> None:
        """Open the store. A file is made when missing unless only ``reading``.

        Raises:
            NotThisRevision: it was made by another version of noren.
        """
        if isinstance(place, DatabaseAddress):
            self._engine = _postgres(place, reading=reading)
            return
        if reading:  # SQLite itself then refuses to write, and to make a file that is not there
            self._engine = create_engine(f"sqlite:///file:{place}?mode=ro&uri=true", connect_args={"timeout": 20})
            if place.exists():
                self._refuse_other_revision()
            return
        place.parent.mkdir(parents=True, exist_ok=True)
        self._engine = _sqlite(place)
        with self._engine.connect() as db:
            db.exec_driver_sql("BEGIN IMMEDIATE")  # two processes may make it at once
            make_or_stamp(db, METADATA)
            db.commit()
        self._refuse_other_revision()

    def _refuse_other_revision(self) -> None:
        with self._engine.connect() as db:
            problem = problem_of(db, METADATA)
        if problem is not None:
            self._engine.dispose()
            raise NotThisRevision(problem)

    def put_shops(self, shops: Sequence[Shop], *, today: date) -> list[Outcome]:
        """Add or change shops; a shop that begins to handle member information is dated ``today``."""
        out: list[Outcome] = []
        with self._engine.begin() as db:
            for shop in shops:
                found = _shop(db.execute(select(SHOP).where(SHOP.c.shop == shop.shop)).first())
                since = found.handling_since if found else None
                wanted = replace(shop, handling_since=(since or today) if shop.handles_personal_information else None)
                if found is None:
                    db.execute(insert(SHOP).values(**asdict(wanted)))
                elif found != wanted:
                    db.execute(update(SHOP).where(SHOP.c.shop == shop.shop).values(**asdict(wanted)))
                out.append("added" if found is None else "same" if found == wanted else "changed")
        return out

    def shop(self, shop: str) -> Shop | None:
        """Return one shop."""
        with self._engine.connect() as db:
            return _shop(db.execute(select(SHOP).where(SHOP.c.shop == shop)).first())

    def shops(self) -> list[Shop]:
        """Return all shops, by code."""
        with self._engine.connect() as db:
            return [shop for row in db.execute(select(SHOP).order_by(SHOP.c.shop)) if (shop := _shop(row))]

    def partners(self) -> frozenset[str]:
        """Return the companies that have a shop or an agreement."""
        with self._engine.connect() as db:
            found = [*db.execute(select(distinct(SHOP.c.partner))), *db.execute(select(distinct(AGREEMENT.c.partner)))]
        return frozenset(str(row[0]) for row in found)

    def identity_shops(self) -> list[Shop]:
        """Return the shops that handle member information (会員情報取扱店): what is published."""
        return [shop for shop in self.shops() if shop.handles_personal_information]

    def put_agreement(self, agreement: Agreement) -> Outcome:
        """Keep an agreement; the same company and day again replaces it."""
        where = (AGREEMENT.c.partner == agreement.partner) & (AGREEMENT.c.since == agreement.since)
        values = {**asdict(agreement), "route": agreement.route.value}
        with self._engine.begin() as db:
            found = db.execute(select(AGREEMENT).where(where)).first()
            if found is None:
                db.execute(insert(AGREEMENT).values(**values))
                return "added"
            if _agreement(found) == agreement:
                return "same"
            db.execute(update(AGREEMENT).where(where).values(**values))
            return "changed"

    def end_agreement(self, partner: str, until: date) -> Agreement | None:
        """Give a company's agreement in force on ``until`` that day as its last; None: there is none."""
        found = self.agreement(partner, until)
        if found is not None:
            self.put_agreement(replace(found, until=until))
        return found

    def agreement(self, partner: str, on: date) -> Agreement | None:
        """Return the agreement of a company in force on a day: the latest that has begun, unless it has ended."""
        query = select(AGREEMENT).where(AGREEMENT.c.partner == partner, AGREEMENT.c.since <= on)
        with self._engine.connect() as db:
            row = db.execute(query.order_by(AGREEMENT.c.since.desc()).limit(1)).first()
        found = _agreement(row) if row is not None else None
        return found if found is not None and found.holds(on) else None

    def without_agreement(self, on: date) -> list[str]:
        """Return the companies with a terminal key in force and no agreement on a day."""
        keyed = select(distinct(SHOP.c.partner)).join(TERMINAL, TERMINAL.c.shop == SHOP.c.shop)
        with self._engine.connect() as db:
            found = list(db.execute(keyed.where(~TERMINAL.c.revoked, TERMINAL.c.expires >= on)).scalars())
        return sorted(partner for partner in found if self.agreement(partner, on) is None)

    def rules(self, shop: str, *, on: date, default_per: int) -> Rules | None:
        """Return the point rules at a shop on a day; None: it is unknown, or its company has no agreement then."""
        found = self.shop(shop)
        agreement = self.agreement(found.partner, on) if found is not None else None
        if agreement is None:
            return None
        return Rules(agreement.partner, agreement.per or default_per, agreement.exclude, agreement.balance)

    def put_terminals(self, terminals: Sequence[Terminal]) -> None:
        """Keep new terminal keys."""
        with self._engine.begin() as db:
            db.execute(insert(TERMINAL), [asdict(terminal) for terminal in terminals])

    def terminal(self, key_hash: bytes) -> Terminal | None:
        """Return the terminal of a key."""
        with self._engine.connect() as db:
            row = db.execute(select(TERMINAL).where(TERMINAL.c.key_hash == key_hash)).first()
        return Terminal(*row) if row is not None else None

    def terminals(self) -> list[Terminal]:
        """Return all terminal keys, by shop and terminal."""
        with self._engine.connect() as db:
            query = select(TERMINAL).order_by(TERMINAL.c.shop, TERMINAL.c.terminal, TERMINAL.c.created)
            return [Terminal(*row) for row in db.execute(query)]

    def turn_terminals(self, turn: Callable[[bytes], bytes]) -> tuple[int, int]:
        """Give every key's hash what ``turn`` makes of it, in one transaction; return how many (seen, changed)."""
        with self._engine.begin() as db:
            hashes = list(db.execute(select(TERMINAL.c.key_hash)).scalars())
            changed = [(old, new) for old in hashes if (new := turn(old)) != old]
            for old, new in changed:
                db.execute(update(TERMINAL).where(TERMINAL.c.key_hash == old).values(key_hash=new))
        return len(hashes), len(changed)

    def revoke(self, shop: str, terminal: str) -> int:
        """Revoke the keys of one terminal; return how many were in force."""
        where = (TERMINAL.c.shop == shop) & (TERMINAL.c.terminal == terminal) & ~TERMINAL.c.revoked
        with self._engine.begin() as db:
            return db.execute(update(TERMINAL).where(where).values(revoked=True)).rowcount

    def set_rate(self, shop: str, terminal: str, rate: int | None) -> int:
        """Let the keys of one terminal in so often a second; return how many keys in force that concerns."""
        where = (TERMINAL.c.shop == shop) & (TERMINAL.c.terminal == terminal) & ~TERMINAL.c.revoked
        with self._engine.begin() as db:
            return db.execute(update(TERMINAL).where(where).values(rate=rate)).rowcount

    @property
    def alerts(self) -> AlertLog:
        """What the tills found suspicious."""
        return AlertLog(self._engine)

    def counts(self) -> tuple[int, int]:
        """Return how many (shops, companies) there are."""
        with self._engine.connect() as db:
            row = db.execute(select(func.count(), func.count(distinct(SHOP.c.partner))).select_from(SHOP)).one()
        return int(row[0]), int(row[1])

    def close(self) -> None:
        """Close the store."""
        self._engine.dispose()


def _postgres(address: DatabaseAddress, *, reading: bool) -> Engine:
    """Return an engine on a database whose tables provisioning has made; the role's grants say what it may do."""
    options = (
        f"-c synchronous_commit=on -c lock_timeout=20s -c default_transaction_read_only={'on' if reading else 'off'}"
    )
    arguments = {**address.libpq(), "options": options}
    return create_engine("postgresql+psycopg://", connect_args=arguments, pool_pre_ping=True, hide_parameters=True)


def _sqlite(path: Path) -> Engine:
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": 20})

    def configure(connection: Any, _record: object) -> None:
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "secure_delete = ON"):
            connection.execute(f"PRAGMA {pragma}")

    event.listen(engine, "connect", configure)
    return engine


def _shop(row: Row[Any] | None) -> Shop | None:
    return None if row is None else Shop(*row)


def _agreement(row: Row[Any]) -> Agreement:
    return Agreement(row.partner, Route(row.route), row.since, row.per, row.exclude, row.balance, row.until)
