"""Disclosure on real processes: two documents, each signed and sealed by its own side; the operator reads neither."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import pyzipper  # pyright: ignore[reportMissingTypeStubs]
from typer.testing import CliRunner

from noren.doors.cli.main import app
from noren.governance.disclosing.signing import SIGNATURE, signer_of
from noren.governance.log.keys import read_vkeys
from noren.house.inner import CallRefused
from noren.testing.live_files import live_files
from noren.testing.member_house import CARD, FAMILY_NAME, NUMBER, PRODUCT_NAME, MemberHouse
from noren.testing.member_visit import MemberVisit
from noren.testing.ports import port_block

CLERK = {"card": CARD, "who": "hoshino"}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MemberHouse]:
    with port_block(5) as first, MemberHouse(tmp_path_factory.mktemp("home"), first) as running:
        running.buy("R-CANARY-77", 640)
        yield running


@pytest.fixture
def visit(house: MemberHouse) -> Iterator[MemberVisit]:
    made = MemberVisit(house)
    made.enter()
    yield made
    made.close()


def unpacked(archive: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(archive)) as files:
        return {name: files.read(name) for name in files.namelist()}


def opened(path: Path, code: str) -> dict[str, bytes]:
    made: Any = pyzipper.AESZipFile(path)
    with made as archive:
        archive.setpassword(code.encode())
        return {name: archive.read(name) for name in archive.namelist()}


def everything(folder: Path) -> bytes:
    return b"".join(content for _, content in live_files(folder))


def code_on(page: str) -> str:
    found = re.search(r'class="code">([A-Z2-7-]+)<', page)
    assert found, "no code on the page"
    return found[1]


def test_each_side_gives_its_document_and_knows_nothing_of_the_other(house: MemberHouse, visit: MemberVisit) -> None:
    mine = unpacked(visit.ask("vault", "/disclosure").content)
    bought = unpacked(visit.ask("statement", "/disclosure").content)
    who, what = json.loads(mine["registration.json"]), json.loads(bought["purchases.json"])
    assert who["content"]["person"]["family_name"] == FAMILY_NAME
    assert who["content"]["cards"] == [{"card": CARD, "state": "active"}]
    [purchase] = what["content"]["purchases"]
    assert (purchase["amount"], purchase["lines"][0]["name"]) == (640, PRODUCT_NAME)
    for hers in (FAMILY_NAME, NUMBER, CARD):
        assert hers.encode() not in bought["purchases.json"]
    assert PRODUCT_NAME.encode() not in mine["registration.json"]
    assert purchase["purchase"].encode() not in mine["registration.json"]
    for side, files, name in (("identity", mine, "registration"), ("ledger", bought, "purchases")):
        signed = {each: files[each] for each in (f"{name}.json", f"{name}.pdf", SIGNATURE) if each in files}
        keys = read_vkeys(house.home.log_keys(side))  # type: ignore[arg-type]
        assert signer_of(signed, keys) is not None
        assert signer_of(signed, read_vkeys(house.home.log_keys("house"))) is None
        spoilt = {**signed, f"{name}.json": signed[f"{name}.json"].replace(b"noren", b"Noren", 1)}
        assert signer_of(spoilt, keys) is None


def test_the_operator_carries_two_files_and_reads_neither(
    house: MemberHouse, visit: MemberVisit, tmp_path: Path
) -> None:
    run, home, out = CliRunner(), ["--home", str(house.home.path), "--json"], tmp_path / "out"
    command = ["member", "export", CARD, "--out", str(out), "--who", "hoshino", *home]
    with pytest.raises(CallRefused):
        house.ask("vault", "/export/member", CLERK)  # no request of hers is open
    asked = {**CLERK, "kind": "disclosure", "checked": "document"}
    request = house.ask("vault", "/rights/add", asked)["id"]
    done = run.invoke(app, command)
    assert done.exit_code == 0, done.output
    number = json.loads(done.output)["number"]
    found = everything(out)
    needles = [each.encode() for each in (FAMILY_NAME, NUMBER, CARD, PRODUCT_NAME, "R-CANARY-77", '"amount": 640')]
    assert [needle for needle in needles if needle in found] == []
    codes = {
        "registration": code_on(visit.ask("vault", "/rights/code", number=number).text),
        "purchases": code_on(visit.ask("statement", "/disclosure/code", number=number).text),
    }
    clear = {name: opened(out / f"{name}-{number}.zip", code) for name, code in codes.items()}
    assert FAMILY_NAME.encode() in clear["registration"]["registration.json"]  # the control: unencrypted, found
    assert PRODUCT_NAME.encode() in clear["purchases"]["purchases.json"]
    assert codes["registration"] != codes["purchases"]
    with pytest.raises(RuntimeError):
        opened(out / f"purchases-{number}.zip", codes["registration"])
    kinds = [each["kind"] for z in ("vault", "ledger-worker") for each in house.ask(z, "/copies/list", {})["copies"]]
    assert kinds == ["disclosure", "disclosure"]
    house.ask("vault", "/rights/answer", {"request": request, "refused": False, "who": "hoshino"})
    with pytest.raises(CallRefused):
        house.ask("vault", "/export/member", CLERK)


def test_an_order_that_is_not_the_vaults_is_refused(house: MemberHouse) -> None:
    with pytest.raises(CallRefused):
        house.ask("ledger-worker", "/export/member", {"order": "QUJD" * 40})


def test_a_stranger_gets_nothing(visit: MemberVisit) -> None:
    assert visit.strange("vault", "/disclosure") == 403
    assert visit.strange("vault", "/rights/code") == 403
    assert visit.strange("statement", "/disclosure") == 401
    assert visit.strange("statement", "/disclosure/code") == 401
