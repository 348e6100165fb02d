"""The till over TLS: versions, both protocols, and who is let in when clients must show a certificate."""

from __future__ import annotations

import http.client
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest
from tests.door.http2 import Http2
from tests.door.papers import Authority, Papers

from noren.house.home import Limits, Programme, Settings
from noren.testing.ports import port_block
from noren.testing.till import TillHouse
from noren.testing.till_bodies import purchase

READY_SECONDS = 60.0
REFUSED = (ssl.SSLError, OSError, http.client.HTTPException)


@dataclass(frozen=True)
class Office:
    """An authority for servers and one for clients, and certificates of clients good and bad."""

    papers: Papers
    client_ca: Path
    clients: dict[str, tuple[Path, Path] | None]


@pytest.fixture(scope="module")
def office() -> Iterator[Office]:
    with tempfile.TemporaryDirectory(prefix="noren-tls-") as name:
        folder = Path(name)
        servers, clients = Authority("servers.test"), Authority("clients.test")
        stranger, himself = Authority("strangers.test"), Authority("himself.test")
        forger = Authority("clients.test")  # the right name, another key
        yield Office(
            Papers(*servers.issue(folder, "till"), servers.root(folder)),
            clients.root(folder),
            {
                "none": None,
                "good": clients.issue(folder, "good"),
                "expired": clients.issue(folder, "expired", begins_days=-9, ends_days=-2),
                "not yet valid": clients.issue(folder, "early", begins_days=2, ends_days=9),
                "of another authority": stranger.issue(folder, "stranger"),
                "of a forger": forger.issue(folder, "forged"),
                "signed by itself": himself.issue(folder, "himself"),
                "of the servers' authority": servers.issue(folder, "server"),
            },
        )


@contextmanager
def opened() -> Iterator[TillHouse]:
    """Open a house whose till is not yet started."""
    settings = Settings(programme=Programme(kind="sandbox"), limits=Limits(header_seconds=2, body_seconds=2))
    made = TillHouse.temporary(settings=settings)
    made.start_worker()
    made.tell_reference()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def house() -> Iterator[TillHouse]:
    with opened() as made:
        yield made


@pytest.fixture(scope="module")
def guarded_house() -> Iterator[TillHouse]:
    with opened() as made:
        yield made


@contextmanager
def till(house: TillHouse, office: Office, *options: str) -> Iterator[int]:
    """Run a till of this house over TLS; yield its port."""
    with port_block(1) as port:
        command = [sys.executable, "-m", "noren.doors.cli.main", "till", "--home", str(house.home.path)]
        process = subprocess.Popen([*command, "--port", str(port), *office.papers.options, *options])
        try:
            until = time.monotonic() + READY_SECONDS
            while socket.socket().connect_ex(("127.0.0.1", port)):
                assert process.poll() is None, "the till ended"
                assert time.monotonic() < until, "waited too long"
                time.sleep(0.05)
            yield port
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(READY_SECONDS)


@pytest.fixture(scope="module")
def port(house: TillHouse, office: Office) -> Iterator[int]:
    with till(house, office) as listening:
        yield listening


@pytest.fixture(scope="module")
def guarded(guarded_house: TillHouse, office: Office) -> Iterator[int]:
    """The port of a till that asks clients for a certificate."""
    with till(guarded_house, office, "--tls-client-ca", str(office.client_ca)) as listening:
        yield listening


def context(office: Office, client: str = "none") -> ssl.SSLContext:
    made = ssl.create_default_context(cafile=office.papers.authority)
    shown = office.clients[client]
    if shown is not None:
        made.load_cert_chain(*shown)
    return made


def asked(port: int, with_context: ssl.SSLContext) -> int:
    """Ask whether the process lives; return the status."""
    wire = http.client.HTTPSConnection("127.0.0.1", port, context=with_context, timeout=20)
    try:
        wire.request("GET", "/healthz")
        return wire.getresponse().status
    finally:
        wire.close()


def limited(office: Office, version: ssl.TLSVersion) -> ssl.SSLContext:
    made = context(office)
    made.set_ciphers("ALL:@SECLEVEL=0")  # else this side would not speak the old ones
    made.minimum_version = made.maximum_version = version
    return made


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_present_versions_are_spoken(port: int, office: Office, version: ssl.TLSVersion) -> None:
    assert asked(port, limited(office, version)) == 200


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_old_versions_are_refused(port: int, office: Office, version: ssl.TLSVersion) -> None:
    with pytest.raises(REFUSED):
        asked(port, limited(office, version))
    with old_server(office, version) as lax:  # the negative control: this client does speak them
        assert asked(lax, limited(office, version)) == 200


@contextmanager
def old_server(office: Office, version: ssl.TLSVersion) -> Iterator[int]:
    """Serve one request over an old version of TLS."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(office.papers.certificate, office.papers.key)
    made.set_ciphers("ALL:@SECLEVEL=0")
    made.minimum_version = made.maximum_version = version
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            plain, _ = listening.accept()
            with made.wrap_socket(plain, server_side=True) as wire:
                wire.recv(65536)
                wire.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        thread.join(20)


def test_both_protocols_sell_and_answer_alike(port: int, office: Office, house: TillHouse) -> None:
    terminal, card = house.terminal(), house.shopper().card
    body = msgspec.json.encode(purchase(card))
    headers = {"authorization": f"Bearer {terminal.key}", "content-type": "application/json"}
    first = Http2(port, context(office))
    by_two = [first.post("/v1/purchases", body, headers) for _ in range(3)]
    first.close()
    wire = http.client.HTTPSConnection("127.0.0.1", port, context=context(office), timeout=20)
    wire.request("POST", "/v1/purchases", body, headers)
    got = wire.getresponse()
    by_one = got.read()
    wire.close()
    assert (got.status, got.headers["Idempotent-Replayed"]) == (201, "true")
    assert by_two == [by_one] * 3
    assert msgspec.json.decode(by_one)["purchase"].startswith("pu_")


def test_with_a_client_authority_only_its_clients_come_in(guarded: int, office: Office) -> None:
    assert {name for name in office.clients if comes_in(guarded, context(office, name))} == {"good"}


def test_without_a_client_authority_they_all_come_in(port: int, office: Office) -> None:
    """The negative control: the same clients, at a till that asks for no certificate."""
    assert {name for name in office.clients if comes_in(port, context(office, name))} == set(office.clients)


def comes_in(port: int, with_context: ssl.SSLContext) -> bool:
    try:
        return asked(port, with_context) == 200
    except REFUSED:
        return False


def test_a_client_of_http2_must_show_its_certificate_too(
    guarded: int, guarded_house: TillHouse, office: Office
) -> None:
    headers = {"authorization": f"Bearer {guarded_house.terminal().key}"}
    body = msgspec.json.encode({"card": guarded_house.shopper().card})
    assert b'"points":0' in Http2(guarded, context(office, "good")).post("/v1/balance", body, headers)
    for name in ("none", "of a forger"):
        with pytest.raises((*REFUSED, AssertionError)):
            Http2(guarded, context(office, name)).post("/v1/balance", body, headers)


@pytest.mark.parametrize("first", [b"", b"\x16\x03\x01", b"GET / HTTP/1.1\r\n\r\n"])
def test_a_handshake_that_does_not_go_on_is_ended(port: int, first: bytes) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=READY_SECONDS) as wire:
        wire.sendall(first)
        got = b"".join(iter(lambda: received(wire), b""))
    assert b"HTTP/" not in got


def received(wire: socket.socket) -> bytes:
    try:
        return wire.recv(65536)
    except ConnectionResetError:
        return b""


def test_a_session_that_says_nothing_is_ended(port: int, office: Office) -> None:
    for protocol in ("h2", "http/1.1"):
        asking = context(office)
        asking.set_alpn_protocols([protocol])
        plain = socket.create_connection(("127.0.0.1", port), timeout=READY_SECONDS)
        with asking.wrap_socket(plain, server_hostname="127.0.0.1") as wire:
            assert wire.selected_alpn_protocol() == protocol
            assert received(wire) == b""
