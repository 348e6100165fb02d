"""Every acknowledgement that a member is given verifies with the published keys, years after the key has turned."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any, Literal

import pytest
from litestar.testing import TestClient
from typer.testing import CliRunner

from noren.doors.cli.main import app
from noren.doors.front.app import front_app
from noren.governance.acknowledgement import SIGNED_BY, signed, verified
from noren.house.front import front_room
from noren.house.home import CONFIG, Home, Settings, open_home, write_settings
from noren.house.keys import SIDES, acknowledged_by, make_side, open_keys
from noren.house.keys.holds import SIGNING
from noren.house.keys.keeper import SideKeeper

BOTH = {"ja": "日", "en": "day"}
PAPERS: dict[str, dict[str, Any]] = {
    "noren-choice": {"received_at": "2026-11-26", "in_force_at": None, "chosen": [{"choice": "stop", "value": "all"}]},
    "noren-erasure": {"erased_on": "2026-11-26", "kept": [{"record": BOTH}]},
    "forget-purchase": {"received_on": "2026-11-26", "purchase": "pu_1", "goes": BOTH, "stays": BOTH},
}
EDITS = 60


@pytest.fixture
def home(tmp_path: Path) -> Home:
    (tmp_path / CONFIG).write_text(write_settings(Settings()), "utf-8")
    made = open_home(tmp_path)
    for side in SIDES:
        make_side(made, side)
    return made


def paper(home: Home, kind: str, zone: Literal["vault", "statement"] | None = None) -> bytes:
    said = {"kind": kind, **PAPERS[kind]}
    return signed(said, open_keys(home, zone or SIGNED_BY[kind]).signing)


def checked(home: Home, content: bytes, *more: str) -> tuple[int, str]:
    file = home.path / "paper.json"
    file.write_bytes(content)
    done = CliRunner().invoke(
        app, ["member", "verify-choice", str(file), "--home", str(home.path), "--lang", "en", *more]
    )
    return done.exit_code, done.output


def turn(home: Home, side: str) -> None:
    with SideKeeper(home, side) as keeper:
        for step in (keeper.begin, keeper.promote, keeper.settle):
            step([SIGNING])
        keeper.destroy([SIGNING], at_once=True)


@pytest.mark.parametrize("kind", PAPERS)
def test_every_kind_verifies_before_and_after_the_key_has_turned(home: Home, kind: str) -> None:
    mine = paper(home, kind)
    first = open_keys(home, SIGNED_BY[kind]).signing
    assert checked(home, mine)[0] == 0
    for side in SIDES:
        turn(home, side)
    assert open_keys(home, SIGNED_BY[kind]).signing != first
    code, said = checked(home, mine)
    assert code == 0, said
    assert checked(home, paper(home, kind))[0] == 0
    words = {"noren-choice": "not yet on every path", "noren-erasure": "Kept: day", "forget-purchase": "What goes: day"}
    assert words[kind] in said


@pytest.mark.parametrize("kind", PAPERS)
def test_one_bit_changed_and_it_is_none(home: Home, kind: str) -> None:
    """A bit that leaves the JSON's meaning as it was (white space) changes nothing that is said."""
    seed = random.randrange(2**32)
    chance, mine = random.Random(seed), paper(home, kind)
    keys, meant = acknowledged_by(home, SIGNED_BY[kind]), json.loads(mine)["acknowledgement"]
    for _ in range(EDITS):
        place, bit = chance.randrange(len(mine)), 1 << chance.randrange(8)
        edited = mine[:place] + bytes([mine[place] ^ bit]) + mine[place + 1 :]
        said = verified(edited, keys)
        assert said is None or said == meant, f"seed {seed}"
    assert checked(home, mine.replace(b"26", b"27", 1))[0] == 1


def test_one_zone_does_not_sign_for_another(home: Home) -> None:
    """A statement that was taken over gives out no erasure in the vault's name."""
    assert checked(home, paper(home, "noren-erasure", "statement"))[0] == 1
    assert checked(home, paper(home, "forget-purchase", "vault"))[0] == 1


def test_the_site_publishes_the_keys_and_they_are_enough(home: Home, tmp_path: Path) -> None:
    mine = {kind: paper(home, kind) for kind in PAPERS}
    for side in SIDES:
        turn(home, side)
    with TestClient(front_app(front_room(home))) as site:
        published = [line.split() for line in site.get("/acknowledgement-keys").text.splitlines()]
    assert sorted(zone for zone, _ in published) == ["statement", "statement", "vault", "vault"]
    keys = [word for _, key in published for word in ("--key", key)]
    assert [checked(home, content, *keys)[0] for content in mine.values()] == [0, 0, 0]
    newest = [word for zone in ("vault", "statement") for word in ("--key", _last(published, zone))]
    assert [checked(home, content, *newest)[0] for content in mine.values()] == [1, 1, 1], "negative control"


def _last(published: list[list[str]], zone: str) -> str:
    return [key for name, key in published if name == zone][-1]
