"""The draw against the contract's words, computed another way; one bit changed anywhere is found by both checkers."""

from __future__ import annotations

import hashlib
import hmac
import json
import random
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from noren.campaign import verify_draw
from noren.campaign.canonical import LARGEST, canonical
from noren.campaign.draw import (
    DrawNumber,
    Visit,
    commitment,
    holdout_slot,
    member_ticket,
    seed_of,
    slot,
    threshold,
    visit_ticket,
)
from noren.campaign.slips import Fault, Proof, check_drawn, check_hers, check_shares, check_slip, read_proof, sign_slip

NUMBER = DrawNumber(bytes(range(16)))
SHARES = [bytes([each]) * 32 for each in (1, 2, 3)]
SEED = seed_of(SHARES)
KEY = Ed25519PrivateKey.from_private_bytes(b"\x07" * 32)
VISIT = Visit("S1", "T1", "2026-11-02", "0001")
TERMS: dict[str, Any] = {
    "campaign": "coffee-fans",
    "draw": "member",
    "rate": "0.2",
    "offer": {"kind": "amount", "value": 50},
    "public_key": KEY.public_key().public_bytes_raw().hex(),
    "share_hashes": [commitment(each).hex() for each in SHARES],
}
EFFECT: dict[str, Any] = {
    "type": "issue_coupon",
    "coupon": "cp_1",
    "campaign": "coffee-fans",
    "title": {"ja": "新商品コーヒー 50円引き", "en": "50 yen off our new coffee"},
    "print": ["新商品コーヒー 50円引きクーポン"],
    "barcode": {"symbology": "ean13", "value": "2012345678900"},
    "valid_from": "2026-11-02",
    "valid_until": "2026-11-15",
}
TICKET = member_ticket(NUMBER, "coffee-fans")


def slip(ticket: bytes = TICKET, terms: dict[str, Any] = TERMS) -> dict[str, Any]:
    """Return an effect with its proof."""
    terms_hash = hashlib.sha256(canonical(terms)).digest()
    return {**EFFECT, "proof": sign_slip(KEY, 41, ticket, terms_hash, EFFECT)}


def alone(folder: Path, terms: object, effect: object, *more: str) -> tuple[int, str]:
    """Run the script that needs nothing but Python."""
    (folder / "terms.json").write_text(json.dumps(terms))
    (folder / "slip.json").write_text(json.dumps(effect, ensure_ascii=False))
    script = [sys.executable, "-I", "-S", verify_draw.__file__]
    files = ["--terms", str(folder / "terms.json"), "--slip", str(folder / "slip.json")]
    done = subprocess.run([*script, *files, *more], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_tickets_and_slots_are_the_contracts() -> None:
    number = NUMBER.reveal()
    mine = hmac.new(number, b"member\0coffee-fans", hashlib.sha256).digest()
    assert member_ticket(NUMBER, "coffee-fans") == mine
    text = b"visit\0coffee-fans\0S1\0T1\0" + b"2026-11-02\x000001"
    assert visit_ticket(NUMBER, "coffee-fans", VISIT) == hmac.new(number, text, hashlib.sha256).digest()
    assert slot(SEED, mine) == int.from_bytes(hmac.new(SEED, mine, hashlib.sha256).digest()[:8], "big")
    inner = hmac.new(number, b"coffee-fans", hashlib.sha256).digest()
    outer = hmac.new(SEED, b"holdout\0" + inner, hashlib.sha256).digest()
    assert holdout_slot(SEED, NUMBER, "coffee-fans") == int.from_bytes(outer[:8], "big")
    assert hashlib.sha256(b"".join(SHARES)).digest() == SEED


@pytest.mark.parametrize(
    ("share", "below"),
    [("0", 0), ("1", 2**64), ("0.5", 2**63), ("0.2", 2**64 // 5), ("0.1", 2**64 // 10), ("1.0", 2**64)],
)
def test_a_share_is_exact(share: str, below: int) -> None:
    assert threshold(share) == below


@given(st.decimals(0, 1, allow_nan=False, places=18))
def test_a_share_is_floored_to_a_slot(share: object) -> None:
    exact = Fraction(str(share))
    assert threshold(str(share)) <= exact * 2**64 < threshold(str(share)) + 1


KEYS = st.text(st.characters(codec="ascii"))
_JSON = st.recursive(
    st.text() | st.integers(-LARGEST, LARGEST) | st.booleans(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner),
    max_leaves=12,
)


@settings(suppress_health_check=[HealthCheck.too_slow])  # the first time, its tables of characters are made
@given(st.dictionaries(KEYS, _JSON))
def test_one_text_for_one_value(value: dict[str, Any]) -> None:
    expected = rfc8785.dumps(value)
    assert canonical(value) == expected
    assert verify_draw._canonical(value) == expected  # pyright: ignore[reportPrivateUsage]


def test_a_slip_is_accepted_by_both(tmp_path: Path) -> None:
    made = slip()
    assert len(made["proof"]) <= 500
    proof = check_slip(TERMS, made)
    assert isinstance(proof, Proof)
    assert (proof.seq, check_hers(TERMS, proof, NUMBER, None)) == (41, None)
    won = check_drawn(TERMS, proof, SEED) is None
    assert won == (slot(SEED, TICKET) < threshold("0.2"))
    sure = {**TERMS, "rate": "1"}
    code, said = alone(
        tmp_path,
        sure,
        slip(terms=sure),
        "--seed",
        b"".join(SHARES).hex(),
        "--draw-number",
        "00" + NUMBER.reveal()[1:].hex(),
    )
    assert (code, "shares committed" in said, "hers" in said) == (0, True, True), said


def test_one_bit_changed_anywhere_is_refused_by_both(tmp_path: Path) -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    text = json.dumps(slip(), ensure_ascii=False, separators=(",", ":")).encode()
    for bit in range(0, 8 * len(text), 1):
        changed = bytearray(text)
        changed[bit // 8] ^= 1 << bit % 8
        try:
            read: Any = json.loads(changed.decode())  # JSON is UTF-8; given bytes, Python takes more
        except ValueError:
            continue
        if isinstance(read, dict) and read != slip():
            assert not isinstance(check_slip(TERMS, read), Proof), bytes(changed)
            if chance.random() < 0.002:  # the other checker costs a process each time
                assert alone(tmp_path, TERMS, read)[0] == 1


@pytest.mark.parametrize(
    "changed",
    [{"rate": "0.3"}, {"campaign": "other"}, {"share_hashes": []}, {"public_key": "00" * 32}, {"offer": {}}],
)
def test_other_terms_are_refused(changed: dict[str, Any], tmp_path: Path) -> None:
    made = slip()
    assert check_slip({**TERMS, **changed}, made) is Fault.OTHER_TERMS
    assert alone(tmp_path, {**TERMS, **changed}, made)[0] == 1


def test_a_swapped_winner_another_seed_and_another_number_are_found(tmp_path: Path) -> None:
    losing = next(
        ticket
        for each in range(1000)
        if slot(SEED, ticket := member_ticket(DrawNumber(each.to_bytes(16, "big")), "coffee-fans")) >= threshold("0.2")
    )
    made = slip(losing)
    proof = check_slip(TERMS, made)
    assert isinstance(proof, Proof), "the register signed it"
    assert check_drawn(TERMS, proof, SEED) is Fault.NOT_DRAWN
    assert check_hers(TERMS, proof, NUMBER, None) is Fault.NOT_HERS
    assert alone(tmp_path, TERMS, made)[0] == 0
    assert "does not win" in alone(tmp_path, TERMS, made, "--seed", SEED.hex())[1]
    assert "not of that draw number" in alone(tmp_path, TERMS, made, "--draw-number", NUMBER.reveal().hex())[1]
    late = b"".join([*SHARES[:2], b"\x09" * 32])
    assert check_shares(TERMS, late) is Fault.OTHER_SHARES
    assert check_shares(TERMS, b"".join(SHARES)) == SEED
    assert "committed" in alone(tmp_path, TERMS, made, "--seed", late.hex())[1]


def test_a_visits_ticket_is_hers_by_its_receipt() -> None:
    terms = {**TERMS, "draw": "visit"}
    proof = check_slip(terms, slip(visit_ticket(NUMBER, "coffee-fans", VISIT), terms))
    assert isinstance(proof, Proof)
    assert check_hers(terms, proof, NUMBER, VISIT) is None
    assert check_hers(terms, proof, NUMBER, Visit("S1", "T1", "2026-11-02", "0002")) is Fault.NOT_HERS
    assert check_hers(terms, proof, NUMBER, None) is Fault.NOT_HERS


@pytest.mark.parametrize("text", ["", "AQ", "!" * 183, None, 7, "=" * 183, "A" * 183])
def test_what_is_no_proof_is_none(text: object) -> None:
    assert read_proof(text) is None


def test_draws_are_uniform() -> None:
    """Chi-square over 256 cells: 255 degrees of freedom, mean 255, sd 22.6; 5 sd is 1 in 10^6."""
    draws = 50_000
    cells = [0] * 256
    for each in range(draws):
        number = DrawNumber(hashlib.sha256(each.to_bytes(4, "big")).digest()[:16])
        cells[slot(SEED, member_ticket(number, "coffee-fans")) >> 56] += 1
    mean = draws / 256
    assert sum((cell - mean) ** 2 / mean for cell in cells) < 255 + 5 * 22.6
