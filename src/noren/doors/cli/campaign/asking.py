"""Asking the ledger-worker about campaigns, and telling what it said."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Final

import msgspec
import typer

from noren.doors.cli.here import Here
from noren.doors.cli.speech import both
from noren.kernel.say import Say

IdArgument = Annotated[str, typer.Argument(metavar="ID", help=both("企画の id", "The campaign's id"))]
ByOption = Annotated[
    str | None,
    typer.Option(
        "--by",
        metavar="WHO",
        help=both("行う人(既定: サインインしている人)", "Who does it (default: who is signed in)"),
    ),
]
PATIENCE_SECONDS: Final = 60.0
TILL_SECONDS: Final = 10.0
"""How long a command waits for a till."""

_LOOK_SECONDS: Final = 0.2
_ENTRY: Final = Say(
    "  エントリー制: 会員のページでエントリーした会員だけが、抽選に加わります",
    "  With entry: only members who entered on their own page take part",
)


def ask(at: Here, path: str, body: Mapping[str, Any], *, patience: float = PATIENCE_SECONDS) -> Any:
    """Ask the ledger-worker; a refusal is told. Raises Exit."""
    from noren.house.children import zone_client
    from noren.house.inner import CallRefused

    with zone_client(at.home(), "ledger-worker", patience=patience) as ledger:
        try:
            return ledger.call(f"/campaigns/{path}", body)
        except CallRefused as refused:
            tell_refusal(at, refused.body, refused.status)
            raise typer.Exit(1) from None


def waited(at: Here, campaign: str, while_in: str) -> Any:
    """Return a campaign once a till has taken it out of a state, or as it is after a while."""
    from noren.house.children import zone_client

    until = time.monotonic() + TILL_SECONDS
    with zone_client(at.home(), "ledger-worker") as ledger:
        while True:
            found = ledger.call("/campaigns/show", {"campaign": campaign})
            if found["state"] != while_in or time.monotonic() > until:
                return found
            time.sleep(_LOOK_SECONDS)


def tell_refusal(at: Here, body: bytes, status: int) -> None:
    """Tell why something was refused: on stderr for people, as one object with ``--json``."""
    from noren.doors.cli.answers import refusal_text

    said, found = refusal_text(status, body), dict[str, Any]()
    with contextlib.suppress(msgspec.DecodeError, msgspec.ValidationError):
        found = msgspec.json.decode(body, type=dict[str, Any])
    problems = found.get("problems", [])
    if at.as_json:
        told = [{"at": each["at"], "message": each["say"][at.lang]} for each in problems]
        at.answer({"refused": found.get("word") or found.get("rule", ""), "reason": said(at.lang), "problems": told})
        return
    at.aside(said.ja, said.en)
    tell_problems(at, problems, Say("まちがい", "Error"))


def tell_problems(at: Here, problems: Iterable[Mapping[str, Any]], kind: Say) -> None:
    """Tell what is wrong or to be looked at, each with its place in the file: on stderr."""
    for each in problems:
        where = f" {each['at']}" if each["at"] else ""
        typer.echo(f"{kind(at.lang)}{where}: {each['say'][at.lang]}", err=True)


def tell_warnings(at: Here, problems: Iterable[Mapping[str, Any]]) -> None:
    """Tell what is to be looked at."""
    tell_problems(at, problems, Say("注意", "Note"))


def lines_of(found: Mapping[str, Any]) -> list[Say]:
    """Return a campaign as it is shown: what it says, who made its steps, how far it is."""
    file = msgspec.json.decode(found["file"], type=dict[str, Any])
    slip, issue = file["text"]["slip"], file["issue"]
    english = slip["en"] or slip["ja"]
    places = ", ".join(issue["partners"] or issue["shops"])
    steps = ("作成", "drafted by"), ("承認", "approved by"), ("承認", "approved by")
    return [
        line_of(found),
        Say(f"  条件: {found['sentence']['ja']}", f"  Condition: {found['sentence']['en']}"),
        Say(
            f"  場所 {places} / 抽選 {issue['draw']} 当選率 {issue['rate']} 対照群 {issue['holdout']}",
            f"  At {places}; draw by {issue['draw']}, rate {issue['rate']}, holdout {issue['holdout']}",
        ),
        *([_ENTRY] if issue["entry"] else []),
        *(Say(f"  券  | {line}", f"  Slip | {other}") for line, other in _pairs(slip["ja"], english)),
        *(
            Say(f"  {ja} {step['who']} {step['at']}", f"  {en} {step['who']} {step['at']}")
            for (ja, en), step in zip(steps, found["steps"], strict=False)
        ),
        *_hashes(found),
    ]


def line_of(found: Mapping[str, Any]) -> Say:
    """Return a campaign in one line."""
    head, days = f"{found['campaign']:<24} ", f"{found['first']}..{found['until']}"
    return Say(
        f"{head}{found['says']['ja']}  {days}  {found['title']['ja']}",
        f"{head}{found['says']['en']}  {days}  {found['title']['en']}",
    )


def _pairs(ja: list[str], en: list[str]) -> list[tuple[str, str]]:
    longest = max(len(ja), len(en))
    return [(ja[at] if at < len(ja) else "", en[at] if at < len(en) else "") for at in range(longest)]


def _hashes(found: Mapping[str, Any]) -> list[Say]:
    said: list[Say] = []
    if found["terms_hash"]:
        said.append(Say(f"  公開条件 {found['terms_hash']}", f"  Public terms {found['terms_hash']}"))
    if found["seed"]:
        said.append(Say(f"  種 S {found['seed']}", f"  Seed S {found['seed']}"))
        said += [Say(f"  持ち分 {each}", f"  Share {each}") for each in found["shares"]]
    return said
