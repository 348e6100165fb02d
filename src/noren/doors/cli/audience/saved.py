"""``noren audience save|approve|list|show``: audiences as they are defined; the ledger-worker keeps them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from noren.doors.cli.here import Here, HomeOption, JsonOption, LangOption, day_given, here, refuse
from noren.doors.cli.signed_in import ApproverOption, AuthorOption, acting
from noren.doors.cli.speech import both
from noren.kernel.say import Say

Channel = Literal["till", "email", "post"]
NameArgument = Annotated[str, typer.Argument(metavar="NAME", help=both("対象者の名前", "The audience's name"))]
FileArgument = Annotated[
    str, typer.Argument(metavar="FILE", help=both("条件のファイル(- は標準入力)", "The condition's file; - is stdin"))
]
ChannelOption = Annotated[
    Channel, typer.Option("--channel", metavar="till|email|post", help=both("届け方", "How it is reached"))
]
PurposeOption = Annotated[
    str, typer.Option("--purpose", metavar="CODE", help=both("利用目的", "The purpose, as members can stop it"))
]
RecipientOption = Annotated[
    str,
    typer.Option(
        "--recipient",
        metavar="PARTNER",
        help=both("発券・発信する会社(運営者は programme)", "The company that issues; programme is the operator"),
    ),
]
_STATES = {
    "draft": Say("下書き", "draft"),
    "approved": Say("承認済み", "approved"),
    "replaced": Say("古い版", "replaced"),
    "expired": Say("期限切れ", "expired"),
}
CHANNELS = {"till": Say("レジ", "till"), "email": Say("メール", "e-mail"), "post": Say("郵便", "post")}


def save(
    context: typer.Context,
    name: NameArgument,
    file: FileArgument,
    purpose: PurposeOption,
    recipient: RecipientOption,
    channel: ChannelOption,
    expires: Annotated[
        str, typer.Option("--expires", metavar="DATE", help=both("使える最後の日", "The last day of its use"))
    ],
    minimum: Annotated[
        int | None,
        typer.Option(
            "--minimum", min=1, help=both("最低人数(既定は設定の値)", "The smallest size (default: settings)")
        ),
    ] = None,
    with_under_16: Annotated[
        bool,
        typer.Option(
            "--with-under-16",
            help=both(
                "16歳未満を除かない(責任者の承認が要る)", "Do not leave under-16s out; needs the privacy officer"
            ),
        ),
    ] = False,
    author: AuthorOption = None,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Save an audience; a changed condition or guard makes a new version."""
    at = here(context, home, lang, as_json)
    text = condition_text(at, file)
    body: dict[str, Any] = {
        "name": name, "text": text, "purpose": purpose, "recipient": recipient, "channel": channel,
        "expires": day_given(expires, "--expires").isoformat(), "author": acting(at, author, "--author"),
        "minimum": minimum, "with_young": with_under_16,
    }  # fmt: skip
    done = ask(at, "/audiences/save", body, text)
    tell_warnings(at, done["warnings"], text)
    found = done["audience"]
    ja, en = (
        ("保存しました", "Saved")
        if done["changed"]
        else ("同じ内容なので、そのままです", "Unchanged: the newest says the same")
    )
    next_step = Say(
        "使うには、作成者以外の人が noren audience approve で承認します。",
        "To use it, somebody else than its author approves it: noren audience approve.",
    )
    lines = [Say(f"{ja}: {name} 版{found['version']}", f"{en}: {name}, version {found['version']}"), _sentence(found)]
    at.answer(done, *lines, *([next_step] if found["state"] == "draft" else []))


def approve(
    context: typer.Context,
    name: NameArgument,
    approver: ApproverOption = None,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Approve the newest version."""
    at = here(context, home, lang, as_json)
    done = ask(at, "/audiences/approve", {"name": name, "approver": acting(at, approver, "--approver")})
    said = Say(f"承認しました: {name} 版{done['version']}", f"Approved: {name}, version {done['version']}")
    at.answer(done, said, _sentence(done))


def list_audiences(
    context: typer.Context, home: HomeOption = None, lang: LangOption = None, as_json: JsonOption = False
) -> None:
    """List audiences: definitions only."""
    at = here(context, home, lang, as_json)
    found = ask(at, "/audiences/list", {})
    at.answer(found, *(_line(each) for each in found["audiences"]))
    if not found["audiences"] and not at.as_json:
        at.say(
            "対象者はまだありません。noren audience save NAME FILE で保存します。",
            "There is no audience yet: noren audience save NAME FILE.",
        )


def show(
    context: typer.Context,
    name: NameArgument,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show all versions of an audience, the newest first."""
    at = here(context, home, lang, as_json)
    found = ask(at, "/audiences/show", {"name": name})
    at.answer(found, *(line for each in found["audiences"] for line in _lines(each)))


def ask(at: Here, path: str, body: Mapping[str, Any], text: str = "") -> Any:
    """Ask the ledger-worker; a refusal is told with its problems under the text. Raises Exit."""
    from noren.house.children import zone_client
    from noren.house.inner import CallRefused

    with zone_client(at.home(), "ledger-worker") as ledger:
        try:
            return ledger.call(path, body)
        except CallRefused as refused:
            from noren.doors.cli.audience.answering import tell_refusal

            tell_refusal(at, refused.body, refused.status, text)
            raise typer.Exit(1) from None


def condition_text(at: Here, file: str) -> str:
    """Return a condition's text. Raises Exit where it can not be read."""
    from noren.doors.cli.audience.showing import Checked, tell_checked
    from noren.doors.cli.audience.sources import read_source

    text = read_source(file)
    if not isinstance(text, str):
        tell_checked(at, Checked(text.problems), "")
        raise typer.Exit(1)
    return text


def tell_warnings(at: Here, warnings: list[dict[str, Any]], text: str) -> None:
    """Tell the warnings of a condition aside."""
    from noren.doors.cli.audience.answering import problem_of
    from noren.doors.cli.audience.showing import WARNING, tell_problems

    if not at.as_json:
        tell_problems((problem_of(each) for each in warnings), text, at.lang, WARNING, err=True)


def is_file(given: str) -> bool:
    """Return whether an argument names a file rather than an audience."""
    return given == "-" or Path(given).is_file()


def name_of(given: str) -> str:
    """Return an audience's name. Raises Refusal where it is written like a file's, and there is none."""
    if Path(given).name != given or Path(given).suffix:
        refuse(f"{given} というファイルはありません。", f"There is no file {given}.")
    return given


def _sentence(found: Mapping[str, Any]) -> Say:
    return Say(f"  {found['sentence']['ja']}", f"  {found['sentence']['en']}")


def _line(found: Mapping[str, Any]) -> Say:
    state, channel = _STATES[found["state"]], CHANNELS[found["channel"]]
    where = f"{found['name']:<20} "
    return Say(
        f"{where}版{found['version']}  {state.ja}  {channel.ja}  {found['expires']}まで  {found['sentence']['ja']}",
        f"{where}v{found['version']}  {state.en}  {channel.en}  until {found['expires']}  {found['sentence']['en']}",
    )


def _lines(found: Mapping[str, Any]) -> list[Say]:
    by = found["approver"]
    return [
        _line(found),
        Say(f"  条件: {found['text']}", f"  Condition: {found['text']}"),
        Say(
            f"  利用目的 {found['purpose']} / 会社 {found['recipient']} / 最低{found['minimum']}人",
            f"  Purpose {found['purpose']}, recipient {found['recipient']}, at least {found['minimum']} people",
        ),
        Say(
            f"  作成 {found['author']}({found['saved_on']})" + (f"、承認 {by}({found['approved_on']})" if by else ""),
            f"  By {found['author']} ({found['saved_on']})"
            + (f", approved by {by} ({found['approved_on']})" if by else ""),
        ),
    ]
