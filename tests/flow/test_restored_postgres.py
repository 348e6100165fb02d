"""A home on PostgreSQL, backed up and restored by its own roles: who was erased since reaches no file of a server."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from noren.activity.store import SqliteLedger
from noren.doors.cli.demo.announced import PAPERS
from noren.doors.cli.governance.desk import as_body
from noren.doors.cli.governance.files import read_file
from noren.governance.announced.store import DocumentStore
from noren.governance.store import Directory
from noren.house import desk_restore, ledger_restore, vault_restore
from noren.house.children import zone_client
from noren.house.databases import Database, database_name
from noren.house.documents import reading_register
from noren.house.home import Home, HomeProblem, open_home
from noren.house.server_copies import copy_out, refuse_rows
from noren.identity.sqlite import SqliteEngine
from noren.identity.tables import VAULT
from noren.kernel.clock import SystemClock
from noren.testing.member_house import CARD, MemberHouse
from noren.testing.ports import port_block
from noren.testing.postgres import PostgresServer, shared_server
from noren.testing.second_home import second_home_on

Rows = dict[str, list[tuple[Any, ...]]]
COPIED: tuple[Database, ...] = ("ledger", "register", "vault", "governance")
HER_CARD, HER_NUMBER = "2980009990000024", "M-GOES"
REMOVED = "NL"


def noren(home: Path, *arguments: str, said: str = "", code: int = 0) -> dict[str, Any]:
    command = [sys.executable, "-m", "noren.doors.cli.main", *arguments, "--json", "--home", str(home)]
    env = {**os.environ, "NOREN_LANG": "en"}
    done = subprocess.run(command, input=said, capture_output=True, text=True, check=False, env=env)
    assert done.returncode == code, done.stdout + done.stderr
    return json.loads(done.stdout) if code == 0 else {"said": done.stdout + done.stderr}


def keys_of(home: Home, database: Database, column: str) -> set[bytes]:
    with shared_server().connect(database_name(home, database)) as admin:
        return {bytes(row[0]) for row in admin.execute(f"SELECT {column} FROM member".encode())}


def rows_of(home: Home, database: Database, path: Path) -> Rows:
    """Return all rows of a database, by table, as they are now; not of what the ledger notes about itself."""
    stores: dict[Database, Callable[[Path], Any]] = {
        "ledger": SqliteLedger, "register": Directory, "governance": DocumentStore,
        "vault": lambda made: SqliteEngine(made, VAULT),
    }  # fmt: skip
    stores[database](path).close()
    copy_out(home, database, path)
    with closing(sqlite3.connect(path)) as file:
        tables = [str(row[0]) for row in file.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        return {each: file.execute(f'SELECT * FROM "{each}"').fetchall() for each in tables if each != "meta"}


def next_entry(home: Home, server: PostgresServer) -> int:
    with server.connect(database_name(home, "ledger")) as admin:
        return int(admin.execute("SELECT value FROM meta WHERE name = 'next_entry'").fetchall()[0][0])


@dataclass
class Backed:
    """A house, its backups, what she is called in its ledger and its vault, and the rows of then.

    Since then she was erased, the other member stopped all, and a company was removed.
    """

    house: MemberHouse
    folder: Path
    handle: bytes
    row: bytes
    rows: dict[Database, Rows]


@pytest.fixture(scope="module")
def backed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backed]:
    home, folder = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("backups")
    with port_block(5) as first, MemberHouse(home, first, "postgresql") as house:
        house.start("desk")
        house.wait("desk")
        papers = [paper for file in sorted(PAPERS.glob("*.toml")) for paper in read_file(file, house.home.zone)]
        house.ask("desk", "/announce", {"papers": [as_body(paper) for paper in papers]})
        house.buy("000001", 1_200)
        before = keys_of(house.home, "ledger", "handle"), keys_of(house.home, "vault", "row")
        person = {"member_number": HER_NUMBER, "card": HER_CARD, "family_name": "消坂", "given_name": "月子"}
        house.ask("vault", "/enrol", {"members": [person]})
        (handle,) = keys_of(house.home, "ledger", "handle") - before[0]
        (row,) = keys_of(house.home, "vault", "row") - before[1]
        made = noren(home, "backup", str(folder))["backups"]
        assert [each["side"] for each in made] == ["ledger", "vault", "desk"]
        rows: dict[Database, Rows] = {each: rows_of(house.home, each, folder / f"{each}.db") for each in COPIED}
        _since(house)
        yield Backed(house, folder, handle, row, rows)


def _since(house: MemberHouse) -> None:
    assert noren(house.home.path, "member", "erase", "-", "--now", "--yes", said=HER_CARD)["waiting"] == 0
    house.ask("vault", "/choices/decide", {"card": CARD, "wishes": [{"what": "stop", "value": "all"}]})
    assert house.ask("desk", "/announce", {"papers": [{"kind": "party", "id": REMOVED, "body": None}]})["announced"]


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    """Give a server that never saw her."""
    made = PostgresServer()
    made.start()
    yield made
    made.remove()


def found_in(server: PostgresServer, needle: bytes) -> list[str]:
    """Return the files of a server, its write-ahead log included, in which bytes or their digits stand."""
    with server.connect("postgres") as admin:
        admin.execute("CHECKPOINT")
    every = [path for path in server.folder.rglob("*") if path.is_file()]
    return [str(path) for path in every if any(form in path.read_bytes() for form in (needle, needle.hex().encode()))]


def restored(home: Home, folder: Path, *, replay: bool) -> None:
    """Restore into a home; ``replay`` False: a control."""
    now = SystemClock().now()
    for side, restore in (("ledger", ledger_restore), ("vault", vault_restore), ("desk", desk_restore)):
        (file,) = folder.glob(f"*.{side}.noren-backup")
        restore.restore(home, file, now, drill=False, replay=replay)


def test_she_reaches_no_file_of_the_server_and_what_was_said_since_holds(
    backed: Backed, server: PostgresServer, tmp_path: Path
) -> None:
    path = second_home_on(server, backed.house.home, tmp_path / "home")
    home = open_home(path)
    done = {each["side"]: each for each in noren(path, "restore", str(backed.folder))["restored"]}
    assert [(done[side]["members"], done[side]["erased"]) for side in ("ledger", "vault")] == [(1, 1), (1, 1)]
    assert REMOVED in done["desk"]["ended"]
    assert found_in(server, backed.handle) == []
    assert found_in(server, backed.row) == []
    assert [row[2:] for row in rows_of(home, "ledger", tmp_path / "then.db")["stop"]] == [("", "", "")]
    with zone_client(home, "vault") as vault, zone_client(home, "ledger-worker") as worker:
        assert vault.call("/check")["ok"]
        assert worker.call("/check")["ok"]
    assert "living home" in noren(path, "restore", str(backed.folder), code=1)["said"]


def test_negative_control_without_the_replay_she_is_on_the_server_and_every_row_is_as_it_was(
    backed: Backed, server: PostgresServer, tmp_path: Path
) -> None:
    home = open_home(second_home_on(server, backed.house.home, tmp_path / "home"))
    restored(home, backed.folder, replay=False)
    assert found_in(server, backed.handle)
    assert found_in(server, backed.row)
    with reading_register(home, "desk") as register:
        assert register is not None
        assert REMOVED in register(SystemClock().now()).parties
    for each in COPIED:
        assert rows_of(home, each, tmp_path / f"{each}.db") == backed.rows[each]
        with pytest.raises(HomeProblem, match="holds rows"):
            refuse_rows(home, each)
    entries = [row[0] for row in backed.rows["ledger"]["posting"]]
    assert next_entry(home, server) > max(entries) > 0


def test_a_drill_says_point_and_time_and_leaves_the_databases_alone(backed: Backed) -> None:
    before = keys_of(backed.house.home, "ledger", "handle")
    done = noren(backed.house.home.path, "restore", str(backed.folder), "--drill")["restored"]
    assert [(each["side"], each["drill"], each["erased"]) for each in done] == [
        ("ledger", True, 1), ("vault", True, 1), ("desk", True, 0),
    ]  # fmt: skip
    assert all(each["point"] and each["seconds"] >= 0 for each in done)
    assert keys_of(backed.house.home, "ledger", "handle") == before
