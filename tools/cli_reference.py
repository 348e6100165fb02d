"""Writes docs/reference/cli.md from the command line itself; a test fails when the page is stale.

.venv/bin/python -m tools.cli_reference            write the page
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import typer

from noren.doors.cli.files.columns import Column
from noren.doors.cli.files.kinds import KINDS
from noren.doors.cli.main import app
from noren.doors.cli.speech import spoken

PAGE: Final = Path(__file__).resolve().parent.parent / "docs" / "reference" / "cli.md"
_EVERYWHERE: Final = ("home", "lang", "as_json")
_HEAD: Final = """# noren: commands / コマンド

<!-- Made by `python -m tools.cli_reference`; do not edit. -->

`--home DIR`, `--lang ja|en` and `--json` (every reading command) stand before or after a command's name.
Without `--home` the home is `NOREN_HOME`, else `./noren-home`.
The language is `--lang`, else `NOREN_LANG` (`ja`, `en`), else the locale's, else Japanese.
Exit codes: 0 done, 1 refused or found wrong, 2 called wrongly. Results go to stdout, everything else to stderr.
A destructive command shows what goes and asks to type its name; `--yes` for scripts.
Arguments can be seen by other users of the machine: `-` reads a card number from standard input instead.

`--home DIR`・`--lang ja|en`・`--json`(読むコマンドすべて)は、コマンド名の前にも後にも書けます。
`--home` がなければ `NOREN_HOME`、それもなければ `./noren-home` です。
言語は `--lang`、なければ `NOREN_LANG`(`ja`・`en`)、なければロケール、なければ日本語です。
終了コード: 0 できた、1 断られた・悪いところがあった、2 呼び出し方がちがう。
結果は標準出力、そのほかは標準エラー出力に出ます。
元に戻せないコマンドは、何がなくなるかを見せて名前の入力を求めます(スクリプトでは `--yes`)。
引数は同じ計算機の他の利用者に見えます。`-` と書くと、カード番号を標準入力から読みます。
"""


def page() -> str:
    """Return the whole page."""
    command = typer.main.get_command(app)
    return "\n".join([_HEAD, *_commands(command, "noren"), *_columns()]) + "\n"


def _commands(command: Any, path: str) -> Iterator[str]:
    for name, below in getattr(command, "commands", {}).items():
        if not below.hidden:
            yield from _command(below, f"{path} {name}")
            yield from _commands(below, f"{path} {name}")


def _command(command: Any, path: str) -> Iterator[str]:
    if getattr(command, "commands", None):
        return
    shown = [parameter for parameter in command.params if not parameter.hidden and parameter.name not in _EVERYWHERE]
    yield f"## `{' '.join([path, *map(_usage, shown)])}`\n"
    yield f"{spoken(command.help, 'en')}.  \n{spoken(command.help, 'ja')}。\n"
    if shown:
        yield "| | en | ja |\n|---|---|---|"
        yield from (_row(parameter) for parameter in shown)
        yield ""


def _usage(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return parameter.metavar or parameter.name.upper()
    text = _option(parameter)
    return text if parameter.required else f"[{text}]"


def _option(parameter: Any) -> str:
    value = "" if parameter.is_flag else f" {parameter.metavar or parameter.name.upper()}"
    return f"{parameter.opts[0]}{value}"


def _row(parameter: Any) -> str:
    name = parameter.metavar or parameter.name.upper()
    head = name if parameter.param_type_name == "argument" else _option(parameter)
    cells = [f"`{head}`", spoken(parameter.help, "en"), spoken(parameter.help, "ja")]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _columns() -> Iterator[str]:
    yield "## Columns of files / ファイルの列\n"
    yield "A column is known by either name. **Bold**: must be there and filled / **太字**: 必要な列\n"
    for kind in KINDS.values():
        yield f"- `{kind.name}`: " + ", ".join(_name(column) for column in kind.columns)


def _name(column: Column) -> str:
    name = f"`{column.name}` ({column.ja})"
    return f"**{name}**" if column.required else name


if __name__ == "__main__":
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(page(), "utf-8")
