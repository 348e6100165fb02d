"""``noren party|purpose|notice|terms|flow|regime`` as a lawyer calls them, with the desk kept running meanwhile."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from noren.doors.cli.main import app
from noren.house.children import zone_client
from noren.house.documents import open_documents
from noren.house.home import Home
from noren.house.inner import InnerClient, ZoneDown
from noren.house.keys import open_keys
from noren.house.passes import Porter
from noren.house.register_door import FRESH_SECONDS, KEPT_SECONDS, RegisterDoor
from noren.testing.desk_home import JOINT_NOTICE, desk_home

PARTY = """
[[party]]
id = "Ｃ０５"
kind = "group"
name = { ja = "グループ五", en = "Group Five" }
address = "大阪市北区1"
representative = "代表取締役"
vetted = { on = "令和8年4月1日", by = "個人情報保護管理者", record = "R-1" }
"""
TERMS = """
[terms]
scope_rule = { ja = "連結対象会社または持分法適用会社", en = "consolidated or equity-method companies" }
[terms.text]
ja = "第1条 …"
en = "Article 1 …"
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    home = desk_home(tmp_path_factory.mktemp("desk") / "home", "live")
    with zone_client(home, "desk"):
        yield home


def call(home: Home, *arguments: str, lang: str = "en") -> Result:
    return CliRunner().invoke(app, ["--home", str(home.path), "--lang", lang, *arguments], env={"NOREN_HOME": None})


def file(tmp_path: Path, text: str, encoding: str = "utf-8") -> str:
    path = tmp_path / "papers.toml"
    path.write_bytes(text.encode(encoding))
    return str(path)


def told(result: Result) -> Any:
    return json.loads(result.stdout)


def test_a_notice_is_announced_from_an_offices_file(home: Home, tmp_path: Path) -> None:
    papers = file(tmp_path, PARTY + JOINT_NOTICE, "cp932")
    dry = told(call(home, "notice", "check", papers, "--json"))
    assert [each["change"] for each in dry["planned"]] == ["record", "first"]
    assert not dry["announced"]
    assert "joint" not in {row["id"] for row in told(call(home, "notice", "list", "--json"))["documents"]}
    done = call(home, "notice", "announce", papers, lang="ja")
    assert done.exit_code == 0, done.output
    assert "最初の公表" in done.stdout
    assert "会員に事前に" in done.stdout
    found = told(call(home, "notice", "show", "joint", "--json"))
    assert found["body"]["scope"] == ["C05"]
    waits = datetime.fromisoformat(found["effective_at"]) - datetime.fromisoformat(found["announced_at"])
    assert waits == timedelta(days=30)
    again = call(home, "notice", "announce", papers)
    assert again.exit_code == 1
    assert "nothing-changes" in again.stdout
    narrower = file(tmp_path, PARTY + JOINT_NOTICE.replace(', "amount"', ""))
    less = told(call(home, "notice", "announce", narrower, "--json"))
    assert (less["unchanged"], less["planned"][0]["change"], less["announced"]) == (["C05"], "narrower", True)
    assert "amount" in call(home, "notice", "diff", "joint").stdout


def test_a_wider_notice_needs_a_consent_and_says_so(home: Home, tmp_path: Path) -> None:
    wider = PARTY.replace("Ｃ０５", "C15") + JOINT_NOTICE.replace('"joint"', '"second"').replace("C05", "C15")
    assert call(home, "notice", "announce", file(tmp_path, wider)).exit_code == 0
    more = JOINT_NOTICE.replace('"joint"', '"second"').replace("C05", "C15").replace('"amount"', '"amount", "points"')
    refused = call(home, "notice", "announce", file(tmp_path, more), lang="ja")
    assert refused.exit_code == 1
    assert "needs-new-consent" in refused.stdout
    assert "何も公表していません" in refused.stdout
    knowing = more.replace("purposes", "new_consent = true\npurposes")
    assert call(home, "notice", "announce", file(tmp_path, knowing)).exit_code == 0


def test_the_terms_are_shown_with_their_text(home: Home, tmp_path: Path) -> None:
    assert call(home, "terms", "show").exit_code == 1
    assert call(home, "terms", "announce", file(tmp_path, TERMS)).exit_code == 0
    assert "Article 1" in call(home, "terms", "show").stdout
    assert told(call(home, "terms", "show", "--json"))["text"]["ja"] == "第1条 …"
    at = (datetime.now(UTC) + timedelta(days=31)).isoformat()
    assert call(home, "terms", "show", "--at", at).exit_code == 0
    assert call(home, "terms", "show", "--at", datetime.now(UTC).isoformat()).exit_code == 1


def test_a_party_is_removed_at_once(home: Home, tmp_path: Path) -> None:
    call(home, "party", "add", file(tmp_path, PARTY.replace("Ｃ０５", "C25")))
    assert call(home, "party", "remove", "C25").exit_code == 2
    assert call(home, "party", "remove", "C25", "--yes").exit_code == 0
    rows = {row["id"]: row["state"] for row in told(call(home, "party", "list", "--json"))["documents"]}
    assert rows["C25"] == "removed"
    assert call(home, "party", "remove", "C25", "--yes").exit_code == 1


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (JOINT_NOTICE.replace("scope", "scop"), "Did you mean scope?"),
        ("[[notise]]\n", "Did you mean notice?"),
        (JOINT_NOTICE.replace("joint-use", "joint-usage"), "Did you mean joint-use?"),
        (JOINT_NOTICE.replace("representative", "# "), "representative is missing"),
        (JOINT_NOTICE.replace('id = "joint"', "id ＝ “joint”"), "full-width"),
        (JOINT_NOTICE.replace("purposes", 'effective = "soon"\npurposes'), "effective"),
        ("", "no document"),
    ],
)
def test_a_file_that_can_not_be_read_says_where(home: Home, tmp_path: Path, text: str, says: str) -> None:
    refused = call(home, "notice", "announce", file(tmp_path, text))
    assert refused.exit_code in (1, 2)
    assert says in refused.output


def test_a_live_desk_knows_no_other_instant(home: Home, tmp_path: Path) -> None:
    text = PARTY.replace("Ｃ０５", "C35")
    assert call(home, "party", "add", file(tmp_path, text), "--now", "2020-01-01").exit_code == 1
    assert call(home, "party", "show", "C35").exit_code == 1


def test_a_new_programme_has_its_regime_and_purposes(home: Home) -> None:
    assert "statistics-exception" in call(home, "regime", "show").stdout
    purposes = told(call(home, "purpose", "list", "--json"))["documents"]
    assert {"points", "law"} <= {row["id"] for row in purposes}


def test_others_read_the_register_by_file_and_by_door(home: Home) -> None:
    now = datetime.now(UTC)
    with zone_client(home, "desk") as client:
        by_door = RegisterDoor(client).register(now)
    store = open_documents(home, "ledger-worker")
    assert store.register(now) == by_door
    assert by_door.purposes
    with zone_client(home, "desk") as client:
        door = RegisterDoor(client)
        assert door.texts() == store.texts()
        assert door.terms_at(now) == store.terms_at(now)
    store.close()


def test_the_door_sees_a_removal_within_a_second_and_keeps_what_it_read_while_the_desk_is_away(tmp_path: Path) -> None:
    home, now = desk_home(tmp_path / "sandbox", "sandbox"), [0.0]
    client = InnerClient(home, Porter(home, open_keys(home, "operator")), "desk")
    door = RegisterDoor(client, lambda: now[0])
    with zone_client(home, "desk"):
        assert call(home, "party", "add", file(tmp_path, PARTY)).exit_code == 0
        assert door.register(datetime.now(UTC)).parties["C05"].until is None
        assert call(home, "party", "remove", "C05", "--yes").exit_code == 0
        assert door.register(datetime.now(UTC)).parties["C05"].until is None, "read less than a second ago"
        now[0] += FRESH_SECONDS + 0.1
        assert door.register(datetime.now(UTC)).parties["C05"].until is not None
    now[0] += KEPT_SECONDS - 1
    assert "C05" in door.register(datetime.now(UTC)).parties, "nothing is removed while the desk is away"
    now[0] += FRESH_SECONDS + 1
    with pytest.raises(ZoneDown):
        door.register(datetime.now(UTC))
    client.close()


def test_a_sandbox_may_be_told_the_instant(tmp_path: Path) -> None:
    home = desk_home(tmp_path / "sandbox", "sandbox")
    with zone_client(home, "desk"):
        done = call(home, "notice", "announce", file(tmp_path, PARTY + JOINT_NOTICE), "--now", "2026-01-05")
        assert done.exit_code == 0, done.output
        assert "from 2026-02-04" in call(home, "notice", "list").stdout


def test_what_is_stored_is_told_by_item(home: Home) -> None:
    whole = told(call(home, "notice", "data", "--json"))
    assert {"vault", "ledger", "documents"} <= {store["store"] for store in whole["stores"]}
    of_mail = told(call(home, "notice", "data", "--item", "email", "--json"))["held"]
    assert [(row["store"], row["table"], row["columns"]) for row in of_mail] == [("vault", "contact", ["email"])]
    assert "つながりの消し方" in call(home, "notice", "data", "--item", "handle", lang="ja").stdout
    assert "Did you mean email?" in call(home, "notice", "data", "--item", "emial").output
