"""``noren log`` and ``noren evidence`` on a home whose zones do their work: what they write, and who can check it."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest
from typer.testing import CliRunner, Result

from noren.doors.cli.main import app
from noren.house.children import zone_client
from noren.house.home import CONFIG, Home, LogSettings, open_home, write_settings
from noren.testing.vault import a_home, a_row

CARD, GONE = "2980001000000001", "2980001000000002"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Do on each side some of what the log must tell; then the zones end, and the logs lie there."""
    home = a_home(tmp_path_factory.mktemp("log") / "home")
    with zone_client(home, "desk") as desk, zone_client(home, "vault") as vault:
        with zone_client(home, "ledger-worker") as worker:
            shop = {"shop": "S1", "partner": "P1", "handles_personal_information": True}
            worker.call("/reference/shops", {"rows": [shop]})
            worker.call("/reference/partner", {"partner": "P1", "route": "third-party-consent", "from": "2026-01-01"})
            worker.call("/terminals/add", {"rows": [{"shop": "S1", "terminal": "T1", "test": True}]})
            worker.call("/terminals/revoke", {"shop": "S1", "terminal": "T1"})
        vault.call("/enrol", {"members": [a_row(1), a_row(2)]})
        for card in (CARD, GONE):
            vault.call("/choices/decide", {"card": card, "wishes": [{"what": "stop", "value": "all"}]})
        vault.call("/erase/member", {"card": GONE})
        desk.call("/check")
        assert noren(home, "keys", "rotate", "house-log", "--yes", "--no-wait").exit_code == 0
        wait_for(home, "house", "key-rotated")
    return home


@pytest.fixture
def spoilt(home: Home, tmp_path: Path) -> Home:
    """Return a copy of the home, to be changed by hand."""
    shutil.copytree(home.path, tmp_path / "home", ignore=shutil.ignore_patterns("*.sock"))
    return open_home(tmp_path / "home")


def noren(home: Home, *words: str) -> Result:
    return CliRunner().invoke(app, [*words, "--home", str(home.path)])


def told(home: Home, *words: str) -> Any:
    done = noren(home, *words, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def wait_for(home: Home, side: str, kind: str) -> None:
    until = time.monotonic() + 60
    while not told(home, "log", "show", "--side", side, "--kind", kind)["logs"][side]:
        assert time.monotonic() < until, f"no {kind} in the log {side}"
        time.sleep(0.2)


def kinds(home: Home, side: str) -> list[str]:
    return [row["kind"] for row in told(home, "log", "show", "--side", side, "--last", "100")["logs"][side]]


def test_each_side_tells_its_own_acts(home: Home) -> None:
    assert kinds(home, "ledger") == [
        "log-begun", "identity-shop-registered", "agreement-made", "terminal-added", "terminal-revoked",
    ]  # fmt: skip
    # the stop of who was erased is forgotten, and the log says so
    assert kinds(home, "identity") == ["log-begun", "stop", "", "records-forgotten", "erasure-completed"]
    assert kinds(home, "house") == ["log-begun", "key-rotated"]
    days = [row["at"] for row in told(home, "log", "show", "--side", "identity")["logs"]["identity"] if row["at"]]
    assert {len(day) for day in days} == {len("2026-11-26")}
    assert "a stop was taken" in noren(home, "log", "show", "--lang", "en").stdout
    assert "停止の受付" in noren(home, "log", "show", "--lang", "ja").stdout


def test_no_file_of_a_log_names_anybody(home: Home) -> None:
    raw = b"".join(
        path.read_bytes() for path in (home.path / "log").rglob("*") if path.is_file() and path.suffix != ".log"
    )
    for name in (CARD, GONE, "M0000001", "M0000002", "架空", "example.jp"):
        plain = name.encode()
        for form in (plain, plain.hex().encode(), base64.b64encode(plain).rstrip(b"=")):
            assert form not in raw
    assert b"third-party-consent" in raw  # the control: the look finds what stands there


def test_whole_logs_are_good_and_an_entry_is_proved(home: Home) -> None:
    found = told(home, "log", "verify")
    assert {each["side"]: (each["good"], each["forgotten"]) for each in found["logs"]} == {
        "identity": (True, 1), "ledger": (True, 0), "house": (True, 0),
    }  # fmt: skip
    proof = told(home, "log", "proof", "2", "--side", "ledger")
    assert proof["good"]
    assert proof["entry"]["kind"] == "agreement-made"
    assert noren(home, "log", "proof", "99", "--side", "ledger").exit_code == 1
    assert told(home, "log", "checkpoint")["ledger"].startswith("noren.example/log/ledger\n5\n")


@pytest.mark.parametrize(
    ("side", "name", "old", "new"),
    [
        ("ledger", "private/records/000", b"P1", b"P2"),
        ("ledger", "private/records/000", b"2026-01-01", b"2026-01-02"),
        ("identity", "checkpoint", b"\n5\n", b"\n4\n"),
        ("house", "tile/0/000.p/2", None, b"\0" * 64),
    ],
)
def test_a_change_by_hand_is_found_and_its_file_named(
    spoilt: Home, side: Any, name: str, old: bytes | None, new: bytes
) -> None:
    path = spoilt.audit_log(side) / name
    raw = path.read_bytes()
    path.write_bytes(new if old is None else raw.replace(old, new, 1))
    done = noren(spoilt, "log", "verify", "--json")
    assert done.exit_code == 1
    [wrong] = [each for each in json.loads(done.stdout)["logs"] if not each["good"]]
    assert wrong["side"] == side
    assert name in {each["where"] for each in wrong["wrong"]}
    assert "WRONG" in noren(spoilt, "log", "verify", "--lang", "en").stdout
    path.write_bytes(raw)
    assert noren(spoilt, "log", "verify").exit_code == 0  # the control


def isolated(kit: Path, line: str) -> subprocess.CompletedProcess[str]:
    """Run a line of the kit's README as on a machine without noren: no site packages, no environment."""
    command = line.replace("python3", f'"{sys.executable}"')
    clean = {"PATH": "/usr/bin:/bin"}
    return subprocess.run(["/bin/sh", "-c", command], cwd=kit, env=clean, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def made(home: Home, tmp_path_factory: pytest.TempPathFactory) -> Path:
    kit = tmp_path_factory.mktemp("kit") / "kit"
    assert noren(home, "evidence", "--out", str(kit)).exit_code == 0
    return kit


@pytest.fixture
def kit(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "kit"))


def lines_of(kit: Path) -> dict[str, str]:
    lines = [line for line in (kit / "README.md").read_text("utf-8").splitlines() if line.startswith("python3")]
    return {line.split()[4]: line for line in lines}


def test_the_kit_is_checked_without_noren_and_without_a_network(kit: Path) -> None:
    lines = lines_of(kit)
    assert lines.keys() == {"identity", "ledger", "house"}
    for side, line in lines.items():
        done = isolated(kit, line)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.startswith(f"OK 正常: noren.example/log/{side}: ")
    without = isolated(kit, 'python3 -I -S -c "import noren"')
    assert without.returncode != 0  # the control: noren is really not there
    assert len((kit / "verify_log.py").read_text("utf-8").splitlines()) < 200
    assert "README.ja.md" in {path.name for path in kit.iterdir()}
    assert json.loads((kit / "documents.json").read_text("utf-8"))["documents"]


def test_members_records_are_not_in_the_kit_unless_asked_for(home: Home, kit: Path, tmp_path: Path) -> None:
    assert '"kind":"stop"' not in (kit / "identity/records/000").read_text("utf-8")
    assert "--withheld 1" in lines_of(kit)["identity"]
    whole = tmp_path / "whole"
    assert noren(home, "evidence", "--out", str(whole), "--members").exit_code == 0
    assert '"kind":"stop"' in (whole / "identity/records/000").read_text("utf-8")
    assert "withheld" not in lines_of(whole)["identity"]
    assert isolated(whole, lines_of(whole)["identity"]).returncode == 0
    assert noren(home, "evidence", "--out", str(whole)).exit_code == 1  # never over another


def respelt(raw: bytes) -> bytes:
    """Return a checkpoint whose signature is the same bytes in another spelling: bits that base64 leaves over."""
    body, padding = raw[:-2], raw[-2:]
    assert padding == b"=\n"
    other = body[:-1] + DIGITS[DIGITS.index(body[-1]) ^ 1 :][:1]
    assert base64.b64decode(other[-3:] + b"=") == base64.b64decode(body[-3:] + b"=")
    return other + padding


def capitals(raw: bytes) -> bytes:
    """Return records with the first salt in capitals."""
    commitment, salt, rest = raw.split(b" ", 2)
    assert salt != salt.upper()
    return b" ".join((commitment, salt.upper(), rest))


DIGITS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
CHEATS = {
    "a fact": ("records/000", lambda raw: raw.replace(b"P1", b"P2", 1)),
    "a record gone": ("records/000", lambda raw: raw.replace(raw.splitlines()[2], raw.splitlines()[2][:64], 1)),
    "lines exchanged": ("records/000", lambda raw: b"".join(raw.splitlines(keepends=True)[::-1])),
    "a leaf": ("tile/entries/000.p/5", lambda raw: raw[:-1] + bytes([raw[-1] ^ 1])),
    "a hash": ("tile/0/000.p/5", lambda raw: raw[::-1]),
    "the size": ("checkpoint", lambda raw: raw.replace(b"\n5\n", b"\n4\n")),
    "the signature": ("checkpoint", lambda raw: raw[:-9] + b"AAAAAAA=\n"),
    "another spelling": ("checkpoint", respelt),
    "a salt in capitals": ("records/000", capitals),
    "cut short": ("tile/entries/000.p/5", lambda raw: raw[:-34]),
}


@pytest.mark.parametrize("cheat", CHEATS)
def test_the_kits_verifier_finds_each_cheat(cheat: str, kit: Path) -> None:
    name, change = CHEATS[cheat]
    path = kit / "ledger" / name
    raw = path.read_bytes()
    assert change(raw) != raw
    path.write_bytes(change(raw))
    done = isolated(kit, lines_of(kit)["ledger"])
    assert done.returncode == 1
    assert done.stdout.startswith("WRONG 不正: ")


def test_another_key_is_not_believed(kit: Path) -> None:
    done = isolated(kit, lines_of(kit)["ledger"].replace("ledger/vkey", "house/vkey"))
    assert (done.returncode, done.stdout.split(":")[0]) == (1, "WRONG 不正")


def witness(spoilt: Home, tmp_path: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """Run a witness as a process of its own."""
    keys = spoilt.log_keys("house").read_text("utf-8")
    command = [sys.executable, "-m", "noren.doors.cli.main", "log", "witness", str(spoilt.audit_log("house"))]
    command += [
        "--key",
        keys,
        "--name",
        "w.example/1",
        "--secret",
        str(tmp_path / "w.key"),
        "--state",
        str(tmp_path / "w"),
    ]
    return subprocess.run([*command, *more], capture_output=True, text=True, check=False)


def test_a_witness_cosigns_what_extends_and_the_check_demands_it(spoilt: Home, tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in spoilt.audit_log("house").rglob("*") if path.is_file()}
    done = witness(spoilt, tmp_path, "--out", str(spoilt.cosigned("house")), "--json")
    assert done.returncode == 0, done.stderr
    key = json.loads(done.stdout)["key"]
    demand = msgspec.structs.replace(spoilt.settings, log=LogSettings(witnesses=[key], quorum=1))
    (spoilt.path / CONFIG).write_text(write_settings(demand), "utf-8")
    assert told(spoilt, "log", "verify", "--side", "house")["logs"][0]["cosigned"] == 1
    assert noren(spoilt, "log", "verify", "--side", "ledger").exit_code == 1  # nobody cosigned that one
    with zone_client(spoilt, "desk") as desk:
        desk.call("/check")
        assert noren(spoilt, "keys", "rotate", "house-log", "--yes", "--no-wait").exit_code == 0
        wait_for_rows(spoilt, "house", 3)
    assert witness(spoilt, tmp_path).returncode == 0
    kit = tmp_path / "seen-kit"
    assert noren(spoilt, "evidence", "--out", str(kit)).exit_code == 0
    shutil.copy(spoilt.cosigned("house"), kit / "cosigned")
    line = f'{lines_of(kit)["house"]} --seen cosigned --witness "{key}" --quorum 1'
    assert isolated(kit, line).returncode == 0
    assert isolated(kit, line.replace("--quorum 1", "--quorum 2")).returncode == 1
    shutil.rmtree(spoilt.audit_log("house"))  # and now somebody puts the log of before back
    for path, content in before.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    assert noren(spoilt, "log", "verify", "--side", "house").exit_code == 0  # within itself it is good
    refused = witness(spoilt, tmp_path)
    assert refused.returncode == 1
    assert "3" in refused.stderr


def wait_for_rows(home: Home, side: str, count: int) -> None:
    until = time.monotonic() + 60
    while len(kinds(home, side)) < count:
        assert time.monotonic() < until
        time.sleep(0.2)
