"""Dormant members at the doors: her page, the operator's numbers, and the one question that crosses."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest
from litestar.testing import TestClient
from tests.door.vault_house import Door, sign_in

from noren.activity import enrolment
from noren.activity.model import Traits
from noren.doors.vault.app import operator_app
from noren.doors.worker.erasures import ErasureRounds
from noren.doors.worker.main import app_of
from noren.doors.worker.turn import Turn
from noren.house.home import Zone
from noren.house.inner import InnerClient
from noren.house.keys import open_keys
from noren.house.ledger_side import LedgerDoor
from noren.house.ledger_worker import worker_room
from noren.house.passes import Porter
from noren.identity.queries import summary
from noren.kernel.ids import LINK_TOKEN_BYTES, Handle, LinkToken
from noren.kernel.sealing import make_link_token
from noren.testing.vault import a_home


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    made = Door(tmp_path)
    yield made
    made.room.close()


def ask(door: Door, path: str, body: object = None) -> Any:
    with TestClient(operator_app(door.room)) as client:
        method = "GET" if body is None else "POST"
        answer = client.request(method, path, json=body, headers=door.operator_headers("dormant"))
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_operator_sees_days_and_numbers_and_she_sees_that_she_called_it_off(door: Door) -> None:
    ask(door, "/dormant/run", {})
    door.clock.instant = datetime(2029, 12, 4, tzinfo=UTC)
    for known in door.side.members:
        known.dormant = True
    dry = ask(door, "/dormant/run", {"dry": True})
    assert dry == {"asked": 2, "noted": 2, "called_off": 0, "erased": 0, "dry": True}
    assert ask(door, "/dormant/list") == {"days": []}
    ask(door, "/dormant/run", {})
    assert ask(door, "/dormant/list") == {"days": [{"erased_on": "2030-03-01", "members": 2}]}

    async def story() -> None:
        async with door.browser() as browser:
            await sign_in(browser)
            page = await browser.get("/")
            assert "2030-03-01に情報を消去する予定でしたが、ご利用があったので取りやめました。" in page.text
            page = await browser.get("/?lang=en")
            assert "was to be erased on 2030-03-01. You are back, so it was called off." in page.text

    asyncio.run(story())
    assert ask(door, "/dormant/list") == {"days": [{"erased_on": "2030-03-01", "members": 1}]}
    door.clock.instant = datetime(2030, 3, 1, tzinfo=UTC)
    assert ask(door, "/dormant/run", {})["erased"] == 1
    assert summary(door.room.vault).members == 1


class Wire:
    """Carries calls to the ledger worker's application with a zone's passes."""

    def __init__(self, client: TestClient[Any], porter: Porter) -> None:
        self._client, self._porter = client, porter

    def call(self, path: str, body: object) -> Any:
        headers = {"Authorization": f"Bearer {self._porter.make('ledger-worker', path.strip('/'))}"}
        answer = self._client.post(path, json=body, headers=headers)
        if answer.status_code != 200:
            raise PermissionError(answer.status_code)
        return answer.json()


def test_yes_or_no_crosses_and_only_the_vault_may_ask(tmp_path: Path) -> None:
    home = a_home(tmp_path)
    room = worker_room(home)
    turn = Turn(room)
    handles = enrolment.enrol(room.ledger, arrivals=[enrolment.Arrival(([bytes(32)],), Traits())])
    assert handles[0] is not None
    hers = make_link_token(room.link, Handle(handles[0]))
    asked = [LinkToken(bytes(LINK_TOKEN_BYTES)), hers]
    with TestClient(app_of(turn, ErasureRounds(turn))) as client:

        def side(zone: Zone) -> LedgerDoor:
            return LedgerDoor(cast("InnerClient", Wire(client, Porter(home, open_keys(home, zone)))))

        assert side("vault").dormant(asked) == [False, True], "a token that leads to nobody stops no answer"
        with pytest.raises(PermissionError):
            side("operator").dormant(asked)
        with pytest.raises(PermissionError):
            side("statement").dormant(asked)
    room.close()
