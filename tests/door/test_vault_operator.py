"""The vault's inner door: nothing without a pass for that very operation, and no operation that reads a person out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient
from tests.door.vault_house import PASSWORD, Door

from noren.doors.vault.app import operator_app
from noren.governance.consent_texts import texts_in_force
from noren.governance.stopping import EVERYTHING
from noren.house.keys import open_keys
from noren.house.passes import MAY_CALL, Porter
from noren.identity.healing import sweep
from noren.testing.vault import a_row

CARD = str(a_row(1)["card"])
NEW = "2980001888888888"
MAIL_TEXTS = texts_in_force(None, "email", "") or {}
STOP_ALL = {"what": "stop", "value": "all"}
ANSWERED = {"request": "aaaaaaaa", "refused": False, "who": "hoshino"}
EXPORTED = {"card": CARD, "who": "hoshino", "lang": "ja"}
UNSIGNED = {"number": 7}
NOT_THERE = [{"copy": "cp_none"}, {"folder": "/dev/null/x"}, ANSWERED, EXPORTED]
"""What is refused: of a look and an export, since no request of hers is open (door/test_vault_rights.py: one is)."""

OPERATIONS: list[tuple[str, str, Any]] = [
    ("POST", "/enrol", {"members": [a_row(7)]}),
    ("POST", "/cards/add", {"rows": [{"card": NEW, "member_number": "M0000001"}]}),
    ("POST", "/cards/state", {"card": CARD, "state": "lost"}),
    ("POST", "/cards/reissue", {"card": CARD, "new_card": NEW}),
    ("POST", "/cards/merge", {"member_number": "M0000001", "into": "M0000002"}),
    ("POST", "/choices/show", {"card": CARD}),
    ("POST", "/choices/preview", {"card": CARD, "wishes": [STOP_ALL]}),
    ("POST", "/choices/decide", {"card": CARD, "wishes": [STOP_ALL]}),
    ("POST", "/choices/texts", {"kind": "email"}),
    ("POST", "/choices/consent", {"card": CARD, "kind": "email", "text_version": next(iter(MAIL_TEXTS))}),
    ("POST", "/choices/withdraw", {"card": CARD, "kind": "email"}),
    ("POST", "/choices/consents", {"rows": []}),
    ("POST", "/choices/stops", {"rows": []}),
    ("POST", "/choices/password", {"card": CARD, "password": PASSWORD}),
    ("GET", "/summary", None),
    ("POST", "/check", None),
    ("POST", "/retell", None),
    ("POST", "/keys/work", {"name": "vault-index"}),
    ("GET", "/dormant/list", None),
    ("POST", "/dormant/run", {"dry": True}),
    ("POST", "/erase/preview", {"card": CARD}),
    ("POST", "/erase/withdraw", {"card": CARD}),
    ("POST", "/erase/member", {"card": CARD}),
    ("POST", "/erase/finish", None),
    ("POST", "/agreed", {"recipient": "P1", "texts": ["to-p1-1"]}),
    ("POST", "/backup/make", {"folder": "/dev/null/x"}),
    ("POST", "/backup/ended", {"copies": []}),
    ("POST", "/glass/look", UNSIGNED),
    ("POST", "/copies/list", None),
    ("POST", "/copies/destroy", {"copy": "cp_none"}),
    ("POST", "/rights/add", {"card": CARD, "kind": "correction", "checked": "document", "who": "hoshino"}),
    ("POST", "/rights/answer", ANSWERED),
    ("POST", "/rights/list", None),
    ("POST", "/rights/show", {"card": CARD, "who": "hoshino"}),
    ("POST", "/rights/due", None),
    ("POST", "/rights/counts", {"year": 2026}),
    ("POST", "/rights/look", {"card": CARD, "who": "hoshino"}),
    ("POST", "/rights/correct", {"card": CARD, "who": "hoshino", "values": {"phone": "0312345678"}}),
    ("POST", "/rights/provided", {"member_number": "M0000001", "checked": "document", "who": "hoshino"}),
    ("POST", "/export/member", EXPORTED),
]
NOBODYS = ("/rights/look", "/rights/provided")
"""Of these there is nothing here to tell."""


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    made = Door(tmp_path)
    yield made
    made.room.vault.close()


@pytest.fixture
def client(door: Door) -> Iterator[TestClient[Any]]:
    with TestClient(operator_app(door.room)) as made:
        yield made


def ask(client: TestClient[Any], door: Door, method: str, path: str, body: object = None) -> Any:
    return client.request(method, path, json=body, headers=door.operator_headers(path.split("/")[1]))


def test_every_route_is_one_of_these_operations_and_each_has_its_place_in_the_table(door: Door) -> None:
    routes = {(m, r.path) for r in operator_app(door.room).routes for m in getattr(r, "methods", ()) if m != "OPTIONS"}
    assert routes == {(method, path) for method, path, _ in OPERATIONS} | {("GET", "/healthz")}
    assert {path.split("/")[1] for _, path, _ in OPERATIONS} == set(MAY_CALL["vault"])


@pytest.mark.parametrize(("method", "path", "body"), OPERATIONS)
def test_with_its_pass_it_works(client: TestClient[Any], door: Door, method: str, path: str, body: object) -> None:
    answer = ask(client, door, method, path, body)
    unsigned = 403 if body is UNSIGNED else None  # door/test_cli_glass.py: somebody is signed in
    assert answer.status_code == (unsigned or 409 if unsigned or body in NOT_THERE or path in NOBODYS else 200), (
        answer.text
    )


@pytest.mark.parametrize(("method", "path", "body"), OPERATIONS)
def test_without_its_pass_it_does_not(
    client: TestClient[Any], door: Door, method: str, path: str, body: object
) -> None:
    operation = path.split("/")[1]
    another = next(name for name in MAY_CALL["vault"] if name != operation)
    statement = Porter(door.home, open_keys(door.home, "statement"))
    wrong = [
        {},
        {"Authorization": "Bearer x"},
        {"Authorization": "Basic x"},
        door.operator_headers(another),
        door.operator_headers(operation, audience="ledger-worker"),
        {"Authorization": f"Bearer {statement.make('vault', operation)}"},
    ]
    for headers in wrong:
        assert client.request(method, path, json=body, headers=headers).status_code == 401


def test_health_needs_no_pass(client: TestClient[Any]) -> None:
    assert client.get("/healthz").json() == {"ok": True}


def test_an_import_answers_row_by_row(client: TestClient[Any], door: Door) -> None:
    rows = [
        a_row(1),
        a_row(3),
        a_row(4, birth_date="2030-01-01"),
        a_row(5, postal_code="0001234"),
        a_row(1, city="目黒区"),
    ]
    body = ask(client, door, "POST", "/enrol", {"members": rows}).json()
    assert [r if isinstance(r, str) else "no" for r in body["results"]] == ["same", "added", "no", "added", "changed"]
    assert set(body["results"][2]) == {"reason_ja", "reason_en"}
    assert [w["row"] for w in body["warnings"]] == [3]


def test_refusals_are_409_in_both_languages(client: TestClient[Any], door: Door) -> None:
    for path, body in [
        ("/cards/state", {"card": NEW, "state": "lost"}),
        ("/choices/show", {"card": NEW}),
        ("/choices/decide", {"card": CARD, "wishes": [{"what": "stop", "value": "some"}]}),
        ("/cards/reissue", {"card": CARD, "new_card": str(a_row(2)["card"])}),
        ("/cards/merge", {"member_number": "M0000001", "into": "M0000001"}),
        ("/choices/password", {"card": CARD, "password": "short"}),
        ("/choices/password", {"password": PASSWORD}),
    ]:
        answer = ask(client, door, "POST", path, body)
        assert answer.status_code == 409, path
        assert set(answer.json()) == {"reason_ja", "reason_en"}
        assert NEW not in answer.text


@pytest.mark.parametrize(
    "body",
    [
        {"card": "１２３４５６７８", "state": "lost"},
        {"card": CARD, "state": "gone"},
        {"card": CARD},
        {"card": CARD, "state": "lost", "x": 1},
    ],
)
def test_malformed_bodies_are_400(client: TestClient[Any], door: Door, body: object) -> None:
    assert ask(client, door, "POST", "/cards/state", body).status_code == 400


def test_too_many_rows_are_400(client: TestClient[Any], door: Door) -> None:
    assert ask(client, door, "POST", "/enrol", {"members": [{}] * 2_001}).status_code == 400


def test_choices_cross_by_link_token(client: TestClient[Any], door: Door) -> None:
    assert ask(client, door, "POST", "/choices/show", {"card": CARD}).json()["points_only"] is False
    on = {"card": CARD, "wishes": [{"what": "points-only", "value": "on"}]}
    assert ask(client, door, "POST", "/choices/preview", on).json()["points_only"] is True
    assert door.side.with_card(CARD).points_only is False
    answer = ask(client, door, "POST", "/choices/decide", on).json()
    assert (answer["points_only"], answer["changed"], answer["waiting"]) == (True, True, False)
    assert door.side.with_card(CARD).points_only is True
    shown = ask(client, door, "POST", "/choices/show", {"card": CARD}).json()
    assert shown["points_only"] is True
    assert shown["acknowledgement"] == answer["acknowledgement"]


def test_a_choice_while_the_ledger_side_is_away_is_kept_and_says_so(client: TestClient[Any], door: Door) -> None:
    door.side.faults = ["before"]
    answer = ask(client, door, "POST", "/choices/decide", {"card": CARD, "wishes": [STOP_ALL]}).json()
    assert (answer["changed"], answer["waiting"]) == (True, True)
    said = json.loads(answer["acknowledgement"])["acknowledgement"]
    assert said["in_force_at"] is None
    assert "does not hold" in answer["holds"]["en"]
    assert said["stands"]["stops"][0]["covers"]["en"].startswith("Everything stops")
    assert door.room.vault.untold.is_set()
    sweep(door.room.vault)
    answer = ask(client, door, "POST", "/choices/show", {"card": CARD}).json()
    assert answer["waiting"] is False
    assert json.loads(answer["acknowledgement"])["acknowledgement"]["in_force_at"]
    assert [each.rule for each in door.side.with_card(CARD).stops] == [EVERYTHING]


def test_a_ledger_side_that_is_away_is_503_and_the_rows_are_kept(client: TestClient[Any], door: Door) -> None:
    door.side.faults = ["before"]
    answer = ask(client, door, "POST", "/enrol", {"members": [a_row(9)]})
    assert answer.status_code == 503
    assert set(answer.json()) == {"reason_ja", "reason_en"}
    assert ask(client, door, "GET", "/summary").json()["pending"] == 1
    assert ask(client, door, "POST", "/enrol", {"members": [a_row(9)]}).json()["results"] == ["same"]
    assert ask(client, door, "POST", "/check").json() == {"ok": True, "findings": []}


def test_the_summary_is_sizes_only(client: TestClient[Any], door: Door) -> None:
    assert ask(client, door, "GET", "/summary").json() == {"members": 2, "cards": 2, "active_cards": 2, "pending": 0}


def test_nothing_that_comes_back_names_a_member(client: TestClient[Any], door: Door) -> None:
    for method, path, body in OPERATIONS:
        text = ask(client, door, method, path, body).text
        for row in (a_row(1), a_row(2), a_row(7)):
            assert not [v for v in row.values() if isinstance(v, str) and len(v) > 6 and v in text], path
