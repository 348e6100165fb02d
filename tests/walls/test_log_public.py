"""P9, P6: the front gives out what is public of the audit logs and nothing else; records are the zone's own."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient

from noren.doors.front import front_app
from noren.governance.log import Log
from noren.governance.log.keys import read_vkeys
from noren.governance.log.tiles import PUBLIC_NAME
from noren.governance.log.verifying import Demand, verify_public
from noren.governance.ports import Entry, EntryKind
from noren.house.front import front_room
from noren.house.home import Home, open_home
from noren.house.keys import open_keys
from noren.house.logs import open_log
from noren.kernel.clock import SystemClock
from noren.testing.vault import a_home

WORD = "zanzibar-9917"


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    before = os.umask(0o077)  # as every zone sets it
    try:
        home = a_home(tmp_path / "home")
        log = open_log(home, open_keys(home, "vault"))
        subject = log.subject(b"a member")
        entries = [Entry(EntryKind.STOP, SystemClock().now(), {"word": WORD, "n": n}, subject) for n in range(300)]
        log.append(entries)
    finally:
        os.umask(before)
    yield log
    log.close()


@pytest.fixture
def home(log: Log) -> Home:
    return open_home(log.folder.parents[1])


@pytest.fixture
def client(home: Home) -> Any:
    return TestClient(front_app(front_room(home)))  # type: ignore[arg-type]


def test_what_the_front_gives_out_is_the_whole_public_log(client: Any, home: Home) -> None:
    def fetch(name: str) -> bytes:
        answer = client.get(f"/log/identity/{name}")
        if answer.status_code != 200:
            raise FileNotFoundError(name)
        return answer.content

    (home.path / "vkeys").write_text(client.get("/log/identity/vkeys").text, "utf-8")
    keys = read_vkeys(home.path / "vkeys")
    report = verify_public(fetch, Demand(keys))
    assert report.wrong == []
    assert report.note is not None
    assert report.note.checkpoint.size == 301
    assert client.get("/log/identity/checkpoint").headers["content-type"] == "text/plain; charset=utf-8"
    assert client.get("/log/house/checkpoint").status_code == 404


ASKED = [
    "/log/identity/private/records/000", "/log/identity/tile/../private/records/000",
    "/log/identity/tile/%2e%2e/private/records/000", "/log/identity/tile/..%2fprivate%2frecords%2f000",
    "/log/identity/tile//../../private/records/000", "/log/identity/tile/0/000/../../../private/records/000",
    "/log/identity%2fprivate/checkpoint", "/log/..%2f/tile/0/000", "/log/identity/lock", "/log/identity/tile",
    "/log/identity/tile/", "/log/identity/tile/0/000.p", "/log/identity/tile/records/000", "/log/other/checkpoint",
    "/log/identity/tile/0/000%00", "/log/identity/tile/0/000%0a", "/log/vault.log", "/log/identity.rotations",
]  # fmt: skip


@pytest.mark.parametrize("path", ASKED)
def test_nothing_else_is_given_out(path: str, client: Any) -> None:
    answer = client.get(path)
    assert answer.status_code in (400, 404)
    assert WORD.encode() not in answer.content


def test_without_the_list_of_names_records_would_go_out(home: Home) -> None:
    """The control: the way there leads somewhere, and it is the list of names that stops it."""
    name = "tile/../private/records/000"
    assert WORD.encode() in (home.audit_log("identity") / name).read_bytes()
    assert not PUBLIC_NAME.match(name)
    assert front_room(home).of_log("identity", name) is None


def test_a_log_that_is_gone_begins_under_another_name(home: Home, log: Log) -> None:
    log.close()
    shutil.rmtree(home.audit_log("identity"))
    again = open_log(home, open_keys(home, "vault"))
    assert again.checkpoint().checkpoint.origin == "noren.example/log/identity/2"
    again.close()
    again = open_log(home, open_keys(home, "vault"))  # and keeps it
    assert again.checkpoint().checkpoint.origin == "noren.example/log/identity/2"
    again.close()


def test_public_files_are_everybodys_and_records_the_zones_own(home: Home) -> None:
    folder = home.audit_log("identity")
    for path in [folder, *folder.rglob("*")]:
        mode = stat.S_IMODE(path.stat().st_mode)
        if "private" in path.relative_to(folder).parts:
            assert mode & 0o077 == 0, path
        else:
            assert mode == (0o755 if path.is_dir() else 0o644), path


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user")
def test_another_user_reads_the_checkpoint_and_no_record(home: Home) -> None:
    for folder in (home.path, *home.path.parents):
        if folder.stat().st_uid == 0 and folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o011)
    (home.path / "log").chmod(0o755)
    read = (
        "import os, sys; os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "try: open(sys.argv[1], 'rb').read()\nexcept PermissionError: sys.exit(13)\n"
    )
    codes = {
        name: subprocess.run(
            [sys.executable, "-c", read, str(home.audit_log("identity") / name)], check=False
        ).returncode
        for name in ("checkpoint", "tile/0/000", "private/records/000")
    }
    assert codes == {"checkpoint": 0, "tile/0/000": 0, "private/records/000": 13}
