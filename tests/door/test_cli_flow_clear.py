"""``noren flow clear`` as people call it: refused today and run tomorrow; removed at once; by the rule's name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from noren.doors.cli.main import app
from noren.house.children import zone_client
from noren.house.home import Home
from noren.testing.desk_home import JOINT_NOTICE, desk_home

TERMS = """
[terms]
scope_rule = { ja = "連結対象会社または持分法適用会社", en = "consolidated or equity-method companies" }
[terms.text]
ja = "第1条 …"
en = "Article 1 …"
"""
PARTIES = """
[[party]]
id = "C05"
kind = "group"
name = { ja = "グループ五", en = "Group Five" }
address = "大阪市北区1"
representative = "代表取締役"
vetted = { on = 2026-01-01, by = "officer", record = "R-1" }
[[party]]
id = "P1"
kind = "partner"
name = { ja = "提携先一", en = "Partner One" }
address = "札幌市北区1"
representative = "代表取締役"
vetted = { on = 2026-01-01, by = "officer", record = "R-2" }
"""
FLOWS = """
[[flow]]
id = "group-extract"
purpose = "group-marketing"
recipient = "C05"
items = ["pseudonym", "shop"]
route = "joint-use"
notice = "joint"
[[flow]]
id = "room"
purpose = "joint-analysis"
recipient = "P1"
items = ["amount"]
route = "entrustment"
joins = "person"
room = true
evidence = { contract = "K-1", supervision = "S-1" }
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """Give a sandbox whose papers were announced on the fifth of January: its notice takes effect on 4 February."""
    folder = tmp_path_factory.mktemp("clear") / "home"
    made = desk_home(folder, "sandbox")
    with zone_client(made, "desk"):
        for text, now in ((TERMS, "2025-12-01"), (PARTIES + JOINT_NOTICE + FLOWS, "2026-01-05")):
            papers = folder / "papers.toml"
            papers.write_text(text, "utf-8")
            done = call(made, "flow", "add", str(papers), "--now", now)
            assert done.exit_code == 0, done.output
        yield made


def call(home: Home, *arguments: str, lang: str = "en") -> Result:
    return CliRunner().invoke(app, ["--home", str(home.path), "--lang", lang, *arguments], env={"NOREN_HOME": None})


def cleared(home: Home, flow: str, at: str) -> Any:
    return json.loads(call(home, "flow", "clear", flow, "--at", at, "--json").stdout)


def test_a_flow_is_refused_the_day_before_its_notice_takes_effect_and_runs_on_the_day(home: Home) -> None:
    before = call(home, "flow", "clear", "group-extract", "--at", "2026-02-03")
    assert before.exit_code == 1
    assert "Rule: notice-not-yet" in before.stdout
    assert "2026-02-04 00:00 (Japan time)" in before.stdout
    on_the_day = call(home, "flow", "clear", "group-extract", "--at", "2026-02-04", lang="ja")
    assert on_the_day.exit_code == 0, on_the_day.output
    assert "動かせます" in on_the_day.stdout
    assert "公表文: joint 版1" in on_the_day.stdout
    answer = cleared(home, "group-extract", "2026-02-04")
    assert answer["refused"] is None
    assert answer["cleared"]["versions"] == {
        "recipient": 1, "purpose": 1, "terms": 1, "regime": 1, "notice": 1, "flow": 1,
    }  # fmt: skip


def test_a_room_that_matches_persons_under_entrustment_is_refused_by_the_rules_name(home: Home) -> None:
    refused = call(home, "flow", "clear", "room", "--at", "2026-03-01", lang="ja")
    assert refused.exit_code == 1
    assert "規則: entrustment-no-person-join" in refused.stdout
    assert "業務委託では、個人ごとの突合はできません" in refused.stdout


def test_a_removed_company_is_refused_at_once(home: Home) -> None:
    assert cleared(home, "group-extract", "2026-11-01")["refused"] is None
    assert call(home, "flow", "clear", "group-extract").exit_code == 0
    assert call(home, "party", "remove", "C05", "--yes").exit_code == 0
    refused = call(home, "flow", "clear", "group-extract")
    assert refused.exit_code == 1
    assert "Rule: recipient-removed" in refused.stdout
    assert cleared(home, "group-extract", "2026-11-01")["refused"] is None, "it was one then"


def test_a_flow_that_nobody_registered_is_refused(home: Home) -> None:
    refused = call(home, "flow", "clear", "whatever")
    assert refused.exit_code == 1
    assert "Rule: flow-unknown" in refused.stdout


def test_a_clearance_asked_now_stands_in_the_log_and_a_question_about_another_day_does_not(home: Home) -> None:
    call(home, "flow", "clear", "room")
    shown = json.loads(call(home, "log", "show", "--side", "house", "--last", "1", "--json").stdout)
    before = json.dumps(shown)
    assert "flow-refused" in before
    assert "entrustment-no-person-join" in before
    call(home, "flow", "clear", "room", "--at", "2026-03-01")
    after = json.loads(call(home, "log", "show", "--side", "house", "--last", "1", "--json").stdout)
    assert after == shown
