"""``noren settlement`` as an operator calls it, on sales of a real till: to read, as CSV, as Parquet."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as parquet  # pyright: ignore[reportMissingTypeStubs]
import pytest
from typer.testing import CliRunner, Result

from noren.doors.cli.main import app
from noren.testing.till import TillHouse
from noren.testing.till_bodies import line, purchase


@pytest.fixture(scope="module")
def house() -> Iterator[TillHouse]:
    """A day on which P1 gave 12 points and P2 took 5 of them and gave some, and which is over."""
    with TillHouse.temporary() as house:
        shopper = house.shopper()
        with house.client(house.terminal()) as first, house.client(house.terminal("Q1")) as second:
            assert first.purchase(purchase(shopper.card, line("A", 1, 1_200))).json["points"]["earned"] == 12
            used = second.purchase(purchase(shopper.card, line("A", 1, 105), points_used=5))
            assert used.json["points"]["earned"] == 1
            now = datetime.fromisoformat(first.get("/v1/sandbox/clock").json["now"])
            moved = first.post("/v1/sandbox/clock", {"at": (now + timedelta(days=1)).isoformat()})
            assert moved.status == 200
        yield house


def call(house: TillHouse, *arguments: str, lang: str = "en") -> Result:
    command = ["--home", str(house.home.path), "--lang", lang, "settlement", *arguments]
    return CliRunner().invoke(app, command, env={"NOREN_HOME": None})


def told(house: TillHouse, *arguments: str) -> Any:
    done = call(house, "--json", *arguments)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_who_pays_whom_is_told_and_sums_to_zero(house: TillHouse) -> None:
    found = told(house)
    assert sum(each["amount"] for each in found["entries"]) == 0
    own = {(each["company"], each["what"]): each["amount"] for each in found["entries"] if each["company"]}
    assert own == {("P1", "points-issued"): -12, ("P2", "points-issued"): -1, ("P2", "points-used"): 5}
    assert found["payments"] == [
        {"payer": "P1", "payee": "", "amount": 12}, {"payer": "", "payee": "P2", "amount": 4},
    ]  # fmt: skip
    assert "To pay: P1 → (programme)  12" in call(house).stdout
    assert "支払い: (運営) → P2  4" in call(house, lang="ja").stdout


def test_a_company_gets_its_own_part_alone(house: TillHouse, tmp_path: Path) -> None:
    path = tmp_path / "p2.csv"
    found = told(house, "--company", "P2", "--out", str(path))
    assert "P1" not in json.dumps(found)
    assert "P1" not in path.read_text("utf-8-sig")
    assert found["payments"] == [{"payer": "", "payee": "P2", "amount": 4}]


def test_files_hold_every_entry_and_are_never_written_over(house: TillHouse, tmp_path: Path) -> None:
    entries = told(house)["entries"]
    sheet, table = tmp_path / "s.csv", tmp_path / "s.parquet"
    for path in (sheet, table):
        assert call(house, "--out", str(path)).exit_code == 0
        again = call(house, "--out", str(path))
        assert again.exit_code == 1
    with sheet.open(encoding="utf-8-sig", newline="") as stream:
        rows = [{**row, "count": int(row["count"]), "amount": int(row["amount"])} for row in csv.DictReader(stream)]
    assert rows == entries
    reader: Any = parquet
    rows = [{**row, "day": row["day"].isoformat()} for row in reader.read_table(table).to_pylist()]
    assert rows == entries


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--to", "2099-01-01"), 1, "alone are over"),
        (("--from", "2001-01-01"), 1, "can not be settled"),
        (("--company", "P9"), 1, "no company P9"),
        (("--out", "s.xlsx"), 2, ".parquet"),
        (("--from", "yesterday-ish"), 2, "--from"),
    ],
)
def test_what_can_not_be_settled_is_said(house: TillHouse, arguments: tuple[str, ...], code: int, said: str) -> None:
    done = call(house, *arguments)
    assert done.exit_code == code, done.output
    assert said in str(done.exception) + done.output
