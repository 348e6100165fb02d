"""The demo's settlement: who pays whom for the year's points and slips, as the auditor reads it, and as two files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from noren.doors.cli.demo.campaigns import patient
from noren.doors.cli.demo.staff import AUDITOR, Cast
from noren.doors.cli.demo.stage import Stage
from noren.doors.cli.settlement import WHAT, write_csv, write_parquet
from noren.house.showing_campaigns import PaymentShown, SettledShown, SettlementShown

FOLDER: Final = "demo-settlement"


def settle_year(stage: Stage, cast: Cast, first: date, last: date) -> SettlementShown:
    """Settle the year's days and write the entries down, for a spreadsheet and for a program."""
    body = {"first": first.isoformat(), "last": last.isoformat(), "company": None}
    with patient(stage, cast.token(AUDITOR)) as worker:
        found: Any = worker.call("/settlement", body)
    entries: list[dict[str, Any]] = found["entries"]
    return SettlementShown(
        first=first,
        last=last,
        currency=found["currency"],
        entries=len(entries),
        days_off=sum(1 for amount in _by_day(entries).values() if amount),
        sums=tuple(_sums(entries)),
        payments=tuple(PaymentShown(**each) for each in found["payments"]),
        files=_written(stage, entries),
    )


def _by_day(entries: Iterable[Mapping[str, Any]]) -> Counter[str]:
    days = Counter[str]()
    for each in entries:
        days[each["day"]] += each["amount"]
    return days


def _sums(entries: Iterable[Mapping[str, Any]]) -> Iterable[SettledShown]:
    counts, amounts = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for each in entries:
        if each["company"]:
            counts[each["company"], each["what"]] += each["count"]
            amounts[each["company"], each["what"]] += each["amount"]
    for company, what in sorted(counts):
        says = WHAT[what]
        yield SettledShown(company, says.ja, says.en, counts[company, what], amounts[company, what])


def _written(stage: Stage, entries: list[dict[str, Any]]) -> tuple[str, ...]:
    folder = stage.home.path / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    paths = folder / "year.csv", folder / "year.parquet"
    for path, write in zip(paths, (write_csv, write_parquet), strict=True):
        path.unlink(missing_ok=True)
        write(path, entries)
    return tuple(str(path.relative_to(stage.home.path)) for path in paths)
