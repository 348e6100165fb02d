"""P5, M17: what the ledger side holds under a member stands in the document that she is given, or has its reason there.

By lists: every table of every store of the side, column by column. By values: a member of whom every table holds
something; each value of a column that is said to be told is looked for at its place in the made document.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.walls.stores import STORES, planted
from tests.walls.told_house import OTHER, STRANGER, live

from noren.activity import tables as ledger
from noren.activity.erasing import withdraw
from noren.activity.lake.reader import open_lake
from noren.activity.model import CardState, Kind, MemberState
from noren.activity.rows import unpack_lines, unpack_return_lines
from noren.activity.tier_days import first_of
from noren.governance.columns import StoreMap, of
from noren.governance.stopping import Rule, spell
from noren.house.ledger_document import own_document
from noren.house.ledger_told import NOBODYS, TOLD
from noren.kernel.ids import Handle
from noren.kernel.say import Say
from noren.testing.audience_house import AudienceHouse

Actual = Mapping[str, list[str]]
SIDE = [name for name, store in STORES.items() if store.said.side == "ledger"]


def untold(said: StoreMap, actual: Actual) -> list[str]:
    """Return a sentence for each column of a store of which the document says neither where it is told nor why not."""
    told, nobodys = TOLD.get(said.store, {}), NOBODYS[said.store]
    out = [
        f"{said.store}.{table}.{column}: say in src/noren/house/ledger_told.py where her document tells it, or why not"
        for table, columns in actual.items()
        if table not in nobodys
        for column in columns
        if column not in told.get(table, {})
    ]
    gone = [
        f"{table}.{column}"
        for table, columns in told.items()
        for column in columns
        if column not in actual.get(table, ())
    ]
    hers = [link for link in said.links if link.split(".")[0] in nobodys]
    return (
        out
        + [f"{each}: is no more" for each in gone]
        + [f"{each}: joins a member's rows, so it is not nobody's" for each in hers]
    )


@pytest.mark.parametrize("name", SIDE)
def test_every_column_that_stands_under_a_member_is_told_or_has_its_reason(name: str) -> None:
    assert untold(STORES[name].said, STORES[name].actual()) == []


def test_a_new_table_and_a_new_column_are_met() -> None:
    said = STORES["ledger"].said
    found = untold(said, planted(ledger.SCHEMA, "CREATE TABLE diary (handle BLOB, words TEXT)"))
    assert len(found) == 2
    assert "ledger.diary.words" in found[1]
    assert len(untold(said, planted(ledger.SCHEMA, "ALTER TABLE purchase ADD COLUMN mood TEXT"))) == 1
    joins = replace(
        said, columns={**said.columns, "tally": of("handle", "law", "handle")}, links=said.links | {"tally.handle"}
    )
    assert "nobody's" in untold(joins, STORES["ledger"].actual())[0]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[AudienceHouse, bytes]]:
    with AudienceHouse(tmp_path_factory.mktemp("home")) as made:
        yield made, live(made)


Row = dict[str, Any]
Rows = dict[str, dict[str, list[Row]]]


def rows_of(house: AudienceHouse, her: bytes) -> Rows:
    """Return her rows of every store, by table, as they stand."""
    import sqlite3

    with sqlite3.connect(f"file:{house.home.ledger_db}?mode=ro", uri=True) as db:
        db.row_factory = sqlite3.Row
        found = {"ledger": _of_ledger(lambda text, *given: [dict(row) for row in db.execute(text, given)], her)}
    handles = [her, *(row["source"] for row in found["ledger"]["merge"])]
    lake = open_lake(house.home.lake)
    views = {"purchase_lines": "bought_lines", "return_lines": "returned_lines", "day_sums": "day_sums"}
    found["lake"] = {}
    for table, view in views.items():
        asked = lake.execute(f"SELECT * FROM {view} WHERE handle IN (SELECT unnest(?::BLOB[]))", [handles])
        names = [each[0] for each in asked.description or ()]
        found["lake"][table] = [dict(zip(names, row, strict=True)) for row in asked.fetchall()]
    lake.close()
    return found


def _of_ledger(ask: Callable[..., list[Row]], her: bytes) -> dict[str, list[Row]]:
    out = {table: ask(f"SELECT * FROM {table} WHERE handle = ?", her) for table in BY_HANDLE}
    out["merge"] = ask("SELECT * FROM merge WHERE target = ?", her)
    out["posting"] += [
        row for merge in out["merge"] for row in ask("SELECT * FROM posting WHERE handle = ?", merge["source"])
    ]
    entries = [row["entry"] for row in out["purchase"]]
    for table, column in BY_ENTRY.items():
        out[table] = [row for entry in entries for row in ask(f"SELECT * FROM {table} WHERE {column} = ?", entry)]
    out["opening"] = [row for p in out["posting"] for row in ask("SELECT * FROM opening WHERE entry = ?", p["entry"])]
    return out


BY_HANDLE = ("member", "profile", "card", "purchase", "lot", "posting", "coupon", "stop", "keeping", "campaign_member")
BY_HANDLE += ("entered", "tier", "undrawn")
BY_ENTRY = {
    "receipt": "entry",
    "goods_return": "purchase",
    "used_code": "entry",
    "redemption": "entry",
    "forgetting": "entry",
    "draw": "entry",
}


def at(content: Any, place: str) -> list[Any]:
    """Return what stands at a place of the document."""
    found = [content]
    for step in place.split("."):
        name, many = step.removesuffix("[]"), step.endswith("[]")
        found = [each[name] for each in found if each is not None]
        found = [one for each in found for one in each or ()] if many else found
    return found


def forms(value: Any) -> list[Any]:
    """Return how a stored value may be written: as it is, as a day, an instant, bytes in hex or as JSON."""
    if isinstance(value, datetime):
        return [value.timestamp()]
    if isinstance(value, date):
        return [value.isoformat()]
    if isinstance(value, bytes):
        found = _as_json(value)
        return [value.hex() if found is None else found]
    if isinstance(value, int) and value > 10**14:
        return [value / 10**6]
    if isinstance(value, int) and 700_000 < value < 800_000:
        return [date.fromordinal(value).isoformat()]
    return [value]


def _as_json(value: bytes) -> Any:
    """Return what bytes say where they are an object in JSON; random bytes may begin like one, and are none."""
    try:
        return json.loads(value) if value[:1] == b"{" else None
    except ValueError:
        return None


def _instant(told: Any) -> Any:
    return (
        datetime.fromisoformat(told).timestamp() if isinstance(told, str) and "T" in told and told[:2] == "20" else told
    )


SPECIAL: dict[str, Callable[[Row], list[Any]]] = {
    "ledger.purchase.amount_left": lambda row: [row["amount"] - row["amount_left"]],
    "ledger.purchase.lines": lambda row: [
        {"product": line.product, "quantity": line.quantity, "amount": line.amount}
        for line in unpack_lines(row["lines"]) or ()
    ],
    "ledger.goods_return.lines": lambda row: [
        {"line": line.line, "quantity": line.quantity, "amount": line.amount}
        for line in unpack_return_lines(row["lines"]) or ()
    ],
    "ledger.posting.kind": lambda row: [Kind(row["kind"]).name.lower().replace("_", "-")],
    "ledger.member.state": lambda row: [MemberState(row["state"]).name.lower()],
    "ledger.card.state": lambda row: [CardState(row["state"]).name.lower()],
    "ledger.coupon.partners": lambda row: row["partners"].split(),
    "ledger.coupon.used": lambda row: [row["used"] > 0],
    "ledger.forgetting.done": lambda row: [row["done"] > 0],
    "ledger.tier.month": lambda row: [first_of(row["month"]).isoformat()[:7]],
    "ledger.tier.since": lambda row: [first_of(row["since"]).isoformat()[:7]],
    "ledger.forgetting.line": lambda row: [None if row["line"] < 0 else row["line"]],
    **dict.fromkeys(
        (f"ledger.stop.{part}" for part in ("purpose", "recipient", "channel")),
        lambda row: [spell(Rule(row["purpose"], row["recipient"], row["channel"]))],
    ),
}


def missing(rows: Rows, content: Any) -> list[str]:
    """Return of which told columns a stored value stands nowhere in the document, or there is none to look for."""
    return [
        wrong
        for store, tables in TOLD.items()
        if store in rows
        for table, columns in tables.items()
        for column, place in columns.items()
        if isinstance(place, str)
        for wrong in _missing(f"{store}.{table}.{column}", rows[store][table], content, place)
    ]


def _missing(name: str, rows: list[Row], content: Any, place: str) -> Iterator[str]:
    column, told = name.rsplit(".", 1)[1], [_instant(each) for each in at(content, place)]
    if column == "month":
        told = [each[:7] for each in told if each]
    wanted = [
        value
        for row in rows
        if _tells(row, column)
        for value in (SPECIAL.get(name) or (lambda r: forms(r[column])))(row)
    ]
    wanted = [value for value in wanted if value is not None and value != ""]
    if not wanted:
        yield f"{name}: nobody's row holds any, so nothing is tried"
    for value in wanted:
        same = (
            (lambda each, v=value: v.items() <= each.items())
            if isinstance(value, dict) and "product" in value
            else (lambda each, v=value: each == v)
        )
        if not any(same(each) for each in told if each is not None):
            yield f"{name}: {value!r} is not told at {place}"


def _tells(row: Row, column: str) -> bool:
    """A bare purchase (a day's sum, or one not kept) has a day's first instant, which is no time of hers."""
    return not (column in ("at", "received") and row.get("shop") == "")


def test_every_value_that_is_said_to_be_told_is_told(house: tuple[AudienceHouse, bytes]) -> None:
    made, her = house
    document = own_document(made.room, Handle(her))
    assert document is not None
    content = json.loads(document.as_json())["content"]
    assert "\n".join(missing(rows_of(made, her), content)) == ""
    assert {each["kept"] for each in content["purchases"]} == {"lines", "no-lines", "not-kept", "day-sum"}
    assert [each["purpose"] for each in content["audiences"]] == ["register-coupon"]
    assert content["provisions"][0]["recipient"] == "架空堂"
    assert content["members_merged_into_her"] == len(content["traits_of_merged"]) == 1
    raw = document.as_json().decode()
    reasons = [place for t in TOLD.values() for c in t.values() for place in c.values() if isinstance(place, Say)]
    assert all(why.ja in raw for why in reasons)
    paper = json.dumps(document.as_paper("en"), ensure_ascii=False)
    assert all(
        each in paper for each in ("you asked not to keep it", "past 36 months", "COFFEE", "carried over", "used")
    )
    rows = {each["title"]: each["rows"] for each in document.as_paper("en")["sections"]}
    assert [row[1] for row in rows["Member tier"]] == ["gold"]
    assert len(rows["Not drawn for"]) == len(content["not_drawn"]) > 0


def test_nothing_of_another_member_is_told(house: tuple[AudienceHouse, bytes]) -> None:
    made, her = house
    document = own_document(made.room, Handle(her))
    assert document is not None
    raw, theirs = document.as_json().decode(), rows_of(made, made.handles[STRANGER])["ledger"]
    hers = rows_of(made, her)["ledger"]
    assert [
        row["receipt"] for row in theirs["purchase"] if row["receipt"].startswith("REC") and row["receipt"] in raw
    ] == []
    assert [row["coupon"].hex() for row in theirs["coupon"] if row["coupon"].hex() in raw] == []
    marks = [hers["purchase"][0]["body_hash"], her, hers["card"][0]["card_index"], hers["opening"][0]["natural_key"]]
    assert [mark for mark in marks if mark and mark.hex() in raw] == [], "a mark or a pseudonym left the side"


def test_who_has_left_is_told_what_is_kept_until_her_day(tmp_path: Path) -> None:
    with AudienceHouse(tmp_path) as made:
        her = live(made)
        assert withdraw(made.room.ledger, handle=her, day=made.today.toordinal())
        document = own_document(made.room, Handle(her))
        assert document is not None
        content = json.loads(document.as_json())["content"]
        assert (content["balance"]["membership"], content["balance"]["points"]) == ("closed", 0)
        assert any(each["kind"] == "close" for each in content["movements"])
        assert [each for each in content["purchases"] if each["kept"] == "lines"]
        assert "You have left." in json.dumps(document.as_paper("en"))
        assert own_document(made.room, Handle(made.handles[OTHER])) is None, "who was merged has none of her own"


def test_a_value_left_out_is_met(house: tuple[AudienceHouse, bytes]) -> None:
    """Negative control: a document of before, without sums, used coupons and what is not kept, is found short."""
    made, her = house
    document = own_document(made.room, Handle(her))
    assert document is not None
    content = json.loads(document.as_json())["content"]
    content["day_sums"], content["coupons"] = [], [each for each in content["coupons"] if not each["used"]]
    for each in content["purchases"]:
        each["asked_not_to_keep"] = []
    short = {each.split(":")[0].rsplit(".", 1)[0] for each in missing(rows_of(made, her), content)}
    assert short == {"lake.day_sums", "ledger.coupon", "ledger.forgetting"}
