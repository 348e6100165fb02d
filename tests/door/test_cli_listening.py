"""Doors to a network: TLS by options, nothing in clear unless a proxy is named; stores are for one user."""

from __future__ import annotations

import signal
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from tests.door.papers import Authority, Papers, make_papers
from typer.testing import CliRunner

from noren.doors.cli.here import Refusal
from noren.doors.cli.listening import listener
from noren.doors.cli.main import app
from noren.testing.ports import port_block

CALL = [sys.executable, "-m", "noren.doors.cli.main"]
WAIT_SECONDS = 60.0


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    # Sockets have short names: pytest's own folders are too deep.
    with tempfile.TemporaryDirectory(prefix="noren-") as folder:
        path = Path(folder) / "h"
        done = CliRunner().invoke(app, ["init", "--sandbox", "--home", str(path)])
        assert done.exit_code == 0, done.output
        yield path


@pytest.fixture
def papers(tmp_path: Path) -> Papers:
    return make_papers(tmp_path)


@contextmanager
def serving(home: Path, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a zone in a shell that leaves everything readable (umask 022)."""
    zone = subprocess.Popen([*CALL, *arguments, "--home", str(home)], umask=0o022)
    try:
        yield zone
    finally:
        zone.send_signal(signal.SIGTERM)
        zone.wait(WAIT_SECONDS)


def wait_until(what: Callable[[], bool]) -> None:
    until = time.monotonic() + WAIT_SECONDS
    while not what():
        assert time.monotonic() < until, "waited too long"
        time.sleep(0.1)


def healthy(url: str, context: ssl.SSLContext | bool = True) -> bool:
    try:
        return httpx.get(f"{url}/healthz", verify=context, trust_env=False, timeout=5).status_code == 200
    except httpx.TransportError:
        return False


@pytest.mark.parametrize("zone", ["till", "vault", "statement", "front"])
def test_a_door_speaks_tls_and_nothing_in_clear(home: Path, papers: Papers, zone: str) -> None:
    trusted = ssl.create_default_context(cafile=papers.authority)
    with port_block(4) as port:
        options = ["--port", str(port), *papers.options]
        if zone == "statement":
            with serving(home, "ledger-worker"):
                wait_until((home / "ledger" / "ledger.db").exists)
        with serving(home, zone, *options):
            wait_until(lambda: healthy(f"https://127.0.0.1:{port}", trusted))
            assert not healthy(f"http://127.0.0.1:{port}")


def test_with_a_client_authority_only_its_clients_come_in(home: Path, papers: Papers) -> None:
    stranger = ssl.create_default_context(cafile=papers.authority)
    known = ssl.create_default_context(cafile=papers.authority)
    known.load_cert_chain(papers.certificate, papers.key)
    with port_block(4) as port:
        options = ["--port", str(port), *papers.options, "--tls-client-ca", str(papers.authority)]
        with serving(home, "till", *options):
            wait_until(lambda: healthy(f"https://127.0.0.1:{port}", known))
            assert not healthy(f"https://127.0.0.1:{port}", stranger)


@pytest.mark.parametrize("zone", ["till", "vault", "statement", "desk", "front"])
@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "till.example.jp"])
def test_no_door_opens_to_a_network_in_clear(home: Path, zone: str, host: str) -> None:
    for lang, word in (("ja", "暗号化されずに"), ("en", "in clear")):
        refused = CliRunner().invoke(app, [zone, "--host", host, "--home", str(home), "--lang", lang])
        assert refused.exit_code == 2
        assert word in refused.stderr
        assert "--tls-cert" in refused.stderr
        assert "--behind-proxy" in refused.stderr


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_loopback_is_open_in_clear(host: str) -> None:
    assert listener(host, None, None, None, behind_proxy=False) is None


def test_a_proxy_may_stand_in_front() -> None:
    assert listener("192.0.2.1", None, None, None, behind_proxy=True) is None


def test_with_tls_a_door_may_open_to_a_network(papers: Papers) -> None:
    tls = listener("192.0.2.1", papers.certificate, papers.key, papers.authority, behind_proxy=False)
    assert tls is not None
    assert (tls.certificate, tls.key, tls.client_ca) == (papers.certificate, papers.key, papers.authority)


def test_files_that_do_not_go_together_are_refused_by_name(papers: Papers, tmp_path: Path) -> None:
    cert, key = papers.certificate, papers.key
    other = tmp_path / "not.pem"
    other.write_text("no certificate\n", "utf-8")
    for given, word in (
        ((cert, None, None), "--tls-key"),
        ((None, key, None), "--tls-cert"),
        ((None, None, cert), "--tls-cert"),
        ((cert, tmp_path / "missing.pem", None), "--tls-cert, --tls-key"),
        ((other, key, None), "--tls-cert, --tls-key"),
        ((cert, key, other), "--tls-client-ca"),
    ):
        with pytest.raises(Refusal) as refused:
            listener("127.0.0.1", *given, behind_proxy=False)
        assert word in refused.value.say.ja
        assert word in refused.value.say.en


@pytest.mark.parametrize("mode", [0o644, 0o604, 0o660, 0o602])
def test_a_key_that_others_may_read_is_refused(papers: Papers, mode: int) -> None:
    papers.key.chmod(mode)
    with pytest.raises(Refusal) as refused:
        listener("127.0.0.1", papers.certificate, papers.key, None, behind_proxy=False)
    assert refused.value.code == 2
    for said in (refused.value.say.ja, refused.value.say.en):
        assert "--tls-key" in said
        assert f"chmod 600 {papers.key}" in said


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o640])
def test_a_key_of_its_owner_or_its_own_group_is_taken(papers: Papers, mode: int) -> None:
    papers.key.chmod(mode)
    assert listener("127.0.0.1", papers.certificate, papers.key, None, behind_proxy=False) is not None


@pytest.mark.parametrize(("begins_days", "ends_days"), [(-30, -1), (1, 30)])
def test_a_certificate_out_of_its_term_is_refused(tmp_path: Path, begins_days: int, ends_days: int) -> None:
    authority = Authority()
    certificate, key = authority.issue(tmp_path, "till", begins_days=begins_days, ends_days=ends_days)
    with pytest.raises(Refusal) as refused:
        listener("127.0.0.1", certificate, key, None, behind_proxy=False)
    assert "有効ではありません" in refused.value.say.ja
    assert "not valid now" in refused.value.say.en


def test_stores_and_lake_belong_to_the_zones_user_alone(home: Path) -> None:
    with serving(home, "ledger-worker"), port_block(4) as port, serving(home, "till", "--port", str(port)):
        wait_until(lambda: healthy(f"http://127.0.0.1:{port}"))
        wait_until(lambda: (home / "run" / "ledger-worker.sock").exists() and any(home.glob("ledger/lake/*/*")))
        found = {
            str(path.relative_to(home)): path.stat().st_mode & 0o777
            for folder in ("ledger", "register", "vault", "run")
            for path in (home / folder).rglob("*")
        }
    assert {"ledger/ledger.db", "ledger/lake"} <= set(found)
    open_to_others = {name: oct(mode) for name, mode in found.items() if mode & 0o077}
    assert open_to_others == {}
    assert (home / "ledger").stat().st_mode & 0o077 == 0
