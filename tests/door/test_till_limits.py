"""What one caller may take: slow heads and bodies are cut off, and a terminal that floods costs others no answer."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator

import msgspec
import pytest

from noren.doors.till.allowance import MAX_UNDER_WAY
from noren.house.home import Limits, Programme, Settings
from noren.testing.till import Terminal, TillHouse, shared_house
from noren.testing.till_bodies import purchase
from noren.testing.till_http import PROBLEM_PREFIX, TillClient

IMPATIENT = Limits(header_seconds=1, body_seconds=1)
LONG_ENOUGH_SECONDS = 30.0
FLOODERS = 8


@pytest.fixture(scope="module")
def impatient() -> Iterator[TillHouse]:
    settings = Settings(programme=Programme(kind="sandbox"), limits=IMPATIENT)
    with TillHouse.temporary(settings=settings) as made:
        yield made


def head(terminal: Terminal, path: str, *more: str) -> bytes:
    rows = [f"POST {path} HTTP/1.1", "Host: till", f"Authorization: Bearer {terminal.key}", *more]
    return "\r\n".join(rows).encode() + b"\r\n\r\n"


def trickle(port: int, first: bytes, then: bytes) -> bytes:
    """Send ``first``, then ``then`` again and again, slowly; return what comes before the door closes."""
    got = b""
    with socket.create_connection(("127.0.0.1", port), timeout=0.2) as wire:
        wire.sendall(first)
        until = time.monotonic() + LONG_ENOUGH_SECONDS
        while time.monotonic() < until:
            try:
                part = wire.recv(65536)
            except TimeoutError:
                with contextlib.suppress(OSError):
                    wire.sendall(then)
                continue
            except OSError:
                return got
            if not part:
                return got
            got += part
    raise AssertionError("the door waits for ever")


def _word(answer: bytes) -> str:
    return str(msgspec.json.decode(answer.partition(b"\r\n\r\n")[2])["type"]).removeprefix(PROBLEM_PREFIX)


def test_a_head_that_does_not_come_ends_the_connection(impatient: TillHouse) -> None:
    assert b"HTTP/1.1 2" not in trickle(impatient.port, b"POST /v1/purchases HTTP/1.1\r\n", b"X-Slow: 1\r\n")


def test_a_head_without_end_is_cut_off(impatient: TillHouse) -> None:
    """64 KiB are enough for any head; more is not kept, however quickly it comes."""
    got = b""
    with socket.create_connection(("127.0.0.1", impatient.port), timeout=LONG_ENOUGH_SECONDS) as wire:
        with contextlib.suppress(OSError):
            wire.sendall(b"POST /v1/purchases HTTP/1.1\r\n" + b"X-Long: " + b"a" * 4_000_000)
        with contextlib.suppress(OSError):
            while part := wire.recv(65536):
                got += part
    assert got[:13] in {b"", b"HTTP/1.1 431 "}


def test_a_large_body_still_comes_whole(impatient: TillHouse) -> None:
    """The bound is the head's alone."""
    with impatient.client(impatient.terminal()) as client:
        assert client.purchase(b" " * (1 << 20)).problem == "bad-json"
        assert client.purchase(b" " * ((1 << 20) + 1)).problem == "too-large"


@pytest.mark.parametrize("first", [b"", b"P", b"PRI * HT", b"G"])
def test_a_connection_that_says_nothing_is_closed(impatient: TillHouse, first: bytes) -> None:
    """What could become HTTP/2 waits in the server without a limit of its own: the idle watch ends it."""
    assert trickle(impatient.port, first, b"") == b""


@pytest.mark.parametrize("length", ["Content-Length: 5000", "Transfer-Encoding: chunked"])
@pytest.mark.parametrize("path", ["/v1/purchases", "/v1/balance", "/v1/purchases/batch"])
def test_a_body_that_does_not_come_is_refused(impatient: TillHouse, path: str, length: str) -> None:
    silent = trickle(impatient.port, head(impatient.terminal(), path, length), b"")
    assert silent.startswith(b"HTTP/1.1 408 ")
    assert _word(silent) == "too-slow"


def test_a_body_that_trickles_is_refused(impatient: TillHouse) -> None:
    assert trickle(
        impatient.port, head(impatient.terminal(), "/v1/purchases", "Content-Length: 5000"), b" "
    ).startswith(b"HTTP/1.1 408 ")


def test_a_batch_may_take_its_time_as_long_as_lines_come(impatient: TillHouse) -> None:
    shopper, terminal = impatient.shopper(), impatient.terminal()
    line = msgspec.json.encode(purchase(shopper.card, receipt="slow-1")) + b"\n"
    with socket.create_connection(("127.0.0.1", impatient.port), timeout=LONG_ENOUGH_SECONDS) as wire:
        wire.sendall(head(terminal, "/v1/purchases/batch", f"Content-Length: {len(line)}"))
        step = len(line) // 5
        for at in range(0, len(line), step):
            time.sleep(0.4)
            wire.sendall(line[at : at + step])
        got = b""
        while b'"status":201' not in got:
            part = wire.recv(65536)
            assert part, got
            got += part


@pytest.fixture(scope="module")
def house() -> TillHouse:
    return shared_house()


def test_one_that_floods_costs_others_no_answer(house: TillHouse) -> None:
    """Its own requests beyond its rate are refused; a quiet neighbour's are all answered, each with a sale."""
    noisy, quiet = house.terminal(rate=5), house.terminal()
    loud_card, card = house.shopper().card, house.shopper().card
    stop, said = threading.Event(), Counter[int]()

    def flood() -> None:
        with house.client(noisy) as client:
            mine = Counter[int]()
            while not stop.is_set():
                mine[client.balance(loud_card).status] += 1
            said.update(mine)

    threads = [threading.Thread(target=flood) for _ in range(FLOODERS)]
    for thread in threads:
        thread.start()
    try:
        with house.client(quiet) as client:
            answers = [client.purchase(purchase(card)).status for _ in range(60)]
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert answers == [201] * 60
    assert set(said) == {200, 429}


def test_a_refused_key_leaves_the_connection_as_it_was(house: TillHouse) -> None:
    """A till that is told to wait, or whose key is wrong, goes on with the same connection."""
    good, card = house.terminal(), house.shopper().card
    with house.client(good) as client:
        for _ in range(30):
            assert client.send("POST", "/v1/purchases", b" " * 5000, key="nt_test_wrong").status == 401
            assert client.send("POST", "/v1/nothing", b" " * 5000).status == 404
        assert client.purchase(purchase(card)).status == 201


def test_readiness_asked_by_many_at_once_costs_few_syncs(house: TillHouse) -> None:
    """Anybody may ask, so asking must not be a way to keep the disk busy: those who ask together share one probe."""
    answers: list[int] = []

    def ask() -> None:
        with TillClient(house.port, None) as client:
            answers.extend(client.get("/readyz").status for _ in range(10))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [200] * 80


def test_a_batch_larger_than_a_terminals_share_is_answered_whole_and_beside_live_sales(house: TillHouse) -> None:
    """Lines beyond the share wait for their turn; meanwhile the same terminal sells."""
    card, terminal = house.shopper().card, house.terminal()
    lines = [purchase(card, receipt=f"b-{n}") for n in range(MAX_UNDER_WAY + 200)]
    got: list[int] = []

    def send() -> None:
        with house.client(terminal) as client:
            got.extend(each["status"] for each in client.batch(list(lines)).lines)

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    with house.client(terminal) as client:
        live = [client.purchase(purchase(card)).status for _ in range(20)]
    for thread in threads:
        thread.join()
    assert live == [201] * 20
    assert got == [201] * 2 * len(lines)
