"""A cut-over through the real zones: four files in, cp932 and wareki, the sheet signs off, and errors are named."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import apsw
import pytest
from tests.flow.test_import_home import noren

from noren.house.children import zone_client
from noren.house.home import open_home
from noren.kernel.clock import SystemClock, local_date

CARDS = [f"29800000000000{n:02}" for n in range(1, 5)]
LOTS = (
    "カード番号,ポイント,付与日,有効期限,提携先\n"
    "2980000000000001,１２０,{recent},,\n"
    "2980000000000001,▲20,R1.5.1,,\n"
    "2980000000000002,300,{recent},{soon},P1\n"
    "2980000000000002,300,{recent},{soon},P1\n"
    "2980000000000003,50,{recent},,P2\n"
    "2980000000000003,70,2019-01-01,2020-01-01,\n"
    "2980000000009999,10,{recent},,\n"
    "2980000000000001,10,{recent},,P9\n"
    "2980000000000001,x,{recent},,P1\n"
)
COUPONS = (
    "coupon,card,title_ja,title_en,discount,min_spend,companies,valid_from,valid_until\n"
    "4006381333931,2980000000000001,珈琲①円引き,,100,,P1;P2,{recent},{soon}\n"
    "4006381333931,2980000000000002,珈琲①円引き,,100,,P2 P1,{recent},{soon}\n"
    "K9,2980000000000002,昔,,50,,,2019-01-01,2020-01-01\n"
)
CONSENTS = (
    "member_number,kind,recipient,given_at,text_version,withdrawn_at\n"
    "1,email,,H31.4.1,v1,\n"
    "2,third-party,P1,2020-04-01 10:00,v2,R3.4.1\n"
    "9,email,,2020-04-01,v1,\n"
)
STOPS = "会員番号,範囲,対象,停止日\n1,すべて,,平成26年6月1日\n2,提供先,P1,2021/1/1\n3,recipient,,2021/1/1\n"
EXPECT = """
[lots]
rows = 9
points = 840
[lots.P1]
rows = 3
points = 600
[lots."*"]
rows = 4
points = 180
[coupons]
rows = 3
face = 250
[stops]
rows = 3
"""


@pytest.fixture
def home() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="noren-") as folder:
        path = Path(folder) / "h"
        noren(path, "init", "--sandbox")
        with zone_client(open_home(path), "vault"):
            yield path


@pytest.fixture
def files(home: Path) -> dict[str, Path]:
    """Write the four files and what they refer to."""
    today = local_date(SystemClock().now(), open_home(home).zone)
    days = {"recent": (today - timedelta(days=20)).isoformat(), "soon": (today + timedelta(days=20)).isoformat()}
    out: dict[str, Path] = {}
    for kind, text in {"lots": LOTS, "coupons": COUPONS, "consents": CONSENTS, "stops": STOPS}.items():
        out[kind] = home.parent / f"{kind}.csv"
        out[kind].write_bytes(text.format(**days).encode("cp932"))
    shops, members = home.parent / "shops.csv", home.parent / "members.csv"
    shops.write_text("shop,partner\nS1,P1\nS2,P2\n", "utf-8")
    members.write_text("member_number,card\n" + "".join(f"{n + 1},{card}\n" for n, card in enumerate(CARDS)), "utf-8")
    noren(home, "import", "shops", str(shops))
    noren(home, "import", "members", str(members))
    return out


def report(home: Path, files: dict[str, Path], *more: str, code: int = 0) -> Any:
    sources = [part for kind, file in files.items() for part in (f"--{kind}", str(file))]
    return noren(home, "import", "report", *sources, *more, code=code)


def line_of(sheet: Any, kind: str, company: str) -> tuple[int, ...]:
    (found,) = [x for x in sheet["lines"] if (x["kind"], x["company"]) == (kind, company)]
    return tuple(found[name] for name in ("source_rows", "source", "stands_rows", "stands", "aside_rows", "aside"))


def test_from_the_files_to_the_signature(home: Path, files: dict[str, Path], tmp_path: Path) -> None:
    dry = noren(home, "import", "lots", str(files["lots"]), "--dry-run", code=1)
    assert line_of(dry["reconciliation"], "lots", "P1")[:2] == (3, 600)
    nothing_yet = report(home, files, code=1)
    assert nothing_yet["differences"] > 0

    first = {kind: noren(home, "import", kind, str(file), code=1) for kind, file in files.items()}
    assert [first[kind]["added"] for kind in files] == [5, 2, 2, 2]
    assert [first[kind]["rejected"] for kind in files] == [4, 1, 1, 1]
    assert all(each["reconciliation"]["ok"] for each in first.values())
    again = {kind: noren(home, "import", kind, str(file), code=1) for kind, file in files.items()}
    assert [again[kind]["added"] for kind in files] == [0, 0, 0, 0]

    expect = tmp_path / "totals.toml"
    expect.write_text(EXPECT, "utf-8")
    sheet = report(home, files, "--expect", str(expect), "--csv", str(tmp_path / "sheet.csv"))
    assert sheet["ok"] is True
    assert line_of(sheet, "lots", "") == (4, 180, 2, 100, 2, 80)
    assert line_of(sheet, "lots", "P1") == (3, 600, 2, 600, 1, 0)
    assert line_of(sheet, "lots", "P2") == (1, 50, 1, 50, 0, 0)
    assert line_of(sheet, "coupons", "P1 P2") == (2, 200, 2, 200, 0, 0)
    assert all(x["ledger"] == x["booked"] == x["stands"] for x in sheet["lines"] if x["kind"] == "lots")
    assert "lots,P1,3,600" in (tmp_path / "sheet.csv").read_text("utf-8-sig")

    expect.write_text("[lots.P1]\npoints = 601\n", "utf-8")
    wrong = report(home, files, "--expect", str(expect), code=1)
    assert (wrong["differences"], "601" in wrong["named"][0]["en"]) == (1, True)


def test_choices_came_along(home: Path, files: dict[str, Path]) -> None:
    for kind in ("consents", "stops"):
        noren(home, "import", kind, str(files[kind]), code=1)
    one, two = (noren(home, "member", "choices", card) for card in CARDS[:2])
    assert [(s["rule"], s["since"]) for s in one["stops"]] == [("all", "2014-06-01")]
    assert [(c["kind"], c["given_at"]) for c in one["consents"]] == [("email", "2019-04-01")]
    assert [s["rule"] for s in two["stops"]] == ["recipient=P1"]
    assert two["consents"][0]["withdrawn_at"] == "2021-04-01"


def test_a_dropped_row_and_one_too_many_are_named(home: Path, files: dict[str, Path], tmp_path: Path) -> None:
    """The negative control: what an import lost, or put in besides, the sheet finds without its word."""
    for kind in files:
        noren(home, "import", kind, str(files[kind]), code=1)
    assert report(home, files)["ok"] is True
    shorter = tmp_path / "lots.csv"
    rows = files["lots"].read_bytes().splitlines(keepends=True)
    shorter.write_bytes(b"".join(rows[:-7]))
    extra = report(home, {"lots": shorter}, code=1)
    assert not isinstance(extra, str), extra
    assert sum(each["value"] for each in extra["named"]) == 300 + 300 + 50
    assert {each["company"] for each in extra["named"]} == {"P1", "P2"}

    with apsw.Connection(str(open_home(home).ledger_db)) as db:
        kept = list(db.execute("SELECT * FROM opening WHERE partner = 'P2'"))
        db.execute("DELETE FROM opening WHERE partner = 'P2'")
    try:
        lost = report(home, files, code=1)
        assert [(each["line"], each["company"], each["value"]) for each in lost["named"] if each["line"]] == [
            (6, "P2", 50)
        ]
        assert any("booked" in each["en"] for each in lost["named"])
    finally:
        with apsw.Connection(str(open_home(home).ledger_db)) as db:
            db.executemany("INSERT INTO opening VALUES (?, ?, ?, ?, ?, ?)", kept)
    assert report(home, files)["ok"] is True
