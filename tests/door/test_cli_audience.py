"""``noren audience check`` and ``explain`` as a marketer calls them: exit codes, JSON, marks under the place."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from noren.audience.language import Condition, parse, to_json
from noren.audience.language.problems import Place
from noren.doors.cli.audience.showing import marked, width
from noren.doors.cli.main import app

OWN = 'sex = female and visits(category = "COFFEE") >= 5 in last 365 days'
PRODUCTS = (
    "product,category,department,brand,maker,sensitivity\n"
    "1,COFFEE,GROCERY,Private,M1,\n2,CHEESE,GROCERY,National,M1,\n"
    "3,CHEESES,DELI,,M2,\n4,DIAPERS,DRUG GM,National,M2,baby\n"
)


def call(*arguments: str, text: str | bytes | None = None, lang: str = "en") -> Result:
    environment = {"LANG": f"{lang}_XX.UTF-8", "LC_ALL": "", "LC_MESSAGES": "", "NOREN_HOME": None}
    return CliRunner().invoke(app, ["audience", *arguments], input=text, env=environment)


@pytest.fixture
def products(tmp_path: Path) -> Path:
    path = tmp_path / "products.csv"
    path.write_text(PRODUCTS, "utf-8")
    return path


def test_check_says_that_a_condition_can_be_used(tmp_path: Path) -> None:
    path = tmp_path / "own.cond"
    path.write_text(f"\ufeff{OWN}\r\n", "utf-8")
    done = call("check", str(path), "--json")
    assert done.exit_code == 0
    assert json.loads(done.stdout) == {"ok": True, "errors": [], "warnings": [], "cost": 1}
    assert call("check", str(path)).stdout == "It can be used (cost 1).\n"
    assert call("check", str(path), lang="ja").stdout == "使えます(コスト 1)。\n"


def test_check_reads_standard_input_and_tells_each_mistake() -> None:
    done = call("check", "-", "--json", text="sex = female\r\nand age >= 18")
    assert done.exit_code == 1
    told = json.loads(done.stdout)
    assert (told["ok"], told["warnings"], told["cost"]) == (False, [], None)
    (error,) = told["errors"]
    assert list(error) == ["line", "column", "code", "message", "suggestion"]
    assert (error["line"], error["column"], error["code"], error["suggestion"]) == (2, 12, "band-cut", "age >= 20")
    assert "bands of 5 years" in error["message"]
    japanese = json.loads(call("check", "-", "--json", text="age >= 18", lang="ja").stdout)
    assert "5歳きざみ" in japanese["errors"][0]["message"]
    assert (
        "5歳きざみ"
        in json.loads(call("check", "-", "--json", "--lang", "ja", text="age >= 18").stdout)["errors"][0]["message"]
    )


def test_people_see_the_line_and_a_mark_under_the_place() -> None:
    done = call("check", "-", text='visits(brand = "珈琲") >= 5 and\nvisit(any) > 1', lang="ja")
    assert done.exit_code == 1
    assert done.stdout.splitlines() == [
        "まちがい [unknown-word] 2行1文字目: 「visit」という語はありません。「visits」のことですか?"
        "ここに書けるのは、条件(sex・age・visits・never など)です。",
        "    visit(any) > 1",
        "    ^^^^^",
        "    案: visits",
    ]


def test_the_mark_stands_under_wide_characters() -> None:
    text = 'visits(brand = "珈琲") ＞ 5'
    line, mark = marked(text, Place(1, 22, 21, 22))
    assert line == text
    assert width(line[: line.index("＞")]) == mark.index("^") == 23
    assert mark.count("^") == 2
    long = f"{'contacted or ' * 20}visit(any) > 1"
    shown, under = marked(long, Place(1, 261, 260, 265))
    assert shown[under.index("^") : under.rindex("^") + 1] == "visit"
    assert len(shown) <= 100


def test_names_are_checked_against_a_products_table(products: Path) -> None:
    asked = 'visits(category = "COFFE") >= 1 and visits(brand != "private") >= 1 and visits(shop = "S9") >= 1'
    done = call("check", "-", "--products", str(products), "--json", text=asked)
    assert done.exit_code == 1
    errors = json.loads(done.stdout)["errors"]
    assert [(each["column"], each["code"], each["suggestion"]) for each in errors] == [
        (19, "unknown-name", '"COFFEE"'),
        (53, "unknown-name", '"Private"'),
    ]
    assert call("check", "-", "--json", text=asked).exit_code == 0
    twins = json.loads(
        call("check", "-", "--products", str(products), "--json", text='never(category = "CHEESE")').stdout
    )
    assert [(each["code"], each["suggestion"]) for each in twins["warnings"]] == [
        ("near-twin", 'category in ("CHEESE", "CHEESES")')
    ]
    assert twins["ok"]


def test_sensitive_goods_come_from_the_products_table(products: Path) -> None:
    alone = call("check", "-", "--products", str(products), "--json", text='visits(category = "DIAPERS") >= 1')
    assert [each["code"] for each in json.loads(alone.stdout)["warnings"]] == ["sensitive"]
    mixed = call("check", "-", "--products", str(products), text='visits(category = "DIAPERS") >= 1 and postal3 = 150')
    assert mixed.exit_code == 1
    assert "sensitive-small-area" in mixed.stdout


def test_the_horizon_and_the_issuer_are_looked_at_when_they_are_given() -> None:
    early = call("check", "-", "--horizon", "2017/1/1", "--json", text="visits(any) >= 1 in 2016-12-31..2017-02-01")
    assert [each["code"] for each in json.loads(early.stdout)["errors"]] == ["before-horizon"]
    foreign = call("check", "-", "--issuer", "P1", "--json", text='visits(partner = "P2") >= 1')
    assert [each["code"] for each in json.loads(foreign.stdout)["warnings"]] == ["other-company"]


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["check", "no-such-file"], "no-such-file"),
        (["check"], "FILE"),
        (["check", "-", "--horizon", "yesterday"], "--horizon"),
        (["explain", "-", "--for", "king"], "--for"),
        (["explain", "-", "--currency", "YEN"], "--currency"),
    ],
)
def test_wrong_calls_end_with_2(arguments: list[str], word: str) -> None:
    done = call(*arguments, text=OWN)
    assert (done.exit_code, done.stdout) == (2, "")
    assert word in done.stderr


def test_a_products_table_without_products_is_a_wrong_call(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("category\nCOFFEE\n")
    done = call("check", "-", "--products", str(path), text=OWN)
    assert (done.exit_code, done.stdout) == (2, "")


def test_what_is_not_utf8_is_told_at_its_place() -> None:
    done = call("check", "-", "--json", text='contacted and\nvisits(brand = "珈琲") >= 1'.encode("cp932"))
    assert done.exit_code == 1
    (error,) = json.loads(done.stdout)["errors"]
    assert (error["code"], error["line"], error["column"]) == ("not-utf8", 2, 17)


def test_a_file_that_never_ends_is_read_to_a_limit_only() -> None:
    done = call("check", "-", "--json", text="é" * 1_000_000)
    assert [each["code"] for each in json.loads(done.stdout)["errors"]] == ["too-long"]


SAID = {
    ("ja", "staff"): "直近365日間に、分類『COFFEE』の商品を5会計以上で購入した女性",
    ("ja", "member"): "直近365日間に、コーヒーを5回以上(お会計単位)お買い上げの女性のお客さま",
    ("en", "staff"): "Women who bought category COFFEE on 5 or more visits in the last 365 days",
    ("en", "member"): "Women who bought category COFFEE on 5 or more visits in the last 365 days",
}


@pytest.mark.parametrize(("lang", "register"), SAID)
def test_explain_says_the_sentence_the_canonical_text_and_the_tree(lang: str, register: str) -> None:
    text = OWN.replace("female", chr(34) + "female" + chr(34))
    done = call("explain", "-", "--lang", lang, "--for", register, "--json", text=f"  {text}")
    assert done.exit_code == 0
    told = json.loads(done.stdout)
    assert list(told) == ["sentence", "canonical", "ast"]
    assert told["sentence"] == SAID[lang, register]
    own = parse(OWN)
    assert isinstance(own, Condition)
    assert told["canonical"] == to_json(own).decode()
    assert told["ast"] == json.loads(told["canonical"])
    assert (
        json.loads(call("explain", "-", "--lang", lang, "--for", register, "--json", text=told["canonical"]).stdout)
        == told
    )
    assert call("explain", "-", "--lang", lang, "--for", register, text=OWN).stdout.startswith(told["sentence"] + "\n")


def test_people_are_shown_the_canonical_text() -> None:
    assert call("explain", "-", text='sex="female"').stdout == "Women\n  Written: sex = female\n"


def test_a_json_that_is_not_canonical_is_refused() -> None:
    done = call("check", "-", "--json", text='{"version":1,"condition":{"is":"contacted"}}')
    assert done.exit_code == 1
    assert [each["code"] for each in json.loads(done.stdout)["errors"]] == ["not-canonical"]


def test_explain_tells_what_is_wrong_instead_of_guessing() -> None:
    done = call("explain", "-", "--json", text="sex = ")
    assert done.exit_code == 1
    assert json.loads(done.stdout)["errors"][0]["code"] == "unfinished"


def test_the_commands_load_no_zone_and_no_store(tmp_path: Path) -> None:
    path = tmp_path / "own.cond"
    path.write_text(OWN, "utf-8")
    code = (
        "import sys\nfrom noren.doors.cli.main import app\n"
        f"try:\n    app(['audience', 'explain', {str(path)!r}])\nexcept SystemExit:\n    pass\n"
        "print([m for m in sys.modules if m.startswith(('noren.activity.', 'noren.identity.', 'noren.house.till'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
