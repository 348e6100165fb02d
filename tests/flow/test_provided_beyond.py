"""Records of provision beyond an erasure, on real processes: she is told what stays; her number alone leads there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.flow.test_provide_consented import CONSENT, announce, run

from noren.house.inner import CallRefused
from noren.testing.live_files import live_files
from noren.testing.member_house import CARD, NUMBER, MemberHouse
from noren.testing.ports import port_block

CLERK = {"card": CARD, "who": "hoshino"}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[MemberHouse]:
    with port_block(5) as first, MemberHouse(tmp_path / "home", first) as running:
        running.start("desk")
        running.wait("desk")
        announce(running)
        yield running


def noren(house: MemberHouse, *arguments: str, typed: str = "") -> tuple[int, dict[str, Any], str]:
    command = [sys.executable, "-m", "noren.doors.cli.main", *arguments, "--json", "--home", str(house.home.path)]
    environment = {**os.environ, "NOREN_LANG": "en"}
    done = subprocess.run(command, input=typed, capture_output=True, text=True, check=False, env=environment)
    said = json.loads(done.stdout) if done.returncode == 0 else {}
    return done.returncode, said, done.stdout + done.stderr


def of(house: MemberHouse, number: str) -> tuple[int, dict[str, Any], str]:
    return noren(house, "provision", "of", "-", "--checked", "document", "--who", "hoshino", typed=number)


def copies(house: MemberHouse) -> list[tuple[str, str]]:
    listed = [house.ask(zone, "/copies/list", {})["copies"] for zone in ("vault", "ledger-worker")]
    return [(each["kind"], each["state"]) for side in listed for each in side if each["kind"] == "disclosure"]


def in_files(home: Path, needle: bytes) -> list[str]:
    found = (path for path, content in live_files(home) if needle in content)
    return [str(path.relative_to(home)) for path in found if path.suffix not in (".log", ".json")]


def test_after_an_erasure_her_number_alone_leads_to_what_was_provided(house: MemberHouse, tmp_path: Path) -> None:
    house.buy("R-1", 640)
    house.ask("vault", "/choices/consent", CONSENT)
    assert len(run(house)) == 1
    house.ask("vault", "/rights/add", {**CLERK, "kind": "disclosure", "checked": "document"})
    assert noren(house, "member", "export", CARD, "--out", str(tmp_path / "out"), "--who", "hoshino")[0] == 0
    assert copies(house) == [("disclosure", "here")] * 2
    assert of(house, NUMBER)[0] == 1, "while she is a member this way leads nowhere"

    code, said, shown = noren(house, "member", "erase", "-", "--now", "--yes", typed=CARD)
    assert code == 0, shown
    assert said["told"]
    stays = {each["record"]["en"]: each["until"] for each in said["kept"]}
    [until] = [end for name, end in stays.items() if "provision" in name]
    assert until in said["acknowledgement"], "signed"
    assert [state for _, state in copies(house)] == ["gone", "gone"], "key first, with her"

    code, found, shown = of(house, NUMBER)
    assert code == 0, shown
    assert [(each["recipient"], each["kept_until"]) for each in found["records"]] == [
        (found["records"][0]["recipient"], until)
    ]
    assert found["until"] == [until]
    assert of(house, f"{NUMBER}-2")[0] == 1, "another number finds nothing"
    _, _, refused = noren(house, "member", "export", CARD, "--out", str(tmp_path / "again"), "--who", "hoshino")
    assert "noren provision of" in refused, "what is kept is said"
    with pytest.raises(CallRefused):
        house.ask("ledger-worker", "/provide/beyond", {"order": "QUJD" * 40, "who": "hoshino"})
    assert in_files(house.home.path, NUMBER.encode()) == []
    assert in_files(house.home.path, CARD.encode()) == []


def test_an_order_serves_its_clerk_alone(house: MemberHouse) -> None:
    house.ask("vault", "/choices/consent", CONSENT)
    run(house)
    house.ask("vault", "/erase/member", {"card": CARD})
    asked = {"member_number": NUMBER, "checked": "document", "who": "hoshino"}
    order = house.ask("vault", "/rights/provided", asked)["order"]
    with pytest.raises(CallRefused):
        house.ask("ledger-worker", "/provide/beyond", {"order": order, "who": "somebody"})
    with pytest.raises(CallRefused):
        house.ask("ledger-worker", "/export/member", {"order": order})  # one kind is not the other
    assert len(house.ask("ledger-worker", "/provide/beyond", {"order": order, "who": "hoshino"})["records"]) == 1
