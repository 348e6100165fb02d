"""An acknowledgement is what was signed, to the letter, and nothing else is."""

from __future__ import annotations

import json
import random

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from noren.governance.acknowledgement import signed, verified
from noren.governance.stop_texts import Names
from noren.governance.stopping import EVERYTHING
from noren.identity.acknowledging import acknowledgement
from noren.identity.choices import Choices, Received, Stop
from noren.kernel.say import Say

AT = "2026-11-26T10:00:00.000+09:00"
KEY, OTHER = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
EDITS = 300


def public(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def made(in_force_at: str = AT) -> bytes:
    received = Received((("stop", "all"),), "choices-1", AT, in_force_at)
    choices = Choices(stops=(Stop(EVERYTHING, AT),), received=received)
    said = acknowledgement(choices, programme=Say("のれん", "Noren"), names=Names(), subject=bytes(16))
    assert said is not None
    return signed(said, KEY)


def test_it_says_what_was_chosen_what_stands_and_since_when() -> None:
    said = verified(made(), [public(OTHER), public(KEY)])
    assert said is not None
    assert (said["received_at"], said["in_force_at"], said["texts_version"]) == (AT, AT, "choices-1")
    assert said["chosen"][0]["covers"]["en"].startswith("Everything stops")
    assert said["stands"]["stops"][0]["rule"] == "all"
    waiting = verified(made(""), [public(KEY)])
    assert waiting is not None
    assert waiting["in_force_at"] is None


def test_who_has_chosen_nothing_has_none() -> None:
    assert acknowledgement(Choices(), programme=Say("", ""), names=Names(), subject=None) is None


def test_another_key_signs_nothing_of_ours() -> None:
    assert verified(made(), [public(OTHER)]) is None
    assert verified(b"{}", [public(KEY)]) is None
    assert verified(b"[" * 5_000, [public(KEY)]) is None


def test_no_letter_can_be_changed() -> None:
    """A change that leaves the JSON's meaning (white space, an escape) is none."""
    seed = random.randrange(2**32)
    chance, file = random.Random(seed), made()
    meant = json.loads(file)
    for _ in range(EDITS):
        place = chance.randrange(len(file))
        edited = file[:place] + bytes([chance.randrange(256)]) + file[place + 1 :]
        said = verified(edited, [public(KEY)])
        assert said is None or said == meant["acknowledgement"], f"seed {seed}"


def test_a_check_that_trusts_the_words_beside_the_signature_would_be_found() -> None:
    """The negative control: the readable half alone says whatever somebody wrote into it."""
    file = made().replace(b'"all"', b'"none"')
    assert json.loads(file)["acknowledgement"]["chosen"][0]["value"] == "none"
    assert verified(file, [public(KEY)]) is None
