"""``noren demo`` with its real zones, on the last two days of the year: to the end, interrupted, and taken up again."""

from __future__ import annotations

import contextlib
import csv
import fcntl
import os
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import httpx
import msgspec
import pyarrow.parquet as parquet  # pyright: ignore[reportMissingTypeStubs]
import pytest

from noren.doors.cli.demo import provided
from noren.doors.cli.demo.audiences import AUDIENCES
from noren.doors.cli.demo.browser import Browser
from noren.doors.cli.demo.record import read_record
from noren.doors.cli.demo.staff import OFFICER
from noren.doors.cli.demo.year import find_year
from noren.governance.leases.model import CopyKind, CopyState
from noren.governance.leases.store import LeaseStore
from noren.house.home import ZONES, open_home
from noren.house.occupancy import occupant

PORTS: Final = range(18200, 18300, 5)
DAYS: Final = 2
FAR: Final = 500
"""What noise of scale 20 reaches once in 10^11; one figure in 24 of nobody is 50 at least and is shown."""
RUN_SECONDS: Final = 1_800
END_SECONDS: Final = 300
NOREN: Final = [sys.executable, "-m", "noren.doors.cli.main"]


@pytest.fixture
def first_port() -> Iterator[int]:
    """Five ports that no other test process of this machine holds."""
    folder = Path(tempfile.gettempdir()) / f"noren-demo-ports-{os.getuid()}"
    folder.mkdir(exist_ok=True)
    for port in PORTS:
        with (folder / str(port)).open("wb") as lock, contextlib.suppress(OSError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            for each in range(port, port + 5):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", each))
            yield port
            return
    pytest.fail("no five free ports")


def demo(home: Path, *words: str) -> list[str]:
    return [*NOREN, "demo", "--home", str(home), "--json", "--lang", "en", *words]


def run(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(demo(home, *words), capture_output=True, text=True, timeout=RUN_SECONDS, check=False)


def interrupt(home: Path, after: str, how: signal.Signals, *words: str) -> int:
    """Start a demo, interrupt it once it has said ``after``; return its exit code."""
    with subprocess.Popen(demo(home, *words), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        said = ""
        for line in process.stderr:
            said += line
            if after in line:
                break
        else:
            pytest.fail(f"it never said {after!r}: {said}")
        process.send_signal(how)
        assert "The same command goes on from here" in process.stderr.read()
        return process.wait(END_SECONDS)


def nobody_is_left(home: Path) -> bool:
    return not any(occupant(open_home(home), zone) for zone in ZONES)


def curl(words: list[str]) -> tuple[int, str, str]:
    """Run a printed command; return status, headers in lower case, body."""
    done = subprocess.run(
        [*words, "-D", "/dev/stderr"], capture_output=True, text=True, timeout=END_SECONDS, check=True
    )
    head = done.stderr.lower()
    return int(head.split()[1]), head, done.stdout


def test_an_interrupted_demo_is_taken_up_and_agrees_to_the_last_unit(tmp_path: Path, first_port: int) -> None:
    home = tmp_path / "home"
    begin = ("--days", str(DAYS), "--first-port", str(first_port), "--exit")
    assert interrupt(home, "Members:", signal.SIGTERM, *begin) == 143
    assert nobody_is_left(home)

    done = run(home, "--exit")
    assert done.returncode == 0, done.stderr
    assert "Going on with the demo" in done.stderr
    summary: dict[str, Any] = msgspec.json.decode(done.stdout)
    source = replace(find_year(), days=DAYS).totals()
    assert summary["purchases"] == source.purchases > 500
    assert summary["lines"] == summary["lake_rows"] == source.lines
    assert summary["amount"] == summary["lake_amount"] == source.amount
    assert summary["lines_set_aside"] == source.lines_set_aside
    assert (summary["members"], summary["shops"], summary["products"]) == (2_469, 457, 92_331)
    assert summary["agree"] is True
    brought_over_and_turned(summary, source.purchases)
    assert [each["name"] for each in summary["audiences"]] == list(AUDIENCES)
    assert all(each["figure_en"].startswith(("about ", "Too few")) for each in summary["audiences"])
    assert {each["noise_band"] for each in summary["audiences"]} == {60}
    waits = summary["waiting"]
    assert (waits["have"], waits["needs"], "life-offers" in waits["says_en"]) == (1, 2, True)
    drawn_revealed_and_audited(summary, home)
    claimed_counted_and_settled(summary, home)
    assert summary["first_page_s"] > 0
    assert "is not kept. For an hour she may take it back" in done.stderr
    assert summary["points_earned"] > 0
    assert nobody_is_left(home)
    provided_once(home)
    record = read_record(open_home(home))
    assert record is not None
    assert record.complete

    serve_and_buy(home, source.purchases)

    opened_again = run(home, "--exit")
    assert opened_again.returncode == 0, opened_again.stderr
    later: dict[str, Any] = msgspec.json.decode(opened_again.stdout)
    assert later["reconciliation"] == summary["reconciliation"]
    assert later["rotation"] == summary["rotation"]
    assert later["audiences"] == summary["audiences"]
    assert later["waiting"] == summary["waiting"], "put forward once"
    assert "is not kept" not in opened_again.stderr, "asked for once"
    once = ("campaigns", "claim", "claim_again", "tiers", "settlement")
    assert {each: later[each] for each in once} == {each: summary[each] for each in once}
    provided_once(home)
    assert later["coupon"]["barcode"] != summary["coupon"]["barcode"]

    other = run(home, "--days", "5", "--exit")
    assert (other.returncode, other.stdout) == (1, "")
    assert "--again" in other.stderr


def provided_once(home: Path) -> None:
    """The census: one extract is with the company until its end, of the other it has attested the deletion."""
    census = LeaseStore(open_home(home).copies_db("ledger-worker"))
    found = {lease.state: lease for lease in census.leases() if lease.wanted.kind is CopyKind.EXTRACT}
    census.close()
    assert set(found) == {CopyState.GIVEN, CopyState.GONE}
    assert {lease.wanted.recipient for lease in found.values()} == {provided.RECIPIENT}
    assert {(lease.wanted.owner, lease.wanted.purpose) for lease in found.values()} == {(OFFICER, "group-marketing")}
    assert all(lease.rows for lease in found.values())
    assert found[CopyState.GONE].attested_by == provided.RECIPIENT
    here = {path.name for path in open_home(home).copies("ledger-worker").glob("*.sealed")}
    assert not here & {lease.place for lease in found.values()}, "ours ended when it was given"


def brought_over_and_turned(summary: dict[str, Any], purchases: int) -> None:
    """The sheet adds up line by line, rows set aside included; a key turned while the till sold and refused nothing."""
    sheet = summary["reconciliation"]
    assert sheet["differences"] == 0
    assert [line["kind"] for line in sheet["lines"]] == ["lots", "lots", "coupons", "consents", "stops"]
    for line in sheet["lines"]:
        assert line["source_rows"] == line["stands_rows"] + line["aside_rows"] > 0
        assert line["source"] == line["stands"] + line["aside"]
        assert (line["open_rows"], line["open"]) == (0, 0)
    assert sum(line["aside_rows"] for line in sheet["lines"]) > 0
    turned = summary["rotation"]
    assert (turned["name"], turned["moved"], turned["refused"]) == ("card-index", summary["cards"], 0)
    assert 0 < turned["purchases"] <= purchases
    versions = {key["name"]: key["version"] for key in summary["keys"]}
    assert versions["card-index"] == turned["version"] >= 2
    assert versions["link"] == 1


def drawn_revealed_and_audited(summary: dict[str, Any], home: Path) -> None:
    """Campaigns of the year: each audit fits, slips were used by later purchases, and a slip can be checked."""
    found = {each["name"]: each for each in summary["campaigns"]}
    assert list(found) == ["coffee-fans", "cheese", "points-day", "sweet", "members-day"]
    for each in found.values():
        assert each["good"] is True
        assert each["leaves"] == each["issued"] + each["lost"] + each["holdout"] + each["capped"]
        assert each["used"] <= each["issued"]
        assert (each["faults"], each["result"]["smallest_group"]) == ([], 300)
    tried = found["points-day"]["tried"]
    assert (tried["minimum"], tried["noise_band"]) == (50, 60)
    assert tried["members"] is None or 50 <= tried["members"] < FAR, "nobody had bought before: noise alone"
    assert found["points-day"]["result"]["issued"] > 0
    entered = found["members-day"]
    assert (entered["leaves"], entered["used"], entered["result"]["entry"]) == (1, 1, True), "the persona, alone"
    assert entered["points"] > 0
    assert found["points-day"]["points"] > 0 < found["points-day"]["used"]
    assert 0 < found["sweet"]["issued"] <= 20
    assert summary["discounts"] == sum(each["off"] for each in found.values())
    shown = found["points-day"]
    other = f"{int(shown['shares'][0], 16) ^ 1:x}{shown['shares'][1:]}"
    for shares, code in ((shown["shares"], 0), (other, 1)):
        command = shlex.split(shown["check"].replace(shown["shares"], shares))[1:]
        done = subprocess.run([*NOREN, *command], capture_output=True, text=True, check=False)
        assert done.returncode == code, (shares == other, done.stdout)
    assert (home / "demo-campaigns" / "points-day.terms.json").read_text("utf-8") == shown["terms"]


def claimed_counted_and_settled(summary: dict[str, Any], home: Path) -> None:
    """The very same slip came of a claim; every member has a tier; each day sums to zero, also in what was written."""
    assert summary["claim"]["same"] is True
    assert "coupon claim --shop" in summary["claim_again"]
    assert [level["id"] for level in summary["tiers"]["levels"]] == ["blue", "silver", "gold"]
    assert summary["tiers"]["levels"][0]["figure_en"].startswith("about 2,"), "of two days nobody has more"
    settled = summary["settlement"]
    assert (settled["days_off"], settled["payments"][0]["payer"]) == (0, "CJ")
    with (home / settled["files"][0]).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == settled["entries"] > 0
    assert sum(int(row["amount"]) for row in rows) == 0
    assert parquet.read_table(home / settled["files"][1]).num_rows == len(rows)


def slip_of(check: str) -> None:
    """The printed command sends the purchase, takes the slip that it brought, and finds that it is signed."""
    command = check.replace(".venv/bin/noren", "noren").replace("\nnoren ", f"\n{shlex.join(NOREN)} ")
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert "signed" in done.stdout or "署名" in done.stdout


def persons_page(home: Path, login: dict[str, str]) -> str:
    """Return her own page of the ledger side."""
    with Browser(open_home(home)) as browser:
        browser.sign_in(login["member_number"], login["password"])
        return browser.get("statement", "/?lang=en").text


def redeem(command: str) -> None:
    """The printed command redeems the coupon; given again, it is another purchase, and the till says what is wrong."""
    first, again = (
        subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=END_SECONDS, check=True).stdout
        for _ in range(2)
    )
    used, given = msgspec.json.decode(first)["effects"]
    assert (used["type"], used["discount"]) == ("redeem_coupon", 100)
    assert (given["type"], given["campaign"]) == ("issue_coupon", "welcome"), "another visit, another draw"
    refused = msgspec.json.decode(again)
    assert (refused["status"], refused["type"]) == (409, "urn:noren:problem:coupon-used")


def serve_and_buy(home: Path, purchases: int) -> None:
    """A complete demo opens its doors at once; its curl works as the contract says; Ctrl-C ends it well."""
    with subprocess.Popen(demo(home), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        summary = msgspec.json.decode(process.stdout.readline())
        try:
            assert summary["purchases"] == purchases
            words = shlex.split(summary["curl"])
            status, head, body = curl(words)
            assert status == 201
            assert "idempotent-replayed" not in head
            assert msgspec.json.decode(body)["points"]["earned"] == 7
            assert [each["campaign"] for each in msgspec.json.decode(body)["effects"]] == ["welcome"]
            slip_of(summary["curl_check"])
            again_status, again_head, again = curl(words)
            assert (again_status, again) == (201, body)
            assert "idempotent-replayed: true" in again_head
            redeem(summary["coupon_curl"])
            first_page = httpx.get(
                f"{summary['addresses']['front']}/?lang=en", trust_env=False, timeout=END_SECONDS
            ).text
            assert "Differences: 0." in first_page
            assert "The key card-index turned to version" in first_page
            assert "announce: life-offers" in first_page
            assert "Approved 1/2" in first_page
            assert summary["settlement"]["files"][0] not in first_page
            for shown in ("the same number, the same proof", "each day sums to zero", "Tried before its start over"):
                assert shown in first_page
            assert "Blue" in persons_page(home, summary["login"])
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=END_SECONDS)
        assert process.returncode == 0
    assert nobody_is_left(home)


def test_a_home_that_is_no_demos_is_left_alone(tmp_path: Path) -> None:
    home = tmp_path / "home"
    subprocess.run([*NOREN, "init", "--home", str(home)], capture_output=True, timeout=120, check=True)
    before = sorted(path.name for path in home.rglob("*"))
    for words in (["--exit"], ["--again", "--yes"]):
        refused = run(home, *words)
        assert refused.returncode == 1
        assert "is not a demo's home" in refused.stderr
    assert sorted(path.name for path in home.rglob("*")) == before


def test_a_taken_port_is_said_at_once(tmp_path: Path, first_port: int) -> None:
    with socket.create_server(("127.0.0.1", first_port + 1)):
        refused = run(tmp_path / "home", "--first-port", str(first_port), "--days", "1", "--exit")
    assert refused.returncode == 1
    assert f"Port {first_port + 1} is in use" in refused.stderr
    assert list((tmp_path / "home").rglob("*.log")) == [], "it is said before any zone is started"
