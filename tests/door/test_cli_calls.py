"""The command line as a person calls it: exit codes, languages, refusals; no zone is needed."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from noren.doors.cli.main import app
from noren.house.home import open_home
from noren.house.keys import HOLDS, open_keys

CARD = "2980000000000001"


def noren(*arguments: str, home: Path | None = None, lang: str = "en") -> Result:
    """Call ``noren`` in this process."""
    environment = {"LANG": f"{lang}_XX.UTF-8", "LC_ALL": "", "LC_MESSAGES": "", "NOREN_HOME": str(home or "")}
    return CliRunner().invoke(app, list(arguments), env=environment if home else environment | {"NOREN_HOME": None})


def process(*arguments: str, lang: str = "en") -> subprocess.CompletedProcess[str]:
    """Call ``noren`` in a process of its own."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG", "NOREN_"))}
    environment |= {"LANG": f"{lang}_XX.UTF-8", "COLUMNS": "100"}
    command = [sys.executable, "-m", "noren.doors.cli.main", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, env=environment, check=False)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("cli") / "h"
    made = noren("init", "--sandbox", "--home", str(path), "--json")
    assert made.exit_code == 0, made.stderr
    assert json.loads(made.stdout) == {"home": str(path), "kind": "sandbox"}
    return path


def test_init_makes_a_home_with_private_keys_per_zone(home: Path) -> None:
    opened = open_home(home)
    assert opened.sandbox
    for zone, names in HOLDS.items():
        assert stat.S_IMODE((opened.keys / f"{zone}.json").stat().st_mode) == 0o600
        assert set(open_keys(opened, zone).rings) == set(names)
    assert {path.name for path in home.parent.iterdir()} == {home.name}


def test_init_refuses_a_place_that_is_taken_and_changes_nothing(home: Path, tmp_path: Path) -> None:
    before = (home / "keys" / "vault.json").read_bytes()
    again = noren("init", home=home)
    assert (again.exit_code, again.stdout) == (1, "")
    assert "There is a home" in again.stderr
    assert (home / "keys" / "vault.json").read_bytes() == before
    (tmp_path / "file").write_text("x")
    assert noren("init", "--home", str(tmp_path)).exit_code == 1
    deep = noren("init", "--home", str(tmp_path / ("x" * 100)))
    assert "Choose a shorter place" in deep.stderr


def test_init_makes_each_side_s_keys_in_a_process_of_its_own() -> None:
    code = (
        "import sys\nfrom noren.doors.cli import main\n"
        "assert 'noren.doors.cli.keymaking' not in sys.modules\n"
        "from noren.doors.cli import founding\nassert not hasattr(founding, 'make_side')"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_command_line_loads_no_zone_and_no_reader_before_it_must() -> None:
    code = (
        "import sys\nimport noren.doors.cli.main\n"
        "mine = [m for m in sys.modules if m.startswith('noren.')]\n"
        "rooms = ('identity', 'activity', 'register', 'governance', 'doors.till', 'doors.vault', 'doors.worker',\n"
        "         'doors.statement', 'doors.front', 'doors.cli.imports', 'house.vault', 'house.till')\n"
        "assert not [m for m in mine if m.removeprefix('noren.').startswith(rooms)], mine\n"
        "assert not {'duckdb', 'pyarrow', 'sqlalchemy', 'apsw', 'phonenumbers'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_version_and_help() -> None:
    assert process("--version").stdout.startswith("noren ")
    assert "Import files" in process("--help").stdout
    japanese = process("--help", lang="ja").stdout
    assert "ファイルを取り込む" in japanese
    assert "‖" not in japanese
    assert "この説明を表示して終わる" in process("import", "members", "--help", lang="ja").stdout


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["imprt"], "Did you mean import"),
        (["import", "members"], "Missing argument FILE"),
        (["import", "members", "no-such-file.csv"], "The file given as FILE does not exist"),
        (["terminal", "add", "--shop", "S1"], "Missing option --terminal"),
        (["terminal", "add", "--shop", "S1", "--terminal", "T1", "--expires", "soon"], "90d"),
        (["partner", "agree", "P1", "--route", "x", "--from", "2026-01-01"], "Invalid value for --route"),
        (["partner", "agree", "P1", "--route", "joint-use", "--from", "1/2/2026"], "order"),
        (["member", "choices", "123"], "8 to 40 digits"),
        (["member", "choices", CARD, "x"], "Too many arguments"),
        (["member", "choices", "-", "--points-only", "maybe"], "Invalid value for --points-only"),
        (["member", "card", "merge", "M1", "M2"], "--yes"),
    ],
)
def test_wrong_calls_end_with_2_and_repeat_no_card(home: Path, arguments: list[str], word: str) -> None:
    done = noren(*arguments, home=home)
    assert (done.exit_code, done.stdout) == (2, "")
    assert word in done.stderr
    assert CARD not in done.stderr
    assert "Traceback" not in done.stderr


def test_no_home_is_told_in_the_language_of_the_call(tmp_path: Path) -> None:
    for lang, word in (("ja", "ホームがありません"), ("en", "no programme at")):
        done = noren("summary", "--home", str(tmp_path / "none"), "--lang", lang)
        assert done.exit_code == 1
        assert word in done.stderr


def test_options_stand_before_or_after_the_name(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "shops.csv"
    file.write_text("shop,partner\nS1,P1\n,P1\n", "utf-8")
    call = ("import", "shops", str(file), "--dry-run")
    before = noren("--home", str(home), "--json", "--lang", "ja", *call)
    after = noren(*call, "--home", str(home), "--json", "--lang", "ja")
    assert before.exit_code == after.exit_code == 1
    assert before.stdout == after.stdout
    report = json.loads(after.stdout)
    assert (report["rows"], report["accepted"], report["rejected"], report["dry_run"]) == (2, 1, 1, True)
    assert "空です" in (tmp_path / "shops.csv.rejects.csv").read_text("utf-8-sig")


def test_a_dry_run_needs_no_home(tmp_path: Path) -> None:
    file = tmp_path / "cards.csv"
    file.write_text("card,member_number\n0000000012345,M1\n", "utf-8")
    done = noren("import", "cards", str(file), "--dry-run", home=tmp_path / "none")
    assert done.exit_code == 0, done.stderr
    assert {path.name for path in tmp_path.iterdir()} == {"cards.csv"}


@pytest.mark.parametrize("extra", [[], ["--map", "card=memo"], ["--map", "nope=card"]])
def test_columns_that_do_not_fit_are_a_wrong_call(tmp_path: Path, extra: list[str]) -> None:
    file = tmp_path / "cards.csv"
    file.write_text("card,number\n0000000012345,M1\n", "utf-8")
    done = noren("import", "cards", str(file), "--dry-run", *extra)
    assert done.exit_code == 2
    assert "--map" in done.stderr
