"""``noren audience``: its commands, and ``check`` and ``explain``: what is wrong with a condition, what it says."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NoReturn

import typer

from noren.doors.cli.audience import counted, saved
from noren.doors.cli.audience.evaluating import evaluate
from noren.doors.cli.here import Here, HomeOption, JsonOption, LangOption, day_given, here, refuse
from noren.doors.cli.speech import both
from noren.kernel.clock import SystemClock

if TYPE_CHECKING:
    from noren.audience.language.review import Surroundings

audiences = typer.Typer(
    no_args_is_help=True,
    help=both("対象者: 条件を確かめ、保存し、人数を見る", "Audiences: conditions, saved, approved, counted"),
)

ConditionArgument = Annotated[
    str,
    typer.Argument(
        metavar="FILE",
        help=both(
            "条件か、その正準形JSONのファイル(- は標準入力)",
            "A file with the condition, or its canonical JSON; - is stdin",
        ),
    ),
]


@audiences.command(
    "check",
    help=both(
        "条件のまちがいと注意を示す(--home があれば、そのプログラムの名前で)",
        "Tell what is wrong with a condition, and warn; with --home, by that programme's names",
    ),
)
def check(
    context: typer.Context,
    file: ConditionArgument,
    products: Annotated[
        Path | None,
        typer.Option(
            "--products",
            metavar="FILE",
            exists=True,
            dir_okay=False,
            help=both("商品の表(分類などの名前を確かめる)", "A products table, to check names against"),
        ),
    ] = None,
    issuer: Annotated[
        str | None,
        typer.Option("--issuer", metavar="PARTNER", help=both("発券する会社", "The company that issues the slip")),
    ] = None,
    horizon: Annotated[
        str | None,
        typer.Option("--horizon", metavar="DATE", help=both("明細がある最初の日", "The first day that has lines")),
    ] = None,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check a condition."""
    from noren.audience.language.parsing import read
    from noren.audience.language.problems import Refused
    from noren.audience.language.review import cost_of, review
    from noren.doors.cli.audience.showing import Checked, tell_checked
    from noren.doors.cli.audience.sources import read_source

    at = here(context, home, lang, as_json)
    if at.given_home is not None and products is None:
        if horizon is not None:
            refuse(
                "--horizon はファイルでの確認用です。プログラム(--home)の明細の最初の日は決まっています。",
                "--horizon is for checks on files: in a programme (--home) the first day that has lines is given.",
                code=2,
            )
        _check_in_programme(at, file, issuer)
    around = _surroundings(products, issuer, horizon)
    text = read_source(file)
    found = read(text) if isinstance(text, str) else text
    if isinstance(found, Refused):
        checked = Checked(found.problems)
    else:
        said = review(found, around)
        checked = Checked(said.errors, said.warnings, cost_of(found.condition))
    tell_checked(at, checked, text if isinstance(text, str) else "")
    raise typer.Exit(0 if checked.ok else 1)


@audiences.command("explain", help=both("条件を文にする", "Say a condition as a sentence"))
def explain(
    context: typer.Context,
    file: ConditionArgument,
    register: Annotated[
        Literal["staff", "member"],
        typer.Option("--for", metavar="staff|member", help=both("だれに向けて", "For whom")),
    ] = "staff",
    currency: Annotated[
        str, typer.Option("--currency", help=both("通貨(ISO 4217)", "The currency of amounts (ISO 4217)"))
    ] = "JPY",
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Explain a condition."""
    from noren.audience.language import Refused, parse, to_json, to_text
    from noren.audience.language.canonical import to_tree
    from noren.audience.language.speech import Wording, sentence
    from noren.doors.cli.audience.showing import Checked, tell_checked
    from noren.doors.cli.audience.sources import read_source

    at = here(context, home, lang, as_json)
    wording = Wording(_currency(currency))
    text = read_source(file)
    found = parse(text) if isinstance(text, str) else text
    if isinstance(found, Refused):
        tell_checked(at, Checked(found.problems), text if isinstance(text, str) else "")
        raise typer.Exit(1)
    said = sentence(found, at.lang, register, wording)
    if as_json or at.as_json:
        at.answer({"sentence": said, "canonical": to_json(found).decode(), "ast": to_tree(found)})
    else:
        _tell_explained(at, said, to_text(found))


def _tell_explained(at: Here, said: str, canonical: str) -> None:
    typer.echo(said)
    at.say(f"  書き方: {canonical}", f"  Written: {canonical}")


def _check_in_programme(at: Here, file: str, issuer: str | None) -> NoReturn:
    """Check a condition with a programme's own names, sensitive classes and horizon. Raises Exit."""
    from noren.doors.cli.audience.answering import checked_of
    from noren.doors.cli.audience.showing import tell_checked

    text = saved.condition_text(at, file)
    checked = checked_of(saved.ask(at, "/audiences/check", {"text": text, "recipient": issuer}))
    tell_checked(at, checked, text)
    raise typer.Exit(0 if checked.ok else 1)


def _surroundings(products: Path | None, issuer: str | None, horizon: str | None) -> Surroundings:
    from noren.audience.language.review import Surroundings
    from noren.doors.cli.audience.sources import read_products

    names = read_products(products) if products is not None else None
    return Surroundings(
        names=names,
        sensitive=names.sensitive if names is not None else frozenset(),
        issuer=issuer,
        horizon=day_given(horizon, "--horizon") if horizon is not None else None,
        today=SystemClock().now().date(),
    )


def _currency(code: str) -> str:
    from babel.core import get_global

    if code not in get_global("all_currencies"):
        refuse("--currency はISO 4217の通貨です(JPYなど)。", "--currency is one of ISO 4217, like JPY.", code=2)
    return code


audiences.command(
    "evaluate", help=both("ファイルの購入で条件を評価する(監査・実験用)", "Evaluate conditions on files, for audit")
)(evaluate)

_SAVED = {
    "save": (saved.save, both("対象者を保存する(変われば新しい版)", "Save an audience, a new version when it changed")),
    "approve": (saved.approve, both("対象者を承認する(作成者以外)", "Approve an audience; not by its author")),
    "list": (saved.list_audiences, both("対象者の一覧(定義だけ)", "List audiences: their definitions")),
    "show": (saved.show, both("対象者のすべての版", "All versions of an audience")),
    "count": (
        counted.count,
        both("およその人数(雑音入り・月の開示枠あり)", "About how many people: noisy, within a budget"),
    ),
    "overlap": (counted.overlap, both("2つの対象者の重なり", "How much two audiences have in common")),
    "budget": (counted.budget, both("今月の残りの開示枠", "What is left of this month's budget")),
    "commit": (counted.commit, both("承認済みの対象者の事前公開値を作る", "Commit to an approved audience")),
    "reopen": (counted.reopen, both("事前公開値を確かめる(監査用)", "Check a commitment, for audit")),
}
for _name, (_command, _help) in _SAVED.items():
    audiences.command(_name, help=_help)(_command)


def add_to(app: typer.Typer) -> None:
    """Put ``audience`` on the command line."""
    app.add_typer(audiences, name="audience")
