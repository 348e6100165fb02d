"""The door itself: paths, methods, content types, chunks, health, metrics, OpenAPI; and no 5xx whatever comes."""

from __future__ import annotations

import contextlib
import socket

import msgspec
import pytest
from tests.spec.till_form import well_formed

from noren.testing.till import Shopper, Terminal, TillHouse, shared_house
from noren.testing.till_bodies import line, purchase
from noren.testing.till_http import TillClient


@pytest.fixture(scope="module")
def house() -> TillHouse:
    return shared_house()


@pytest.fixture(scope="module")
def terminal(house: TillHouse) -> Terminal:
    return house.terminal()


@pytest.fixture
def client(house: TillHouse, terminal: Terminal) -> TillClient:
    return house.client(terminal)


@pytest.fixture(scope="module")
def shopper(house: TillHouse) -> Shopper:
    return house.shopper()


@pytest.mark.parametrize(
    "path", ["/", "/v1", "/v2/purchases", "/v1/purchases/", "/v1/purchase", "/v1/purchases/pu_0", "/v1//purchases"]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_unknown_path_is_not_found(client: TillClient, method: str, path: str) -> None:
    answer = client.send(method, path, b"{}" if method == "POST" else None)
    assert answer.status == 404
    assert answer.headers["content-type"].split(";")[0] == "application/problem+json"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "HEAD"])
@pytest.mark.parametrize("path", ["/v1/purchases", "/v1/purchases/preview", "/v1/purchases/find", "/v1/balance"])
def test_another_method_is_not_allowed(client: TillClient, method: str, path: str) -> None:
    answer = client.send(method, path)
    assert answer.status == 405
    assert answer.headers["allow"] == "POST"


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/openapi.json"])
def test_reading_doors_need_no_key(house: TillHouse, path: str) -> None:
    with house.client() as client:
        assert client.get(path).status == 200
        assert client.send("POST", path, b"{}").status == 405


@pytest.mark.parametrize("content", ["application/json; charset=utf-8", "application/octet-stream", "text/plain", None])
def test_a_content_type_is_tolerated(client: TillClient, shopper: Shopper, content: str | None) -> None:
    """The contract names no problem for it, and the body is judged as JSON anyway."""
    body = purchase(shopper.card)
    answer = client.send("POST", "/v1/purchases", _json(body), content=content)
    assert answer.status == 201


def test_answers_say_what_they_are(client: TillClient, shopper: Shopper) -> None:
    answer = client.purchase(purchase(shopper.card))
    assert answer.headers["content-type"].split(";")[0] == "application/json"
    assert "no-store" in answer.headers.get("cache-control", "no-store")


def test_a_card_number_in_a_url_leads_nowhere(client: TillClient, shopper: Shopper) -> None:
    for path in (
        f"/v1/balance/{shopper.card}",
        f"/v1/balance?card={shopper.card}",
        f"/v1/purchases/{shopper.card}/returns",
    ):
        answer = client.get(path)
        assert answer.status in {404, 405}
        assert shopper.card.encode() not in answer.body


def test_metrics_are_prometheus_and_name_nobody(client: TillClient, house: TillHouse, shopper: Shopper) -> None:
    client.purchase(purchase(shopper.card))
    text = client.get("/metrics").body.decode()
    assert any(row and not row.startswith("#") for row in text.splitlines())
    for secret in (shopper.card, "S1", "P1", client.key or "?"):
        assert f'"{secret}"' not in text
    assert shopper.card not in text


def test_unknown_fields_are_counted_publicly(client: TillClient, house: TillHouse, shopper: Shopper) -> None:
    before = _refused(house, client)
    for _ in range(3):
        assert client.purchase(purchase(shopper.card, name="x")).problem == "unknown-field"
    assert _refused(house, client) >= before + 3


def _refused(house: TillHouse, client: TillClient) -> int:
    # A good purchase after it makes sure that counters kept for the next commit are written.
    assert client.purchase(purchase(house.shopper().card)).status == 201
    return int(house.summary()["unknown_fields_refused"])


def test_openapi_is_31_and_knows_the_doors(client: TillClient) -> None:
    said = client.get("/openapi.json").json
    assert said["openapi"].startswith("3.1")
    wanted = {"/v1/purchases", "/v1/purchases/preview", "/v1/purchases/{purchase}/returns", "/v1/purchases/find"}
    assert wanted | {"/v1/purchases/batch", "/v1/balance"} <= set(said["paths"])
    answers = said["paths"]["/v1/purchases"]["post"]["responses"]
    assert {"201", "401", "404", "409", "413", "422"} <= set(answers)


def test_a_body_in_chunks_is_a_body(house: TillHouse, terminal: Terminal, shopper: Shopper) -> None:
    body = _json(purchase(shopper.card))
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in (body[:10], body[10:])) + b"0\r\n\r\n"
    assert _raw(house.port, _head(terminal, b"Transfer-Encoding: chunked") + chunks).startswith(b"HTTP/1.1 201")


def test_chunks_without_end_are_cut_off_at_the_limit(house: TillHouse, terminal: Terminal) -> None:
    chunk = b"10000\r\n" + b" " * 65536 + b"\r\n"
    assert b" 413 " in _raw(house.port, _head(terminal, b"Transfer-Encoding: chunked") + chunk * 20 + b"0\r\n\r\n")[:20]


@pytest.mark.parametrize(
    "junk",
    [
        b"GET\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"POST /v1/purchases HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
        b"POST /v1/purchases HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /v1/purchases HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{}",
    ],
)
def test_junk_does_not_hurt(house: TillHouse, client: TillClient, shopper: Shopper, junk: bytes) -> None:
    assert b" 50" not in _raw(house.port, junk, wait=1.0)[:14]
    assert client.balance(shopper.card).status == 200


def test_a_key_that_looks_like_a_card_number_is_not_said_back(client: TillClient, shopper: Shopper) -> None:
    answer = client.purchase(purchase(shopper.card) | {shopper.card: 1})
    assert answer.problem == "unknown-field"
    assert shopper.card.encode() not in answer.body
    well_formed(answer)


def test_a_very_long_field_name_is_not_said_back_in_full(client: TillClient, shopper: Shopper) -> None:
    answer = client.purchase(purchase(shopper.card) | {"n" * 500_000: 1})
    assert answer.problem == "unknown-field"
    well_formed(answer)


def test_values_are_not_said_back(client: TillClient, shopper: Shopper) -> None:
    answer = client.purchase(purchase(shopper.card, line(), name="山田太郎", receipt="内緒"))
    assert "山田太郎" not in answer.body.decode()
    assert "内緒" not in client.purchase(purchase(shopper.card, receipt="内緒")).body.decode()


def _json(body: object) -> bytes:
    return msgspec.json.encode(body)


def _head(terminal: Terminal, *more: bytes) -> bytes:
    rows = [b"POST /v1/purchases HTTP/1.1", b"Host: till", f"Authorization: Bearer {terminal.key}".encode(), *more]
    return b"\r\n".join(rows) + b"\r\n\r\n"


def _raw(port: int, content: bytes, *, wait: float = 10.0) -> bytes:
    got = b""
    with socket.create_connection(("127.0.0.1", port), timeout=wait) as wire:
        with contextlib.suppress(OSError):
            wire.sendall(content)
        with contextlib.suppress(OSError):
            while b"\r\n\r\n" not in got and (part := wire.recv(65536)):
                got += part
    return got
