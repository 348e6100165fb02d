"""``noren import``: files of members, cards, products, shops and purchases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from zoneinfo import ZoneInfo

import typer

from noren.doors.cli import reconciling
from noren.doors.cli.here import Here, HomeOption, JsonOption, LangOption, group, here
from noren.doors.cli.mapping import parse_map
from noren.doors.cli.speech import both
from noren.house.home import HomeProblem, Programme
from noren.kernel.clock import SystemClock

FileArgument = Annotated[
    Path,
    typer.Argument(
        metavar="FILE",
        exists=True,
        dir_okay=False,
        help=both("CSV・NDJSON・Parquetのファイル", "A CSV, NDJSON or Parquet file"),
    ),
]
MapOption = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        metavar="SOURCE=COLUMN",
        help=both(
            "ファイルの列名と列の対応(何度でも。SOURCE=- で除く)",
            "What a column is (repeatable; SOURCE=- leaves it out)",
        ),
    ),
]
DryRunOption = Annotated[
    bool, typer.Option("--dry-run", help=both("読んで確かめるだけ", "Read and check only; import nothing"))
]
EncodingOption = Annotated[
    Literal["utf-8", "cp932", "euc-jp"] | None,
    typer.Option(
        "--encoding",
        metavar="utf-8|cp932|euc-jp",
        help=both("文字コード(既定: 調べる)", "Encoding (default: found out)"),
    ),
]
RejectsOption = Annotated[
    Path | None,
    typer.Option(
        "--rejects",
        metavar="FILE",
        dir_okay=False,
        help=both("除いた行の書き出し先", "Where rows set aside are written"),
    ),
]

CUT_OVER: Final = ("lots", "coupons", "consents", "stops")

imports = group(both("ファイルを取り込む(何度でも同じ結果)", "Import files; twice changes nothing"))


def _command(kind: str) -> Callable[..., None]:
    """Return the command that imports files of one kind."""

    def command(
        context: typer.Context,
        file: FileArgument,
        mapping: MapOption = None,
        dry_run: DryRunOption = False,
        encoding: EncodingOption = None,
        rejects: RejectsOption = None,
        home: HomeOption = None,
        lang: LangOption = None,
        as_json: JsonOption = False,
    ) -> None:
        at = here(context, home, lang, as_json)
        order = {"file": file, "mapping": parse_map(mapping or []), "encoding": encoding, "rejects": rejects}
        report = _try_out(at, kind, order) if dry_run else _carry_out(at, kind, order)
        sheet = _sheet(at, kind, order, dry_run) if kind in CUT_OVER else None
        more = {"reconciliation": sheet.as_json()} if sheet else {}
        at.answer({**report.as_json(), **more}, *report.lines(), *(sheet.told() if sheet else ()))
        raise typer.Exit(1 if report.rejected or (sheet and not sheet.ok) else 0)

    return command


def _try_out(at: Here, kind: str, given: dict[str, Any]) -> Any:
    """A dry run needs no home: without one, times without an offset are read as the default zone's."""
    from noren.doors.cli.imports.progress import gauge
    from noren.doors.cli.imports.run import open_order, try_out

    order = _order(at, kind, given, _zone(at))
    opened = open_order(order)
    with gauge(opened.table.size, at.lang) as shown:
        return try_out(order, opened, shown)


def _carry_out(at: Here, kind: str, given: dict[str, Any]) -> Any:
    from noren.doors.cli.imports.progress import gauge
    from noren.doors.cli.imports.run import carry_out, open_order
    from noren.doors.cli.imports.targets import TARGETS
    from noren.house.children import zone_client

    home = at.home()
    order = _order(at, kind, given, home.zone)
    opened = open_order(order)
    with zone_client(home, TARGETS[kind].zone) as zone, gauge(opened.table.size, at.lang) as shown:
        try:
            return carry_out(order, opened, call=zone.call, journals=home.path / "run" / "imports", gauge=shown)
        except BaseException:
            at.aside(
                "取り込みは途中です。同じコマンドをもう一度実行すると、続きから始まります。",
                "The import is not complete: run the same command again, it goes on from here.",
            )
            raise


def _sheet(at: Here, kind: str, given: dict[str, Any], dry_run: bool) -> Any:
    """Return the sheet of one file; what stands from other files besides is no difference. Dry: the file's totals."""
    from noren.doors.cli.imports.reconcile import reconcile, total_up
    from noren.doors.cli.imports.run import open_order

    order = _order(at, kind, given, _zone(at))
    if dry_run:
        return total_up(order, open_order(order))
    with reconciling.zones(at) as call:
        return reconcile([(order, open_order(order))], call, whole=False)


def _zone(at: Here) -> tzinfo:
    try:
        return at.home().zone
    except HomeProblem:
        return ZoneInfo(Programme().zone)


def _order(at: Here, kind: str, given: dict[str, Any], zone: tzinfo) -> Any:
    # Here, because the zones' processes load this module too and read no files.
    from noren.doors.cli.files.cells import Setting
    from noren.doors.cli.files.kinds import KINDS
    from noren.doors.cli.imports.run import Order

    return Order(kind=KINDS[kind], setting=Setting(SystemClock().now(), zone), lang=at.lang, **given)


for _kind, _ja, _en in (
    ("members", "会員", "Members"),
    ("cards", "カードと会員番号の対応", "Cards and whose they are"),
    ("products", "商品", "Products"),
    ("shops", "店舗", "Shops"),
    ("purchases", "過去の購買(1行が明細1行。ポイントも抽選もない)", "Past purchases, a row a line: no points, no draw"),
    ("lots", "以前のシステムのポイント残高", "Opening balances of points from another system"),
    ("coupons", "以前のシステムの有効なクーポン", "Live coupons of another system"),
    ("consents", "以前のシステムでの同意の記録", "Consents given in another system"),
    ("stops", "以前のシステムでの停止の申し出", "Stops asked for in another system"),
):
    imports.command(_kind, help=both(_ja, _en))(_command(_kind))


reconciling.add_to(imports)


def add_to(app: typer.Typer) -> None:
    """Put ``import`` on the command line."""
    app.add_typer(imports, name="import")
