"""Taking the stores of one side from revision to revision: looked at, copied, changed, the copies destroyed.

Runs in a process of that side (``doors/cli/migrating.py``), which is handed that side's stores and
no others. SQLite files are its own while it runs: it holds the locks of the side's zones. On
PostgreSQL it acts as the owner of the side's databases and refuses while a zone is connected.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sqlalchemy import Connection, NullPool, create_engine, text

from noren.house.databases import address_of
from noren.house.home import Home, HomeProblem
from noren.house.keys import SIDES, Side
from noren.house.migrated import Store
from noren.house.occupancy import occupy
from noren.house.upgrade_words import NEVER_KEPT, Change, Done, Order, Standing
from noren.kernel.say import Say
from noren.revisions import copies, sqlite_file
from noren.revisions.errors import CanNotGo
from noren.revisions.running import found_revision, migrate
from noren.revisions.stamp import problem


def look(home: Home, stores: Sequence[Store], order: Order) -> list[Standing]:
    """Return where each store stands. Nothing is changed."""
    return [_standing(home, store, order) for store in stores]


def upgrade(home: Home, side: Side, stores: Sequence[Store], order: Order) -> list[Done]:
    """Do what ``look`` shows.

    Raises:
        HomeProblem: a zone runs, a store can not go, or there is no room for its copy; the store is as it was.
    """
    before = os.umask(0o077)
    try:
        with ExitStack() as held:
            for zone in SIDES[side]:
                held.enter_context(occupy(home, zone))
            return _upgrade(home, side, stores, order)
    finally:
        os.umask(before)


def check(home: Home, side: Side, stores: Sequence[Store], order: Order) -> list[Standing]:
    """Refuse now what ``upgrade`` would refuse: asked of each side before either is touched. Nothing is changed.

    Raises:
        HomeProblem: as ``upgrade``.
    """
    with ExitStack() as held:
        for zone in SIDES[side]:
            held.enter_context(occupy(home, zone))
        todo = _todo(home, stores, order)
        for store, _ in todo:
            if store.on_server(home):
                _need_alone(home, side, store, order)
        return [standing for _, standing in todo]


def _upgrade(home: Home, side: Side, stores: Sequence[Store], order: Order) -> list[Done]:
    todo = _todo(home, stores, order)
    return [
        _change_database(home, side, store, str(standing.wanted), order)
        if store.on_server(home)
        else _change_file(store, standing, keep=order.keep_copy)
        for store, standing in todo
    ]


def _todo(home: Home, stores: Sequence[Store], order: Order) -> list[tuple[Store, Standing]]:
    """Return the stores that something is to be done to; refuse what can be seen before it is done."""
    todo = [(store, standing) for store in stores if (standing := _standing(home, store, order)).wanted is not None]
    for _, standing in todo:
        if standing.problem is not None:
            raise HomeProblem(Say(*standing.problem))
    todo = [(store, standing) for store, standing in todo if standing.changes or standing.page_bytes]
    _need_room([store for store, _ in todo if not store.on_server(home)])
    return todo


def _standing(home: Home, store: Store, order: Order) -> Standing:
    history, head = store.history, store.history.head
    wanted = order.to.get(history.store, order.to.get("", None if order.to else head))
    if not store.on_server(home) and not store.path.exists():
        return Standing(history.store, None, head)
    with _reading(home, store) as connection:
        found = found_revision(connection, history)
        pages = None if store.on_server(home) else sqlite_file.page_bytes_of(connection)
        hindrance = _hindrance(connection, store, found, wanted)
    lying = [] if store.on_server(home) else [str(path) for path in copies.copies_beside(store.path)]
    standing = Standing(history.store, found, head, wanted, copies=lying)
    if found is None or wanted is None:
        standing.wanted = None
        return standing
    if wanted not in history.revisions():
        known = f"{history.revisions()[0]}-{head}"
        standing.problem = _both(_no_such_revision(history.store, wanted, known))
    elif found not in history.revisions():
        standing.problem = _both(problem(history.store, found, head))
    else:
        standing.changes = [
            Change(s.revision, s.up, (s.says.ja, s.says.en), _both(s.loses)) for s in history.steps(found, wanted)
        ]
        if history.page_bytes not in (None, pages):
            standing.page_bytes = history.page_bytes
        standing.problem = _both(None if hindrance is None else _can_not_go(history.store, hindrance))
    return standing


def _hindrance(connection: Connection, store: Store, found: str | None, wanted: str | None) -> Say | None:
    """Return why one of the steps can not be taken, as far as the store shows it now."""
    known = store.history.revisions()
    if found not in known or wanted not in known:
        return None
    steps = [step for step in store.history.steps(found, wanted) if step.hindrance is not None]
    said = (step.hindrance(connection, up=step.up) for step in steps if step.hindrance is not None)
    return next((say for say in said if say is not None), None)


@contextmanager
def _reading(home: Home, store: Store) -> Generator[Connection]:
    if store.on_server(home):
        from noren.house.reaching import reach  # the driver is in no core install

        assert store.database is not None, "a store on a server without a database"

        reach(home, store.reader)
        address = address_of(home, store.reader, store.database)
        engine = create_engine("postgresql+psycopg://", connect_args=address.libpq(), poolclass=NullPool)
        with engine.connect() as connection:
            yield connection
    else:
        with sqlite_file.opened(store.path) as connection:
            yield connection


def _need_room(stores: Sequence[Store]) -> None:
    for store in stores:
        if not copies.is_sound(store.path):
            raise HomeProblem(
                Say(
                    f"{store.path} が壊れています。何も変えていません。バックアップから戻してください。",
                    f"{store.path} is damaged; nothing was changed. Restore it from a backup.",
                )
            )
        # The copy, and as much again for the change's own log.
        needed = 2 * store.path.stat().st_size
        free = shutil.disk_usage(store.path.parent).free
        if free < needed:
            raise HomeProblem(
                Say(
                    f"{store.path} の複製を置く空きがありません({needed >> 20} MiB 必要、空き {free >> 20} MiB)。"
                    "何も変えていません。",
                    f"There is no room for a copy of {store.path}: {needed >> 20} MiB are needed, {free >> 20} MiB are "
                    "free. Nothing was changed.",
                )
            )


def _change_file(store: Store, standing: Standing, *, keep: bool) -> Done:
    copy = copies.copy_of(store.path, str(standing.found))
    copies.make_copy(store.path, copy)
    try:
        with sqlite_file.opened(store.path) as connection:
            migrate(connection, store.history, str(standing.wanted))
        if standing.page_bytes is not None:
            sqlite_file.change_pages(store.path, standing.page_bytes)
    except CanNotGo as no:
        copies.destroy(copy)
        raise HomeProblem(_can_not_go(store.history.store, no.say)) from None
    kept = str(copies.keep(copy)) if keep and store.history.store != NEVER_KEPT else None
    copies.destroy_copies(store.path)
    return Done(store.history.store, str(standing.wanted), kept)


def _need_alone(home: Home, side: Side, store: Store, order: Order) -> None:
    """Refuse where the administrator is not let in, or somebody else is in the database."""
    from noren.house.provisioning import Admin, owner_engine  # the driver is in no core install

    assert store.database is not None, "a store on a server without a database"
    engine = owner_engine(home, side, Admin(order.admin, Path(order.passfile)), store.database)
    with engine.connect() as connection:
        _nobody_else(connection)
        connection.rollback()


def _change_database(home: Home, side: Side, store: Store, wanted: str, order: Order) -> Done:
    from noren.house.provisioning import Admin, grant, owner_engine  # the driver is in no core install

    assert store.database is not None, "a store on a server without a database"
    admin = Admin(order.admin, Path(order.passfile))
    engine = owner_engine(home, side, admin, store.database)
    try:
        with engine.connect() as connection:
            migrate(connection, store.history, wanted, _nobody_else)
    except CanNotGo as no:
        raise HomeProblem(_can_not_go(store.history.store, no.say)) from None
    if wanted == store.history.head:  # the grants are those of this noren's tables
        grant(home, side, admin, store.database)
    return Done(store.history.store, wanted)


def _nobody_else(connection: Connection) -> None:
    """Keep newcomers waiting, then refuse while anybody is in the database: also tills on other machines."""
    connection.execute(text("LOCK TABLE alembic_version IN ACCESS EXCLUSIVE MODE"))
    question = text(
        "SELECT usename, count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND pid <> pg_backend_pid() AND usename IS NOT NULL GROUP BY 1 ORDER BY 1"  # the server's own have no role
    )
    there = ", ".join(f"{role} ({count})" for role, count in connection.execute(question))
    if there:
        raise HomeProblem(
            Say(
                f"データベースに接続しているものがあります: {there}。先に終えてください(他の計算機のレジも)。",
                f"Somebody is connected to the database: {there}. End that first, tills on other machines too.",
            )
        )


def _can_not_go(store: str, why: Say) -> Say:
    return Say(
        f"ストア {store} は移せません。{why.ja}できたところまでの版で、データはそのままです。",
        f"The store {store} can not go on. {why.en} It stays at the last revision it reached, its data untouched.",
    )


def _no_such_revision(store: str, wanted: str, known: str) -> Say:
    return Say(
        f"ストア {store} に版 {wanted} はありません({known})。",
        f"The store {store} has no revision {wanted} ({known}).",
    )


def _both(say: Say | None) -> tuple[str, str] | None:
    return None if say is None else (say.ja, say.en)
