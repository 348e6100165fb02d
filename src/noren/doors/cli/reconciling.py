"""``noren import report``: the reconciliation sheet of a cut-over, and the one at the end of an import."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from noren.doors.cli.here import Here, HomeOption, JsonOption, LangOption, here, refuse
from noren.doors.cli.mapping import parse_map
from noren.doors.cli.speech import both
from noren.kernel.clock import SystemClock

if TYPE_CHECKING:
    from noren.doors.cli.imports.targets import Call

FilesOption = Annotated[
    list[Path] | None,
    typer.Option(
        metavar="FILE", exists=True, dir_okay=False, help=both("もとのファイル(何度でも)", "A source file; repeatable")
    ),
]


def report(
    context: typer.Context,
    lots: FilesOption = None,
    coupons: FilesOption = None,
    consents: FilesOption = None,
    stops: FilesOption = None,
    mapping: Annotated[
        list[str] | None,
        typer.Option(
            "--map", metavar="SOURCE=COLUMN", help=both("取り込みのときと同じ対応", "As it was for the import")
        ),
    ] = None,
    expect: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            exists=True,
            dir_okay=False,
            help=both(
                "もとのシステムが言う合計(TOML。書き方は docs/how-to/cut-over.ja.md)",
                "The totals that the source itself gives (TOML, see docs/how-to/cut-over.md)",
            ),
        ),
    ] = None,
    sheet_file: Annotated[
        Path | None,
        typer.Option(
            "--csv", metavar="FILE", dir_okay=False, help=both("表をCSVでも書く", "Write the sheet as CSV too")
        ),
    ] = None,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Reconcile whole sources with what stands."""
    at = here(context, home, lang, as_json)
    given = {"lots": lots or [], "coupons": coupons or [], "consents": consents or [], "stops": stops or []}
    if not any(given.values()):
        refuse(
            "もとのファイルを --lots などで指定してください。",
            "Name the source files with --lots and the like.",
            code=2,
        )
    sheet = _reconciled(at, given, mapping or [], expect)
    if sheet_file is not None:
        _write(at, sheet_file, sheet)
    at.answer(sheet.as_json(), *sheet.told())
    raise typer.Exit(0 if sheet.ok else 1)


def _reconciled(at: Here, given: dict[str, list[Path]], mapping: list[str], expect: Path | None) -> Any:
    # Here, because the zones' processes load this module too and read no files.
    from noren.doors.cli.files.cells import Setting
    from noren.doors.cli.files.kinds import KINDS
    from noren.doors.cli.imports.reconcile import expect_totals, reconcile
    from noren.doors.cli.imports.run import Order, open_order

    setting, named = Setting(SystemClock().now(), at.home().zone), parse_map(mapping)
    orders = [Order(file, KINDS[kind], setting, named, lang=at.lang) for kind, files in given.items() for file in files]
    with zones(at) as call:
        sheet = reconcile([(order, open_order(order)) for order in orders], call, whole=True)
    if expect is not None:
        expect_totals(expect, sheet)
    return sheet


@contextmanager
def zones(at: Here) -> Generator[Any]:
    """Give what calls a zone by its name; each is started when it is first wanted."""
    from noren.house.children import zone_client

    with ExitStack() as stack:
        open_now: dict[str, Call] = {}

        def call(zone: Any) -> Call:
            if zone not in open_now:
                open_now[zone] = stack.enter_context(zone_client(at.home(), zone)).call
            return open_now[zone]

        yield call


def _write(at: Here, path: Path, sheet: Any) -> None:
    from noren.doors.cli.imports.sheet import write_sheet

    try:
        write_sheet(path, sheet, at.lang)
    except OSError as wrong:
        refuse(f"{path} に書けません({wrong.strerror})。", f"{path} can not be written ({wrong.strerror}).")


def add_to(imports: typer.Typer) -> None:
    """Put ``report`` under ``import``."""
    imports.command(
        "report",
        help=both(
            "切り替えの突き合わせ: もと = 入っている + 除いた",
            "Reconcile a cut-over: source = stands + set aside, company by company",
        ),
    )(report)
