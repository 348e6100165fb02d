"""Files of every kind into a real home, through the real zones: once, twice, killed and resumed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from noren.doors.cli.main import app
from noren.house.children import zone_client
from noren.house.home import open_home
from noren.house.occupancy import occupant

CALL = [sys.executable, "-m", "noren.doors.cli.main"]


def noren(home: Path, *arguments: str, code: int = 0, stdin: str = "") -> Any:
    """Call a command with ``--json`` and return its answer."""
    done = CliRunner().invoke(app, [*arguments, "--home", str(home), "--json"], input=stdin)
    assert done.exit_code == code, done.output
    return json.loads(done.stdout) if done.stdout else done.stderr


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    # Sockets have short names: pytest's own folders are too deep.
    with tempfile.TemporaryDirectory(prefix="noren-") as folder:
        path = Path(folder) / "h"
        noren(path, "init", "--sandbox")
        with zone_client(open_home(path), "vault"):
            yield path
        assert occupant(open_home(path), "vault") is None
        assert occupant(open_home(path), "ledger-worker") is None


def counts(report: dict[str, Any]) -> tuple[int, ...]:
    return tuple(report[name] for name in ("rows", "accepted", "rejected", "added", "changed", "same"))


MEMBERS = (
    "会員番号,カード番号,姓,名,姓カナ,生年月日,性別,郵便番号,都道府県,市区町村,番地・建物,電話番号,メールアドレス,メール可,入会日\n"
    "0001,2980000000000001,髙橋,惠子,ﾀｶﾊｼ,昭和60年1月2日,女,１５０−０００２,東京,渋谷区,渋谷1-2\u3000㈱ビル①,０３−１２３４−５６７８,a@example.jp,はい,R2.4.1\n"
    "0002,2980000000000002,﨑山,太郎,ｻｷﾔﾏ,S55/12/31,男,100-0001,東京都,千代田区,千代田1,03-1234-5679,,いいえ,2020/4\n"
    "0003,2.98E+15,山田,花,,,,,,,,,,,\n"
    "0001,2980000000000004,二重,花,,,,,,,,,,,\n"
    "0005,2980000000000001,他人,花,,,,,,,,,,,\n"
    "0006,,途中\n"
)
CARDS = "card,member_number\n2980000000000011,0001\n2980000000000012,9999\n2980000000000013,0002\n"
SHOPS = "店舗,提携先,店名,業種,会員情報取扱店\nS1,P1,㈱渋谷店①,カフェ,0\nS2,P1,レンタル髙,レンタル,1\nS3,,なし,,\n"
PRODUCTS = "product,name,category\n0000000000017,珈琲①,COFFEE\n0000000000024,㈱煙草,TOBACCO\n1.23E+12,x,Y\n"
PURCHASES = (
    "shop,terminal,business_date,receipt,card,at,product,quantity,amount\n"
    "S1,T1,R8.11.1,1,2980000000000001,2026/11/1 10:00,0000000000017,1,300\n"
    "S1,T1,2026-11-01,2,2980000000000002,2026-11-01T11:00:00+09:00,0000000000017,1,300\n"
    "S1,T1,20261101,1,2980000000000001,2026/11/1 10:00,0000000000024,2,1100\n"
    "S1,T1,2026-11-01,3,2980000000009999,2026-11-01 12:00,0000000000017,1,300\n"
    "S1,T1,2026-11-01,4,2980000000000001,2026-11-01 12:00,0000000000017,0,300\n"
    "S9,T1,2026-11-01,5,2980000000000001,2026-11-01 12:00,0000000000017,1,300\n"
)


def settled(home: Path) -> Any:
    """Return the summary once the lake has what the ledger has: it follows some seconds behind."""
    deadline = time.monotonic() + 60
    while True:
        totals = noren(home, "summary")
        if totals["lake_rows"] == totals["lines"]:
            return totals
        assert time.monotonic() < deadline, "the lake does not follow the ledger"


def test_a_home_is_filled_from_files_and_twice_changes_nothing(home: Path, tmp_path: Path) -> None:
    files = {"shops": SHOPS, "products": PRODUCTS, "members": MEMBERS, "cards": CARDS, "purchases": PURCHASES}
    for kind, text in files.items():
        (tmp_path / kind).write_bytes(text.encode("cp932"))
    noren(home, "partner", "agree", "P1", "--route", "third-party-consent", "--from", "R8.1.1")
    before = noren(home, "summary")["vault"]
    first = {kind: noren(home, "import", kind, str(tmp_path / kind), code=1) for kind in files}
    assert counts(first["shops"]) == (3, 2, 1, 2, 0, 0)
    assert counts(first["products"]) == (3, 2, 1, 2, 0, 0)
    assert counts(first["members"]) == (6, 2, 4, 2, 0, 0)
    assert counts(first["cards"]) == (3, 2, 1, 2, 0, 0)
    assert counts(first["purchases"]) == (6, 3, 3, 2, 0, 0)
    totals = settled(home)
    assert (totals["purchases"], totals["lines"], totals["amount"], totals["points_earned"]) == (2, 3, 1_700, 0)
    assert {name: totals["vault"][name] - before[name] for name in ("members", "cards")} == {"members": 2, "cards": 4}

    again = {kind: noren(home, "import", kind, str(tmp_path / kind), code=1) for kind in files}
    for kind, report in again.items():
        rows, accepted, rejected, added, changed, same = counts(report)
        assert (rows, accepted, rejected) == counts(first[kind])[:3], kind
        assert (added, changed, same) == (0, 0, counts(first[kind])[3]), kind
    assert settled(home) | {"now": ""} == totals | {"now": ""}
    reasons = (tmp_path / "purchases.rejects.csv").read_text("utf-8-sig").splitlines()
    assert [line.split(",")[0] for line in reasons[1:]] == ["5", "6", "7"]


def test_a_member_s_choices_and_cards(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "m.csv"
    file.write_text("member_number,card\nC1,2980000000000101\nC2,2980000000000102\n", "utf-8")
    noren(home, "import", "members", str(file))
    card = "2980000000000101"
    shown = noren(home, "member", "choices", card)
    assert (shown["points_only"], shown["stops"], shown["consents"]) == (False, [], [])
    assert noren(home, "member", "choices", "-", "--points-only", "on", stdin=f"{card}\n")["points_only"] is True
    assert noren(home, "member", "choices", card)["points_only"] is True
    assert noren(home, "member", "choices", card, "--stop", "recipient=P1", "--dry-run")["changed"] is True
    (stop,) = noren(home, "member", "choices", card, "--stop", "recipient:P1", "--stop", "purpose=mail,channel=email")[
        "stops"
    ][:1]
    assert (stop["rule"], "P1" in stop["covers"]["en"]) == ("recipient=P1", True)
    lifted = noren(home, "member", "choices", card, "--resume", "recipient=P1")["lifted"]
    assert [each["rule"] for each in lifted] == ["recipient=P1"]
    receipt = tmp_path / "receipt.json"
    taken = noren(home, "member", "choices", card, "--auto-delete", "18", "--receipt", str(receipt))
    assert (taken["keep_months"], taken["waiting"]) == (18, False)
    said = noren(home, "member", "verify-choice", str(receipt))["acknowledgement"]
    assert (said["chosen"], bool(said["in_force_at"])) == ([{"choice": "auto-delete", "value": "18"}], True)
    receipt.write_text(receipt.read_text("utf-8").replace('"18"', '"36"'), "utf-8")
    noren(home, "member", "verify-choice", str(receipt), code=1)
    noren(home, "member", "choices", card, "--stop", "everything", code=2)
    (text,) = noren(home, "member", "consent", card, "--kind", "email")["texts"]
    noren(home, "member", "consent", card, "--kind", "email", "--text", "email-of-yesterday", code=1)
    given = noren(home, "member", "consent", card, "--kind", "email", "--text", text["version"])["consents"]
    assert [(each["kind"], each["text_version"], each["withdrawn_at"]) for each in given] == [
        ("email", text["version"], "")
    ]
    assert noren(home, "member", "consent", card, "--kind", "email", "--withdraw")["consents"][0]["withdrawn_at"]
    noren(home, "member", "card", "add", "2980000000000103", "C1")
    noren(home, "member", "card", "lost", "2980000000000103")
    noren(home, "member", "card", "reissue", "2980000000000103", "2980000000000104")
    noren(home, "member", "card", "block", "2980000000000104")
    noren(home, "member", "card", "unblock", "2980000000000104")
    noren(home, "member", "password", "C1", stdin="correct horse battery\n")
    noren(home, "member", "card", "merge", "C2", "C1", "--yes")
    assert noren(home, "member", "choices", "2980000000000102")["points_only"] is True
    assert "2980000000000199" not in noren(home, "member", "choices", "2980000000000199", code=1)


def test_terminals(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "shops.csv"
    file.write_text("shop,partner\nS7,P7\n", "utf-8")
    noren(home, "import", "shops", str(file))
    noren(home, "terminal", "add", "--shop", "S7", "--terminal", "T7", "--test", code=1)  # no agreement yet
    noren(home, "partner", "agree", "P7", "--route", "third-party-consent", "--from", "2026-01-01")
    made = noren(home, "terminal", "add", "--shop", "S7", "--terminal", "T7", "--test", "--expires", "90d")
    assert made["key"].startswith("nt_test_")
    noren(home, "terminal", "add", "--shop", "S7", "--terminal", "T7", code=1)
    noren(home, "terminal", "revoke", "--shop", "S7", "--terminal", "T7", "--yes")
    listed = [found for found in noren(home, "terminal", "list")["terminals"] if found["shop"] == "S7"]
    assert [found["state"] for found in listed] == ["revoked"]
    assert "key" not in listed[0]


def test_an_import_that_is_killed_goes_on(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "many.csv"
    file.write_text("product,name\n" + "".join(f"K{n:05d},品{n}\n" for n in range(20_000)), "utf-8")
    started = subprocess.Popen([*CALL, "import", "products", str(file), "--home", str(home)])
    until = time.monotonic() + 60
    while not list((home / "run" / "imports").glob("*.json")) and started.poll() is None:
        assert time.monotonic() < until
        time.sleep(0.01)
    os.kill(started.pid, signal.SIGKILL)
    assert started.wait() == -signal.SIGKILL
    report = noren(home, "import", "products", str(file))
    assert report["resumed"] is True
    # The batch that was under way may have been written and not noted: then it comes again, as the same.
    assert report["added"] + report["same"] == 20_000
    assert report["same"] <= 2_000
    assert counts(noren(home, "import", "products", str(file))) == (20_000, 20_000, 0, 0, 0, 20_000)
    assert list((home / "run" / "imports").iterdir()) == []


def test_the_doctor_finds_nothing_wrong_and_then_an_open_key(home: Path) -> None:
    assert noren(home, "doctor")["ok"] is True
    key = home / "keys" / "front.json"
    key.chmod(0o644)
    try:
        found = noren(home, "doctor", code=1)
        assert any("chmod 600" in (finding["advice_en"] or "") for finding in found["findings"])
    finally:
        key.chmod(0o600)
