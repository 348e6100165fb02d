"""``noren campaign`` from the draft to the audit, as its persons call it, against a real till and ledger-worker."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from typer.testing import CliRunner, Result

from noren.campaign.draw import commitment, seed_of
from noren.campaign.slips import Proof, check_drawn, check_slip
from noren.doors.cli.main import app
from noren.testing.till import TillHouse
from noren.testing.till_bodies import JAPAN, line, purchase

COFFEE: Final = "4901777018888"
FILE: Final = """
id = "{id}"
title = {{ ja = "新商品 50円引き", en = "50 yen off something new" }}
purpose = "register-coupon"
condition = 'visits(partner = "P1" and category = "COFFEE") >= {times} in last 30 days'
[issue]
partners = ["P1"]
from = {first}
until = {until}
draw = "member"
rate = "1"
holdout = "0"
[caps]
total = 100
[offer]
kind = "amount"
value = 50
min_spend = 0
redeem_at = ["P1"]
valid_days = 14
[text]
slip = {{ ja = ["{slip}"], en = ["50 yen off"] }}
"""
PATIENCE_SECONDS: Final = 180.0


@pytest.fixture(scope="module")
def house() -> Iterator[TillHouse]:
    with TillHouse.temporary() as house:
        house.ask("/reference/products", {"rows": [{"product": COFFEE, "category": "COFFEE"}]})
        yield house


def call(house: TillHouse, *arguments: str, text: str | None = None, lang: str = "en") -> Result:
    command = ["--home", str(house.home.path), "--lang", lang, "campaign", *arguments]
    return CliRunner().invoke(app, command, input=text, env={"NOREN_HOME": None})


def file(name: str, times: int = 2, slip: str = "抽選でお届けしています") -> str:
    today = datetime.now(JAPAN).date()
    first, until = today - timedelta(days=3), today + timedelta(days=40)
    return FILE.format(id=name, times=times, slip=slip, first=first, until=until)


def approved(house: TillHouse, name: str) -> None:
    assert call(house, "draft", "-", "--author", "aoki", text=file(name)).exit_code == 0
    wait_for(house, name, lambda found: found["ready"])
    for approver in ("baba", "chiba"):
        done = call(house, "approve", name, "--approver", approver)
        assert done.exit_code == 0, done.output


def shown(house: TillHouse, name: str) -> Any:
    return json.loads(call(house, "show", name, "--json").stdout)


def wait_for(house: TillHouse, name: str, done: Any) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not done(shown(house, name)):
        assert time.monotonic() < until, shown(house, name)
        time.sleep(0.1)


def test_from_the_file_to_a_slip_and_the_audit(house: TillHouse, tmp_path: Path) -> None:
    path = tmp_path / "fans.toml"
    path.write_text(file("fans"), "utf-8")
    drafted = call(house, "draft", str(path), "--author", "aoki", "--json")
    assert drafted.exit_code == 0, drafted.output
    text = drafted.stdout.rstrip("\n")
    assert json.loads(text)["id"] == "fans"
    assert text == json.dumps(json.loads(text), sort_keys=True, separators=(",", ":"), ensure_ascii=False), "RFC 8785"
    wait_for(house, "fans", lambda found: found["ready"])
    first = call(house, "approve", "fans", "--approver", "baba")
    assert "Another person's approval is needed" in first.stdout
    assert "Slip | 50 yen off" in first.stdout, "the approver sees the slip"
    assert "on 2 or more visits" in first.stdout, "beside the condition in words"
    second = call(house, "approve", "fans", "--approver", "chiba", lang="ja")
    assert "始められます" in second.stdout
    begun = call(house, "start", "fans", "--by", "aoki")
    assert begun.exit_code == 0, begun.output
    assert "Started: fans" in begun.stdout
    found = shown(house, "fans")
    assert hashlib.sha256(found["terms"].encode()).hexdigest() == found["terms_hash"]
    assert "fans" in call(house, "list", lang="ja").stdout
    slip = a_slip(house)
    assert call(house, "show", "fans", "--terms").stdout.rstrip("\n") == found["terms"]
    proof = check_slip(json.loads(found["terms"]), slip)
    assert isinstance(proof, Proof)
    early = call(house, "reveal", "fans", "--by", "aoki")
    assert (early.exit_code, "7 days after its end" in early.stderr) == (1, True)
    good = call(house, "audit", "fans")
    assert good.exit_code == 0, good.output
    assert "Good: fans" in good.stdout
    assert "Stopped: fans" in call(house, "stop", "fans", "--by", "aoki").stdout
    move(house, 8)
    told = call(house, "reveal", "fans", "--by", "aoki", "--json")
    assert told.exit_code == 0, told.output
    said = json.loads(told.stdout)
    shares = [bytes.fromhex(each) for each in said["shares"]]
    assert [commitment(each).hex() for each in shares] == json.loads(found["terms"])["share_hashes"]
    assert said["seed"] == seed_of(shares).hex()
    assert check_drawn(json.loads(found["terms"]), proof, bytes.fromhex(said["seed"])) is None
    audited = json.loads(call(house, "audit", "fans", "--json").stdout)
    assert (audited["good"], audited["counted"]["recomputed"]) == (True, 1), audited


def a_slip(house: TillHouse) -> Any:
    """Return the slip of a member's second coffee."""
    terminal = house.terminal()
    until = time.monotonic() + PATIENCE_SECONDS
    with house.client(terminal) as till:
        while True:  # the condition reaches the till within seconds of the start
            shopper = house.shopper()
            for _ in range(2):
                answer = till.purchase(purchase(shopper.card, line(COFFEE)))
                assert answer.status == 201, answer.json
            slips = [each for each in answer.json["effects"] if each["type"] == "issue_coupon"]
            if slips:
                return slips[0]
            assert time.monotonic() < until, "no slip came"
            time.sleep(0.2)


def move(house: TillHouse, days: int) -> None:
    with house.client(house.terminal()) as till:
        now = datetime.fromisoformat(till.get("/v1/sandbox/clock").json["now"])
        assert till.post("/v1/sandbox/clock", {"at": (now + timedelta(days=days)).isoformat()}).status == 200


def test_what_is_wrong_in_a_file_is_told_by_its_place(house: TillHouse) -> None:
    leaking = file("leaks", slip="コーヒーを2回お買い上げの方へ")
    said = call(house, "draft", "-", "--author", "aoki", text=leaking, lang="ja")
    assert said.exit_code == 1
    assert "text.slip.ja[0]" in said.stderr
    found = json.loads(call(house, "draft", "-", "--author", "aoki", "--json", text=leaking).stdout)
    assert {each["at"] for each in found["problems"]} == {"text.slip.ja[0]"}
    broken = call(house, "draft", "-", "--author", "aoki", text=file("broken").replace('rate = "1"', "rate = 1"))
    assert (broken.exit_code, "issue.rate" in broken.stderr) == (1, True)


def test_entry_is_told_and_a_trial_supposes_who_enters(house: TillHouse) -> None:
    text = file("entered").replace('holdout = "0"', 'holdout = "0"\nentry = true')
    drafted = call(house, "draft", "-", "--author", "aoki", text=text)
    assert (drafted.exit_code, "only members who entered" in drafted.stdout) == (0, True), drafted.output
    assert "エントリー制" in call(house, "show", "entered", lang="ja").stdout
    tried = {
        share: call(house, "simulate", "entered", "--asker", "aoki", "--entering", share) for share in ("1", "0.25")
    }
    assert "that all who fit enter" in tried["1"].stdout
    assert "that 25 % of those who fit enter" in tried["0.25"].stdout
    for wrong in ("0", "1.5", "half"):
        assert call(house, "simulate", "entered", "--asker", "aoki", "--entering", wrong).exit_code == 1
    assert "Members who entered: fewer than" in call(house, "result", "entered").stdout
    assert call(house, "draft", "-", "--author", "aoki", text=file("free")).exit_code == 0
    none = call(house, "simulate", "free", "--asker", "aoki", "--entering", "0.5")
    assert (none.exit_code, "asks for no entry" in none.stderr) == (1, True)


def test_no_one_approves_alone(house: TillHouse) -> None:
    assert call(house, "draft", "-", "--author", "aoki", text=file("alone")).exit_code == 0
    own = call(house, "approve", "alone", "--approver", "aoki")
    assert (own.exit_code, "two others have to" in own.stderr) == (1, True)
    assert call(house, "start", "alone", "--by", "aoki").exit_code == 1
    assert call(house, "show", "nowhere").exit_code == 1
    assert call(house, "show", "alone", "--terms").exit_code == 1


def test_without_a_till_nothing_starts_and_it_is_said(house: TillHouse) -> None:
    approved(house, "waits")
    house.stop_till()
    begun = call(house, "start", "waits", "--by", "aoki")
    assert (begun.exit_code, "as soon as noren till runs" in begun.stderr) == (1, True)
    house.start_till()
    again = call(house, "start", "waits", "--by", "aoki", lang="ja")
    assert (again.exit_code, "始めました" in again.stdout) == (0, True), again.output
