"""``noren settlement``: who pays whom for the days' points and coupons, to be read or as a file."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from noren.doors.cli.here import Here, HomeOption, JsonOption, LangOption, day_given, here, refuse
from noren.doors.cli.speech import both
from noren.kernel.say import Say
from noren.kernel.spreadsheet import harmless

PATIENCE_SECONDS: Final = 600.0
COLUMNS: Final = ("day", "company", "other", "what", "issuer", "count", "amount")
_PROGRAMME: Final = Say("(運営)", "(programme)")
WHAT: Final = {
    "points-issued": Say("ポイント付与", "points issued"),
    "points-taken-back": Say("付与の取り消し(返品)", "points taken back (returns)"),
    "points-used": Say("ポイント利用", "points used"),
    "points-given-back": Say("利用の返却(返品)", "points given back (returns)"),
    "points-brought-in": Say("以前のシステムから引き継いだポイント", "points brought in from another system"),
    "coupon-taken": Say("他社・運営のクーポンの値引き", "others' coupons taken"),
    "coupon-returned": Say("同・全部返品されたもの", "others' coupons taken, all returned"),
    "coupon-charged": Say("自社の券の他社での利用(月ごと)", "its slips used elsewhere (by month)"),
    "coupon-own": Say("自社のクーポン(精算なし)", "its own coupons (nothing to pay)"),
    "coupon-refused": Say("受け付けられなかった券(店の負担)", "coupons not accepted (the shop's to bear)"),
}


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("settlement", help=both("会社間の精算: だれがだれにいくら払うか", "Settlement: who pays whom"))(
        settlement
    )


def settlement(
    context: typer.Context,
    first: Annotated[
        str | None,
        typer.Option(
            "--from", metavar="DAY", help=both("最初の日(既定: その月の1日)", "First day (default: the month's first)")
        ),
    ] = None,
    last: Annotated[
        str | None,
        typer.Option("--to", metavar="DAY", help=both("最後の日(既定: 前日)", "Last day (default: yesterday)")),
    ] = None,
    company: Annotated[
        str | None,
        typer.Option("--company", metavar="P", help=both("この会社に渡す分だけ", "What this company may see, alone")),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help=both("書き出す先(.csv か .parquet)", "A .csv or .parquet to write")),
    ] = None,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Settle days between the companies; every statement sums to zero."""
    at = here(context, home, lang, as_json)
    write = _writer(out)
    days = {name: day_given(text, option).isoformat() for name, option, text in _given(first, last)}
    found = _ask(at, {**days, "company": company})
    if write is not None and out is not None:
        write(out, found["entries"])
        at.aside(f"書きました: {out}", f"Wrote {out}")
    at.answer(found, *_lines(found))


def _given(first: str | None, last: str | None) -> Iterator[tuple[str, str, str]]:
    for name, option, text in (("first", "--from", first), ("last", "--to", last)):
        if text is not None:
            yield name, option, text


def _ask(at: Here, body: Mapping[str, Any]) -> dict[str, Any]:
    from noren.doors.cli.answers import refusal_text
    from noren.house.children import zone_client
    from noren.house.inner import CallRefused

    try:
        with zone_client(at.home(), "ledger-worker", patience=PATIENCE_SECONDS) as ledger:
            found: dict[str, Any] = ledger.call("/settlement", body)
    except CallRefused as refused:
        said = refusal_text(refused.status, refused.body)
        refuse(said.ja, said.en)
    return found


def _writer(out: Path | None) -> Any:
    """Return what writes the file; refuse before anything is asked for."""
    if out is None:
        return None
    if out.exists():
        refuse(f"{out} はすでにあります。", f"{out} is there already.")
    makers = {".csv": write_csv, ".parquet": write_parquet}
    if out.suffix not in makers:
        refuse("--out は .csv か .parquet です。", "--out ends in .csv or .parquet.", code=2)
    if out.suffix == ".parquet":
        _arrow()
    return makers[out.suffix]


def write_csv(out: Path, entries: Sequence[Mapping[str, Any]]) -> None:
    """Write entries as CSV; a file that is there already is not written over."""
    with out.open("x", encoding="utf-8-sig", newline="") as stream:
        sheet = csv.writer(stream)
        sheet.writerow(COLUMNS)
        for each in entries:
            cells = (each[name] for name in COLUMNS)
            sheet.writerow([harmless(cell) if isinstance(cell, str) else cell for cell in cells])


def write_parquet(out: Path, entries: Sequence[Mapping[str, Any]]) -> None:
    """Write entries as Parquet."""
    arrow, parquet = _arrow()
    columns: dict[str, list[Any]] = {name: [each[name] for each in entries] for name in COLUMNS}
    columns["day"] = [date.fromisoformat(day) for day in columns["day"]]
    types = {"day": arrow.date32(), "count": arrow.int64(), "amount": arrow.int64()}
    schema = arrow.schema([(name, types.get(name, arrow.string())) for name in COLUMNS])
    parquet.write_table(arrow.table(columns, schema=schema), out)


def _arrow() -> tuple[Any, Any]:
    try:
        import pyarrow as arrow  # pyright: ignore[reportMissingTypeStubs]
        import pyarrow.parquet as parquet  # pyright: ignore[reportMissingTypeStubs]
    except ImportError:
        refuse(
            "Parquetを書くにはpyarrowが必要です。pip install 'noren[analytics]' で入れるか、.csv にしてください。",
            "Writing Parquet needs pyarrow. Install it with: pip install 'noren[analytics]', or write a .csv.",
        )
    return arrow, parquet


def _lines(found: Mapping[str, Any]) -> Iterator[Say]:
    yield Say(
        f"{found['first']} から {found['last']} まで({found['currency']}の最小単位)",
        f"{found['first']} to {found['last']} ({found['currency']}, minor units)",
    )
    sums: dict[tuple[str, str], list[int]] = {}
    for each in found["entries"]:
        if each["company"]:
            both_of = sums.setdefault((each["company"], each["what"]), [0, 0])
            both_of[0] += each["count"]
            both_of[1] += each["amount"]
    for (company, what), (count, amount) in sorted(sums.items()):
        says, head = WHAT[what], f"  {company:<12} {amount:>+15,}  "
        yield Say(f"{head}{says.ja} {count:,}件", f"{head}{says.en}: {count:,}")
    for each in found["payments"]:
        payer, payee = each["payer"], each["payee"]
        yield Say(
            f"支払い: {payer or _PROGRAMME.ja} → {payee or _PROGRAMME.ja}  {each['amount']:,}",
            f"To pay: {payer or _PROGRAMME.en} → {payee or _PROGRAMME.en}  {each['amount']:,}",
        )
    if not found["payments"]:
        yield Say("支払いはありません。", "There is nothing to pay.")
