"""The command line's two languages.

Help texts are written in both, once, by :func:`both`; :func:`narrow` keeps one of them in a
built command. Messages are ``Say`` values, spoken in the language of the call.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import typer
from rich.columns import Columns
from rich.console import RenderableType
from rich.text import Text
from typer import rich_utils

from noren.kernel.say import Lang, Say

_NAME: Final = "noren"
_BETWEEN: Final = " ‖ "
_LANG_OPTION: Final = "--lang"
LANG_VARIABLE: Final = "NOREN_LANG"
"""Children speak as the command that started them: what they log is shown to whoever called it."""

_SETTINGS: Final = (LANG_VARIABLE, "LC_ALL", "LC_MESSAGES", "LANG")
_TITLES: Final[dict[str, Say]] = {
    "ARGUMENTS_PANEL_TITLE": Say("引数", "Arguments"),
    "OPTIONS_PANEL_TITLE": Say("オプション", "Options"),
    "COMMANDS_PANEL_TITLE": Say("コマンド", "Commands"),
    "ERRORS_PANEL_TITLE": Say("エラー", "Error"),
    "REQUIRED_LONG_STRING": Say("[必須]", "[required]"),
    "DEFAULT_STRING": Say("[既定: {}]", "[default: {}]"),
}
_HELP: Final = Say("この説明を表示して終わる。", "Show this message and exit.")


def called() -> str:
    """Return how this command line is called from here: by its name when that is found, else by its path."""
    me = Path(sys.argv[0])
    if me.name != _NAME or shutil.which(_NAME) is not None:
        return _NAME
    return os.path.relpath(me)


def both(ja: str, en: str) -> str:
    """Return a help text that holds both languages."""
    return f"{ja}{_BETWEEN}{en}"


def spoken(text: str, lang: Lang) -> str:
    """Return one language of what :func:`both` made; other texts as they are."""
    ja, between, en = text.partition(_BETWEEN)
    return (ja if lang == "ja" else en) if between else text


def choose_language(arguments: Sequence[str], environment: Mapping[str, str]) -> Lang:
    """Return the language of a call: ``--lang``, else ``NOREN_LANG``, else the locale if English, else Japanese."""
    for place, argument in enumerate(arguments):
        if argument == _LANG_OPTION and place + 1 < len(arguments):
            return _known(arguments[place + 1])
        if argument.startswith(f"{_LANG_OPTION}="):
            return _known(argument.removeprefix(f"{_LANG_OPTION}="))
    return _known(next((environment[name] for name in _SETTINGS if environment.get(name)), ""))


def _known(word: str) -> Lang:
    return "en" if word.lower().startswith("en") else "ja"


def narrow(command: Any, lang: Lang) -> None:
    """Keep one language in the help of a built command, of its options and of all below it."""
    for name in ("help", "short_help", "epilog", "rich_help_panel"):
        text = getattr(command, name, None)
        if isinstance(text, str):
            setattr(command, name, spoken(text, lang))
    for parameter in command.params:
        if isinstance(getattr(parameter, "help", None), str):
            parameter.help = spoken(parameter.help, lang)
    # Asked for once, the framework keeps the option it made.
    made: Any = command.get_help_option(typer.Context(command))
    made.help = _HELP(lang)
    for below in getattr(command, "commands", {}).values():
        narrow(below, lang)


def speak_titles(lang: Lang) -> None:
    """Set the headings that the help pages of this process use, and let their Japanese go on in the next line."""
    for name, say in _TITLES.items():
        setattr(rich_utils, name, say(lang))
    setattr(rich_utils, "Columns", _Folding)  # noqa: B010


class _Folding(Columns):
    """A help text in its column. Japanese has no blanks to break at, and the framework would cut it off with "…"."""

    def __init__(self, pieces: Iterable[RenderableType] = ()) -> None:
        super().__init__(pieces)
        for piece in self.renderables:
            if isinstance(piece, Text):
                piece.overflow = "fold"
