"""How what the ledger knows of a member is read: once, for whoever evaluates a condition over all or at the till.

Pure rules over days and bands; nothing here needs the parts for analysis.
"""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from noren.activity.model import Traits

_APRIL: Final = 4
_OF_AGE: Final = 20
"""Bands are of five years, and 15-19 can not be told apart: all of it counts as perhaps under 16."""


def birth_year(traits: Traits) -> int | None:
    """Return a year of birth that stands for the band of ages, which is known as of one April; None: it is not known.

    Of its five years the latest, so that nobody is taken for older when the vault has not told her new band yet.
    """
    if traits.age_band is None or traits.age_band_year is None or traits.birth_month is None:
        return None
    return traits.age_band_year - traits.age_band - (traits.birth_month >= _APRIL)


def is_young(traits: Traits, today: date) -> bool:
    """Return whether a member may be under 16; one of unknown age is not known to be."""
    if traits.age_band is None or traits.age_band_year is None:
        return False
    school_year = today.year - (today.month < _APRIL)
    return traits.age_band + (school_year - traits.age_band_year) < _OF_AGE


def pool_lapses(pool: int, last_movement: int, expiry_days: int) -> date | None:
    """Return the last day of ordinary points that last moved on a day; a debt does not lapse."""
    return day_of(last_movement + expiry_days) if last_movement and pool > 0 else None


def day_of(ordinal: int) -> date | None:
    """Return the date of a day's number; None: it has none."""
    return date.fromordinal(ordinal) if 0 < ordinal <= date.max.toordinal() else None


def received_from(first_day: int, zone: ZoneInfo) -> datetime:
    """Return from when on a coupon counts as received: the beginning of its first valid day."""
    return datetime.combine(date.fromordinal(first_day), time(), zone)
