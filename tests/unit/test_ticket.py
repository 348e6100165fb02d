"""The ticket from the vault to the statement door: opens once, here, now, in this browser, and for nobody else."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from noren.kernel.ids import LinkToken
from noren.kernel.ticket import (
    ALREADY_USED,
    LIFE_SECONDS,
    NOT_A_TICKET,
    OTHER_BROWSER,
    TOO_LATE,
    TicketRefused,
    UsedTickets,
    make_ticket,
    open_ticket,
)

NOW = datetime(2026, 11, 22, 1, 0, 0, tzinfo=UTC)
TOKEN = LinkToken(bytes(range(32)))
SIGNING, OPENING = Ed25519PrivateKey.generate(), X25519PrivateKey.generate()
VERIFYING, SEALING = SIGNING.public_key().public_bytes_raw(), OPENING.public_key().public_bytes_raw()
NONCE = "a-browser's-nonce"


def made(nonce: str = NONCE, *, signing: Ed25519PrivateKey = SIGNING, sealing: bytes = SEALING) -> str:
    return make_ticket(token=TOKEN, nonce=nonce, signing=signing, sealing=sealing, now=NOW)


def opened(
    ticket: str, *, nonce: str = NONCE, after_seconds: float = 0, used: UsedTickets | None = None
) -> LinkToken | TicketRefused:
    return open_ticket(
        ticket,
        nonce=nonce,
        openings=[OPENING],
        verifying=[VERIFYING],
        now=NOW + timedelta(seconds=after_seconds),
        used=used or UsedTickets(NOW - timedelta(hours=1)),
    )


def test_a_ticket_brings_the_link_token() -> None:
    assert opened(made()) == TOKEN


def test_it_opens_once() -> None:
    ticket, used = made(), UsedTickets(NOW - timedelta(hours=1))
    assert opened(ticket, used=used) == TOKEN
    assert opened(ticket, used=used, after_seconds=30) == ALREADY_USED


@pytest.mark.parametrize(
    ("after_seconds", "fits"), [(-5, True), (-6, False), (0, True), (LIFE_SECONDS, True), (61, False)]
)
def test_it_lives_sixty_seconds(after_seconds: int, fits: bool) -> None:
    assert opened(made(), after_seconds=after_seconds) == (TOKEN if fits else TOO_LATE)


def test_it_belongs_to_one_browser_and_is_not_used_up_by_another() -> None:
    ticket, used = made(), UsedTickets(NOW - timedelta(hours=1))
    assert opened(ticket, nonce="another", used=used) == OTHER_BROWSER
    assert opened(ticket, used=used) == TOKEN


def test_a_door_that_was_restarted_admits_no_ticket_from_before() -> None:
    assert opened(made(), after_seconds=20, used=UsedTickets(NOW + timedelta(seconds=10))) == ALREADY_USED


def test_only_the_vault_can_make_one() -> None:
    assert opened(made(signing=Ed25519PrivateKey.generate())) == NOT_A_TICKET


def test_one_sealed_to_another_door_does_not_open() -> None:
    elsewhere = X25519PrivateKey.generate().public_key().public_bytes_raw()
    assert opened(made(sealing=elsewhere)) == NOT_A_TICKET


def test_it_shows_neither_token_nor_nonce() -> None:
    raw = base64.urlsafe_b64decode(made() + "===")
    assert TOKEN.reveal() not in raw
    assert NONCE.encode() not in raw


@given(st.data())
def test_no_changed_bit_opens(data: st.DataObject) -> None:
    raw = bytearray(base64.urlsafe_b64decode(made() + "==="))
    bit = data.draw(st.integers(0, len(raw) * 8 - 1))
    raw[bit // 8] ^= 1 << bit % 8
    assert opened(base64.urlsafe_b64encode(bytes(raw)).decode().rstrip("=")) == NOT_A_TICKET


@given(st.text(max_size=2_000))
def test_whatever_is_brought_is_refused_quietly(text: str) -> None:
    assert opened(text) == NOT_A_TICKET


def test_old_tickets_are_forgotten() -> None:
    used = UsedTickets(NOW)
    start = int(NOW.timestamp())
    for second in range(500):
        assert used.admit(second.to_bytes(16, "big"), start + second, start + second)
    assert len(used._used) < 100
