"""The demo's members: one invented Japanese person per household of the source year.

Promises the same persons on every machine for the same year, and nobody who can be reached:
telephone numbers use the exchange 0000, mail goes to example.jp, which is reserved. Where
the source tells a household's age band, the person's age is in it.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from noren.doors.cli.demo.names import FAMILY, MEN, WOMEN
from noren.doors.cli.demo.places import some_place

_SEED: Final = "noren demo members 1"
_BANDS: Final[dict[str, tuple[int, int]]] = {
    "19-24": (19, 24), "25-34": (25, 34), "35-44": (35, 44), "45-54": (45, 54), "55-64": (55, 64), "65+": (65, 89),
}  # fmt: skip
_BAND_WEIGHTS: Final = (46, 142, 194, 288, 59, 72)
"""How often each band occurs among the households whose band the source tells."""

_PHONE_PREFIXES: Final = ("070", "080", "090")
_SECOND_CARD_SHARE: Final = 0.08
_EMAIL_SHARE: Final = 0.78
_POST_SHARE: Final = 0.55
_FLAT_SHARE: Final = 0.4
_ADULT_MONTHS: Final = 18 * 12
_JOINED_MONTHS: Final = 120


@dataclass(frozen=True, slots=True)
class Person:
    """An invented member, under the column names of ``noren import members``; ``cards`` apart."""

    household: str
    member_number: str = field(repr=False)
    cards: tuple[str, ...] = field(repr=False)
    family_name: str
    given_name: str
    family_kana: str
    given_kana: str
    birth_date: date
    sex: str
    postal_code: str
    prefecture: str
    city: str
    street: str
    phone: str
    email: str
    email_ok: bool
    post_ok: bool
    since: date


def people(households: Mapping[str, str | None], start: date) -> list[Person]:
    """Invent one person per household (number to age band), as they stand on ``start``, the year's first day."""
    numbers = _Numbers(len(households))
    return [_person(household, households[household], start, numbers) for household in sorted(households)]


class _Numbers:
    """Deals out numbers of which no two members have the same, in no order that tells anything."""

    def __init__(self, count: int) -> None:
        rng = random.Random(_SEED)
        # A letter in front: digits alone also occur by chance within receipt numbers, where a search would find them.
        self.members = _distinct(rng, 10**8, count, "M{:08d}")
        self.cards = _distinct(rng, 10**13, 2 * count, "298{:013d}")
        self.phones = _distinct(rng, len(_PHONE_PREFIXES) * 10**4, count, "{:05d}")
        self.mailboxes = _distinct(rng, 9 * 10**4, count, "{:05d}")


def _distinct(rng: random.Random, below: int, count: int, form: str) -> Iterator[str]:
    assert count <= below, "more households than the demo has numbers for"
    return iter([form.format(number) for number in rng.sample(range(below), count)])


def _person(household: str, band: str | None, start: date, numbers: _Numbers) -> Person:
    rng = random.Random(f"{_SEED}/{household}")
    sex = rng.choice(("female", "male"))
    family, given = rng.choice(FAMILY), rng.choice(WOMEN if sex == "female" else MEN)
    place, birth_date = some_place(rng), _birth_date(rng, band, start)
    number = next(numbers.phones)
    return Person(
        household=household,
        member_number=next(numbers.members),
        cards=tuple(next(numbers.cards) for _ in range(2 if rng.random() < _SECOND_CARD_SHARE else 1)),
        family_name=family.written,
        given_name=given.written,
        family_kana=family.kana,
        given_kana=given.kana,
        birth_date=birth_date,
        sex=sex,
        postal_code=place.postal_code,
        prefecture=place.prefecture,
        city=place.city,
        street=f"{place.town}{rng.randint(1, 6)}-{rng.randint(1, 28)}-{rng.randint(1, 19)}{_flat(rng)}",
        phone=f"{_PHONE_PREFIXES[int(number[0])]}-0000-{number[1:]}",
        email=f"{given.latin}.{family.latin}.{next(numbers.mailboxes)}@mail.example.jp",
        email_ok=rng.random() < _EMAIL_SHARE,
        post_ok=rng.random() < _POST_SHARE,
        since=_joined(rng, start, birth_date),
    )


def _birth_date(rng: random.Random, band: str | None, start: date) -> date:
    """Draw a birthday so that the age on ``start`` lies in the band (where none is told: in one drawn)."""
    youngest, oldest = _BANDS[band if band is not None else rng.choices(list(_BANDS), weights=_BAND_WEIGHTS)[0]]
    age = rng.randint(youngest, oldest)
    return _years_before(start, age) - timedelta(days=rng.randint(0, 364))


def _years_before(day: date, years: int) -> date:
    """Return the same day of an earlier year; of 29 February, 1 March."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return date(day.year - years, 3, 1)


def _flat(rng: random.Random) -> str:
    return f" {rng.randint(1, 12)}0{rng.randint(1, 8)}号室" if rng.random() < _FLAT_SHARE else ""


def _joined(rng: random.Random, start: date, birth_date: date) -> date:
    """Draw the first of a month before the year, at the age of 18 or later."""
    latest = start.year * 12 + start.month - 2
    adult = birth_date.year * 12 + birth_date.month - 1 + _ADULT_MONTHS
    months = rng.randint(min(latest, max(adult, latest - _JOINED_MONTHS)), latest)
    return date(months // 12, months % 12 + 1, 1)
