"""``noren tier publish|approve|show``: rules of member tiers; the ledger-worker keeps them and works tiers out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final

import typer

from noren.doors.cli.audience.counted import AskerOption
from noren.doors.cli.campaign.asking import tell_refusal
from noren.doors.cli.campaign.steps import text_of
from noren.doors.cli.here import Here, HomeOption, JsonOption, LangOption, group, here
from noren.doors.cli.signed_in import ApproverOption, AuthorOption, acting
from noren.doors.cli.speech import both
from noren.kernel.say import Say

_STATES: Final = {
    "draft": Say("下書き(ほかの人の承認待ち)", "draft: somebody else is to approve it"),
    "coming": Say("予告中", "published, coming"),
    "in-force": Say("適用中", "in force"),
    "past": Say("終わり", "past"),
}
COUNT_SECONDS: Final = 600.0

FileArgument = Annotated[
    str,
    typer.Argument(metavar="FILE", help=both("決まりのファイル(TOML。- は標準入力)", "The rules' file; - is stdin")),
]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    tiers = group(both("会員ランク: 決まりの公開と表示", "Member tiers: their published rules"))
    for name, command, ja, en in (
        (
            "publish",
            publish,
            "決まりを下書きする(公開にはほかの人の承認が要る)",
            "Draft rules; another person publishes",
        ),
        ("approve", approve, "下書きを承認して公開する", "Approve a draft: it is published"),
        ("show", show, "決まりと、ランクごとのおおよその人数", "Show the rules, and about how many members"),
    ):
        tiers.command(name, help=both(ja, en))(command)
    app.add_typer(tiers, name="tier")


def publish(
    context: typer.Context,
    file: FileArgument,
    author: AuthorOption = None,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Draft the next version of the rules."""
    at = here(context, home, lang, as_json)
    found = _ask(at, "/tiers/draft", {"text": text_of(file), "author": acting(at, author, "--author")})
    number = found["version"]
    at.answer(
        found,
        *_lines(found),
        Say(
            f"次に、作成者以外の人が noren tier approve {number} で承認すると、公開されます。",
            f"Next somebody else publishes it: noren tier approve {number}.",
        ),
    )


def approve(
    context: typer.Context,
    version: Annotated[int, typer.Argument(metavar="VERSION", help=both("決まりの版", "The rules' version"))],
    approver: ApproverOption = None,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Approve a draft by somebody else: it is published, and stands for ever."""
    at = here(context, home, lang, as_json)
    body = {"version": version, "approver": acting(at, approver, "--approver")}
    found = _ask(at, "/tiers/approve", body)
    at.answer(found, Say("公開しました。", "Published."), *_lines(found))


def show(
    context: typer.Context,
    count: Annotated[
        bool,
        typer.Option(
            "--count",
            help=both(
                "ランクごとのおおよその人数も(ランクの数だけ開示枠を使う)",
                "About how many members in each, too, at the cost of one figure a level",
            ),
        ),
    ] = False,
    asker: AskerOption = None,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the rules in force and to come; with ``--count`` about how many members have each level."""
    at = here(context, home, lang, as_json)
    found = _ask(at, "/tiers/show", {})
    lines = [line for each in found["versions"] for line in _lines(each)]
    if not lines:
        lines = [Say("会員ランクの決まりはまだありません。", "There are no rules of member tiers yet.")]
    if count:
        found["members"] = _counted(at, found, acting(at, asker, "--asker"))
        lines += [
            Say(f"  {level}: {each['say']['ja']}", f"  {level}: {each['say']['en']}")
            for level, each in found["members"].items()
        ]
    at.answer(found, *lines)


def _counted(at: Here, found: Mapping[str, Any], asker: str) -> dict[str, Any]:
    """Return the private figure of each level in force: each is an audience's, with its guards and its cost."""
    force = next((each for each in found["versions"] if each["state"] == "in-force"), None)
    figures: dict[str, Any] = {}
    for level in () if force is None else force["levels"]:
        text = f'tier = "{level["id"]}"'
        draft = {"text": text, "purpose": "register-coupon", "recipient": "programme", "channel": "till"}
        told = _ask(at, "/audiences/count", {"asker": asker, "reach": False, "draft": draft}, patience=COUNT_SECONDS)
        figures[level["id"]] = told["figures"][0]
    return figures


def _lines(found: Mapping[str, Any]) -> Iterator[Say]:
    state, number, first = _STATES[found["state"]], found["version"], found["first"]
    yield Say(f"版{number} {first}から {state.ja}", f"Version {number} from {first}: {state.en}")
    yield Say(f"  {found['says']['ja']}", f"  {found['says']['en']}")
    for level in found["levels"]:
        yield Say(f"  {level['id']:<12} {level['says']['ja']}", f"  {level['id']:<12} {level['says']['en']}")


def _ask(at: Here, path: str, body: Mapping[str, Any], *, patience: float = 60.0) -> dict[str, Any]:
    """Ask the ledger-worker; a refusal is told. Raises Exit."""
    from noren.house.children import zone_client
    from noren.house.inner import CallRefused

    with zone_client(at.home(), "ledger-worker", patience=patience) as ledger:
        try:
            found: dict[str, Any] = ledger.call(path, body)
        except CallRefused as refused:
            tell_refusal(at, refused.body, refused.status)
            raise typer.Exit(1) from None
    return found
