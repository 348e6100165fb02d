"""Each inner operation that the operator may call has its row: who may do it. One without a row is refused.

The negative control plants an operation without a row.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from litestar import Litestar, post
from litestar.status_codes import HTTP_200_OK, HTTP_403_FORBIDDEN
from litestar.testing import TestClient

from noren.doors.desk.main import app_of as desk_app
from noren.doors.inner_door import inner_app
from noren.doors.staff_guard import StaffGuard
from noren.doors.vault.app import operator_app
from noren.doors.worker.erasures import ErasureRounds
from noren.doors.worker.main import app_of
from noren.doors.worker.turn import Turn
from noren.governance.staff import HOLDINGS
from noren.house.desk import desk_room
from noren.house.home import Home, Zone
from noren.house.keys import make_side, open_keys
from noren.house.ledger_worker import worker_room
from noren.house.passes import MAY_CALL, Porter
from noren.house.staff_acts import ACTS, Act
from noren.house.staff_door import Standing
from noren.house.vault import vault_room
from noren.testing.desk_home import desk_home


class Nobody:
    """Stands in for the desk where nobody is signed in."""

    def standing(self, token: str) -> Standing | None:
        return None


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return desk_home(tmp_path_factory.mktemp("acts") / "home", "live")


@pytest.fixture(scope="module")
def routes(home: Home) -> Iterator[dict[Zone, set[str]]]:
    """Give the paths of each zone that the operator may call."""
    for side in ("ledger", "identity"):
        make_side(home, side)
    desk, worker = desk_room(home), worker_room(home)
    vault, turn = vault_room(home), Turn(worker)
    apps: dict[Zone, Litestar] = {
        "desk": desk_app(desk),
        "ledger-worker": app_of(turn, ErasureRounds(turn)),
        "vault": operator_app(vault),
    }
    yield {zone: called(zone, app) for zone, app in apps.items()}
    for room in (desk, worker, vault):
        room.close()


def called(zone: Zone, app: Litestar) -> set[str]:
    paths = {route.path for route in app.routes}
    return {path for path in paths if "operator" in MAY_CALL[zone].get(path.strip("/").split("/")[0], ())}


@pytest.mark.parametrize("zone", ["desk", "ledger-worker", "vault"])
def test_each_operation_has_its_row_and_each_row_its_operation(routes: dict[Zone, set[str]], zone: Zone) -> None:
    assert len(routes[zone]) > 10
    assert routes[zone] == set(ACTS[zone])


def test_an_operation_without_a_row_is_seen_and_refused(home: Home) -> None:
    @post("/clear/secretly", status_code=HTTP_200_OK, sync_to_thread=False)
    def planted() -> dict[str, bool]:
        return {"done": True}

    app = inner_app(Porter(home, open_keys(home, "desk")), [planted], StaffGuard(home, "desk", Nobody()))
    assert called("desk", app) - set(ACTS["desk"]) == {"/clear/secretly"}
    bearer = Porter(home, open_keys(home, "operator")).make("desk", "clear")
    with TestClient(app) as client:
        answer = client.post("/clear/secretly", headers={"Authorization": f"Bearer {bearer}"})
    assert (answer.status_code, answer.json()["rule"]) == (HTTP_403_FORBIDDEN, "act-unknown")


def test_each_holding_is_one_that_the_policies_know() -> None:
    acts = [row for rows in ACTS.values() for row in rows.values() if isinstance(row, Act)]
    assert {act.holding for act in acts} <= HOLDINGS.keys()
