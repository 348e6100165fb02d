"""``noren tier`` as its persons call it, against a real ledger-worker; what it publishes is on the public page."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient
from typer.testing import CliRunner, Result

from noren.doors.cli.main import app
from noren.doors.front import front_app
from noren.house.front import front_room
from noren.testing.till import TillHouse
from noren.testing.till_bodies import JAPAN

FILE = """
from = {first}
measure = "spend"
window = "last-months"
months = 12
[[level]]
id = "regular"
title = {{ ja = "レギュラー", en = "Regular" }}
threshold = 0
[[level]]
id = "gold"
title = {{ ja = "ゴールド", en = "Gold" }}
threshold = 100000
"""
PATIENCE_SECONDS = 60.0


@pytest.fixture(scope="module")
def house() -> Iterator[TillHouse]:
    with TillHouse.temporary() as house:
        yield house


def call(house: TillHouse, *arguments: str, text: str | None = None, lang: str = "en") -> Result:
    command = ["--home", str(house.home.path), "--lang", lang, "tier", *arguments]
    return CliRunner().invoke(app, command, input=text, env={"NOREN_HOME": None})


def told(house: TillHouse, *arguments: str, text: str | None = None) -> Any:
    done = call(house, "--json", *arguments, text=text)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_from_the_file_to_the_public_page(house: TillHouse, tmp_path: Path) -> None:
    assert "There are no rules of member tiers yet." in call(house, "show").stdout
    client: Any = TestClient(front_app(front_room(house.home)))  # type: ignore[arg-type]
    assert client.get("/tiers.json").json() == {"rules": []}
    assert "会員ランクはありません" in client.get("/tiers").text
    today, file = datetime.now(JAPAN).date().isoformat(), tmp_path / "tiers.toml"
    file.write_text(FILE.format(first=today).replace("threshold = 100000", "treshold = 100000"), "utf-8")
    wrong = call(house, "publish", str(file), "--author", "aoki")
    assert wrong.exit_code == 1
    assert "Did you mean threshold?" in wrong.output
    file.write_text(FILE.format(first=today), "utf-8")
    assert told(house, "publish", str(file), "--author", "aoki")["state"] == "draft"
    assert client.get("/tiers.json").json() == {"rules": []}, "a draft is nobody's"
    assert call(house, "approve", "1", "--approver", "aoki").exit_code == 1
    done = call(house, "approve", "1", "--approver", "baba")
    assert (done.exit_code, "Published." in done.stdout) == (0, True), done.output
    rules = client.get("/tiers.json").json()["rules"]
    assert [(each["first"], [level["id"] for level in each["levels"]]) for each in rules] == [
        (today, ["regular", "gold"])
    ]
    assert "ゴールド: 100,000円以上" in client.get("/tiers").text
    assert "Gold: ¥100,000 or more" in client.get("/tiers?lang=en").text
    until = time.monotonic() + PATIENCE_SECONDS
    while not told(house, "show")["worked_out"]:
        assert time.monotonic() < until, "the ledger-worker works tiers out by itself"
        time.sleep(0.2)
    assert "版1" in call(house, "show", lang="ja").stdout
    assert told(house, "show")["versions"][0]["state"] == "in-force"


def test_without_the_worker_the_page_says_so(tmp_path: Path) -> None:
    with TillHouse.temporary() as house:
        home = house.home
        client: Any = TestClient(front_app(front_room(home)))  # type: ignore[arg-type]
        assert client.get("/tiers.json").status_code == 200
    assert client.get("/tiers.json").status_code == 503
