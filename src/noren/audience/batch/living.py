"""The live evaluator over prepared tables, for audits: each member's purchases are folded up to the as-of and asked.

What the till does for one member at a time is done here for all of a laboratory's, one after the other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

import duckdb
from pyroaring import BitMap

from noren.audience.batch.given import EventKind, Moment, TraitCode
from noren.audience.batch.loading.prepared import Prepared
from noren.audience.batch.loading.source import literal
from noren.audience.batch.names import Columns
from noren.audience.batch.spans import LATEST
from noren.audience.language import nodes as n
from noren.audience.live import (
    Answers,
    Given,
    Goods,
    History,
    Line,
    Lot,
    Message,
    Place,
    Plan,
    Purchase,
    Redemption,
    Standing,
    Traits,
    compile_plan,
    cuts,
    fold,
    holds,
)
from noren.kernel.clock import instant_of

Row = tuple[Any, ...]
_EPOCH_DAY: Final = date(1970, 1, 1).toordinal()
_FETCH_ROWS: Final = 100_000
_APRIL: Final = 4
_MEMBER: Final[Callable[[Row], int]] = itemgetter(0)
_RECEIPT: Final[Callable[[Row], int]] = itemgetter(1)


def answer(conditions: Mapping[str, n.Condition], prepared: Prepared, moment: Moment) -> dict[str, BitMap]:
    """Return for whom each condition is true, by its name."""
    connection = duckdb.connect()
    plan = _plan(conditions, prepared, moment)
    standings = _standings(connection, plan, prepared, moment)
    as_of = instant_of(moment.instant_us)
    cut = cuts(plan, standings.values(), as_of)
    traits = _traits(connection, prepared)
    history = _history(connection, prepared)
    nothing, unknown = fold(plan, ()), Traits()
    found: dict[str, BitMap] = {name: BitMap() for name in conditions}
    for member in range(prepared.members):
        given = Given(traits.get(member, unknown), history.get(member, History()), cut)
        told = holds(plan, standings.get(member, nothing), as_of, given)
        assert isinstance(told, Answers), "folded up to the as-of, under this plan"
        for place, name in enumerate(conditions):
            if told.bits >> place & 1:
                found[name].add(member)
    return found


def _plan(conditions: Mapping[str, n.Condition], prepared: Prepared, moment: Moment) -> Plan:
    given = prepared.given
    columns = (given.products.column(name) for name in ("product", "category", "department", "brand", "maker"))
    goods = {row[0]: Goods(*row[1:]) for row in zip(*columns, strict=True) if row[0] is not None}
    return compile_plan(
        tuple(conditions.values()), goods=goods, lists=given.lists, zone=prepared.zone, horizon=moment.horizon
    )


def _standings(
    connection: duckdb.DuckDBPyConnection, plan: Plan, prepared: Prepared, moment: Moment
) -> dict[int, Standing]:
    products = list(prepared.given.products.column("product"))
    places = [Place(*row) for row in zip(*_columns(prepared.given.places, "shop", "partner", "industry"), strict=True)]
    rows = _rows(
        connection,
        "SELECT r.member_no, r.receipt_no, r.at_us, r.place_no, r.points, r.recorded_day, r.day, l.product_no, "
        f"l.quantity, l.amount FROM {_file(prepared, 'receipts')} r JOIN {_file(prepared, 'lines')} l ON "
        f"r.receipt_no = l.receipt_no WHERE r.at_us <= {moment.instant_us} ORDER BY r.member_no, r.at_us, r.receipt_no",
    )
    return {member: fold(plan, _purchases(mine, products, places)) for member, mine in groupby(rows, key=_MEMBER)}


def _purchases(rows: Iterable[Row], products: Sequence[str | None], places: Sequence[Place]) -> Iterator[Purchase]:
    for _, receipt in groupby(rows, key=_RECEIPT):
        lines: list[Row] = list(receipt)
        at, place, points, recorded, day = lines[0][2:7]
        instant = instant_of(at)
        # The tables keep the local day of recording alone: so many days after the purchase's.
        late = instant + timedelta(days=recorded - day) if recorded > day else None
        sold = tuple(Line(products[int(row[7])], int(row[8]), int(row[9])) for row in lines)
        yield Purchase(instant, sold, places[int(place)], int(points), late)


def _traits(connection: duckdb.DuckDBPyConnection, prepared: Prepared) -> dict[int, Traits]:
    texts = {code: {number: text for text, number in held.items()} for code, held in prepared.given.values.items()}
    found: defaultdict[int, dict[str, Any]] = defaultdict(dict)
    for code, member, value in _rows(connection, f"SELECT * FROM {_file(prepared, 'trait_values')}"):
        found[member].update(_trait(TraitCode(code), value, texts))
    return {member: Traits(**_with_birth_year(held)) for member, held in found.items()}


def _with_birth_year(held: dict[str, Any]) -> dict[str, Any]:
    """Return traits with the year of birth. The table holds that of the school year, which begins in April."""
    school_year = held.pop("school_year", None)
    if school_year is not None:
        held["birth_year"] = school_year - (held["birth_month"] >= _APRIL)
    return held


def _trait(code: TraitCode, value: int, texts: Mapping[TraitCode, Mapping[int, str]]) -> dict[str, Any]:
    match code:
        case TraitCode.SEX | TraitCode.PREFECTURE | TraitCode.POSTAL3 | TraitCode.TIER:
            return {code.name.lower(): texts[code][value]}
        case TraitCode.AGE:
            return {"school_year": value}
        case TraitCode.BIRTH_MONTH:
            return {"birth_month": value}
        case TraitCode.SINCE:
            return {"since": date.fromordinal(value + _EPOCH_DAY)}
        case TraitCode.EMAIL:
            return {"email_ok": bool(value)}
        case TraitCode.POST:
            return {"post_ok": bool(value)}


def _history(connection: duckdb.DuckDBPyConnection, prepared: Prepared) -> dict[int, History]:
    names = {number: name for name, number in prepared.given.campaigns.items()}
    messages: defaultdict[int, list[Message]] = defaultdict(list)
    used: defaultdict[int, list[Redemption]] = defaultdict(list)
    lots: defaultdict[int, list[Lot]] = defaultdict(list)
    query = f"SELECT member_no, kind, campaign_no, at_us FROM {_file(prepared, 'events')}"
    for member, kind, campaign, at in _rows(connection, query):
        if kind == EventKind.REDEEMED:
            used[member].append(Redemption(names[campaign], instant_of(at)))
        else:
            messages[member].append(Message(names[campaign], instant_of(at), kind == EventKind.MESSAGE))
    for member, points, expires in _rows(connection, f"SELECT * FROM {_file(prepared, 'lots')}"):
        lots[member].append(Lot(points, None if expires == LATEST else date.fromordinal(expires + _EPOCH_DAY)))
    return {
        member: History(tuple(messages[member]), tuple(used[member]), tuple(lots[member]))
        for member in {*messages, *used, *lots}
    }


def _columns(columns: Columns, *names: str) -> list[Iterable[str | None]]:
    return [columns.column(name) for name in names]


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> Iterator[Row]:
    found: Any = connection.execute(query)
    while rows := found.fetchmany(_FETCH_ROWS):
        yield from rows


def _file(prepared: Prepared, table: str) -> str:
    return f"read_parquet({literal(str(prepared.file(table)))})"
