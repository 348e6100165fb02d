"""The commands on the register: one set of verbs, for each kind of document under its own name."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from noren.doors.cli.carding import CardArgument
from noren.doors.cli.governance import published
from noren.doors.cli.here import HomeOption, JsonOption, LangOption, YesOption, group, here
from noren.doors.cli.speech import both

FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help=both("TOMLのファイル", "A TOML file"))]
IdArgument = Annotated[str, typer.Argument(metavar="ID", help=both("文書のID", "The document's id"))]
DryOption = Annotated[
    bool, typer.Option("--dry-run", help=both("何が起きるかを見せるだけ", "Only show what would happen"))
]
NowOption = Annotated[
    str | None,
    typer.Option(
        "--now",
        metavar="INSTANT",
        help=both("公表の日時(サンドボックスだけ)", "The instant of announcing; sandbox only"),
    ),
]
AtOption = Annotated[
    str | None, typer.Option("--at", metavar="INSTANT", help=both("その時点の版", "The version in force at that time"))
]
EffectiveOption = Annotated[
    str | None,
    typer.Option("--effective", metavar="DATE", help=both("効力がなくなる日(既定: 今すぐ)", "From when; default: now")),
]
FromOption = Annotated[int | None, typer.Option("--from", metavar="VERSION", help=both("前の版", "The version before"))]
ToOption = Annotated[int | None, typer.Option("--to", metavar="VERSION", help=both("後の版", "The version after"))]

GROUPS: Final[dict[str, typer.Typer]] = {
    "party": group(both("当事者(会社・会員情報取扱店など)", "Parties: companies, shops that handle member data")),
    "purpose": group(both("利用目的", "Purposes of use")),
    "notice": group(both("公表文(共同利用の公表など)", "Notices, like that of a joint use")),
    "terms": group(both("会員規約", "The member terms")),
    "flow": group(both("提供・利用の流れ", "Flows: what goes to whom, for what, on which route")),
    "regime": group(both("制度(経路ごとの要件)", "The legal regime: what each route requires")),
}
_ADDED: Final = ("party", "purpose", "flow")


def _commands(kind: str, app: typer.Typer) -> None:
    """Put the verbs of a kind on its group."""

    @app.command(
        "add" if kind in _ADDED else "announce",
        help=both("ファイルの文書を公表・登録する", "Announce what a file says"),
    )
    def _announce(
        context: typer.Context,
        file: FileArgument,
        dry_run: DryOption = False,
        now: NowOption = None,
        home: HomeOption = None,
        lang: LangOption = None,
        as_json: JsonOption = False,
    ) -> None:
        from noren.doors.cli.governance import acting

        acting.announce(here(context, home, lang, as_json), file, dry=dry_run, now=now)

    if kind in ("terms", "regime"):
        _single(kind, app)
    else:
        _many(kind, app)


def _single(kind: str, app: typer.Typer) -> None:
    @app.command("show", help=both("施行中の版を見る", "Show the version in force"))
    def _show(
        context: typer.Context,
        at: AtOption = None,
        home: HomeOption = None,
        lang: LangOption = None,
        as_json: JsonOption = False,
    ) -> None:
        from noren.doors.cli.governance import acting

        acting.show_one(here(context, home, lang, as_json), kind, None, at)


def _many(kind: str, app: typer.Typer) -> None:
    @app.command("list", help=both("一覧", "List them"))
    def _list(
        context: typer.Context, home: HomeOption = None, lang: LangOption = None, as_json: JsonOption = False
    ) -> None:
        from noren.doors.cli.governance import acting

        acting.show_list(here(context, home, lang, as_json), kind)

    @app.command("show", help=both("1つをすべて見る", "Show one, whole"))
    def _show(
        context: typer.Context,
        name: IdArgument,
        at: AtOption = None,
        home: HomeOption = None,
        lang: LangOption = None,
        as_json: JsonOption = False,
    ) -> None:
        from noren.doors.cli.governance import acting

        acting.show_one(here(context, home, lang, as_json), kind, name, at)

    @app.command("diff", help=both("2つの版のちがい", "What two versions do not have in common"))
    def _diff(
        context: typer.Context,
        name: IdArgument,
        old: FromOption = None,
        new: ToOption = None,
        home: HomeOption = None,
        lang: LangOption = None,
        as_json: JsonOption = False,
    ) -> None:
        from noren.doors.cli.governance import acting

        acting.show_difference(here(context, home, lang, as_json), kind, name, old, new)

    @app.command("remove", help=both("終わらせる", "End one"))
    def _remove(
        context: typer.Context,
        name: IdArgument,
        effective: EffectiveOption = None,
        yes: YesOption = False,
        home: HomeOption = None,
        lang: LangOption = None,
        as_json: JsonOption = False,
    ) -> None:
        from noren.doors.cli.governance import acting

        acting.remove(here(context, home, lang, as_json), kind, name, effective=effective, yes=yes)


def _check(
    context: typer.Context,
    file: FileArgument,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say what would become of a file, and what its wording must not say."""
    from noren.doors.cli.governance import acting

    acting.announce(here(context, home, lang, as_json), file, dry=True, now=None)


def _accept(
    context: typer.Context,
    card: CardArgument,
    text: Annotated[
        str | None,
        typer.Option(
            "--text",
            metavar="VERSION",
            help=both("会員がご覧になった版。なければ見せるだけ", "Version that the member saw; else it is shown"),
        ),
    ] = None,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take a member's acceptance: a consent of the kind terms, kept by the vault with the version seen."""
    from noren.doors.cli.consenting import consent

    consent(context, card, "terms", text=text, home=home, lang=lang, as_json=as_json)


def _data(
    context: typer.Context,
    item: Annotated[
        str | None, typer.Option("--item", metavar="ID", help=both("この項目だけ", "Of one item alone"))
    ] = None,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what noren stores."""
    from noren.doors.cli.governance import acting

    acting.show_data(here(context, home, lang, as_json), item)


def _clear(
    context: typer.Context,
    name: IdArgument,
    at: Annotated[
        str | None,
        typer.Option(
            "--at",
            metavar="INSTANT",
            help=both("その時点ならどうか(既定: 今)", "Whether it would run then; default: now"),
        ),
    ] = None,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say whether a flow may run, or which rule stops it."""
    from noren.doors.cli.governance import clearing

    clearing.show_clearance(here(context, home, lang, as_json), name, at)


def add_to(app: typer.Typer) -> None:
    """Put the groups on the command line."""
    for kind, made in GROUPS.items():
        _commands(kind, made)
        app.add_typer(made, name=kind)
    notices = GROUPS["notice"]
    notices.command("check", help=both("公表せずに確かめる(分類・文言)", "Check a file without announcing it"))(_check)
    GROUPS["terms"].command("accept", help=both("会員の承諾を受け付ける", "Take a member's acceptance"))(_accept)
    notices.command("data", help=both("保存するものの地図(列ごと)", "What noren stores, column by column"))(_data)
    published.add_to(notices)
    flows = GROUPS["flow"]
    flows.command(
        "clear", help=both("動かせるか(止めるなら、どの規則か)", "Whether it may run, or which rule stops it")
    )(_clear)
