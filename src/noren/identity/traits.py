"""What of a member may cross to the ledger side: coarse traits (brief M3), computed from her fields.

A pure function of her own fields and the day; never of other members.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import msgspec

from noren.identity.areas import coarse
from noren.identity.model import Contact, Person

BAND_YEARS: Final = 5
LAST_BAND: Final = 85
APRIL: Final = 4


@dataclass(frozen=True, slots=True, repr=False)
class Traits:
    """Coarse traits. ``age_band``: lower bound of the band as of 1 April of ``age_band_year``; ``since``: YYYY-MM."""

    sex: str | None = None
    age_band: int | None = None
    age_band_year: int | None = None
    birth_month: int | None = None
    prefecture: str | None = None
    postal3: str | None = None
    since: str | None = None
    email_ok: bool | None = None
    post_ok: bool | None = None


def traits_of(person: Person, contact: Contact, *, today: date) -> Traits:
    """Return the traits of a member as of ``today`` (the programme's local day)."""
    birth = date.fromisoformat(person.birth_date) if person.birth_date else None
    year = band_year(today)
    return Traits(
        sex=person.sex,
        age_band=age_band(birth, year) if birth else None,
        age_band_year=year if birth else None,
        birth_month=birth.month if birth else None,
        prefecture=contact.prefecture,
        postal3=coarse(contact.postal_code) if contact.postal_code else None,
        since=person.since[:7] if person.since else None,
        email_ok=_reachable(person.email_ok, contact.email),
        post_ok=_reachable(person.post_ok, contact.street),
    )


def band_year(today: date) -> int:
    """Return the year of the last 1 April not after ``today``."""
    return today.year if today.month >= APRIL else today.year - 1


def age_band(birth: date, year: int) -> int:
    """Return the lower bound (0, 5 … 80, 85 for all above) of the age on 1 April of ``year`` (contract: conditions).

    Only month and year count, so somebody born in April is a year younger here until the next April.
    """
    age = year - birth.year - (1 if birth.month >= APRIL else 0)
    return min(max(age, 0) // BAND_YEARS * BAND_YEARS, LAST_BAND)


def as_text(traits: Traits) -> str:
    """Return the traits as canonical text: what the vault keeps, sealed, of what it last told."""
    return msgspec.json.encode(traits, order="deterministic").decode()


def _reachable(consent: str | None, address: str | None) -> bool | None:
    """Without an address nobody is reached, whatever she allowed; without her word it is unknown."""
    if address is None:
        return False
    return None if consent is None else consent == "yes"
