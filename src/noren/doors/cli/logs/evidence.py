"""``noren evidence``: the auditor's offline kit. Each side writes its own part; this process reads no record."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import msgspec
import typer

from noren.doors.cli.here import HomeOption, JsonOption, LangOption, here, refuse
from noren.doors.cli.speech import both
from noren.kernel.say import Say

if TYPE_CHECKING:
    from noren.house.home import Home

HERE: Final = Path(__file__).parent
VERIFIER: Final = "verify_log.py"


def evidence(
    context: typer.Context,
    out: Annotated[Path, typer.Option("--out", help=both("作るフォルダー", "The folder to make"))],
    members: Annotated[
        bool,
        typer.Option(
            "--members",
            help=both(
                "会員に関する記録も入れる(既定は検証値だけ)", "Records that concern members too, not their hashes alone"
            ),
        ),
    ] = False,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the kit."""
    from noren.doors.cli.logs.orders import Order, ask
    from noren.house.home import LOG_SIDES

    at = here(context, home, lang, as_json)
    opened, target = at.home(), out.resolve()
    if target.exists() and any(target.iterdir()):
        refuse(f"{out} は空ではありません。", f"{out} is not empty.")
    target.mkdir(parents=True, exist_ok=True)
    more = [*_put_policies(target), *_put_documents(opened, target)]
    order = Order(out=str(target), members=members)
    logs: list[dict[str, Any]] = [ask(opened, side, "export", order) for side in LOG_SIDES]
    logs = [each for each in logs if each["there"]]
    _put_verifier(target)
    _put_readme(target, logs)
    at.answer(
        {"out": str(target), "logs": logs, "more": more},
        Say(
            f"{target} に{len(logs)}つのログを書きました。README.ja.md から始めてください。",
            f"Wrote {len(logs)} logs into {target}. Begin with README.md.",
        ),
    )


def _put_verifier(target: Path) -> None:
    from noren.governance.log import verify_log

    shutil.copyfile(verify_log.__file__, target / VERIFIER)


def _put_readme(target: Path, logs: list[dict[str, Any]]) -> None:
    lines = "\n".join(_line(each) for each in logs)
    for lang, name in (("en", "README.md"), ("ja", "README.ja.md")):
        text = (HERE / f"kit.{lang}.txt").read_text("utf-8")
        (target / name).write_text(text.replace("{lines}", lines), "utf-8")


def _line(log: dict[str, Any]) -> str:
    side = log["side"]
    withheld = f" --withheld {log['withheld']}" if log["withheld"] else ""
    return f'python3 -I -S {VERIFIER} {side} --key "$(cat {side}/vkey)"{withheld}'


def _put_policies(target: Path) -> list[str]:
    """Copy the policy files that decide about flows, as they ship."""
    from noren.governance.policy import FOLDER

    names = sorted(path.name for path in FOLDER.iterdir() if path.suffix in (".cedar", ".json"))
    (target / "policies").mkdir()
    for name in names:
        shutil.copyfile(FOLDER / name, target / "policies" / name)
    return [f"policies/{name}" for name in names]


def _put_documents(home: Home, target: Path) -> list[str]:
    """Ask the desk for every version of every document: notices, terms, parties, purposes, flows, regimes."""
    from noren.house.children import zone_client

    with zone_client(home, "desk") as desk:
        found = desk.call("/register", method="GET")
    (target / "documents.json").write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=1))
    return ["documents.json"]


def add_to(app: typer.Typer) -> None:
    """Put ``evidence`` on the command line."""
    app.command(
        "evidence",
        help=both(
            "監査人のための検証キットを作る(noren もネットワークもない機械で検証できる)",
            "Make the auditor's kit: checked on a machine without noren and without a network",
        ),
    )(evidence)
