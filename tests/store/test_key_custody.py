"""Custody: under a passphrase, and in AWS KMS as a server process plays it; what each says when it does not open."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import boto3
import httpx
import pytest

from noren.house.home import CONFIG, Home, KeySettings, Programme, Settings, open_home, write_settings
from noren.house.keys import SIDES, keyfile, make_side, open_keys
from noren.house.keys.custody import DESCRIPTOR, CustodyProblem
from noren.house.keys.custody.passphrase import hand_down
from noren.house.keys.keeper import SideKeeper
from noren.testing.ports import port_block
from noren.testing.rotation import secrets_of, standing_in

SECRET = "暖簾 をくぐる 2026"
AWS = {
    "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_SESSION_TOKEN": "test", "NO_PROXY": "127.0.0.1",
}  # fmt: skip


def a_home(folder: Path, keys: KeySettings) -> Home:
    folder.mkdir(exist_ok=True)
    settings = Settings(programme=Programme(kind="sandbox"), keys=keys)
    (folder / CONFIG).write_text(write_settings(settings), "utf-8")
    return open_home(folder)


def made(home: Home) -> Home:
    for side in SIDES:
        make_side(home, side)
    return home


def move(home: Home, keys: KeySettings) -> Home:
    """Change the settings, then move all keys, as ``noren keys custody`` does."""
    moved = a_home(home.path, keys)
    for side in SIDES:
        with SideKeeper(moved, side) as keeper:
            keeper.rewrap()
    return moved


def passphrase_file(home: Path, secret: str = SECRET) -> str:
    path = home / "passphrase"
    path.write_text(secret + "\n", "utf-8")
    path.chmod(0o600)
    return path.name


@pytest.fixture
def under_passphrase(tmp_path: Path) -> Home:
    name = passphrase_file(tmp_path)
    return made(a_home(tmp_path, KeySettings(custody="passphrase", passphrase_file=name)))


def test_a_passphrase_opens_and_a_wrong_one_says_so(under_passphrase: Home) -> None:
    assert open_keys(under_passphrase, "vault").ring("sign-in").key()
    passphrase_file(under_passphrase.path, "wrong")
    with pytest.raises(CustodyProblem, match="passphrase is wrong"):
        open_keys(under_passphrase, "vault")


def test_a_passphrase_that_others_can_read_is_refused(under_passphrase: Home) -> None:
    (under_passphrase.path / "passphrase").chmod(0o644)
    with pytest.raises(CustodyProblem, match="chmod 600"):
        open_keys(under_passphrase, "vault")


def test_without_a_passphrase_it_says_where_to_put_it(under_passphrase: Home) -> None:
    lost = a_home(under_passphrase.path, KeySettings(custody="passphrase"))
    with pytest.raises(CustodyProblem, match="passphrase_file"):
        open_keys(lost, "vault")


LOOK = """
import sys
from pathlib import Path
from noren.house.home import open_home
from noren.house.keys import open_keys
print(open_keys(open_home(Path(sys.argv[1])), "vault").serial)
"""


def test_a_child_inherits_the_passphrase_by_a_descriptor_alone(under_passphrase: Home) -> None:
    (under_passphrase.path / "passphrase").unlink()
    hand_down(SECRET.encode())
    number = int(os.environ.pop(DESCRIPTOR))
    command = [sys.executable, "-c", LOOK, str(under_passphrase.path)]
    child = {"pass_fds": (number,), "env": {**os.environ, DESCRIPTOR: str(number)}}
    for _ in range(2):  # it can be read more than once, by children of children too
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60, **child)
        assert done.stdout.strip() == "1"
    os.close(number)


def test_moving_into_a_passphrase_leaves_no_key_in_clear_and_back_again_opens(tmp_path: Path) -> None:
    home = made(a_home(tmp_path, KeySettings()))
    before, ring = secrets_of(home), open_keys(home, "till").ring("card-index").key()
    assert standing_in(tmp_path / "keys", before)
    moved = move(home, KeySettings(custody="passphrase", passphrase_file=passphrase_file(tmp_path)))
    assert keyfile.read(moved, "till").kek.held.custody == "passphrase"
    assert standing_in(tmp_path / "keys", before) == []
    assert open_keys(moved, "till").ring("card-index").key() == ring
    back = move(moved, KeySettings(passphrase_file="passphrase"))
    (tmp_path / "passphrase").unlink()
    assert open_keys(back, "till").ring("card-index").key() == ring


@pytest.fixture(scope="module")
def kms() -> Iterator[tuple[str, str]]:
    """Give a KMS server's address and the id of a key in it: a process of its own, as far from us as AWS is."""
    with port_block(1) as port:
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            with pytest.MonkeyPatch.context() as environment:
                for name, value in AWS.items():
                    environment.setenv(name, value)
                address = f"http://127.0.0.1:{port}"
                _await(address, server)
                client = boto3.client("kms", region_name="ap-northeast-1", endpoint_url=address)
                yield address, client.create_key()["KeyMetadata"]["KeyId"]
        finally:
            server.terminate()
            server.wait(20)


def _await(address: str, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while server.poll() is None and time.monotonic() < until:
        try:
            httpx.get(f"{address}/moto-api/", timeout=2, trust_env=False)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the KMS server did not start")


def in_kms(address: str, key: str) -> KeySettings:
    return KeySettings(custody="aws-kms", kms_key=key, kms_region="ap-northeast-1", kms_endpoint=address)


def test_kms_keeps_each_zones_key_and_opens_it_for_that_zone_alone(kms: tuple[str, str], tmp_path: Path) -> None:
    home = made(a_home(tmp_path, in_kms(*kms)))
    assert open_keys(home, "vault").ring("sign-in").key()
    assert b"Plaintext" not in keyfile.path_of(home, "vault").read_bytes()
    vault, till = keyfile.read(home, "vault"), keyfile.read(home, "till")
    vault.kek = till.kek  # another zone's wrapped key: KMS opens it only under that zone's name
    with keyfile.alone(home, "vault"):
        keyfile.write(home, vault)
    with pytest.raises(CustodyProblem, match="does not give out the key of zone vault"):
        open_keys(home, "vault")


def test_moving_into_kms_and_rotating_there(kms: tuple[str, str], tmp_path: Path) -> None:
    home = made(a_home(tmp_path, KeySettings()))
    before, ring = secrets_of(home), open_keys(home, "vault").ring("member-wrap").key()
    running = open_keys(home, "vault")
    moved = move(home, in_kms(*kms))
    assert standing_in(tmp_path / "keys", before) == []
    assert open_keys(moved, "vault").ring("member-wrap").key() == ring
    again = move(moved, in_kms(*kms))
    assert keyfile.read(again, "vault").kek.version == 3
    running.home = again
    running.look(at_once=True)  # a process that was running follows
    assert running.serial == keyfile.read(again, "vault").serial


def test_a_key_that_kms_does_not_have_and_a_kms_that_is_away(kms: tuple[str, str], tmp_path: Path) -> None:
    with pytest.raises(CustodyProblem, match=r"does not give out the key of zone .* \(NotFoundException\)"):
        made(a_home(tmp_path / "a", in_kms(kms[0], "00000000-0000-0000-0000-000000000000")))
    with pytest.raises(CustodyProblem, match="can not be reached"):
        made(a_home(tmp_path / "b", in_kms("http://127.0.0.1:9", kms[1])))
