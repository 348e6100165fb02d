"""Every operator's call asks who is signed in and what she may: the guard alone, and what the log then tells.

The negative controls are a claimed name, a desk that is away, an entry that nobody wrote; test_sign_in_breaks breaks
the guard itself.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from litestar import post
from litestar.status_codes import HTTP_200_OK, HTTP_401_UNAUTHORIZED, HTTP_403_FORBIDDEN
from litestar.testing import TestClient

from noren.doors.inner_door import inner_app
from noren.doors.staff_guard import StaffGuard
from noren.governance.acting import acting, signed_in_as
from noren.governance.ports import Entry, EntryKind
from noren.governance.staff import Role
from noren.house.home import Home
from noren.house.inner import ZoneDown
from noren.house.keys import open_keys
from noren.house.passes import Porter
from noren.house.staff_door import Standing
from noren.house.staff_mark import mark_staff
from noren.house.staff_token import TOKEN_HEADER
from noren.testing.audit_log import open_log
from noren.testing.desk_home import desk_home


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return desk_home(tmp_path_factory.mktemp("acts") / "home", "live")


class Fake:
    """Stands in for the desk: one officer under one token."""

    def __init__(self, *, away: bool = False, roles: frozenset[Role] = frozenset({Role.PRIVACY_OFFICER})) -> None:
        self.away, self.roles = away, roles

    def standing(self, token: str) -> Standing | None:
        if self.away:
            raise ZoneDown("gone")
        return Standing("aoki", self.roles) if token == "good" else None


def operator(home: Home, operation: str, token: str = "") -> dict[str, str]:
    bearer = Porter(home, open_keys(home, "operator")).make("desk", operation)
    return {"Authorization": f"Bearer {bearer}", TOKEN_HEADER: token}


def asked(home: Home, path: str, body: Any, token: str, fake: Fake) -> tuple[int, str]:
    @post(path, status_code=HTTP_200_OK, sync_to_thread=False)
    def done() -> dict[str, str]:
        return {"rule": "done"}

    app = inner_app(Porter(home, open_keys(home, "desk")), [done], StaffGuard(home, "desk", fake))
    with TestClient(app) as client:
        operation = path.strip("/").split("/")[0]
        answer = client.post(path, content=msgspec.json.encode(body), headers=operator(home, operation, token))
    return answer.status_code, answer.json().get("rule", "")


def test_before_there_is_an_account_acts_go_by_claimed_names(home: Home) -> None:
    assert asked(home, "/incidents/open", {"who": "anybody"}, "", Fake()) == (HTTP_200_OK, "done")


def test_with_an_account_each_act_asks_who_is_signed_in(tmp_path: Path) -> None:
    home = desk_home(tmp_path / "home", "live")
    mark_staff(home)
    no = HTTP_403_FORBIDDEN
    path, body = "/incidents/open", {"who": "aoki"}
    assert asked(home, path, body, "good", Fake()) == (HTTP_200_OK, "done")
    assert asked(home, path, body, "", Fake()) == (no, "not-signed-in")
    assert asked(home, path, body, "ended", Fake()) == (no, "not-signed-in")
    assert asked(home, path, {"who": "sato"}, "good", Fake()) == (no, "not-you")
    assert asked(home, path, {}, "good", Fake()) == (no, "not-you")
    assert asked(home, path, body, "good", Fake(away=True)) == (no, "desk-away")
    assert asked(home, path, body, "good", Fake(roles=frozenset({Role.ANALYST}))) == (no, "no-role-may")
    both = frozenset({Role.PRIVACY_OFFICER, Role.AUDITOR})
    assert asked(home, path, body, "good", Fake(roles=both)) == (no, "auditor-changes-nothing")
    assert asked(home, "/incidents/list", {}, "", Fake(away=True)) == (HTTP_200_OK, "done")


@pytest.mark.parametrize("thread", [True, False])
def test_entries_tell_who_is_signed_in_and_that_nobody_was(home: Home, tmp_path: Path, thread: bool) -> None:
    log = open_log(tmp_path / "log")

    @post(["/announce", "/check"], status_code=HTTP_200_OK, sync_to_thread=thread)
    def does() -> dict[str, str]:
        log.append([Entry(EntryKind.NOTICE_ANNOUNCED, datetime.now(UTC), {"id": "n1"})])
        return {}

    governed = desk_home(tmp_path / "home", "live")
    mark_staff(governed)
    for at, path, token in ((home, "/announce", ""), (governed, "/announce", "good"), (governed, "/check", "good")):
        app = inner_app(Porter(at, open_keys(at, "desk")), [does], StaffGuard(at, "desk", Fake()))
        with TestClient(app) as client:
            headers = operator(at, path.strip("/"), token)
            assert client.post(path, headers=headers).status_code == HTTP_200_OK
    with acting(signed_in_as("sato")):
        log.append([Entry(EntryKind.NOTICE_ANNOUNCED, datetime.now(UTC), {"id": "n1"})])
    log.append([Entry(EntryKind.NOTICE_ANNOUNCED, datetime.now(UTC), {"id": "n1"})])
    told = [each.entry.body.get("signed_in") for each in map(log.at, range(1, log.size)) if each.entry is not None]
    assert told == [False, "aoki", None, "sato", None], "a claimed name, hers, what runs by a timetable, hers, nobody"
    log.close()


def test_a_pass_is_no_token_and_a_token_no_pass(home: Home) -> None:
    app = inner_app(Porter(home, open_keys(home, "desk")), [], StaffGuard(home, "desk", Fake()))
    with TestClient(app) as client:
        answer = client.post("/clear", headers={"Authorization": "Bearer good", TOKEN_HEADER: "good"})
    assert answer.status_code in (HTTP_401_UNAUTHORIZED, 404)
