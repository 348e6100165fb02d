"""``noren``: the entry point; one line per command."""

from __future__ import annotations

import os
import signal
import sys
from typing import Annotated, NoReturn

import typer

import noren
from noren.doors.cli import (
    alerts,
    backing,
    copying,
    couponing,
    doctor,
    dormancy,
    founding,
    importing,
    member,
    migrate,
    partner,
    providing,
    settlement,
    slips,
    summary,
    terminal,
    tier,
    up,
    zones,
)
from noren.doors.cli.audience import command as audience_command
from noren.doors.cli.campaign import command as campaign_command
from noren.doors.cli.demo import command as demo_command
from noren.doors.cli.door import Door
from noren.doors.cli.governance import cases as cases_command
from noren.doors.cli.governance import command as governance_command
from noren.doors.cli.here import HomeOption, JsonOption, LangOption, here
from noren.doors.cli.keys import command as keys_command
from noren.doors.cli.logs import command as logs_command
from noren.doors.cli.logs import evidence
from noren.doors.cli.speech import LANG_VARIABLE, both, choose_language, narrow, speak_titles
from noren.doors.cli.staff import command as staff_command

_TOLD_TO_END = 143

app = typer.Typer(
    name="noren",
    cls=Door,
    no_args_is_help=True,
    add_completion=False,
    # A traceback with local variables could show a card number or a name.
    pretty_exceptions_enable=False,
    help=both(
        "暖簾(のれん): 氏名と購買がけっして出会わない、ポイントプログラムのデータ基盤。",
        "noren: a loyalty programme's data platform in which names and purchases never meet.",
    ),
)


def _tell_version(asked: bool) -> None:
    if asked:
        typer.echo(f"noren {noren.__version__}")
        raise typer.Exit


@app.callback()
def root(
    context: typer.Context,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
    _version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_tell_version, help=both("版を表示する", "The version"))
    ] = False,
) -> None:
    """Remember what stands before the command's name."""
    here(context, home, lang, as_json)


founding.add_to(app)
demo_command.add_to(app)
up.add_to(app)
doctor.add_to(app)
migrate.add_to(app)
backing.add_to(app)
alerts.add_to(app)
importing.add_to(app)
terminal.add_to(app)
keys_command.add_to(app)
governance_command.add_to(app)
logs_command.add_to(app)
evidence.add_to(app)
cases_command.add_to(app)
staff_command.add_to(app)
partner.add_to(app)
member.add_to(app)
dormancy.add_to(app)
audience_command.add_to(app)
campaign_command.add_to(app)
copying.add_to(app)
providing.add_to(app)
settlement.add_to(app)
couponing.add_to(app)
tier.add_to(app)
slips.add_to(app)
summary.add_to(app)
zones.add_to(app)


def run() -> None:
    """Run the command line in the language of the call."""
    signal.signal(signal.SIGTERM, _told_to_end)
    lang = os.environ[LANG_VARIABLE] = choose_language(sys.argv[1:], os.environ)
    speak_titles(lang)
    command = typer.main.get_command(app)
    narrow(command, lang)
    command(prog_name="noren")


def _told_to_end(_signal: int, _frame: object) -> NoReturn:
    """End as on Ctrl-C: contexts are left, so children are ended too."""
    raise SystemExit(_TOLD_TO_END)


if __name__ == "__main__":
    run()
