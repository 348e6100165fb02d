"""``noren audience evaluate``: for whom conditions are true, on a laboratory's files, for audit and comparison."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from noren.doors.cli.here import HomeOption, JsonOption, LangOption, here, refuse
from noren.doors.cli.speech import both

Engine = Literal["duckdb", "spark", "live"]


def _given(name: str, metavar: str, ja: str, en: str) -> Any:
    return typer.Option(name, metavar=metavar, help=both(ja, en))


def _file(name: str, ja: str, en: str) -> Any:
    return typer.Option(name, metavar="FILE", exists=True, dir_okay=False, help=both(ja, en))


def _folder(name: str, ja: str, en: str) -> Any:
    return typer.Option(name, metavar="DIR", exists=True, file_okay=False, help=both(ja, en))


_OUT = _given(
    "--out",
    "PATH",
    "結果のParquet(--conditions ではフォルダ)",
    "The answer's Parquet file; with --conditions, a folder",
)


def evaluate(
    context: typer.Context,
    as_of: Annotated[
        str,
        _given(
            "--as-of", "TIME", "どの時点で(2017-12-31T23:59:59+09:00)", "At which instant (2017-12-31T23:59:59+09:00)"
        ),
    ],
    members: Annotated[Path, _file("--members", "会員の表", "The table of members")],
    purchases: Annotated[Path, _file("--purchases", "購入の表(1行1明細)", "The table of purchases, a row a line")],
    out: Annotated[Path, _OUT],
    condition: Annotated[
        str | None, _given("--condition", "FILE", "条件(- は標準入力)", "The condition; - is stdin")
    ] = None,
    conditions: Annotated[
        Path | None,
        _folder("--conditions", "*.cond をまとめて評価するフォルダ", "A folder whose *.cond are evaluated in one pass"),
    ] = None,
    products: Annotated[Path | None, _file("--products", "商品の表", "The table of products")] = None,
    messages: Annotated[
        Path | None, _file("--messages", "送ったクーポンとお知らせの表", "Coupons and messages that were sent")
    ] = None,
    redemptions: Annotated[
        Path | None, _file("--redemptions", "使われたクーポンの表", "Coupons that were used")
    ] = None,
    balances: Annotated[Path | None, _file("--balances", "ポイントの表(1行1口)", "Points, a row a lot")] = None,
    lists: Annotated[
        Path | None, _folder("--lists", "リスト NAME.txt のフォルダ", "A folder of lists, NAME.txt")
    ] = None,
    engine: Annotated[Engine, _given("--engine", "duckdb|spark|live", "評価器", "The evaluator")] = "duckdb",
    zone: Annotated[str, _given("--zone", "ZONE", "時間帯", "The time zone")] = "Asia/Tokyo",
    horizon: Annotated[
        str | None, _given("--horizon", "DATE", "明細を使う最初の日", "The first day whose lines are used")
    ] = None,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Evaluate conditions on files."""
    from noren.doors.cli.audience.laboratory import refuse_own_stores

    at = here(context, home, lang, as_json)
    _refuse_both_or_neither(condition, conditions)
    refuse_own_stores(members, purchases, products, messages, redemptions, balances, lists, out)
    try:
        from noren.audience.batch.loading.inputs import Inputs
        from noren.doors.cli.audience.running import Asked, run
    except ImportError:
        refuse(
            "分析の部品がありません。pip install 'noren[analytics]' で入れてください。",
            "The parts for analysis are not here: pip install 'noren[analytics]'.",
        )
    inputs = Inputs(members, purchases, products, messages, redemptions, balances, lists)
    run(at, Asked(inputs, as_of, zone, horizon, engine), condition, conditions, out)


def _refuse_both_or_neither(condition: str | None, conditions: Path | None) -> None:
    if (condition is None) == (conditions is None):
        refuse(
            "--condition か --conditions のどちらか1つを指定してください。",
            "Give either --condition or --conditions.",
            code=2,
        )
