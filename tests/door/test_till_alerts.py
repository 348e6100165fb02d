"""Alerts, from the sale to the command line: raised, counted, readable, and naming no person anywhere."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from typer.testing import CliRunner

from noren.doors.cli.main import app
from noren.house.home import Alerts, Programme, Settings
from noren.testing.till import Shopper, TillHouse
from noren.testing.till_bodies import purchase

RULES = Alerts(own_card_purchases=4, own_card_minutes=30, probing_keys=5, probing_minutes=10)
WAIT_SECONDS = 120.0


@pytest.fixture(scope="module")
def house() -> Iterator[TillHouse]:
    with TillHouse.temporary(settings=Settings(programme=Programme(kind="sandbox"), alerts=RULES)) as made:
        yield made


def of(house: TillHouse, word: str, shop: str | None = None, terminal: str | None = None) -> int:
    """Return how often an alert was raised."""
    found = [a for a in house.alerts() if (a["alert"], a["shop"], a["terminal"]) == (word, shop, terminal)]
    return sum(alert["count"] for alert in found)


def wait_for(what: Callable[[], bool]) -> None:
    until = time.monotonic() + WAIT_SECONDS
    while not what():
        assert time.monotonic() < until, "waited too long"
        time.sleep(0.1)


def buy(house: TillHouse, shopper: Shopper, times: int, name: str | None = None) -> tuple[str, str]:
    """Buy some times at a fresh terminal; return its key and name."""
    terminal = house.terminal("S1", name)
    with house.client(terminal) as client:
        for _ in range(times):
            assert client.purchase(purchase(shopper.card)).status == 201
    return terminal.key, terminal.terminal


def settle(house: TillHouse) -> None:
    """Raise an alert of another kind and wait for it: what was raised before it is written too."""
    card, terminal = house.shopper().card, house.terminal("S2")
    body = purchase(card)
    with house.client(terminal) as client:
        assert client.purchase(body).status == 201
        assert client.purchase(body | {"points_base": 1}).problem == "receipt-conflict"
    wait_for(lambda: of(house, "receipt-conflict", "S2", terminal.terminal) == 1)


def test_a_card_again_and_again_at_one_terminal_is_an_alert_and_still_a_sale(house: TillHouse) -> None:
    _, terminal = buy(house, house.shopper(), RULES.own_card_purchases)
    wait_for(lambda: of(house, "own-card", "S1", terminal) == 1)


def test_fewer_or_elsewhere_or_resent_is_none(house: TillHouse) -> None:
    shopper = house.shopper()
    fewer = buy(house, shopper, RULES.own_card_purchases - 1)[1]
    elsewhere = [buy(house, shopper, 1)[1] for _ in range(RULES.own_card_purchases + 2)]
    resent, body = house.terminal(), purchase(house.shopper().card)
    with house.client(resent) as client:
        for _ in range(RULES.own_card_purchases + 2):
            assert client.purchase(body).status == 201
            assert client.preview(purchase(body["card"])).status == 200
    settle(house)
    assert [of(house, "own-card", "S1", name) for name in (fewer, *elsewhere, resent.terminal)] == [0] * 8


def test_an_offline_tills_sales_count_too(house: TillHouse) -> None:
    card, terminal = house.shopper().card, house.terminal()
    with house.client(terminal) as client:
        answer = client.batch([purchase(card) for _ in range(RULES.own_card_purchases)])
    assert [each["status"] for each in answer.lines] == [201] * RULES.own_card_purchases
    wait_for(lambda: of(house, "own-card", "S1", terminal.terminal) == 1)


def test_keys_tried_one_after_the_other_are_an_alert(house: TillHouse) -> None:
    before = of(house, "key-probing")
    with house.client() as client:
        for n in range(RULES.probing_keys):
            assert client.send("POST", "/v1/balance", b"{}", key=f"nt_test_probe_{n}").status == 401
    wait_for(lambda: of(house, "key-probing") == before + 1)


def test_a_receipt_with_two_bodies_is_an_alert(house: TillHouse) -> None:
    settle(house)


def test_figures_count_alerts_and_name_nobody(house: TillHouse) -> None:
    settle(house)
    with house.client() as client:
        page = client.get("/metrics").body.decode()
    rows = [row for row in page.splitlines() if row.startswith("noren_till_alerts_total")]
    assert {row.split('"')[1] for row in rows} == {"own-card", "key-probing", "receipt-conflict"}


def test_logs_tell_counts_and_neither_card_key_nor_address(house: TillHouse) -> None:
    shopper = house.shopper()
    key, terminal = buy(house, shopper, RULES.own_card_purchases, name="T-77")
    wait_for(lambda: of(house, "own-card", "S1", terminal) == 1)
    log = b"".join(house.logs().values()).decode("utf-8", "replace")  # the audit log's tiles lie there too
    assert re.search(rf'"alert": "own-card", "shop": "S1", "terminal": "{terminal}", "count": 1', log)
    for secret in (shopper.card, key, "127.0.0.1"):
        assert secret not in log


def test_the_operator_reads_them(house: TillHouse) -> None:
    _, terminal = buy(house, house.shopper(), RULES.own_card_purchases)
    wait_for(lambda: of(house, "own-card", "S1", terminal) == 1)
    for lang, word in (("ja", "従業員"), ("en", "clerk's own")):
        said = run("alerts", house, "--lang", lang)
        assert f"S1 {terminal}" in said
        assert word in said
    warned = run("doctor", house, "--lang", "en")
    assert "Alert of the last 7 days" in warned
    assert "clerk's own" in warned


def run(command: str, house: TillHouse, *more: str) -> str:
    done: Any = CliRunner().invoke(app, [command, "--home", str(house.home.path), *more])
    return str(done.output)


def test_switched_off_nothing_is_raised() -> None:
    """The negative control: the same sales and keys, thresholds at 0; the conflict shows that alerts are written."""
    rules = Alerts(own_card_purchases=0, probing_keys=0)
    with TillHouse.temporary(settings=Settings(programme=Programme(kind="sandbox"), alerts=rules)) as house:
        buy(house, house.shopper(), 8)
        with house.client() as client:
            for n in range(60):
                client.send("POST", "/v1/balance", b"{}", key=f"nt_test_probe_{n}")
        settle(house)
        assert {alert["alert"] for alert in house.alerts()} == {"receipt-conflict"}
