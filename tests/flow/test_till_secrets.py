"""What a till was shown and must not keep: card numbers, one-time codes, keys, in any file or answer (byte search)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest
from tests.flow.till_search import found

from noren.testing.till import Shopper, Terminal, TillHouse
from noren.testing.till_bodies import JAPAN, line, purchase
from noren.testing.till_http import Answer, TillClient
from noren.testing.till_phone import Phone


@pytest.fixture(scope="module")
def house() -> Iterator[TillHouse]:
    with TillHouse.temporary() as house:
        yield house


def _busy(house: TillHouse, client: TillClient, terminal: Terminal, shopper: Shopper, shown: list[str]) -> None:
    """Play every door, every refusal that names the card, and some junk with the card inside."""
    body = purchase(shopper.card, line(amount=900))
    sold = client.purchase(body)
    assert sold.status == 201
    client.purchase(body)
    client.purchase(body | {"points_base": 1})
    client.preview(body)
    client.balance(shopper.card)
    client.find(terminal.shop, terminal.terminal, body["business_date"], body["receipt"])
    back = {"return": "r-1", "lines": [{"line": 0, "quantity": 1, "amount": 100}]}
    client.bring_back(sold.json["purchase"], back)
    client.batch([purchase(shopper.card), b'{"card": "' + shopper.card.encode(), purchase(shopper.card, name="x")])
    for wrong in (
        body | {"points_used": 10**6},
        body | {"name": shopper.card},
        body | {"receipt": shopper.card * 3},
        body | {shopper.card: shopper.card},
        body | {"card": shopper.card + "x"},
        body | {"card": [shopper.card]},
        body | {"at": shopper.card},
    ):
        assert client.purchase(wrong).status in {409, 422}
    client.purchase(b'{"card": "' + shopper.card.encode() + b'", "card": "' + shopper.card.encode() + b'"}')
    client.purchase(shopper.card.encode() + b"{")
    client.get(f"/v1/balance/{shopper.card}")
    client.send("POST", f"/v1/purchases/{shopper.card}/returns", b"{}")
    client.send("POST", "/v1/balance", b"{}", key=shopper.card)
    for code in shown:
        assert client.purchase(purchase(code)).status == 201
        client.purchase(purchase(code))
    house.set_card(shopper.card, "lost")
    assert client.purchase(purchase(shopper.card)).problem == "blocked-card"


def test_no_number_stays_in_any_file_while_running_and_after(house: TillHouse) -> None:
    terminal, shopper = house.terminal(), house.shopper()
    phone = Phone(house)
    codes = [phone.show(shopper, datetime.now(JAPAN))]
    secrets = {"card": shopper.card, "code": codes[0], "key": terminal.key, "key's secret": terminal.key[8:]}
    with house.client(terminal) as client:
        _busy(house, client, terminal, shopper, codes)
        marker = purchase(house.shopper().card, line("MARKER-7f3a91"))
        assert client.purchase(marker).status == 201
    where = found(house.home.path, "MARKER-7f3a91", *secrets.values())
    assert where.pop("MARKER-7f3a91"), "the search finds nothing at all: it proves nothing"
    assert where == {secret: [] for secret in secrets.values()}, "while running"
    house.stop_till()
    assert found(house.home.path, *secrets.values()) == {secret: [] for secret in secrets.values()}, "after the end"


def test_no_answer_says_the_number_back(house: TillHouse) -> None:
    shopper = house.shopper()
    seen: list[bytes] = []

    class Listening(TillClient):
        def exchange(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
            answer = super().exchange(method, path, body, headers)
            seen.append(answer.body + repr(answer.headers).encode())
            return answer

    if not house.ready():
        house.start_till()
    terminal = house.terminal()
    with Listening(house.port, terminal.key) as client:
        _busy(house, client, terminal, shopper, [])
        seen.append(client.get("/metrics").body)
    assert len(seen) > 20
    for said in seen:
        assert shopper.card.encode() not in said
