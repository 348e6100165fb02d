"""Conditions as they are kept: canonical JSON, back to trees."""

from __future__ import annotations

from noren.audience.language import Condition, Refused, from_json


def condition_of(canonical: bytes) -> Condition:
    """Return the condition of a canonical JSON that was kept."""
    found = from_json(canonical)
    assert not isinstance(found, Refused), "an audience keeps canonical JSON only"
    return found
