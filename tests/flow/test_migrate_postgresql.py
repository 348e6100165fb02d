"""`noren migrate` on PostgreSQL: as the databases' owner, with nobody else connected, grants set anew."""

from __future__ import annotations

from pathlib import Path

from tests.flow.test_migrate import noren, standings

from noren.house.databases import address_of, database_name
from noren.house.home import CONFIG, Programme, Settings, open_home, write_settings
from noren.house.keys import SIDES
from noren.house.keys.keeper import make_side
from noren.testing.databases import provide, settings_on, the_admin
from noren.testing.postgres import shared_server


def test_a_store_goes_back_and_forth_and_zones_can_read_it_again(tmp_path: Path) -> None:
    path = tmp_path / "home"
    path.mkdir()
    (path / CONFIG).write_text(
        write_settings(settings_on("postgresql", Settings(programme=Programme(kind="sandbox")))), "utf-8"
    )
    home, admin = open_home(path), the_admin()
    for side in SIDES:
        make_side(home, side)
    provide(home)
    as_admin = ("--pg-admin", admin.role, "--pg-passfile", str(admin.passfile), "--yes", "--side", "ledger")
    before = standings(path)
    head = before["register"]["head"]
    assert before["register"]["found"] == head
    assert "--pg-admin" in noren(path, "migrate", "--to", "register=0001", "--yes", code=2)
    with shared_server().connect(database_name(home, "register")):
        assert "connected to the database" in noren(path, "migrate", "--to", "register=0001", *as_admin, code=1)
    both = ("--to", "register=0002", "--to", "vault=0002", *as_admin[:-2])
    with shared_server().connect(database_name(home, "vault")):
        assert "connected to the database" in noren(path, "migrate", *both, code=1)
    assert standings(path) == before
    nobody = ("--pg-admin", "no_such_role", *as_admin[2:])
    assert "does not let no_such_role" in noren(path, "migrate", "--to", "register=0001", *nobody, code=1)
    noren(path, "migrate", "--to", "register=0001", *as_admin)
    assert standings(path)["register"]["found"] == "0001"
    noren(path, "migrate", *as_admin)
    assert standings(path)["register"]["found"] == head
    granted = "SELECT has_table_privilege(%s, 'alert', 'INSERT')"
    role = address_of(home, "till", "register").user
    with shared_server().connect(database_name(home, "register")) as connection:
        assert connection.execute(granted, (role,)).fetchone() == (True,)
