"""The outermost layer of every command: troubles become one sentence and an exit code, never a traceback with data."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any

import typer
from typer.core import TyperGroup

from noren.doors.cli.here import Here, Refusal
from noren.doors.cli.speech import choose_language, spoken
from noren.doors.cli.usage import usage_problem
from noren.house.home import HomeProblem
from noren.kernel.say import Lang, Say

USAGE = 2
REFUSED = 1


class Door(TyperGroup):
    """The root command: exit 0 done, 1 refused or found wrong, 2 usage."""

    def main(self, args: Sequence[str] | None = None, *rest: Any, **more: Any) -> Any:
        """Run and leave the process (or, for tests, raise SystemExit)."""
        lang = choose_language(list(args if args is not None else sys.argv[1:]), os.environ)
        more["standalone_mode"] = False
        try:
            code = super().main(args, *rest, **more)
        except typer.TyperException as wrong:
            code = _usage(wrong, lang)
        except typer.Abort:
            code = _tell(Say("中止しました。", "Stopped."), lang)
        sys.exit(code if isinstance(code, int) else 0)

    def invoke(self, ctx: Any) -> Any:
        """Run the command; tell refusals and troubles in the language of the call."""
        # Here, so that a zone's process does not load what only commands need.
        from noren.doors.cli.answers import refusal_text
        from noren.doors.cli.files.rows import FileProblem
        from noren.house.inner import CallRefused, ZoneDown
        from noren.revisions.errors import NotThisRevision

        try:
            return super().invoke(ctx)
        except Refusal as refused:
            raise typer.Exit(_tell(refused.say, _lang(ctx), refused.code)) from None
        except FileProblem as wrong:
            raise typer.Exit(_tell(wrong.say, _lang(ctx), wrong.exit_code)) from None
        except (HomeProblem, NotThisRevision) as wrong:
            raise typer.Exit(_tell(wrong.say, _lang(ctx))) from None
        except ZoneDown as down:
            say = Say(
                f"ゾーンが応答しません({down})。noren doctor で確かめてください。",
                f"A zone does not answer ({down}). Look with: noren doctor",
            )
            raise typer.Exit(_tell(say, _lang(ctx))) from None
        except CallRefused as refused:
            raise typer.Exit(_tell(refusal_text(refused.status, refused.body), _lang(ctx))) from None


def _lang(ctx: typer.Context) -> Lang:
    obj = ctx.find_root().obj
    return obj.lang if isinstance(obj, Here) else choose_language((), os.environ)


def _tell(say: Say, lang: Lang, code: int = REFUSED) -> int:
    typer.echo(say(lang), err=True)
    return code


def _usage(wrong: typer.TyperException, lang: Lang) -> int:
    context: Any = getattr(wrong, "ctx", None)
    if type(wrong).__name__ == "NoArgsIsHelpError":
        typer.echo(spoken(wrong.format_message(), lang), err=True)
        return USAGE
    path = context.command_path if context is not None else "noren"
    return _tell(usage_problem(wrong.format_message(), path), lang, USAGE)
