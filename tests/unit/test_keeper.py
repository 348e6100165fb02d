"""The keeper of a side: every step can be cut off between two files and done again; destroyed bytes are gone."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from noren.house.home import Home, HomeProblem, Settings, Zone
from noren.house.keys import SIDES, ZoneKeys, keyfile, make_side, open_keys, trusted
from noren.house.keys.holds import HOLDS, KINDS, OPENING, SIGNING
from noren.house.keys.keeper import SideKeeper, complete_side, destroy_due
from noren.house.keys.watch import KeyWatch, behind
from noren.kernel.keyring import KEY_BYTES, KeyRing
from noren.kernel.sealing import Place, seal
from noren.testing.rotation import secrets_of, standing_in

SHARED = "card-index"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path, Settings())
    for side in SIDES:
        make_side(made, side)
    return made


def keep(home: Home, step: str, *names: str, side: str = "ledger") -> None:
    with SideKeeper(home, side) as keeper:
        getattr(keeper, step)(names) if names else getattr(keeper, step)()


def states(home: Home, zone: Zone, name: str) -> list[str]:
    return [version.state for version in keyfile.read(home, zone).keys[name]]


def test_a_version_comes_is_current_retires_and_is_destroyed(home: Home) -> None:
    till, worker = open_keys(home, "till"), open_keys(home, "ledger-worker")
    old = till.ring(SHARED).key()
    keep(home, "begin", SHARED)
    for keys in (till, worker):
        keys.look(at_once=True)
        assert (keys.ring(SHARED).current, len(keys.ring(SHARED).versions)) == (1, 2)
    keep(home, "promote", SHARED)
    for keys in (till, worker):
        keys.look(at_once=True)
        assert (keys.ring(SHARED).current, keys.ring(SHARED).key(1)) == (2, old)
    assert till.ring(SHARED).key() == worker.ring(SHARED).key() != old
    keep(home, "destroy", SHARED)
    assert states(home, "till", SHARED) == ["retiring", "current"], "its work is not done: it must stay"
    keep(home, "settle", SHARED)
    keep(home, "destroy", SHARED)
    assert states(home, "till", SHARED) == ["destroyed", "current"]
    till.look(at_once=True)
    assert list(till.ring(SHARED).versions) == [2]


def test_a_distribution_cut_off_between_two_files_is_finished_with_the_same_secret(home: Home) -> None:
    before = {zone: keyfile.path_of(home, zone).read_bytes() for zone in SIDES["ledger"]}
    keep(home, "begin", SHARED)
    path = keyfile.path_of(home, "ledger-worker")
    path.write_bytes(before["ledger-worker"])  # as if the keeper had been killed before this file
    keep(home, "begin", SHARED)
    keep(home, "begin", SHARED)
    held = [open_keys(home, zone).ring(SHARED).versions for zone in ("till", "ledger-worker")]
    assert held[0] == held[1]
    assert len(held[0]) == 2


def test_a_promotion_cut_off_between_two_files_is_finished(home: Home) -> None:
    keep(home, "begin", SHARED)
    half = keyfile.path_of(home, "ledger-worker").read_bytes()
    keep(home, "promote", SHARED)
    keyfile.path_of(home, "ledger-worker").write_bytes(half)
    keep(home, "begin", SHARED)
    keep(home, "promote", SHARED)
    assert states(home, "till", SHARED) == states(home, "ledger-worker", SHARED) == ["retiring", "current"]


def test_every_secret_of_a_home_goes_and_no_file_keeps_its_bytes(home: Home) -> None:
    before = secrets_of(home)
    for side in SIDES:
        names = [name for name in KINDS if name != "kek"]
        for step in ("begin", "promote", "settle"):
            keep(home, step, *names, side=side)
        with SideKeeper(home, side) as keeper:
            keeper.destroy(names, at_once=True)
        keep(home, "rewrap", side=side)
    assert standing_in(home.path, before) == []
    after = secrets_of(home)
    assert len(after) == len(before)
    assert not set(after.values()) & set(before.values())


def test_an_old_file_is_overwritten_before_it_is_gone(home: Home) -> None:
    path = keyfile.path_of(home, "vault")
    with path.open("rb") as held:  # whoever still has the old file open sees zeros
        keep(home, "rewrap", side="identity")
        assert set(held.read()) == {0}


def test_overlaps_are_kept_and_the_zone_itself_destroys_what_is_due(home: Home) -> None:
    for step in ("begin", "promote", "settle", "destroy"):
        keep(home, step, "purchase-id")
    content = keyfile.read(home, "statement")
    assert [v.state for v in content.keys["purchase-id"]] == ["retiring", "current"]
    days = home.settings.receipts.keep_days
    assert not destroy_due(content, datetime.now(UTC) + timedelta(days=days))
    assert destroy_due(content, datetime.now(UTC) + timedelta(days=days + 2))


def test_passes_and_tickets_of_both_versions_are_believed(home: Home) -> None:
    before = trusted(home, "vault")
    for step in ("begin", "promote"):
        keep(home, step, SIGNING, OPENING, side="identity")
    now = trusted(home, "vault")
    assert len(now.verifying) == 2
    assert before.verifying[0] in now.verifying
    assert now.sealing != before.sealing
    assert len(open_keys(home, "vault").openings) == 2


def test_a_running_process_says_what_it_has_read(home: Home) -> None:
    keys = open_keys(home, "till")
    watch = KeyWatch(keys)
    try:
        keep(home, "begin", SHARED)
        serial = keyfile.read(home, "till").serial
        for _ in range(1_200):
            if not behind(home, "till", serial):
                break
            watch._stop.wait(0.05)
        assert not behind(home, "till", serial)
        assert behind(home, "till", serial + 1), "a file that nobody has read yet"
        assert len(keys.ring(SHARED).versions) == 2
    finally:
        watch.close()
    assert not behind(home, "till", serial + 1), "a process that is gone is not waited for"


def test_a_damaged_file_leaves_a_running_process_its_keys(home: Home) -> None:
    keys: ZoneKeys = open_keys(home, "till")
    held = keys.ring(SHARED).key()
    keyfile.path_of(home, "till").write_bytes(b"{}")
    with pytest.raises(HomeProblem):
        keys.look(at_once=True)
    assert keys.ring(SHARED).key() == held


def test_the_ground_floors_files_are_read(tmp_path: Path) -> None:
    """Format 1: one version each, signing and opening keys in clear, one line of public halves."""
    home = Home(tmp_path, Settings())
    kek = KeyRing("kek", 1, {1: b"e" * KEY_BYTES})
    places = {name: Place("keys", "vault", name, (1).to_bytes(2, "big")) for name in HOLDS["vault"]}
    wrapped = {name: [{"version": 1, "wrapped": seal(kek, b"s" * 32, place)}] for name, place in places.items()}
    old = {"zone": "vault", "kek_version": 1, "kek": b"e" * 32, "signing": b"a" * 32, "opening": b"b" * 32}
    (tmp_path / "keys" / "trust").mkdir(parents=True)
    keyfile.path_of(home, "vault").write_bytes(msgspec.json.encode({**old, "keys": wrapped}))
    keyfile.path_of(home, "vault").chmod(0o600)
    line = b" ".join(base64.b64encode(key * 32) for key in (b"v", b"w"))
    (tmp_path / "keys" / "trust" / "vault.pub").write_bytes(line + b"\n")
    keys = open_keys(home, "vault")
    assert keys.ring("sign-in").key() == b"s" * KEY_BYTES
    assert trusted(home, "vault").verifying == (b"v" * 32,)
    keep(home, "rewrap", side="identity")
    assert msgspec.json.decode(keyfile.path_of(home, "vault").read_bytes())["format"] == keyfile.FORMAT
    assert open_keys(home, "vault").ring("sign-in").key() == b"s" * KEY_BYTES


def test_every_key_has_its_kind(home: Home) -> None:
    assert {name for names in HOLDS.values() for name in names} | {"kek", SIGNING, OPENING} == set(KINDS)
    assert all(kind.protects.ja and kind.protects.en for kind in KINDS.values())


def without(home: Home, zone: Zone, *names: str) -> None:
    """Let a zone's file be that of a noren which did not know these keys yet."""
    content = keyfile.read(home, zone)
    for name in names:
        del content.keys[name]
    with keyfile.alone(home, zone):
        keyfile.write(home, content)


def test_a_home_of_before_a_key_is_told_and_completed(home: Home) -> None:
    worker, before = open_keys(home, "ledger-worker"), secrets_of(home)
    keep(home, "begin", SHARED)
    keep(home, "promote", SHARED)
    without(home, "till", SHARED, "one-time-code")
    without(home, "ledger-worker", "link")
    with pytest.raises(HomeProblem, match="noren migrate"):
        open_keys(home, "till")
    made = complete_side(home, "ledger")
    assert set(made) == {f"till/{SHARED}", "till/one-time-code", "ledger-worker/link"}
    till = open_keys(home, "till")
    worker.look(at_once=True)
    assert till.ring(SHARED).versions == worker.ring(SHARED).versions, "retiring versions open what rests on them"
    assert till.ring(SHARED).current == worker.ring(SHARED).current == 2
    statement = open_keys(home, "statement")
    assert till.ring("one-time-code").key() == statement.ring("one-time-code").key()
    assert worker.ring("link").key() == statement.ring("link").key()
    assert complete_side(home, "ledger") == []
    assert set(before) <= set(secrets_of(home)), "a key that there was has changed"


def test_a_home_of_before_a_zone_gets_its_file_and_one_without_any_is_refused(home: Home) -> None:
    keyfile.path_of(home, "front").unlink()
    with pytest.raises(HomeProblem, match="noren migrate"):
        open_keys(home, "front")
    assert complete_side(home, "neither") == [f"front/{SIGNING}", f"front/{OPENING}"]
    assert trusted(home, "front").sealing == open_keys(home, "front").opening.public_key().public_bytes_raw()
    keyfile.path_of(home, "vault").unlink()
    with pytest.raises(HomeProblem, match="backup"):
        complete_side(home, "identity")
