"""``noren audience evaluate`` as it is called: refusals in both languages, files out, nothing heavy without need."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from tests.unit.audience.small_lab import MEMBERS, PURCHASES
from typer.testing import CliRunner, Result

from noren.doors.cli.main import app


@pytest.fixture
def lab(tmp_path: Path) -> Path:
    lines = "a,r1,2017-12-01 10:00:00,p1,1,100\nx,r2,2017-12-01 10:00:00,p1,1,100\n"
    (tmp_path / "members.csv").write_text(MEMBERS, encoding="utf-8")
    (tmp_path / "purchases.csv").write_text(PURCHASES + lines, encoding="utf-8")
    return tmp_path


def call(
    lab: Path, *more: str, text: str | None = "visits(any) >= 1", lang: str = "en", purchases: Path | None = None
) -> Result:
    arguments = ["audience", "evaluate", "--as-of", "2017-12-31T23:59:59+09:00", "--members", str(lab / "members.csv")]
    arguments += ["--purchases", str(purchases or lab / "purchases.csv"), "--out", str(lab / "out.parquet")]
    arguments += ["--lang", lang] + (["--condition", "-"] if text is not None else [])
    return CliRunner().invoke(app, [*arguments, *more], input=text, env={"NOREN_HOME": None})


def read(path: Path) -> list[tuple[str, ...]]:
    return duckdb.execute(f"SELECT * FROM '{path}'").fetchall()


def test_one_condition_gives_one_column_of_members(lab: Path) -> None:
    done = call(lab, "--json")
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout) == {"members": {"condition": 1}, "ignored": {"purchases": 1, "lines": 1}}
    assert read(lab / "out.parquet") == [("a",)]
    assert duckdb.execute(f"DESCRIBE SELECT * FROM '{lab}/out.parquet'").fetchall()[0][:2] == ("member", "VARCHAR")


def test_nobody_is_an_empty_column(lab: Path) -> None:
    assert call(lab, text="visits(any) >= 9").exit_code == 0
    assert read(lab / "out.parquet") == []


def test_a_folder_of_conditions_gives_a_folder(lab: Path) -> None:
    (lab / "asked").mkdir()
    (lab / "asked" / "one.cond").write_text("visits(any) >= 1\n", encoding="utf-8")
    (lab / "asked" / "none.v2.cond").write_text("visits(any) < 1", encoding="utf-8")
    (lab / "asked" / "notes.txt").write_text("not a condition", encoding="utf-8")
    done = call(lab, "--conditions", str(lab / "asked"), "--out", str(lab / "answers"), text=None)
    assert done.exit_code == 0, done.stderr
    assert sorted(path.name for path in (lab / "answers").iterdir()) == ["none.v2.parquet", "one.parquet"]
    assert read(lab / "answers" / "none.v2.parquet") == [("b",)]


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_a_wrong_condition_is_told_and_nothing_is_written(lab: Path, lang: str) -> None:
    done = call(lab, text="visits(", lang=lang)
    assert done.exit_code == 1
    assert ("1行8文字目" if lang == "ja" else "line 1, character 8") in done.stdout
    assert not (lab / "out.parquet").exists()


def refused(done: Result, told: str) -> bool:
    return done.exit_code != 0 and told in str(done.exception or "") + done.stderr + done.stdout


def test_what_can_not_be_done_is_refused(lab: Path) -> None:
    assert refused(call(lab, text=None), "--condition")
    assert refused(call(lab, "--zone", "Mars/Olympus"), "no time zone")
    assert refused(call(lab, "--as-of", "yesterday"), "--as-of is an instant")
    assert refused(call(lab, text="sex = female"), "sex of --members")
    horizon = call(lab, "--horizon", "2017-12-01", text="visits(any) > 1 in last 40 days")
    assert refused(horizon, "before-horizon")


def test_what_a_condition_lacks_is_told_before_anything_is_loaded(lab: Path) -> None:
    """The cells can not be read, which only loading finds out; the missing column and file are told instead of them."""
    (lab / "purchases.csv").write_text(PURCHASES + "a,r1,no time,p1,many,none\n", encoding="utf-8")
    assert refused(call(lab), "holds a value"), "the control: with nothing missing, loading is what fails"
    assert refused(call(lab, text="sex = female"), "sex of --members")
    assert refused(call(lab, text="age >= 65"), "birth_year, birth_month of --members")
    assert refused(call(lab, text='visits(category = "A") >= 1'), "category of --products")
    assert refused(call(lab, text='visits(shop = "A") >= 1'), "shop of --purchases")
    assert refused(call(lab, text='received("A")'), "--messages")
    assert refused(call(lab, text='visits(product in list "new") >= 1'), "no list")


def test_a_programmes_own_stores_are_refused(lab: Path) -> None:
    home = lab / "home"
    (home / "ledger" / "lake" / "lines" / "_delta_log").mkdir(parents=True)
    inside = home / "ledger" / "lake" / "lines" / "part.parquet"
    inside.write_bytes((lab / "purchases.csv").read_bytes())
    told = "laboratory files only"
    assert refused(call(lab, purchases=inside), told), "a lake, by its log"
    (home / "noren.toml").write_text("", encoding="utf-8")
    other = home / "ledger" / "purchases.csv"
    other.write_bytes((lab / "purchases.csv").read_bytes())
    assert refused(call(lab, purchases=other), told), "a home, by its settings"
    link = lab / "link.csv"
    link.symlink_to(other)
    assert refused(call(lab, purchases=link), told), "a link into a home"
    ledger = lab / "copied.db"
    ledger.write_bytes(b"SQLite format 3\x00" + bytes(100))
    assert refused(call(lab, purchases=ledger), told), "a store, by its first bytes"
    assert call(lab).exit_code == 0, "and what belongs to no programme is read"


def test_spark_and_pandas_are_not_loaded_unless_asked_for(lab: Path) -> None:
    code = (
        "import sys; from noren.doors.cli.main import run\n"
        "try:\n    run()\nfinally:\n"
        "    print([name for name in ('pyspark', 'pandas', 'py4j') if name in sys.modules])"
    )
    (lab / "one.cond").write_text("visits(any) >= 1", encoding="utf-8")
    call_ = ["audience", "evaluate", "--condition", str(lab / "one.cond"), "--as-of", "2017-12-31", "--members"]
    call_ += [str(lab / "members.csv"), "--purchases", str(lab / "purchases.csv"), "--out", str(lab / "o.parquet")]
    done = subprocess.run([sys.executable, "-c", code, *call_], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "[]"
