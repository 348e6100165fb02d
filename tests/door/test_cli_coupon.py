"""``noren coupon claim`` as counter staff call it, on a purchase of a real till: no card number in argv, none told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from noren.activity.model import Coupon
from noren.doors.cli.main import app
from noren.governance.staff import Action, Circumstances, Role, refusing
from noren.house.keys import open_keys
from noren.register.names import read_name
from noren.testing.coupons import give_coupon
from noren.testing.till import Shopper, TillHouse
from noren.testing.till_bodies import Body, line, purchase


@dataclass
class Counter:
    """A house in which a member bought something, and a coupon came of it."""

    house: TillHouse
    shopper: Shopper
    body: Body
    terminal: str
    coupon: Coupon

    def call(self, *arguments: str, typed: str | None = None, lang: str = "en") -> Result:
        receipt = ["--shop", "S1", "--terminal", self.terminal, "--receipt", str(self.body["receipt"])]
        place = ["--home", str(self.house.home.path), "--lang", lang]
        command = [*place, "coupon", "claim", *receipt, "--date", str(self.body["business_date"]), *arguments]
        return CliRunner().invoke(app, command, input=typed, env={"NOREN_HOME": None})


@pytest.fixture(scope="module")
def counter() -> Iterator[Counter]:
    with TillHouse.temporary() as house:
        shopper, terminal = house.shopper(), house.terminal()
        body = purchase(shopper.card, line("A", 1, 1_200))
        with house.client(terminal) as till:
            sold = till.purchase(body).json["purchase"]
        entry = read_name(open_keys(house.home, "till").ring("purchase-id"), sold)
        yield Counter(house, shopper, body, terminal.terminal, give_coupon(house, shopper, issued_by=entry))


def test_the_slip_is_told_while_the_card_is_shown(counter: Counter) -> None:
    done = counter.call("--card-from", "-", typed=f"{counter.shopper.card}\n")
    assert (done.exit_code, counter.shopper.card in done.output) == (0, False)
    assert "Not used yet, good until" in done.output
    assert counter.coupon.barcode in done.output
    japanese = counter.call("--card-from", "-", typed=counter.shopper.card, lang="ja")
    assert "新しい券ではありません" in japanese.output


def test_without_the_card_the_slip_is_not_told(counter: Counter) -> None:
    done = counter.call()
    assert (done.exit_code, counter.coupon.barcode in done.output) == (0, False)
    assert "No card was shown" in done.output


def test_slips_are_written_to_print_and_as_the_till_had_them(counter: Counter, tmp_path: Path) -> None:
    card = tmp_path / "card"
    card.write_text(f"{counter.shopper.card}\n", "ascii")
    for name in ("slip.svg", "slip.json"):
        assert counter.call("--card-from", str(card), "--slip", str(tmp_path / name)).exit_code == 0
    assert counter.coupon.barcode in (tmp_path / "slip.svg").read_text("utf-8")
    effect: dict[str, Any] = json.loads((tmp_path / "slip.json").read_text("utf-8"))
    assert (effect["coupon"], effect["type"]) == (f"cp_{counter.coupon.coupon.hex()}", "issue_coupon")
    again = counter.call("--card-from", str(card), "--slip", str(tmp_path / "slip.svg"))
    assert (again.exit_code, "is there already" in again.output) == (1, True)
    told = json.loads(counter.call("--card-from", str(card), "--json").stdout)
    assert [(each["fate"], each["effect"]) for each in told["slips"]] == [("open", effect)]


def test_what_is_called_wrongly_is_said(counter: Counter, tmp_path: Path) -> None:
    assert counter.call("--slip", str(tmp_path / "slip.png")).exit_code == 2
    assert counter.call("--card-from", str(tmp_path / "none")).exit_code == 1
    (tmp_path / "long").write_text("1" * 5_000, "ascii")
    for typed in ("not a card", ""):
        assert counter.call("--card-from", "-", typed=typed).exit_code == 2
    assert counter.call("--card-from", str(tmp_path / "long")).exit_code == 2


@pytest.mark.parametrize("role", Role)
def test_counter_staff_alone_settle_claims(role: Role) -> None:
    may = refusing({role}, Action.LOOK, "slips", Circumstances()) is None
    assert may is (role is Role.COUNTER)
