"""The public terms of a campaign: what anybody may read before it starts, and what its slips are bound to. Pure.

Whole numbers, truth values, texts, lists and objects alone, so that the one JSON text (RFC 8785) is the same in every
language.
The condition stands in them as a salted hash; the file as it was drafted is held by another, in the side's log.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Sequence
from typing import Any, Final, cast

import msgspec

from noren.campaign.canonical import canonical
from noren.campaign.draw import SHARE_BYTES, SHARES, commitment
from noren.campaign.spec import Campaign, Form, Offer

SALT_BYTES: Final = 16
PUBLIC_KEY_BYTES: Final = 32
_OFFERED: Final = ("kind", "value", "max_value", "min_spend", "redeem_at", "valid_days", "stack", "products")


def file_text(campaign: Campaign) -> bytes:
    """Return the one text of a campaign's file: what is committed to, logged and kept."""
    return canonical(_plain(campaign))


def campaign_in(file: bytes) -> Campaign:
    """Return the campaign of a file's one text, as it was kept."""
    return msgspec.convert(json.loads(file), Campaign)


def condition_hash(salt: bytes, condition: str) -> bytes:
    """Return what is published of the condition; ``salt`` and text open it, to members and auditors."""
    assert len(salt) == SALT_BYTES, "a salt has 16 bytes"
    return hashlib.sha256(salt + condition.encode()).digest()


def file_hash(salt: bytes, file: bytes) -> bytes:
    """Return what the log says of a file: salted, for a condition is guessed from few."""
    assert len(salt) == SALT_BYTES, "a salt has 16 bytes"
    return hashlib.sha256(salt + file).digest()


def new_share() -> bytes:
    """Return a person's share of the seed."""
    return secrets.token_bytes(SHARE_BYTES)


def public_terms(campaign: Campaign, salt: bytes, share_hashes: Sequence[bytes], public_key: bytes) -> dict[str, Any]:
    """Return the public terms. ``share_hashes``: the author's and the two approvers', in this order."""
    assert len(share_hashes) == SHARES, "the author's share and two approvers'"
    assert len(public_key) == PUBLIC_KEY_BYTES, "an Ed25519 key has 32 bytes"
    issue, said = campaign.issue, _plain(campaign)
    return {
        "campaign": campaign.id,
        "title": said["title"],
        "from": issue.first.isoformat(),
        "until": issue.until.isoformat(),
        **({"partners": sorted(issue.partners)} if issue.partners else {"shops": sorted(issue.shops)}),
        "draw": issue.draw.value,
        "rate": issue.rate,
        "holdout": issue.holdout,
        **({"entry": True} if issue.entry else {}),
        "caps": said["caps"],
        "offer": _offer(campaign.offer),
        "condition_hash": condition_hash(salt, campaign.condition).hex(),
        "share_hashes": [each.hex() for each in share_hashes],
        "public_key": public_key.hex(),
    }


def terms_text(terms: dict[str, Any]) -> bytes:
    """Return the one text of public terms."""
    return canonical(terms)


def terms_hash(terms: bytes) -> bytes:
    """Return the hash of public terms in their one text: what slips and leaves are bound to."""
    return hashlib.sha256(terms).digest()


def is_share(share: bytes, hashed: bytes) -> bool:
    """Return whether a share is the one that was committed to."""
    return len(share) == SHARE_BYTES and commitment(share) == hashed


def _plain(form: Form) -> dict[str, Any]:
    """Return a table without what it does not say, for that may be left out of the file too."""
    said: dict[str, Any] = msgspec.to_builtins(form)
    return _without_nothing(said)


def _without_nothing(said: dict[str, Any]) -> dict[str, Any]:
    return {
        name: _without_nothing(cast("dict[str, Any]", each)) if isinstance(each, dict) else each
        for name, each in said.items()
        if each is not None
    }


def _offer(offer: Offer) -> dict[str, Any]:
    said = _plain(offer)
    return {name: said[name] for name in _OFFERED if name in said}
