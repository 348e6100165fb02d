"""``noren member request|correct|show|export|verify-document``: a member's rights, at the vault's door.

Values and words come by file or standard input, never in argv. The export carries two files that it can not open.
"""

from __future__ import annotations

import base64
import os
import sys
import zipfile
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import typer

from noren.doors.cli.carding import CardArgument, ask_vault, read_card
from noren.doors.cli.here import Here, HomeOption, JsonOption, LangOption, group, here, refuse
from noren.doors.cli.signed_in import acting
from noren.doors.cli.speech import both
from noren.kernel.say import Say

requests = group(both("会員のご請求(開示・訂正・停止・消去・苦情)", "A member's requests under the law"))

Kind = Literal["disclosure", "provision-records", "correction", "cease-use", "erase", "complaint"]
Checked = Literal["card-and-details", "document", "agent"]
WhoOption = Annotated[
    str | None,
    typer.Option(
        "--who",
        metavar="NAME",
        help=both("行う担当者(既定: サインインしている人)", "Who of the staff does it (default: who is signed in)"),
    ),
]
FileOption = Annotated[
    Path | None, typer.Option("--file", metavar="FILE", help=both("文章のファイル(- で標準入力)", "A file; - is stdin"))
]
OTHER: Final = "purchases"
OWN: Final = "registration"
MAX_BYTES: Final = 8_192
MAX_DOCUMENT_BYTES: Final = 200_000_000


@requests.command("add", help=both("ご請求を受け付ける", "Take a request in"))
def add(
    context: typer.Context,
    card: CardArgument,
    kind: Annotated[Kind, typer.Option("--kind", metavar="KIND", help=both("種類", "What she asks for"))],
    checked: Annotated[
        Checked,
        typer.Option("--checked", metavar="HOW", help=both("ご本人の確認の方法", "How it is known to be she")),
    ],
    file: FileOption = None,
    who: WhoOption = None,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take a request in; its clock begins."""
    at = here(context, home, lang, as_json)
    body = {
        "card": read_card(card).reveal(),
        "kind": kind,
        "checked": checked,
        "who": acting(at, who, "--who"),
        "said": _words(file),
    }
    done = ask_vault(at, "/rights/add", body)
    at.answer(done, Say(f"受け付けました: {done['id']}", f"Taken in: {done['id']}"), *_line(done))


@requests.command("list", help=both("対応中のご請求", "What is open, and until when"))
def list_open(
    context: typer.Context, home: HomeOption = None, lang: LangOption = None, as_json: JsonOption = False
) -> None:
    """Show what is open. Exit 1 when something is late."""
    at = here(context, home, lang, as_json)
    found: list[dict[str, Any]] = ask_vault(at, "/rights/list", {})["requests"]
    lines = [line for each in found for line in _line(each)]
    at.answer({"requests": found}, *(lines or [Say("対応中のご請求はありません。", "Nothing is open.")]))
    raise typer.Exit(1 if any(each["late"] for each in found) else 0)


@requests.command("show", help=both("一人の会員のご請求", "One member's requests"))
def show_requests(
    context: typer.Context,
    card: CardArgument,
    who: WhoOption = None,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show all requests of a member."""
    at = here(context, home, lang, as_json)
    found = ask_vault(at, "/rights/show", {"card": read_card(card).reveal(), "who": acting(at, who, "--who")})[
        "requests"
    ]
    lines = [line for each in found for line in _line(each)]
    at.answer({"requests": found}, *(lines or [Say("ご請求はありません。", "There are no requests.")]))


@requests.command("answer", help=both("ご請求に答える・理由を示して断る", "Answer a request, or refuse it"))
def answer(
    context: typer.Context,
    request: Annotated[str, typer.Argument(metavar="REQUEST", help=both("ご請求の番号", "The request"))],
    refused: Annotated[bool, typer.Option("--refuse", help=both("断る(理由が要る)", "Refuse; needs a reason"))] = False,
    file: FileOption = None,
    who: WhoOption = None,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Answer."""
    at = here(context, home, lang, as_json)
    body = {"request": request, "refused": refused, "who": acting(at, who, "--who"), "reason": _words(file)}
    done = ask_vault(at, "/rights/answer", body)
    at.answer(done, *_line(done))


def correct(
    context: typer.Context,
    card: CardArgument,
    fields: Annotated[
        list[str],
        typer.Option(
            "--field", metavar="FIELD", help=both("訂正する項目(複数可。値は1行ずつ)", "What; several: a value a line")
        ),
    ],
    file: FileOption = None,
    who: WhoOption = None,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Correct fields; the values come from standard input or a file, one a line, in the order of the fields."""
    at = here(context, home, lang, as_json)
    number = read_card(card).reveal()
    lines = (_words(file) if file else sys.stdin.read(MAX_BYTES).rstrip("\r\n")).splitlines() or [""]
    if len(lines) != len(fields):
        refuse(
            f"項目は{len(fields)}つ、値は{len(lines)}行です。", f"{len(fields)} fields and {len(lines)} lines.", code=2
        )
    body = {"card": number, "who": acting(at, who, "--who"), "values": dict(zip(fields, lines, strict=True))}
    done = ask_vault(at, "/rights/correct", body)
    names = " ".join(done["fields"]) or "-"
    at.answer(done, Say(f"訂正しました: {names}", f"Corrected: {names}"))


def show(
    context: typer.Context,
    card: CardArgument,
    who: WhoOption = None,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show a member's registration, while a request of hers is open; the look stands in her record."""
    at = here(context, home, lang, as_json)
    found = ask_vault(at, "/rights/look", {"card": read_card(card).reveal(), "who": acting(at, who, "--who")})
    values = {**found["person"], **found["contact"]}
    lines = [Say(f"{name}: {value}", f"{name}: {value}") for name, value in values.items() if value]
    told = Say("この閲覧は、ご本人の記録に残りました。", "This look stands in her record.")
    at.answer(found, *lines, *(Say(f"card: {c['card']}", f"card: {c['card']}") for c in found["cards"]), told)


def export(
    context: typer.Context,
    card: CardArgument,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help=both("置き場所", "Where the two files go"))],
    who: WhoOption = None,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write both sides' documents for a member, each sealed to a code that only her own page shows."""
    at = here(context, home, lang, as_json)
    number = read_card(card).reveal()
    own = ask_vault(at, "/export/member", {"card": number, "who": acting(at, who, "--who"), "lang": at.lang})
    out.mkdir(parents=True, exist_ok=True, mode=0o700)
    paths = [_written(out / f"{OWN}-{own['number']}.zip", own["file"])]
    if own["order"] is not None:
        other = _worker(at, {"order": own["order"], "lang": at.lang})
        paths.append(_written(out / f"{OTHER}-{own['number']}.zip", other["file"]))
    result = {"number": own["number"], "until": own["until"], "files": [str(path) for path in paths]}
    lines = [Say(str(path), str(path)) for path in paths]
    hand = Say(
        f"番号 {own['number']}。コードは、ご本人の「わたしは誰か」と「何を買ったか」の画面にだけ出ます。"
        f"期限は {own['until']} です。"
        "お渡ししたら、このファイルを消してください。",
        f"Number {own['number']}. The codes are shown on her own two pages alone, until {own['until']}. "
        "Delete these files once they are handed over.",
    )
    at.answer(result, *lines, hand)


def verify_document(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help=both("開示書のZIPかフォルダー", "Its ZIP or folder"))],
    key: Annotated[
        list[str] | None,
        typer.Option("--key", metavar="KEY", help=both("公開鍵。なければホームのもの", "Public key; else the home's")),
    ] = None,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check a document without asking any process."""
    from noren.governance.disclosing.signing import SIGNATURE, signer_of
    from noren.governance.log import VerifierKey
    from noren.governance.log.errors import LogError
    from noren.governance.log.keys import read_vkeys

    at = here(context, home, lang, as_json)
    names = (f"{OWN}.json", f"{OWN}.pdf", f"{OTHER}.json", f"{OTHER}.pdf", SIGNATURE)
    try:
        files = _read(file, names)
        sides = ("identity", "ledger")
        keys = [VerifierKey.parse(k) for k in key or ()] or [
            k for side in sides for k in read_vkeys(at.home().log_keys(side))
        ]
    except (OSError, zipfile.BadZipFile, LogError) as wrong:
        refuse(f"{file} か鍵を読めません。", f"{file} or a key can not be read: {type(wrong).__name__}", code=2)
    signer = signer_of(files, keys)
    if signer is None:
        refuse(
            "この開示書は、署名されたものと一致しません。書き換えられたか、別の鍵のものです。",
            "This document is not as it was signed: it was changed, or another key's.",
        )
    at.answer({"ok": True, "key": str(signer)}, Say(f"署名のとおりです({signer.name})。", f"Signed by {signer.name}."))


def _read(file: Path, names: tuple[str, ...]) -> dict[str, bytes]:
    if file.is_dir():
        return {name: (file / name).read_bytes() for name in names if (file / name).exists()}
    with zipfile.ZipFile(file) as archive:
        found = [info for info in archive.infolist() if info.filename in names]
        if sum(info.file_size for info in found) > MAX_DOCUMENT_BYTES:
            raise zipfile.BadZipFile("larger than a document is")
        return {info.filename: archive.read(info) for info in found}


def _worker(at: Here, body: dict[str, Any]) -> dict[str, Any]:
    from noren.house.children import zone_client

    with zone_client(at.home(), "ledger-worker") as worker:
        return worker.call("/export/member", body)


def _written(path: Path, content: str) -> Path:
    try:
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(number, "wb") as file:
            file.write(base64.b64decode(content))
    except OSError as wrong:
        refuse(f"{path} に書けません({wrong.strerror})。", f"{path} can not be written ({wrong.strerror}).")
    return path


def _words(file: Path | None) -> str:
    if file is None:
        return ""
    try:
        raw = sys.stdin.read(MAX_BYTES) if str(file) == "-" else file.read_text("utf-8")[:MAX_BYTES]
    except (OSError, UnicodeDecodeError):
        refuse(f"{file} を読めません。", f"{file} can not be read.", code=2)
    return raw.rstrip("\r\n")


def _line(each: dict[str, Any]) -> list[Say]:
    from noren.identity.requests import KIND_SAYS, STATE_SAYS, RequestKind, State

    kind, state = KIND_SAYS[RequestKind(each["kind"])], STATE_SAYS[State(each["state"])]
    late = ("  期限を過ぎています!", "  LATE!") if each["late"] else ("", "")
    whose = f"  {each['member_number']}" if "member_number" in each else ""
    lines = [
        Say(
            f"{each['id']}{whose}  {kind.ja}  期限 {each['due']}  {state.ja}{late[0]}",
            f"{each['id']}{whose}  {kind.en}  due {each['due']}  {state.en}{late[1]}",
        )
    ]
    return [*lines, Say(f"    {each['reason']}", f"    {each['reason']}")] if each["reason"] else lines


def add_to(members: typer.Typer) -> None:
    """Put the commands under ``member``."""
    members.add_typer(requests, name="request")
    text = both("登録を訂正する(値は標準入力かファイルから)", "Correct a registration (values from stdin or a file)")
    members.command("correct", help=text)(correct)
    text = both("登録を見る(請求が出ている間だけ。本人に知らされる)", "Look at a registration while a request is open")
    members.command("show", help=text)(show)
    text = both("開示書を、本人だけが開ける2つのファイルに書く", "Write her documents as two files only she opens")
    members.command("export", help=text)(export)
    text = both("開示書が本物かを確かめる", "Check that a disclosure is genuine")
    members.command("verify-document", help=text)(verify_document)
