"""Where a command stands: which home, which language; and how it speaks.

``--home``, ``--lang`` and ``--json`` may stand before or after the command's name.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn, cast

import msgspec
import typer

from noren.doors.cli.speech import both, choose_language
from noren.house.home import Home, find_home, open_home
from noren.kernel.say import Lang, Say

HomeOption = Annotated[
    Path | None,
    typer.Option(
        "--home",
        metavar="DIR",
        help=both(
            "ホーム(既定: NOREN_HOME、なければ ./noren-home)", "The home (default: NOREN_HOME, else ./noren-home)"
        ),
    ),
]
LangOption = Annotated[
    Literal["ja", "en"] | None,
    typer.Option("--lang", metavar="ja|en", help=both("表示の言語", "Language of what is shown")),
]
JsonOption = Annotated[bool, typer.Option("--json", help=both("結果をJSONで出す", "Give the result as JSON"))]
YesOption = Annotated[
    bool, typer.Option("--yes", help=both("確認せずに行う(スクリプト用)", "Do it without asking (for scripts)"))
]


class Refusal(Exception):
    """A command can not be done; ``say`` tells what, why and how to fix it. ``code`` 2: it was called wrongly."""

    def __init__(self, say: Say, code: Literal[1, 2] = 1) -> None:
        super().__init__(say.en)
        self.say = say
        self.code = code


@dataclass(frozen=True, slots=True)
class Here:
    """The place and voice of one command."""

    given_home: Path | None
    lang: Lang
    as_json: bool = False

    @property
    def path(self) -> Path:
        """The home's path, whether or not there is one."""
        return find_home(self.given_home)

    def home(self) -> Home:
        """Open the home. Raises HomeProblem."""
        return open_home(self.given_home)

    def say(self, ja: str, en: str) -> None:
        """Print a line in the call's language."""
        typer.echo(ja if self.lang == "ja" else en)

    def aside(self, ja: str, en: str) -> None:
        """Print a line that is not the result: to stderr."""
        typer.echo(ja if self.lang == "ja" else en, err=True)

    def answer(self, result: object, *lines: Say) -> None:
        """Print the result: one JSON object with ``--json``, else the lines."""
        if self.as_json:
            typer.echo(msgspec.json.encode(result).decode())
            return
        for line in lines:
            typer.echo(line(self.lang))


def here(context: typer.Context, home: Path | None = None, lang: Lang | None = None, as_json: bool = False) -> Here:
    """Return the place of a command: what stands after its name wins over what stands before it."""
    root = cast(Any, context.find_root())
    before = root.obj if isinstance(root.obj, Here) else Here(None, choose_language((), os.environ))
    chosen = replace(
        before, given_home=home or before.given_home, lang=lang or before.lang, as_json=as_json or before.as_json
    )
    root.obj = chosen
    return chosen


def group(help_text: str) -> typer.Typer:
    """Return a group of commands whose options may stand before the command's name too."""
    made = typer.Typer(no_args_is_help=True, help=help_text)

    @made.callback()
    def _remember(
        context: typer.Context, home: HomeOption = None, lang: LangOption = None, as_json: JsonOption = False
    ) -> None:
        here(context, home, lang, as_json)

    return made


def confirm_by_name(here: Here, what: Say, name: str, yes: bool) -> None:
    """Show what goes and ask to type ``name``; refuse when it is not typed.

    Raises:
        Refusal: another word was typed, or nobody can be asked.
    """
    if yes:
        return
    here.aside(what.ja, what.en)
    if not sys.stdin.isatty():
        refuse(
            "確認できません。スクリプトでは --yes を付けてください。",
            "Nobody can be asked: use --yes in scripts.",
            code=2,
        )
    typed = typer.prompt(Say(f"続けるには「{name}」と入力してください", f"Type “{name}” to go on")(here.lang), err=True)
    if typed != name:
        refuse("入力がちがうので、何もしませんでした。", "Another word was typed; nothing was done.")


def refuse(ja: str, en: str, code: Literal[1, 2] = 1) -> NoReturn:
    """Raise a refusal."""
    raise Refusal(Say(ja, en), code)


def day_given(text: str, option: str) -> date:
    """Return the day that an option names, in any spelling that a file may use. Raises Refusal."""
    from noren.doors.cli.files.dates import read_trading_day
    from noren.doors.cli.files.spelling import half_width

    day = read_trading_day(half_width(text))
    if not isinstance(day, date):
        refuse(f"{option}: {day.ja}", f"{option}: {day.en}", code=2)
    return day
