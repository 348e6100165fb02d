"""The vault store, on either engine. It holds no key: what it writes and reads is sealed already."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import Column, Connection, Row, Table, bindparam, delete, func, select, update

from noren.identity.engine import CHUNK, VaultEngine
from noren.identity.model import CONTACT_FIELDS, CardRow, ContactRow, Finding, MemberRow, RequestRow, Standing, Summary
from noren.identity.tables import (
    CARD,
    CONTACT,
    MEMBER,
    MEMBER_SEALED,
    REQUEST,
    REQUEST_COUNT,
    REQUEST_SEALED,
    TOTAL,
)
from noren.kernel.say import Say

DAMAGED: Final = Finding(
    Say(
        "会員情報庫のファイルが壊れています。バックアップから戻してください。",
        "The vault's file is damaged. Restore it from a backup.",
    )
)
_THE_ROW: Final = bytes(16)
_REST: Final = 11
"""How many bytes of a request's row its name does not spell."""


class SqlVault:
    """`ports.VaultStore` over one database."""

    def __init__(self, engine: VaultEngine) -> None:
        self._engine = engine

    @contextmanager
    def batch(self) -> Generator[SqlBatch]:
        """Open the one writing transaction."""
        with self._engine.writing() as connection:
            yield SqlBatch(connection, self._engine)

    @contextmanager
    def reading(self) -> Generator[SqlBatch]:
        """Open a transaction that only reads."""
        with self._engine.reading() as connection:
            yield SqlBatch(connection, self._engine)

    def audit(self) -> list[Finding]:
        """Ask the engine to check its own files."""
        return [] if self._engine.whole() else [DAMAGED]

    def forget_deleted(self) -> None:
        """Let no byte of what was deleted stand in any file."""
        self._engine.forget_deleted()

    def lay_anew(self) -> None:
        """Forget in which order rows came."""
        self._engine.lay_anew()

    def close(self) -> None:
        """Close; an engine that keeps a log in a file folds it in."""
        self._engine.close()


class SqlBatch:
    """`ports.VaultBatch` over one connection."""

    def __init__(self, connection: Connection, engine: VaultEngine) -> None:
        self._connection = connection
        self._engine = engine

    def members(self, rows: Iterable[bytes]) -> dict[bytes, MemberRow]:
        """Return members by row."""
        return {row.row: _member(row) for row in among(self._connection, MEMBER, MEMBER.c.row, rows)}

    def members_by_number(self, indexes: Iterable[bytes]) -> dict[bytes, MemberRow]:
        """Return the known members among keyed indexes of member numbers."""
        found = among(self._connection, MEMBER, MEMBER.c.number_index, indexes)
        return {row.number_index: _member(row) for row in found}

    def member_by_link(self, index: bytes) -> MemberRow | None:
        """Return the member with this keyed index of a link token."""
        return next((_member(row) for row in among(self._connection, MEMBER, MEMBER.c.link_index, [index])), None)

    def cards(self, indexes: Iterable[bytes]) -> dict[bytes, CardRow]:
        """Return the known cards among keyed indexes."""
        return {row.card_index: _card(row) for row in among(self._connection, CARD, CARD.c.card_index, indexes)}

    def cards_at(self, rows: Iterable[bytes]) -> dict[bytes, CardRow]:
        """Return the known cards by row."""
        return {row.row: _card(row) for row in among(self._connection, CARD, CARD.c.row, rows)}

    def pending(self, after: bytes, limit: int) -> list[bytes]:
        """Return the next rows of members of whom the ledger side must still be told."""
        wanted = select(MEMBER.c.row).where(MEMBER.c.pending == 1, MEMBER.c.row > after)
        return list(self._connection.execute(wanted.order_by(MEMBER.c.row).limit(limit)).scalars())

    def contacts(self, members: Iterable[bytes]) -> dict[bytes, ContactRow]:
        """Return the sealed contacts of members."""
        return {
            row.member: ContactRow(row.member, {name: getattr(row, name) for name in CONTACT_FIELDS})
            for row in among(self._connection, CONTACT, CONTACT.c.member, members)
        }

    def put_members(self, members: Sequence[MemberRow]) -> None:
        """Write members whole."""
        put(self._engine, self._connection, MEMBER, [_member_values(member) for member in members])

    def settle(self, members: Sequence[MemberRow]) -> None:
        """Write of known members what the crossing changes."""
        columns = ("pending", "link_index", "link_token", "told")
        change = (
            update(MEMBER).where(MEMBER.c.row == bindparam("of")).values({c: bindparam(f"to_{c}") for c in columns})
        )
        values = [(member.row, _member_values(member)) for member in members]
        if values:
            self._engine.note_deleting(self._connection)
            self._connection.execute(change, [{"of": row, **{f"to_{c}": v[c] for c in columns}} for row, v in values])

    def remove_members(self, rows: Sequence[bytes]) -> None:
        """Remove members' rows."""
        remove(self._engine, self._connection, MEMBER, MEMBER.c.row, rows)

    def remove_strays(self) -> int:
        """Remove the marks of merged members whose other member is gone."""
        other = MEMBER.alias("other")
        there = select(other.c.row).where(other.c.row == MEMBER.c.merged_into).exists()
        wanted = select(MEMBER.c.row).where(MEMBER.c.standing == int(Standing.MERGED), ~there)
        count = 0
        while strays := list(self._connection.execute(wanted.limit(CHUNK)).scalars()):
            self.remove_members(strays)
            count += len(strays)
        return count

    def withdrawn(self, after: bytes, limit: int) -> list[bytes]:
        """Return the next rows of members who have left."""
        wanted = select(MEMBER.c.row).where(MEMBER.c.standing == int(Standing.WITHDRAWN), MEMBER.c.row > after)
        return list(self._connection.execute(wanted.order_by(MEMBER.c.row).limit(limit)).scalars())

    def put_cards(self, cards: Sequence[CardRow]) -> None:
        """Write cards whole."""
        put(self._engine, self._connection, CARD, [_card_values(card) for card in cards])

    def remove_cards(self, rows: Iterable[bytes]) -> None:
        """Remove cards from their rows."""
        remove(self._engine, self._connection, CARD, CARD.c.row, rows)

    def count_inactive(self, change: int) -> None:
        """Add to the programme's number of cards that are lost or blocked."""
        adding = self._engine.adding(TOTAL).values(row=_THE_ROW, inactive_cards=change)
        more = {"inactive_cards": TOTAL.c.inactive_cards + change}
        self._connection.execute(adding.on_conflict_do_update(index_elements=["row"], set_=more))

    def put_contacts(self, contacts: Sequence[ContactRow]) -> None:
        """Write contacts whole."""
        put(
            self._engine,
            self._connection,
            CONTACT,
            [{"member": contact.member, **contact.sealed} for contact in contacts],
        )

    def remove_contacts(self, members: Sequence[bytes]) -> None:
        """Remove the contacts of members."""
        remove(self._engine, self._connection, CONTACT, CONTACT.c.member, members)

    def requests_of(self, members: Iterable[bytes]) -> list[RequestRow]:
        """Return the requests of members."""
        return [_request(row) for row in among(self._connection, REQUEST, REQUEST.c.member, members)]

    def open_requests(self, limit: int) -> list[RequestRow]:
        """Return requests that are open."""
        wanted = select(REQUEST).where(REQUEST.c.is_open == 1).limit(limit)
        return [_request(row) for row in self._connection.execute(wanted)]

    def requests_named(self, name: str, size: int) -> list[RequestRow]:
        """Return the requests whose rows begin as a name says."""
        try:
            begin = base64.b32decode(name.upper())
        except (binascii.Error, ValueError):
            return []
        if len(begin) != size:
            return []
        span = REQUEST.c.row.between(begin + bytes(_REST), begin + b"\xff" * _REST)
        return [_request(row) for row in self._connection.execute(select(REQUEST).where(span))]

    def looked(self) -> tuple[int, int]:
        """Return the month of the last look for dormant members, and the day from which on days are kept (0: none)."""
        found = self._connection.execute(select(TOTAL.c.looked, TOTAL.c.heard_since)).first()
        return (0, 0) if found is None else (found.looked or 0, found.heard_since or 0)

    def note_looked(self, month: int, heard_since: int) -> None:
        """Note a look."""
        noted = {"looked": month, "heard_since": heard_since}
        adding = self._engine.adding(TOTAL).values(row=_THE_ROW, inactive_cards=0, **noted)
        self._connection.execute(adding.on_conflict_do_update(index_elements=["row"], set_=noted))

    def put_requests(self, requests: Sequence[RequestRow]) -> None:
        """Write requests whole."""
        if requests:
            self._engine.note_deleting(self._connection)
        values = [
            {"row": each.row, "member": each.member, "is_open": int(each.is_open), **each.sealed} for each in requests
        ]
        put(self._engine, self._connection, REQUEST, values)

    def remove_requests(self, members: Sequence[bytes]) -> None:
        """Remove the requests of members."""
        remove(self._engine, self._connection, REQUEST, REQUEST.c.member, members)

    def count_request(self, year: int, kind: str, word: str) -> None:
        """Count one request more."""
        row = hashlib.sha256(f"{year} {kind} {word}".encode()).digest()[: len(_THE_ROW)]
        adding = self._engine.adding(REQUEST_COUNT).values(row=row, year=year, kind=kind, word=word, number=1)
        more = {"number": REQUEST_COUNT.c.number + 1}
        self._connection.execute(adding.on_conflict_do_update(index_elements=["row"], set_=more))

    def request_counts(self, year: int) -> dict[tuple[str, str], int]:
        """Return a year's counts."""
        found = self._connection.execute(select(REQUEST_COUNT).where(REQUEST_COUNT.c.year == year))
        return {(row.kind, row.word): row.number for row in found}

    def all_rows(self, after: bytes, limit: int) -> list[bytes]:
        """Return the next rows of members in the order of their random rows."""
        wanted = select(MEMBER.c.row).where(MEMBER.c.row > after).order_by(MEMBER.c.row).limit(limit)
        return list(self._connection.execute(wanted).scalars())

    def all_cards(self, after: bytes, limit: int) -> list[CardRow]:
        """Return the next cards in the order of their random rows."""
        wanted = select(CARD).where(CARD.c.row > after).order_by(CARD.c.row).limit(limit)
        return [_card(row) for row in self._connection.execute(wanted)]

    def summary(self) -> Summary:
        """Return the sizes of the vault."""
        gone = (int(Standing.MERGED), int(Standing.ERASING))
        members = select(func.count()).select_from(MEMBER).where(MEMBER.c.standing.not_in(gone))
        ask = self._connection.execute
        cards = ask(select(func.count()).select_from(CARD)).scalar_one()
        inactive = ask(select(func.coalesce(func.sum(TOTAL.c.inactive_cards), 0))).scalar_one()
        return Summary(
            members=ask(members).scalar_one(),
            cards=cards,
            active_cards=cards - inactive,
            pending=ask(select(func.count()).select_from(MEMBER).where(MEMBER.c.pending == 1)).scalar_one(),
        )


def among(connection: Connection, table: Table, column: Column[Any], values: Iterable[bytes]) -> Iterator[Row[Any]]:
    """Yield the rows of ``table`` whose ``column`` is one of ``values``, asked for in chunks."""
    wanted = list(values)
    for start in range(0, len(wanted), CHUNK):
        yield from connection.execute(select(table).where(column.in_(wanted[start : start + CHUNK])))


def remove(
    engine: VaultEngine, connection: Connection, table: Table, column: Column[Any], values: Iterable[bytes]
) -> None:
    """Delete the rows of ``table`` whose ``column`` is one of ``values``, in chunks."""
    unwanted = list(values)
    if unwanted:
        engine.note_deleting(connection)
    for start in range(0, len(unwanted), CHUNK):
        connection.execute(delete(table).where(column.in_(unwanted[start : start + CHUNK])))


def put(engine: VaultEngine, connection: Connection, table: Table, values: Sequence[dict[str, Any]]) -> None:
    """Write rows whole: insert them, or replace all columns of those whose primary key is known."""
    if not values:
        return
    engine.note_coming(connection)
    keys = [column.name for column in table.primary_key]
    adding = engine.adding(table)
    rest = {column.name: adding.excluded[column.name] for column in table.c if column.name not in keys}
    connection.execute(adding.on_conflict_do_update(index_elements=keys, set_=rest), list(values))


def _member(row: Row[Any]) -> MemberRow:
    sealed = {name: getattr(row, name) for name in MEMBER_SEALED}
    return MemberRow(
        row=row.row,
        number_index=row.number_index,
        standing=Standing(row.standing),
        pending=bool(row.pending),
        merged_into=row.merged_into,
        link_index=row.link_index,
        sealed={name: value for name, value in sealed.items() if value is not None},
    )


def _member_values(member: MemberRow) -> dict[str, Any]:
    return {
        "row": member.row,
        "number_index": member.number_index,
        "standing": int(member.standing),
        "pending": int(member.pending),
        "merged_into": member.merged_into,
        "link_index": member.link_index,
        **{name: member.sealed.get(name) for name in MEMBER_SEALED},
    }


def _request(row: Row[Any]) -> RequestRow:
    return RequestRow(row.row, row.member, bool(row.is_open), {name: getattr(row, name) for name in REQUEST_SEALED})


def _card(row: Row[Any]) -> CardRow:
    return CardRow(row.row, row.card_index, row.member, row.number, row.state)


def _card_values(card: CardRow) -> dict[str, Any]:
    return {
        "row": card.row,
        "card_index": card.index,
        "member": card.member,
        "number": card.number,
        "state": card.state,
    }
