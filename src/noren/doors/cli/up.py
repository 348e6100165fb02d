"""``noren up``: all zones of a home on this machine, each a process of its own."""

from __future__ import annotations

import signal
import time

import typer

from noren.doors.cli.here import HomeOption, LangOption, here
from noren.doors.cli.speech import both
from noren.kernel.say import Say


def up(context: typer.Context, home: HomeOption = None, lang: LangOption = None) -> None:
    """Run all zones until Ctrl-C."""
    from noren.doors.cli.supervisor import POLL_SECONDS, Supervisor, addresses

    at = here(context, home, lang)
    opened = at.home()
    # A script's background process inherits "ignore"; `kill -INT` must end this one all the same.
    signal.signal(signal.SIGINT, signal.default_int_handler)

    def tell(what: Say) -> None:
        at.say(what.ja, what.en)

    tell(Say("ゾーンを起動しています…", "Starting the zones …"))
    with Supervisor(opened, tell) as kept:
        kept.start()
        for name, address in addresses(opened):
            at.say(f"  {name.ja}: {address}", f"  {name.en}: {address}")
        tell(Say(f"ログ: {opened.path / 'log'}  終えるには Ctrl-C", f"Logs: {opened.path / 'log'}  End with Ctrl-C"))
        try:
            while True:
                time.sleep(POLL_SECONDS)
                kept.look()
        except KeyboardInterrupt:
            tell(Say("ゾーンを終えています…", "Ending the zones …"))


def add_to(app: typer.Typer) -> None:
    """Put ``up`` on the command line."""
    app.command("up", help=both("すべてのゾーンを動かす", "Run all zones"))(up)
