"""The proof on a slip: signed at the register before anything is revealed, checked by anyone afterwards. Pure.

``proof`` = base64url(01 ‖ seq ‖ ticket ‖ SHA-256 of the public terms ‖ signature), 183 characters. The signature is
over a label, those fields and the hash of the effect without its proof, so nothing on a slip can be changed.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from noren.campaign.canonical import canonical_sha256
from noren.campaign.draw import SHARES, DrawNumber, Unit, Visit, commitment, member_ticket, seed_of, slot, visit_ticket
from noren.campaign.draw import threshold as threshold_of
from noren.kernel.say import Say
from noren.kernel.values import value

VERSION: Final = b"\x01"
LABEL: Final = b"noren-slip-1\x00"
_SEQ, _TICKET, _TERMS = slice(1, 9), slice(9, 41), slice(41, 73)
_SIGNED, _LENGTH = slice(0, 73), 137


class Fault(StrEnum):
    """What does not fit."""

    NOT_A_SLIP = "not-a-slip"
    NOT_TERMS = "not-terms"
    NOT_A_PROOF = "not-a-proof"
    OTHER_TERMS = "other-terms"
    BAD_SIGNATURE = "bad-signature"
    OTHER_CAMPAIGN = "other-campaign"
    NOT_DRAWN = "not-drawn"
    OTHER_SHARES = "other-shares"
    NOT_HERS = "not-hers"


SAYS: Final[Mapping[Fault, Say]] = {
    Fault.NOT_A_SLIP: Say(
        "券のファイルとして読めません(JSONのオブジェクト1つ。同じ名前は一度だけ)。",
        "It is no slip: one JSON object is wanted, no name twice.",
    ),
    Fault.NOT_TERMS: Say(
        "公開条件のファイルとして読めません。公開されたままのものを使ってください。",
        "These are no public terms: use the file as it was published.",
    ),
    Fault.NOT_A_PROOF: Say("検証値の形が正しくありません。", "The proof is not one."),
    Fault.OTHER_TERMS: Say("この企画の公開条件のものではありません。", "It was made under other public terms."),
    Fault.BAD_SIGNATURE: Say(
        "署名が合いません。券面か検証値が書き換えられています。",
        "The signature does not fit: slip or proof was changed.",
    ),
    Fault.OTHER_CAMPAIGN: Say("別の企画の券です。", "It is a slip of another campaign."),
    Fault.NOT_DRAWN: Say(
        "公開された種では、この抽選券は当たりません。", "By the seed that was published this ticket does not win."
    ),
    Fault.OTHER_SHARES: Say(
        "三人の持ち分が、始まる前に公開された値と合いません。",
        "The three shares are not those that were committed to before the start.",
    ),
    Fault.NOT_HERS: Say(
        "その抽選番号(とレシート)の券ではありません。", "The ticket is not of that draw number (and receipt)."
    ),
}


@value
class Proof:
    """What a proof says: which draw of the campaign, which ticket, under which public terms."""

    seq: int
    ticket: bytes
    terms: bytes
    signature: bytes


def seq_shown(salt: bytes) -> int:
    """Return the number by which a slip names its leaf, 53 bits made of the leaf's salt.

    Not the leaf's place: between the places of two slips stands how many draws there were, and a shop that saw two
    customers pass between would know whether both were eligible (``tests/property/test_shop_learns_nothing.py``).
    """
    return int.from_bytes(hmac.digest(salt, b"noren-seq-1", "sha256")[:8], "big") >> 11


def sign_slip(key: Ed25519PrivateKey, seq: int, ticket: bytes, terms_hash: bytes, effect: Mapping[str, Any]) -> str:
    """Return the proof of an effect that has none yet."""
    assert "proof" not in effect, "a proof is over the effect without it"
    fields = VERSION + seq.to_bytes(8, "big") + ticket + terms_hash
    signature = key.sign(LABEL + fields + canonical_sha256(effect))
    return base64.urlsafe_b64encode(fields + signature).rstrip(b"=").decode()


def read_proof(text: object) -> Proof | None:
    """Return what a proof says, or None: it is not one. Only its one spelling is read."""
    try:
        raw = base64.urlsafe_b64decode(str(text) + "=" * (-len(str(text)) % 4))
    except (binascii.Error, ValueError):
        return None
    if len(raw) != _LENGTH or raw[:1] != VERSION or base64.urlsafe_b64encode(raw).rstrip(b"=").decode() != text:
        return None
    return Proof(int.from_bytes(raw[_SEQ], "big"), raw[_TICKET], raw[_TERMS], raw[73:])


def check_slip(terms: Mapping[str, Any], effect: Mapping[str, Any]) -> Proof | Fault:
    """Return what a slip's proof says where its signature fits the effect and the public terms."""
    proof = read_proof(effect.get("proof"))
    if proof is None:
        return Fault.NOT_A_PROOF
    if proof.terms != canonical_sha256(terms):
        return Fault.OTHER_TERMS
    if effect.get("campaign") != terms["campaign"]:
        return Fault.OTHER_CAMPAIGN
    fields = VERSION + proof.seq.to_bytes(8, "big") + proof.ticket + proof.terms
    bare = {name: each for name, each in effect.items() if name != "proof"}
    try:
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(terms["public_key"]))
        public.verify(proof.signature, LABEL + fields + canonical_sha256(bare))
    except (InvalidSignature, ValueError):
        return Fault.BAD_SIGNATURE
    return proof


def check_drawn(terms: Mapping[str, Any], proof: Proof, seed: bytes) -> Fault | None:
    """Return why a ticket does not win by a seed, None: it wins."""
    won = slot(seed, proof.ticket) < threshold_of(terms["rate"])
    return None if won else Fault.NOT_DRAWN


def check_shares(terms: Mapping[str, Any], shares: bytes) -> bytes | Fault:
    """Return the seed of three shares (96 bytes) where each is the one that was committed to."""
    each = [shares[i : i + 32] for i in range(0, 32 * SHARES, 32)]
    if len(shares) != 32 * SHARES or [commitment(one).hex() for one in each] != list(terms["share_hashes"]):
        return Fault.OTHER_SHARES
    return seed_of(each)


def check_hers(terms: Mapping[str, Any], proof: Proof, number: DrawNumber, visit: Visit | None) -> Fault | None:
    """Return why a ticket is not of a draw number (and receipt, where visits are drawn), None: it is."""
    if Unit(terms["draw"]) is Unit.MEMBER:
        expected = member_ticket(number, terms["campaign"])
    elif visit is None:
        return Fault.NOT_HERS
    else:
        expected = visit_ticket(number, terms["campaign"], visit)
    return None if expected == proof.ticket else Fault.NOT_HERS
