"""A campaign's public terms and a slip of it, as a register would have signed it: for tests and for trying a check."""

from __future__ import annotations

from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from noren.campaign.canonical import canonical_sha256
from noren.campaign.draw import DrawNumber, Visit, commitment, member_ticket, seed_of, slot, threshold, visit_ticket
from noren.campaign.slips import sign_slip
from noren.kernel.values import value

SHARES: Final = tuple(bytes([each]) * 32 for each in (1, 2, 3))
SEED: Final = seed_of(SHARES)
VISIT: Final = Visit("S1", "T1", "2026-11-02", "0001")
SEQ: Final = 41
_KEY: Final = Ed25519PrivateKey.from_private_bytes(b"\x07" * 32)


@value
class SlipCase:
    """One slip with all that it can be checked by. ``number``: the member's, by which it was won."""

    terms: dict[str, Any]
    slip: dict[str, Any]
    number: DrawNumber
    visit: Visit | None = None


def public_terms(**changes: Any) -> dict[str, Any]:
    """Return public terms, with ``changes``."""
    return {
        "campaign": "coffee-fans",
        "draw": "member",
        "rate": "0.2",
        "holdout": "0.1",
        "entry": True,
        "offer": {"kind": "amount", "value": 50, "redeem_at": ["P1"], "products": 'category = "COFFEE"'},
        "public_key": _KEY.public_key().public_bytes_raw().hex(),
        "share_hashes": [commitment(each).hex() for each in SHARES],
        **changes,
    }


def effect_of(campaign: str = "coffee-fans") -> dict[str, Any]:
    """Return what a till is told, without its proof."""
    return {
        "type": "issue_coupon",
        "coupon": "cp_000102030405060708090a0b0c0d0e0f",
        "campaign": campaign,
        "title": {"ja": "新商品コーヒー 50円引き", "en": "50 yen off our new coffee"},
        "print": ["新商品コーヒー 50円引きクーポン", "お買い物に応じて抽選でお届けしています"],
        "barcode": {"symbology": "ean13", "value": "2012345678900"},
        "valid_from": "2026-11-02",
        "valid_until": "2026-11-15",
    }


def signed(terms: dict[str, Any], ticket: bytes, effect: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return a slip that the register signed for a ticket, whether or not it wins."""
    bare = effect_of(terms["campaign"]) if effect is None else effect
    return {**bare, "proof": sign_slip(_KEY, SEQ, ticket, canonical_sha256(terms), bare)}


def a_case(*, wins: bool = True, draw: str = "member") -> SlipCase:
    """Return a slip whose ticket wins by ``SEED``, or one that does not and was signed all the same."""
    terms = public_terms(draw=draw)
    visit = VISIT if draw == "visit" else None
    for each in range(10_000):
        number = DrawNumber(each.to_bytes(16, "big"))
        campaign = terms["campaign"]
        ticket = member_ticket(number, campaign) if visit is None else visit_ticket(number, campaign, visit)
        if (slot(SEED, ticket) < threshold(terms["rate"])) is wins:
            return SlipCase(terms, signed(terms, ticket), number, visit)
    raise AssertionError("one in five wins")
