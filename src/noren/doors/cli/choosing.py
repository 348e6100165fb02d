"""``noren member choices`` and ``verify-choice``: what a member chose, changed, and the acknowledgement checked."""

from __future__ import annotations

import base64
import binascii
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from noren.doors.cli.carding import CardArgument, ask_vault, read_card
from noren.doors.cli.here import Here, HomeOption, JsonOption, LangOption, here, refuse
from noren.doors.cli.speech import both
from noren.house.keys import acknowledged_by
from noren.house.keys.trust import ACKNOWLEDGING
from noren.kernel.say import Say

RuleOption = Annotated[
    list[str] | None,
    typer.Option(
        "--stop",
        metavar="all|PART=CODE,…",
        help=both(
            "止める(all は今後加わる会社も含めすべて。PART は purpose・recipient・channel、組み合わせ可)",
            "Stop: all, companies that join later too; or by purpose, recipient, channel, alone or together",
        ),
    ),
]


def choices(
    context: typer.Context,
    card: CardArgument,
    points_only: Annotated[
        Literal["on", "off"] | None,
        typer.Option(
            "--points-only",
            metavar="on|off",
            help=both("ポイントだけモード(明細をどこにも残さない)", "Points-only mode: no lines are kept anywhere"),
        ),
    ] = None,
    stop: RuleOption = None,
    resume: Annotated[
        list[str] | None,
        typer.Option("--resume", metavar="all|PART=CODE,…", help=both("停止を解く", "Lift a stop")),
    ] = None,
    auto_delete: Annotated[
        Literal["3", "18", "36", "off"] | None,
        typer.Option(
            "--auto-delete",
            metavar="3|18|36|off",
            help=both("明細をこの月数で自動削除", "Let lines be deleted after so many months"),
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help=both("何が変わるかを見るだけ", "Only show what would change"))
    ] = False,
    receipt: Annotated[
        Path | None,
        typer.Option("--receipt", metavar="FILE", help=both("受付証を保存する", "Write the acknowledgement to a file")),
    ] = None,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show or change choices."""
    from noren.doors.cli.stops import change, shown_choices, wishes_of  # rules are loaded by who asks for them

    at = here(context, home, lang, as_json)
    wishes = wishes_of(points_only=points_only, auto_delete=auto_delete, stop=stop, resume=resume)
    asked: dict[str, Any] = {"card": read_card(card).reveal()}  # to the vault's socket only
    if not wishes:
        found = ask_vault(at, "/choices/show", asked)
        _keep(at, receipt, found)
        at.answer(_without_file(found), *shown_choices(found))
        return
    found = ask_vault(at, "/choices/preview" if dry_run else "/choices/decide", {**asked, "wishes": wishes})
    _keep(at, None if dry_run else receipt, found)
    at.answer(_without_file(found), *change(wishes, found, dry_run=dry_run))


def _keep(at: Here, receipt: Path | None, found: dict[str, Any]) -> None:
    if receipt is None:
        return
    if found["acknowledgement"] is None:
        refuse(
            "受付証はありません。ご本人の選択をまだ受け付けていません。",
            "There is no acknowledgement: no choice of her own has been taken yet.",
        )
    receipt.write_text(found["acknowledgement"], "utf-8")
    at.aside(f"受付証を {receipt} に保存しました。", f"The acknowledgement was written to {receipt}.")


def _without_file(found: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in found.items() if name != "acknowledgement"}


def verify_choice(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help=both("受付証のファイル", "The acknowledgement's file"))],
    key: Annotated[
        list[str] | None,
        typer.Option(
            "--key",
            metavar="KEY",
            help=both("公開鍵(base64url)。書かなければホームの公開鍵", "Public key, base64url; else those of the home"),
        ),
    ] = None,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check an acknowledgement without asking any process."""
    from noren.governance.acknowledgement import verified  # the signature's library costs every other command time

    at = here(context, home, lang, as_json)
    try:
        content = file.read_bytes()
    except OSError as wrong:
        refuse(f"{file} を読めません。", f"{file} can not be read: {type(wrong).__name__}", code=2)
    said = verified(content, [_read_key(text) for text in key]) if key else _verified_here(at, content)
    if said is None:
        refuse(
            "この受付証は、この公開鍵で署名された内容と一致しません。書き換えられたか、別の鍵のものです。",
            "This acknowledgement is not what one of these keys signed: it was changed, or it is of another key.",
        )
    at.answer(
        {"ok": True, "acknowledgement": said},
        Say("正しい受付証です。", "This acknowledgement is genuine."),
        *_told(said),
    )


def _verified_here(at: Here, content: bytes) -> dict[str, Any] | None:
    """Return what the zone whose kind of acknowledgement it is signed, by a key that it has or ever had."""
    from noren.governance.acknowledgement import SIGNED_BY, verified

    for zone in ACKNOWLEDGING:
        said = verified(content, acknowledged_by(at.home(), zone))
        if said is not None and SIGNED_BY.get(str(said.get("kind"))) == zone:
            return said
    return None


def _told(said: dict[str, Any]) -> list[Say]:
    if said.get("kind") == "noren-erasure":
        kept = [Say(f"残る記録: {e['record']['ja']}", f"Kept: {e['record']['en']}") for e in said["kept"]]
        return [Say(f"消去した日: {said['erased_on']}", f"Erased on: {said['erased_on']}"), *kept]
    if said.get("kind") == "forget-purchase":
        return [
            Say(f"受付: {said['received_on']}", f"Received: {said['received_on']}"),
            Say(f"残さないお買い物: {said['purchase']}", f"Purchase not to be kept: {said['purchase']}"),
            Say(f"消えるもの: {_both(said['goes']).ja}", f"What goes: {_both(said['goes']).en}"),
            Say(f"残るもの: {_both(said['stays']).ja}", f"What stays: {_both(said['stays']).en}"),
        ]
    held = _both(said["in_force_at"] or {"ja": "まだ全経路では効いていない", "en": "not yet on every path"})
    return [
        Say(f"受付: {said['received_at']}", f"Received: {said['received_at']}"),
        Say(f"効力: {held.ja}", f"In force: {held.en}"),
        *(Say(_spoken(each, "ja"), _spoken(each, "en")) for each in said["chosen"]),
    ]


def _both(text: dict[str, str] | str) -> Say:
    """Return a text that stands in both languages, or (in what was signed before) in one."""
    return Say(text, text) if isinstance(text, str) else Say(text["ja"], text["en"])


def _spoken(chosen: dict[str, Any], lang: Literal["ja", "en"]) -> str:
    text = chosen.get("covers", {}).get(lang, "")
    return f"{chosen['choice']} {chosen['value']}" + (f": {text}" if text else "")


def _read_key(text: str) -> bytes:
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (ValueError, binascii.Error):
        raw = b""
    if len(raw) != 32:
        refuse("公開鍵は32バイトをbase64urlで書いたものです。", "A public key is 32 bytes as base64url.", code=2)
    return raw
