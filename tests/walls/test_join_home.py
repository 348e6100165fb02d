"""P6 e: nobody is linked across the stores of a real home without a key; with the shuffling gone, everybody is.

The home is made by the real processes: members come through the vault's door in an order that tells
(sorted by where they live and when they were born), and shop through the till's door in that order.
"""

from __future__ import annotations

import json
import random
import re
import shutil
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from tests.walls.join import SEED, Verdict, judge
from tests.walls.test_imports import SOURCE
from tests.walls.test_processes import caller, new_home
from tests.walls.zone import Watched, start

from noren.house.home import Home
from noren.house.inner import InnerClient
from noren.testing.till_http import TillClient

MEMBERS = 600
PER_CALL = 200
RARE = 12
"""So many members have a number of cards that nobody shares."""
PLACES = [("東京都", "1500001"), ("神奈川県", "2310015"), ("大阪府", "5300001"), ("北海道", "0600001")]
ZONE = timezone(timedelta(hours=9))


def people() -> list[dict[str, Any]]:
    """Return invented members, sorted so that their order would tell where they live and how old they are."""
    chance = random.Random(SEED)
    rows: list[dict[str, Any]] = []
    for number in range(MEMBERS):
        place, postal = chance.choice(PLACES)
        born = f"{chance.randrange(1940, 2005)}-{chance.randrange(1, 13):02d}-{chance.randrange(1, 29):02d}"
        row: dict[str, Any] = {"member_number": f"M{number:06d}", "birth_date": born}
        row |= {
            "card": f"2980{chance.randrange(10**12):012d}",
            "family_name": "山田",
            "given_name": "花子",
            "sex": chance.choice(("female", "male")),
        }
        row |= {"prefecture": place, "postal_code": postal, "since": f"{chance.randrange(2015, 2026)}-04-01"}
        if chance.random() < 0.6:
            row |= {"email": f"someone{number}@example.jp", "email_ok": chance.choice((True, False))}
        rows.append(row)
    return sorted(rows, key=lambda row: (row["prefecture"], row["birth_date"]))


def many_cards(member: dict[str, Any], place: int) -> list[dict[str, str]]:
    """Return further cards of a member, as many as nobody else has."""
    return [
        {"card": f"4{i:02}{member['card'][1:]}", "member_number": member["member_number"]} for i in range(3 + place)
    ]


def give_many_cards(vault: InnerClient, members: list[dict[str, Any]]) -> None:
    """Give some members cards, one of which is lost or blocked."""
    rare = [many_cards(members[place * 7], place) for place in range(RARE)]
    vault.call("/cards/add", {"rows": [row for rows in rare for row in rows]})
    for place, rows in enumerate(rare):
        vault.call("/cards/state", {"card": rows[0]["card"], "state": ("lost", "blocked")[place % 2]})


def live(home_path: Path, folder: Path, source: Path | None = None) -> Verdict:
    """Let a programme live for a while, then steal its stores from under the running processes and try to join."""
    home = new_home(home_path)
    zones: list[Watched] = []
    try:
        for zone in ("ledger-worker", "till", "vault"):
            zones.append(start(home, zone, folder, source=source))
            zones[-1].wait()
        worker, vault = caller(home, "ledger-worker"), caller(home, "vault")
        members = people()
        for first in range(0, MEMBERS, PER_CALL):
            done = vault.call("/enrol", {"members": members[first : first + PER_CALL]})["results"]
            assert done == ["added"] * PER_CALL, [one for one in done if one != "added"][:3]
        second = [{"card": f"3{row['card'][1:]}", "member_number": row["member_number"]} for row in members[::13]]
        vault.call("/cards/add", {"rows": second})
        give_many_cards(vault, members)
        vault.call("/cards/state", {"card": members[5]["card"], "state": "lost"})
        shop = {"shop": "S1", "partner": "P1", "name": "店", "handles_personal_information": False}
        worker.call("/reference/shops", {"rows": [shop]})
        worker.call("/reference/partner", {"partner": "P1", "route": "third-party-consent", "from": "2020-01-01"})
        terminal = {"shop": "S1", "terminal": "T1", "expires_days": 9, "test": True}
        key = worker.call("/terminals/add", {"rows": [terminal]})["rows"][0]["key"]
        port = zones[1].port
        assert port is not None
        buy(port, key, members)
        wait_for_the_order_to_be_forgotten(home)
        return judge(home.path)
    finally:
        for zone in zones:
            zone.stop()


def wait_for_the_order_to_be_forgotten(home: Home) -> None:
    """Wait until the vault has laid its stores anew: until then a thief sees who came in the last seconds."""
    logs = [path.with_name(f"{path.name}-wal") for path in (home.vault_db, home.member_keys_db)]
    until = time.monotonic() + 120
    while any(log.exists() and log.stat().st_size for log in logs):
        assert time.monotonic() < until, "the vault keeps the order in which members came"
        time.sleep(0.2)


def buy(port: int, key: str, members: list[dict[str, Any]]) -> None:
    """Let members shop in the very order in which they were enrolled, some of them more than once."""
    chance = random.Random(SEED + 1)
    lines: list[str] = []
    shopping = [member for member in members if member is not members[5] for _ in range(chance.randrange(1, 4))]
    for number, member in enumerate(shopping):
        at = datetime.now(ZONE)
        amount = chance.randrange(100, 5000)
        body: dict[str, Any] = {"receipt": f"{number:06d}", "card": member["card"], "amount": amount}
        body |= {"business_date": at.date().isoformat(), "at": at.isoformat()}
        body |= {"lines": [{"product": "p1", "quantity": 1, "amount": amount}]}
        lines.append(json.dumps(body))
    with TillClient(port, key, timeout=120) as till:
        answer = till.send("POST", "/v1/purchases/batch", "\n".join(lines).encode(), content="application/x-ndjson")
    assert {line["status"] for line in answer.lines} == {201}


def test_nobody_is_linked_without_a_key(tmp_path: Path) -> None:
    verdict = live(tmp_path / "home", tmp_path)
    print(f"seed {SEED}: {verdict.members} members, {verdict.tried} ways tried")
    assert verdict.members == MEMBERS
    assert verdict.tried > 200
    assert not verdict.links, "\n".join(map(str, verdict.links))


def test_without_shuffling_and_random_places_everybody_is(tmp_path: Path) -> None:
    package = tmp_path / "src" / "noren"
    shutil.copytree(SOURCE, package, ignore=shutil.ignore_patterns("__pycache__"))
    replace(package / "identity/tables.py", "sqlite_with_rowid=False", "sqlite_with_rowid=True")
    replace(package / "identity/vault.py", "secrets.SystemRandom().shuffle(items)", "return None")
    replace(package / "activity/tables.py", r"WITHOUT ROWID, STRICT", "STRICT")
    verdict = live(tmp_path / "home", tmp_path, tmp_path / "src")
    most = max((link.found for link in verdict.links if link.way == "same place"), default=0)
    assert most > MEMBERS * 0.9, "the wall was broken and the join did not find it"


def replace(path: Path, old: str, new: str) -> None:
    """Break a wall in a copied module; what is to be broken must be there."""
    text, count = re.subn(re.escape(old), new, path.read_text("utf-8"))
    assert count, f"{path.name} has changed: the wall is to be broken elsewhere"
    path.write_text(text, "utf-8")
