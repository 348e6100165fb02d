"""``noren campaign draft|approve|start|stop|reveal|list|show``.

A share of the seed is made here, on the person's own command line: its hash goes to the ledger-worker, and the share
itself sealed to the till. It stands in no argument, no log and no file.
"""

from __future__ import annotations

import base64
from typing import Annotated, Any

import typer

from noren.doors.cli.campaign.asking import (
    ByOption,
    IdArgument,
    ask,
    line_of,
    lines_of,
    tell_problems,
    tell_warnings,
    waited,
)
from noren.doors.cli.here import Here, HomeOption, JsonOption, LangOption, here, refuse
from noren.doors.cli.signed_in import ApproverOption, AuthorOption, acting
from noren.doors.cli.speech import both
from noren.kernel.say import Say

FileArgument = Annotated[
    str,
    typer.Argument(metavar="FILE", help=both("企画のファイル(TOML。- は標準入力)", "The campaign's file; - is stdin")),
]

_WAITS = Say(
    "レジの処理が種をまだ作っていません。noren till が動けば、そのとき始まります。",
    "No till has made the seed yet. The campaign starts as soon as noren till runs.",
)
_UNOPENED = Say(
    "レジの処理が持ち分を開けませんでした(till の封印の鍵が替わったか、証明が合いません。till のログを見てください)。"
    "stop で取りやめ、新しい id で作り直します。",
    "The till could not open the shares: its sealing key was changed since, or a proof does not fit (see its log)."
    " Drop the campaign by stop, and draft it anew under another id.",
)


def draft(
    context: typer.Context,
    file: FileArgument,
    author: AuthorOption = None,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Draft a campaign; ``--json`` prints the one text that is committed to."""
    at = here(context, home, lang, as_json)
    text = text_of(file)
    campaign = _id_of(at, text)
    body = {"text": text, "author": acting(at, author, "--author"), **_share(at, campaign, 0)}
    done = ask(at, "draft", body)
    tell_warnings(at, done["warnings"])
    found = done["campaign"]
    if at.as_json:
        typer.echo(found["file"])
        return
    for said in (
        Say(f"下書きしました: {campaign}", f"Drafted: {campaign}"),
        *lines_of(found)[1:],
        Say(
            "次に、作成者以外の二人が noren campaign approve で承認します。見積もりは noren campaign simulate です。",
            "Next two others approve it: noren campaign approve. noren campaign simulate tells what to expect.",
        ),
    ):
        typer.echo(said(at.lang))


def approve(
    context: typer.Context,
    campaign: IdArgument,
    approver: ApproverOption = None,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Approve a draft, as the first or the second of two."""
    at = here(context, home, lang, as_json)
    who = acting(at, approver, "--approver")
    step = len(ask(at, "show", {"campaign": campaign})["steps"])
    done = ask(at, "approve", {"campaign": campaign, "approver": who, "step": step, **_share(at, campaign, step)})
    tell_warnings(at, done["warnings"])
    found = done["campaign"]
    left = found["state"] == "draft"
    at.answer(
        found,
        Say(f"承認しました({step}人目): {campaign}", f"Approved ({step} of 2): {campaign}"),
        *lines_of(found)[1:],
        Say("もう一人の承認が要ります。", "Another person's approval is needed.")
        if left
        else Say("noren campaign start で始められます。", "It can be started: noren campaign start."),
    )


def start(
    context: typer.Context,
    campaign: IdArgument,
    by: ByOption = None,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Start a campaign, and wait for a till to make its seed."""
    at = here(context, home, lang, as_json)
    done = ask(at, "start", {"campaign": campaign, "by": acting(at, by, "--by")})
    tell_warnings(at, done["warnings"])
    found = waited(at, campaign, "starting")
    if found["state"] == "running":
        at.answer(found, Say(f"始めました: {campaign}", f"Started: {campaign}"))
        return
    _no_till(at, found, _WAITS if found["state"] == "starting" else _UNOPENED)


def stop(
    context: typer.Context,
    campaign: IdArgument,
    by: ByOption = None,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Stop a campaign; one that never ran is dropped."""
    at = here(context, home, lang, as_json)
    found = ask(at, "stop", {"campaign": campaign, "by": acting(at, by, "--by")})["campaign"]
    said = Say(
        f"止めました: {campaign}({found['says']['ja']})。渡した券は使えます。",
        f"Stopped: {campaign} ({found['says']['en']}). Slips that were given stay good.",
    )
    at.answer(found, said)


def reveal(
    context: typer.Context,
    campaign: IdArgument,
    by: ByOption = None,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Publish the seed, a week after the end."""
    at = here(context, home, lang, as_json)
    body = {"campaign": campaign, "by": acting(at, by, "--by")}
    ask(at, "reveal", body)
    if waited(at, campaign, "revealing")["state"] != "revealed":
        say = Say(
            "レジの処理が種を開いていません。noren till を起動して、もう一度行ってください。",
            "No till has opened the shares. Start noren till and do it again.",
        )
        _no_till(at, ask(at, "show", {"campaign": campaign}), say)
    found = ask(at, "reveal", body)["campaign"]
    at.answer(found, Say(f"種を公開しました: {campaign}", f"The seed is published: {campaign}"), *lines_of(found)[-4:])


def list_campaigns(
    context: typer.Context, home: HomeOption = None, lang: LangOption = None, as_json: JsonOption = False
) -> None:
    """List campaigns."""
    at = here(context, home, lang, as_json)
    found = ask(at, "list", {})
    at.answer(found, *(line_of(each) for each in found["campaigns"]))
    if not found["campaigns"] and not at.as_json:
        at.say(
            "企画はまだありません。noren campaign draft FILE で下書きします。",
            "There is no campaign yet: noren campaign draft FILE.",
        )


def show(
    context: typer.Context,
    campaign: IdArgument,
    terms: Annotated[
        bool,
        typer.Option(
            "--terms",
            help=both(
                "公開条件だけを出す(noren verify-draw --terms に渡す)",
                "The public terms alone, as noren verify-draw --terms takes them",
            ),
        ),
    ] = False,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show a campaign: its condition in words beside its slip, its steps, its terms."""
    at = here(context, home, lang, as_json)
    found = ask(at, "show", {"campaign": campaign})
    if terms:
        if not found["terms"]:
            refuse("公開条件は、二人目の承認でできます。", "There are no public terms before the second approval.")
        typer.echo(found["terms"])
        return
    at.answer(found, *lines_of(found))


def _no_till(at: Here, found: Any, say: Say) -> None:
    """Tell that no till did its part. Raises Exit."""
    if at.as_json:
        at.answer({**found, "refused": "no-till", "reason": say(at.lang)})
    else:
        at.aside(say.ja, say.en)
    raise typer.Exit(1)


def _share(at: Here, campaign: str, step: int) -> dict[str, str]:
    """Return a new share's commitment, and the share sealed to the till; the share itself is forgotten here."""
    from noren.campaign.draw import commitment
    from noren.campaign.terms import new_share
    from noren.house.draw_shares import seal_share

    share = new_share()
    made = {"share_hash": commitment(share), "sealed": seal_share(at.home(), share, campaign, step)}
    return {name: base64.b64encode(raw).decode() for name, raw in made.items()}


def text_of(file: str) -> str:
    """Return the text of a file, or of standard input. Refuses where it can not be read."""
    from noren.doors.cli.audience.sources import read_source

    text = read_source(file)
    if not isinstance(text, str):
        refuse(f"{file} を読めません。", f"{file} can not be read.", code=2)
    return text


def _id_of(at: Here, text: str) -> str:
    """Return the id in a file. Raises Exit where the file is wrong: it is read again where it is kept."""
    from noren.campaign.reading import read_campaign

    read = read_campaign(text)
    if not isinstance(read, list):
        return read.id
    problems = [{"at": each.at, "say": {"ja": each.say.ja, "en": each.say.en}} for each in read]
    if at.as_json:
        told = [{"at": each.at, "message": each.say(at.lang)} for each in read]
        at.answer({"refused": "file", "problems": told})
    else:
        tell_problems(at, problems, Say("まちがい", "Error"))
    raise typer.Exit(1)
