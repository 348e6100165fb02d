"""What an earlier system held of the demo's members, in its files: balances, coupons, consents, stops.

They are written as such systems write them: cp932, days of the Japanese eras, digits of full width, debts as ▲, and
some rows that can not come in. The same for the same year. They hold card numbers: they lie outside the home, and
only while they are read.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from noren.doors.cli.demo.people import Person
from noren.doors.cli.demo.year import PARTNER

_SEED: Final = "noren demo old system 1"
_WIDE: Final = {ord("0") + digit: 0xFF10 + digit for digit in range(10)}
_REIWA: Final = date(2019, 5, 1)
_GONE_CARDS: Final = ("2970000000000017", "2970000000000025", "2970000000000033")
"""Cards that the earlier system knows and nobody has any more: such rows are set aside."""

_LAPSED_SHARE: Final = 0.03
_DEBT_SHARE: Final = 0.01
_COMPANY_SHARE: Final = 0.1
_COUPON_SHARE: Final = 0.2
_STOP_SHARE: Final = 0.03
_GOOD_FOR: Final = timedelta(days=180)
_COUPONS: Final = (
    ("2100000000012", "おかえりなさい 1ドル引き", "Welcome back: 1 dollar off", 100, 0),
    ("2100000000029", "5ドル以上で50セント引き", "50 cents off 5 dollars", 50, 500),
    ("2100000000036", "7ドル以上で2ドル引き", "2 dollars off 7 dollars", 200, 700),
)
"""Barcode, names, what it takes off, least purchase (cents)."""

_COLUMNS: Final = {
    "lots": "カード番号,ポイント,付与日,有効期限,提携先",
    "coupons": "クーポン番号,カード番号,名称,英語名称,値引額,最低購入額,提携先,利用開始日,有効期限",
    "consents": "会員番号,同意の種類,提供先,同意日時,文面の版,撤回日時",
    "stops": "会員番号,範囲,対象,停止日",
}
_Row = tuple[object, ...]


def write_files(
    folder: Path, persons: Sequence[Person], *, first: date, last: date, persona: Person
) -> dict[str, Path]:
    """Write the four files; return them by kind. ``first``, ``last``: of the year; ``persona`` has some of each."""
    rows: dict[str, Iterable[_Row]] = {
        "lots": _lots(persons, first),
        "coupons": _coupons(persons, first, last, persona),
        "consents": (_consent(each) for each in persons if each.email_ok or each is persona),
        "stops": _stops(persons, persona),
    }
    out: dict[str, Path] = {}
    for kind, some in rows.items():
        out[kind] = folder / f"{kind}.csv"
        with out[kind].open("w", encoding="cp932", newline="") as stream:
            stream.write(f"{_COLUMNS[kind]}\r\n")
            csv.writer(stream).writerows(some)
    return out


def _lots(persons: Sequence[Person], first: date) -> Iterator[_Row]:
    for person in persons:
        rng = random.Random(f"{_SEED}/lots/{person.household}")
        card, points = person.cards[0], rng.randint(1, 4_000)
        if rng.random() < _DEBT_SHARE:
            yield card, f"▲{rng.randint(1, 300)}", _era(first - timedelta(days=30)), "", ""
            continue
        lapsed = rng.random() < _LAPSED_SHARE
        earned = first - timedelta(days=rng.randint(500, 900) if lapsed else rng.randint(1, 300))
        yield card, str(points).translate(_WIDE), _era(earned), "", ""
        if rng.random() < _COMPANY_SHARE:
            yield card, str(rng.randint(10, 500)), _era(earned), (first + timedelta(days=700)).isoformat(), PARTNER
    for card in _GONE_CARDS:
        yield card, "100", _era(first - timedelta(days=30)), "", ""


def _coupons(persons: Sequence[Person], first: date, last: date, persona: Person) -> Iterator[_Row]:
    for person in persons:
        rng = random.Random(f"{_SEED}/coupons/{person.household}")
        for number, (barcode, ja, en, discount, least) in enumerate(_COUPONS):
            if person is persona or (number == 0 and rng.random() < _COUPON_SHARE):
                # Each ends on another day, so that which one is offered first is the same on every machine.
                until = last + _GOOD_FOR * (number + 1)
                yield barcode, person.cards[0], ja, en, discount, least, PARTNER, _era(first), until.isoformat()
    begun, over = _era(first - timedelta(days=60)), _era(first - timedelta(days=1))
    yield _COUPONS[0][0], persona.cards[0], "去年のクーポン", "Last year's", 100, 0, PARTNER, begun, over


def _consent(person: Person) -> _Row:
    return person.member_number, "email", "", _era(person.since), "2019-04", ""


def _stops(persons: Sequence[Person], persona: Person) -> Iterator[_Row]:
    for person in persons:
        if person is persona or random.Random(f"{_SEED}/stops/{person.household}").random() < _STOP_SHARE:
            yield person.member_number, "連絡手段", "post", _era(person.since)


def _era(day: date) -> str:
    """Return a day (of Heisei or Reiwa) as the earlier system writes it: R7.11.24."""
    letter, years = ("R", 2018) if day >= _REIWA else ("H", 1988)
    return f"{letter}{day.year - years}.{day.month}.{day.day}"
