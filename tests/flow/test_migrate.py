"""`noren migrate`: a home goes back and forth between revisions, as its operator sees it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from noren.house.home import open_home
from noren.house.occupancy import occupy
from noren.revisions.sqlite_file import opened

NOREN = str(Path(sys.executable).parent / "noren")


def noren(home: Path, *arguments: str, code: int = 0) -> str:
    environment = {key: value for key, value in os.environ.items() if key != "NOREN_HOME"}
    command = [NOREN, "--home", str(home), "--lang", "en", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=180)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def standings(home: Path, *arguments: str) -> dict[str, Any]:
    said = noren(home, "--json", "migrate", "--dry-run", *arguments)
    return {each["store"]: each for each in json.loads(said)["stores"]}


def found(home: Path) -> dict[str, str]:
    return {name: each["found"] for name, each in standings(home).items()}


def head(home: Path, store: str) -> str:
    """Return the last revision of a store that this noren knows."""
    return standings(home)[store]["head"]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a home whose stores are all there."""
    path = tmp_path_factory.mktemp("migrate") / "home"
    noren(path, "init", "--sandbox")
    noren(path, "summary")
    noren(path, "regime", "show")
    return path


def test_a_home_goes_back_and_forth(home: Path) -> None:
    at_head = {name: each["found"] for name, each in standings(home).items()}
    ledger = {"ledger", "register", "audiences", "provision"}
    assert set(at_head) == {*ledger, "copies", "vault", "statutory", "member_keys", "governance", "cases", "staff"}
    assert "nothing to do" in noren(home, "migrate")

    said = noren(home, "migrate", "--to", "0001", code=2)
    assert "what is lost" in said
    assert "--yes" in said
    assert {name: each["found"] for name, each in standings(home).items()} == at_head, "nobody had said yes"

    said = noren(home, "migrate", "--to", "0001", "--yes", "--keep-copy")
    kept = sorted(home.glob("*/*.kept"))
    changed = [(store, at) for store, at in sorted(at_head.items()) if at != "0001"]
    assert [path.name for path in kept] == [f"{store}.db.{at}.kept" for store, at in changed]
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in kept)
    assert all(str(path) in said for path in kept)
    assert "personal data" in said

    refused = noren(home, "summary", code=1)
    assert "noren migrate" in refused
    assert "0001" in refused
    assert f"ledger: revision 0001, not this noren's {at_head['ledger']}" in noren(home, "doctor", code=1)

    noren(home, "migrate", "--yes")
    assert {name: each["found"] for name, each in standings(home).items()} == at_head
    assert sorted(home.glob("*/*.kept")) == kept, "what somebody asked to keep is not ours to destroy"
    assert not list(home.glob("*/*.copy"))
    assert f"ledger {at_head['ledger']}" in noren(home, "doctor")


def test_while_a_zone_runs_nothing_is_done(home: Path) -> None:
    with occupy(open_home(home), "till"):
        assert "till is already running" in noren(home, "migrate", "--to", "register=0002", "--yes", code=1)
    assert standings(home)["register"]["found"] == head(home, "register")


def test_one_store_goes_alone(home: Path) -> None:
    before = found(home)
    noren(home, "migrate", "--to", "register=0002", "--yes")
    assert found(home) == {**before, "register": "0002"}
    noren(home, "migrate", "--yes")
    assert "no store shops" in noren(home, "migrate", "--to", "shops=0001", code=2)
    assert "has no revision 0099" in noren(home, "migrate", "--to", "vault=0099", code=1)


def test_a_newer_store_is_left_alone(home: Path) -> None:
    def stamp(revision: str) -> None:
        with opened(home / "vault" / "vault.db") as connection:
            connection.execute(text(f"UPDATE alembic_version SET version_num = '{revision}'"))
            connection.commit()

    mine = head(home, "vault")
    stamp("0999")
    try:
        assert "newer than this noren" in noren(home, "migrate", "--yes", code=1)
    finally:
        stamp(mine)


def test_a_damaged_store_is_not_touched_and_its_copy_not_destroyed(home: Path, tmp_path: Path) -> None:
    register = home / "register" / "register.db"
    sound, copy = register.read_bytes(), register.with_name("register.db.0002.copy")
    copy.write_bytes(sound)
    try:
        register.write_bytes(sound[:8192] + bytes(4096) + sound[12288:])
        assert "damaged" in noren(home, "migrate", "--to", "register=0002", "--yes", code=1)
        assert copy.read_bytes() == sound
    finally:
        register.write_bytes(sound)
        copy.unlink()


def test_where_one_store_can_not_go_no_store_of_either_side_goes(home: Path) -> None:
    """Control: without what stands in the way, the same command takes all of them."""
    before = {name: each["found"] for name, each in standings(home).items()}
    with opened(home / "vault" / "vault.db") as connection:
        row = {"index": bytes(18), "other": b""}
        connection.execute(text("INSERT INTO card VALUES (:index, :index, :other, :other, :other)"), row)
        connection.commit()
    try:
        for words in ([], ["--side", "identity"]):
            said = noren(home, "migrate", "--to", "0001", "--yes", *words, code=1)
            assert "card_index in the table card" in said
            assert "Migrating" not in said
            assert {name: each["found"] for name, each in standings(home).items()} == before
    finally:
        with opened(home / "vault" / "vault.db") as connection:
            connection.execute(text("DELETE FROM card"))
            connection.commit()
    noren(home, "migrate", "--to", "0001", "--yes")
    now = {name: each["found"] for name, each in standings(home).items()}
    assert {now[name] for name in ("ledger", "register", "vault")} == {"0001"}
    noren(home, "migrate", "--yes")


def test_while_a_zone_of_the_other_side_runs_neither_side_goes(home: Path) -> None:
    before = {name: each["found"] for name, each in standings(home).items()}
    with occupy(open_home(home), "vault"):
        said = noren(home, "migrate", "--to", "register=0002", "--to", "vault=0002", "--yes", code=1)
    assert "vault is already running" in said
    assert "Migrating" not in said
    assert {name: each["found"] for name, each in standings(home).items()} == before


def test_marks_stay_where_the_old_form_can_not_read_them(home: Path) -> None:
    with opened(home / "register" / "register.db") as connection:
        connection.execute(
            text("INSERT INTO terminal VALUES (:hash, 's', 't', 1, '2026-01-01', '2027-01-01', 0, NULL)"),
            {"hash": bytes(18)},
        )
        connection.commit()
    try:
        said = noren(home, "migrate", "--to", "register=0001", "--yes", code=1)
        assert "key_hash in the table terminal" in said
        assert standings(home)["register"]["found"] == head(home, "register")
        assert not list(home.glob("*/*.copy"))
    finally:
        with opened(home / "register" / "register.db") as connection:
            connection.execute(text("DELETE FROM terminal"))
            connection.commit()
