"""``noren init --stores postgresql``: made once, made whole again, and never over another home's databases."""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from noren.doors.cli.health.stores import look_at_stores
from noren.house.databases import MAY
from noren.house.home import Home, Programme, Settings, open_home
from noren.testing.databases import provide, settings_on
from noren.testing.postgres import ADMIN, PORT, shared_server


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="noren-") as name:
        yield Path(name)


def init(home: Path, prefix: str, *more: str, lang: str = "en") -> subprocess.CompletedProcess[str]:
    server = shared_server()
    where = ["--pg-host", str(server.sockets), "--pg-port", str(PORT), "--pg-prefix", prefix]
    who = ["--pg-admin", ADMIN, "--pg-passfile", str(server.passfile)]
    command = [sys.executable, "-m", "noren.doors.cli.main", "--home", str(home), "--lang", lang, "init", "--sandbox"]
    return subprocess.run(
        [*command, "--stores", "postgresql", *where, *who, *more], capture_output=True, text=True, timeout=120
    )


def a_prefix() -> str:
    return f"t{secrets.token_hex(6)}"


def key_files(home: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (home / "keys").iterdir() if path.is_file()}


def secrets_said(home: Path, done: subprocess.CompletedProcess[str]) -> list[str]:
    """Return the passwords made for zones that the command said, or wrote where no secret belongs."""
    lines = [line for path in (home / "keys").glob("*.pgpass") for line in path.read_text().splitlines()]
    made = {line.rsplit(":", 1)[1] for line in lines if not line.startswith("#")}
    assert len(made) == len({zone for zones in MAY.values() for zone in zones})
    open_to_all = done.stdout + done.stderr + (home / "noren.toml").read_text() + str(done.args)
    return [one for one in made if one in open_to_all]


def test_once_and_again_is_the_same(folder: Path) -> None:
    prefix, home = a_prefix(), folder / "home"
    done = init(home, prefix, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["home"] == str(home)
    assert secrets_said(home, done) == []
    settings = open_home(home).settings
    assert (settings.stores.engine, settings.postgresql.prefix) == ("postgresql", prefix)
    before = key_files(home)
    zones = {zone for zones in MAY.values() for zone in zones}
    assert {name for name in before if name.endswith(".pgpass")} == {f"{zone}.pgpass" for zone in zones}
    assert "desk" in zones
    with shared_server().connect("postgres") as connection:  # as after an interruption
        connection.execute(f"DROP DATABASE {prefix}_member_keys".encode())
    again = init(home, prefix)
    assert again.returncode == 0, again.stderr
    assert key_files(home) == before
    with shared_server().connect(f"{prefix}_member_keys") as connection:
        assert connection.execute("SELECT count(*) FROM member_key").fetchone() == (0,)


def test_another_homes_names_are_not_taken(folder: Path) -> None:
    prefix = a_prefix()
    assert init(folder / "one", prefix).returncode == 0
    before = key_files(folder / "one")
    refused = init(folder / "two", prefix)
    assert refused.returncode == 1
    assert "--pg-prefix" in refused.stderr
    assert not (folder / "two").exists()
    assert key_files(folder / "one") == before


@pytest.mark.parametrize(("lang", "said"), [("en", "Is it running"), ("ja", "サーバーが動いているか")])
def test_a_server_that_is_not_there_leaves_no_home(folder: Path, lang: str, said: str) -> None:
    refused = init(folder / "home", a_prefix(), "--pg-host", str(folder), lang=lang)
    assert refused.returncode == 1
    assert said in refused.stderr
    assert not (folder / "home").exists()


def test_a_role_that_is_not_let_in_is_told_in_words_by_every_command(folder: Path) -> None:
    home = folder / "home"
    assert init(home, a_prefix()).returncode == 0
    passfile = home / "keys" / "ledger-worker.pgpass"
    good = passfile.read_text()
    assert noren(home, "summary", lang="en").returncode == 0
    passfile.write_text("".join(f"{line.rpartition(':')[0]}:wrong\n" for line in good.splitlines()))
    for lang, said in (("en", "does not let"), ("ja", "入れません")):
        for command in ("summary", "migrate", "doctor"):
            refused = noren(home, command, lang=lang)
            told = refused.stdout + refused.stderr
            assert refused.returncode == 1, command
            assert said in told, command
            assert str(passfile) in told, command
            assert "Traceback" not in told, command
            assert good.strip().rpartition(":")[2] not in told, command
    passfile.write_text(good)
    assert noren(home, "migrate", lang="en").returncode == 0


def noren(home: Path, *words: str, lang: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "noren.doors.cli.main", "--home", str(home), "--lang", lang, *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


def test_the_servers_options_without_the_server_make_no_home(folder: Path) -> None:
    refused = noren(folder / "home", "init", "--pg-admin", "somebody", lang="en")
    assert refused.returncode == 2
    assert "--stores postgresql" in refused.stderr
    assert not (folder / "home").exists()


def test_who_may_not_make_databases_is_told(folder: Path) -> None:
    role, secret = f"{a_prefix()}_nobody", secrets.token_hex(16)
    with shared_server().connect("postgres") as connection:
        connection.execute(f"CREATE ROLE {role} LOGIN PASSWORD '{secret}'".encode())
    passfile = folder / "nobody.pgpass"
    passfile.touch(mode=0o600)
    passfile.write_text(f"*:*:*:{role}:{secret}\n")
    refused = init(folder / "home", a_prefix(), "--pg-admin", role, "--pg-passfile", str(passfile))
    assert refused.returncode == 1
    assert "CREATEROLE" in refused.stderr
    assert not (folder / "home").exists()


def test_a_password_file_open_to_others_is_refused(folder: Path) -> None:
    passfile = folder / "admin.pgpass"
    passfile.write_text("")
    passfile.chmod(0o644)
    refused = init(folder / "home", a_prefix(), "--pg-passfile", str(passfile))
    assert refused.returncode == 1
    assert "chmod 600" in refused.stderr


def test_the_doctor_looks_at_server_and_password_files(folder: Path) -> None:
    settings = settings_on("postgresql", Settings(programme=Programme(kind="live")))
    home = Home(folder, settings)
    (folder / "keys").mkdir()
    provide(home)
    levels = [(found.level, found.what.en.split(":")[0].split(",")[0]) for found in look_at_stores(home)]
    assert [level for level, _ in levels] == ["ok", "ok", "warning"]  # one server for both sides of a live programme
    (folder / "keys" / "vault.pgpass").chmod(0o644)
    (folder / "keys" / "till.pgpass").unlink()
    away = msgspec.structs.replace(settings.postgresql, host=str(folder), identity_host="192.0.2.1", identity_port=9)
    elsewhere = Home(folder, msgspec.structs.replace(settings, postgresql=away))
    said = " ".join(found.what.en for found in look_at_stores(elsewhere) if found.level != "ok")
    assert said.count("does not answer") == 2
    assert "vault.pgpass can be read by others" in said
    assert "missing" in said
    assert "certificate is not verified" in said
