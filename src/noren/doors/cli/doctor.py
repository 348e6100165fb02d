"""``noren doctor``: checks with advice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import typer

from noren.doors.cli.here import HomeOption, JsonOption, LangOption, here
from noren.doors.cli.speech import both
from noren.kernel.say import Say

if TYPE_CHECKING:
    from noren.doors.cli.health.finding import Finding

_MARKS: Final = {"ok": "✓", "warning": "!", "wrong": "✗"}


def doctor(
    context: typer.Context, home: HomeOption = None, lang: LangOption = None, as_json: JsonOption = False
) -> None:
    """Look at everything."""
    from noren.doors.cli.health.alerts import look_at_alerts
    from noren.doors.cli.health.cases import look_at_cases
    from noren.doors.cli.health.copies import look_at_copies
    from noren.doors.cli.health.keys import look_at_keys
    from noren.doors.cli.health.logs import look_at_logs
    from noren.doors.cli.health.machine import look_at_machine
    from noren.doors.cli.health.revisions import look_at_revisions
    from noren.doors.cli.health.rights import look_at_rights
    from noren.doors.cli.health.staff import look_at_staff
    from noren.doors.cli.health.stores import look_at_stores
    from noren.doors.cli.health.zones import look_at_audits, look_at_running

    at = here(context, home, lang, as_json)
    opened = at.home()
    found = [
        *look_at_machine(opened.path),
        *look_at_keys(opened),
        *look_at_stores(opened),
        *look_at_running(opened),
        *look_at_revisions(opened),
        *look_at_audits(opened),
        *look_at_copies(opened),
        *look_at_cases(opened),
        *look_at_rights(opened),
        *look_at_staff(opened),
        *look_at_logs(opened),
        *look_at_alerts(opened),
    ]
    wrong = sum(finding.level == "wrong" for finding in found)
    result = {"home": str(opened.path), "ok": not wrong, "findings": [finding.as_json() for finding in found]}
    end = (
        Say(f"悪いところ: {wrong}件", f"Found wrong: {wrong}")
        if wrong
        else Say("悪いところはありません。", "Nothing is wrong.")
    )
    at.answer(result, *_lines(found), end)
    raise typer.Exit(1 if wrong else 0)


def _lines(found: list[Finding]) -> Iterator[Say]:
    for finding in found:
        mark = _MARKS[finding.level]
        yield Say(f"{mark} {finding.what.ja}", f"{mark} {finding.what.en}")
        if finding.advice is not None and finding.level != "ok":
            yield Say(f"    → {finding.advice.ja}", f"    → {finding.advice.en}")


def add_to(app: typer.Typer) -> None:
    """Put ``doctor`` on the command line."""
    app.command("doctor", help=both("確かめて、直し方を伝える", "Check everything, with advice"))(doctor)
