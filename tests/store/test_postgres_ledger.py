"""What only the ledger on PostgreSQL has: turns over processes, flushing, days, and servers that it refuses."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from tests.store.ledger_cases import a_purchase, enrolled, sale

from noren.activity import pg_schema, pg_tables
from noren.activity.errors import Contradicted, NotDurable, UnsafeServer, WrongSchema
from noren.activity.model import ReceiptKey
from noren.activity.pg_store import PostgresLedger
from noren.activity.ports import LedgerStore
from noren.testing.ledger_engines import FIRST_DAY, PostgresPlace, postgres_place

AHEAD = FIRST_DAY + pg_schema.DAYS_AHEAD


@pytest.fixture
def place() -> Iterator[PostgresPlace]:
    made = postgres_place()
    yield made
    made.remove()


def by_hand(place: PostgresPlace, statement: str) -> list[tuple[Any, ...]]:
    with place.server.connect(place.database) as owner:
        cursor = owner.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


def buy(store: LedgerStore, handle: bytes, *, day: int = FIRST_DAY, durable: bool = True) -> ReceiptKey:
    key = ReceiptKey(day, secrets.token_bytes(16))
    with store.batch(durable=durable) as batch:
        member, entry = batch.members([handle])[handle], batch.next_entry()
        batch.write(sale(a_purchase(handle, entry, previous=member.last_purchase, key=key), member))
    return key


def test_a_flush_makes_durable_what_another_till_committed(place: PostgresPlace) -> None:
    one, other = place.store(), place.till_store()
    handle, _ = enrolled(one)
    buy(one, handle, durable=False)
    ((written,),) = by_hand(place, "SELECT pg_current_wal_insert_lsn()")
    other.flush()
    assert by_hand(place, f"SELECT pg_current_wal_flush_lsn() >= '{written}'") == [(True,)]
    one.close()
    other.close()


def test_a_read_is_durable_when_it_is_handed_out(place: PostgresPlace) -> None:
    store, feed = place.store(), place.feed()
    handle, _ = enrolled(store)
    for _ in range(20):
        buy(store, handle, durable=False)
        ((written,),) = by_hand(place, "SELECT pg_current_wal_insert_lsn()")
        assert feed.purchases_after(0, 100)
        assert by_hand(place, f"SELECT pg_current_wal_flush_lsn() >= '{written}'") == [(True,)]
    store.close()
    feed.close()


def test_batches_of_two_tills_take_turns(place: PostgresPlace) -> None:
    one, other = place.store(), place.till_store()
    handle, _ = enrolled(one)
    waiting = threading.Thread(target=buy, args=(other, handle))
    with one.batch() as batch:
        first = batch.next_entry()
        waiting.start()
        time.sleep(0.2)
        assert waiting.is_alive()
        batch.write(sale(a_purchase(handle, first), batch.members([handle])[handle]))
    waiting.join()
    with one.batch() as batch:
        assert batch.next_entry() == first + 2
        assert batch.members([handle])[handle].pool == 6
        assert batch.purchases([first + 1])[first + 1].previous == first
    one.close()
    other.close()


def test_a_till_that_waits_too_long_for_its_turn_says_so(place: PostgresPlace) -> None:
    one, other = place.store(), PostgresLedger(place.address("till"), busy_ms=100)
    handle, _ = enrolled(one)
    with one.batch() as batch:
        batch.next_entry()
        with pytest.raises(NotDurable):
            buy(other, handle)
    buy(other, handle)
    one.close()
    other.close()


def buy_while(store: LedgerStore, handle: bytes, happens: Callable[[], object], **changed: Any) -> None:
    """Buy, while something else happens between reading and writing."""
    with store.batch() as batch:
        changes = sale(a_purchase(handle, batch.next_entry(), **changed), batch.members([handle])[handle])
        happens()
        batch.write(changes)


def test_a_session_that_the_server_ends_leaves_nothing_behind(place: PostgresPlace) -> None:
    store = place.store()
    handle, _ = enrolled(store)
    end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query <> ''"
    with pytest.raises(NotDurable):
        buy_while(store, handle, lambda: by_hand(place, f"{end} AND pid <> pg_backend_pid()"))
    with pytest.raises(NotDurable):
        store.flush()
    store.close()
    again = place.store()
    assert again.tally().purchases == 0
    again.close()


def test_points_changed_beneath_a_batch_are_found(place: PostgresPlace) -> None:
    """The negative control of the assertion at a batch's end: a hand that does not take its turn."""
    store = place.store()
    handle, _ = enrolled(store)
    with pytest.raises(Contradicted):
        buy_while(store, handle, lambda: by_hand(place, "UPDATE member SET pool = pool + 1"))
    by_hand(place, "UPDATE member SET pool = pool - 1")
    buy(store, handle)
    assert store.tally().purchases == 1
    store.close()


def test_what_no_column_takes_is_a_contradiction_and_the_store_lives_on(place: PostgresPlace) -> None:
    store = place.store()
    handle, _ = enrolled(store)
    with pytest.raises(Contradicted):
        buy_while(store, handle, lambda: None, receipt="a\0b")
    buy(store, handle)
    store.close()


@pytest.mark.parametrize("day", [1, FIRST_DAY - 1, FIRST_DAY, AHEAD, AHEAD + 1, AHEAD + 999])
def test_a_receipt_of_any_day_is_taken_and_found(place: PostgresPlace, day: int) -> None:
    store = place.till_store()
    worker = place.store()
    handle, _ = enrolled(worker)
    key = buy(store, handle, day=day)
    many = [ReceiptKey(day + n, key.hash) for n in range(-20, 20)]
    with store.batch() as batch:
        assert batch.receipts([key]) == batch.receipts(many) == {key: 1}
    store.close()
    worker.close()


def days_of(place: PostgresPlace) -> list[int]:
    rows = by_hand(place, "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname ~ '^receipt_[0-9]+$'")
    return sorted(int(name.removeprefix("receipt_")) for (name,) in rows)


def test_days_get_partitions_ahead_and_lose_them_once_empty(place: PostgresPlace) -> None:
    store = place.store()
    handle, _ = enrolled(store)
    kept, gone = buy(store, handle, day=FIRST_DAY), buy(store, handle, day=FIRST_DAY + 1)
    stray = buy(store, handle, day=AHEAD + 2)
    with store.batch() as batch:
        batch.drop_receipts([(gone.day, gone.hash, 2)])
        batch.turn_days(AHEAD, AHEAD + 4, before=FIRST_DAY + 3)
    days = [FIRST_DAY, *range(FIRST_DAY + 3, AHEAD + 2), AHEAD + 3, AHEAD + 4]
    assert days_of(place) == days, "a day that has gone to the default stays there"
    with store.batch() as batch:
        assert batch.receipts([kept, gone, stray]) == {kept: 1, stray: 3}
        batch.turn_days(FIRST_DAY - 5, AHEAD + 4, before=0)
    assert days_of(place) == sorted({*days, FIRST_DAY + 1, FIRST_DAY + 2})
    store.close()


def test_a_look_up_names_one_days_partition(place: PostgresPlace) -> None:
    look_up = pg_tables.get_receipts_of(FIRST_DAY + 1).replace("$1::bytea[]", "ARRAY['x'::bytea]")
    plan = "\n".join(row[0] for row in by_hand(place, f"EXPLAIN {look_up}"))
    assert f"receipt_{FIRST_DAY + 1}" in plan
    assert plan.count(" on receipt_") == 1


BY_DAY_ALONE = f"SELECT day, hash, entry FROM receipt WHERE day = {FIRST_DAY} AND hash = ANY($1::bytea[])"


@pytest.mark.parametrize("statement", [pg_tables.get_receipts_of(FIRST_DAY), BY_DAY_ALONE])
def test_a_session_begun_on_empty_tables_reads_no_more_than_it_is_asked_for(
    place: PostgresPlace, statement: str
) -> None:
    """A plan is made once per session. With the statement that we had, it read the whole day at each look-up."""
    by_hand(place, "VACUUM ANALYZE")
    store = PostgresLedger(place.address("till"))
    session = store._db
    session.execute(statement.encode(), ([b"unknown"],), prepare=True)
    by_hand(place, f"INSERT INTO receipt SELECT {FIRST_DAY}, int4send(n), n FROM generate_series(1, 5000) AS n")
    session.execute("SELECT pg_stat_force_next_flush()")
    before = _entries_read(place)
    for number in range(20):
        session.execute(statement.encode(), ([number.to_bytes(4, "big")],), prepare=True)
    session.execute("SELECT pg_stat_force_next_flush()")
    store.close()
    read = _entries_read(place) - before
    assert (read <= 20) == (statement != BY_DAY_ALONE), read


def _entries_read(place: PostgresPlace) -> int:
    ((read,),) = by_hand(place, f"SELECT idx_tup_read FROM pg_stat_user_indexes WHERE relname = 'receipt_{FIRST_DAY}'")
    return int(read)


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (a integer)",
        "DELETE FROM purchase",
        "INSERT INTO card VALUES ('x', 'y', 1)",
        "UPDATE card SET state = 1",
        "SELECT * FROM merge",
        "SELECT turn_receipt_days(1, 2, 3)",
        "TRUNCATE receipt",
    ],
)
def test_a_till_may_not(place: PostgresPlace, statement: str) -> None:
    address = place.address("till")
    with (
        psycopg.connect(
            host=address.host, port=address.port, dbname=address.database, user=address.user,
            passfile=str(address.passfile),
        ) as till,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):  # fmt: skip
        till.execute(statement.encode())


@pytest.mark.parametrize("setting", ["fsync", "full_page_writes"])
def test_a_server_that_may_lose_what_it_synced_is_refused(place: PostgresPlace, setting: str) -> None:
    with place.server.connect("postgres") as admin:
        admin.execute(f"ALTER SYSTEM SET {setting} = off".encode())
        try:
            _until(admin, setting, "off")
            with pytest.raises(UnsafeServer) as refused:
                place.store()
        finally:
            admin.execute(f"ALTER SYSTEM RESET {setting}".encode())
            _until(admin, setting, "on")
    assert setting in refused.value.say.ja
    assert setting in refused.value.say.en
    place.store().close()


def _until(admin: psycopg.Connection[Any], setting: str, value: str) -> None:
    admin.execute("SELECT pg_reload_conf()")
    while admin.execute(f"SHOW {setting}".encode()).fetchone() != (value,):
        time.sleep(0.01)


def test_a_roles_own_settings_do_not_weaken_a_flush(place: PostgresPlace) -> None:
    by_hand(place, "ALTER ROLE noren_till SET synchronous_commit = off")
    try:
        store = PostgresLedger(place.address("till"))
        assert store._flushing.execute("SHOW synchronous_commit").fetchone() == ("on",)
        store.close()
    finally:
        by_hand(place, "ALTER ROLE noren_till RESET synchronous_commit")


def test_a_database_without_a_ledger_is_named(place: PostgresPlace) -> None:
    by_hand(place, "ALTER TABLE alembic_version RENAME TO elsewhere")
    by_hand(place, "ALTER TABLE purchase RENAME TO nowhere")
    with pytest.raises(WrongSchema, match="ledger"):
        place.store()
