"""``noren provide`` and ``noren provision``: the extract for a company, and what the company itself does with it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from noren.doors.cli import provided
from noren.doors.cli.calling import call
from noren.doors.cli.here import (
    HomeOption,
    JsonOption,
    LangOption,
    YesOption,
    confirm_by_name,
    day_given,
    group,
    here,
    refuse,
)
from noren.doors.cli.signed_in import acting
from noren.doors.cli.speech import both
from noren.kernel.say import Say

if TYPE_CHECKING:
    from noren.house.home import Home
    from noren.house.inner import InnerClient
    from noren.provision.envelope import RecipientSecret

app = group(both("提供の記録と、提供先の道具", "Records of provision, and the recipient's tools"))
KeyOption = Annotated[
    Path, typer.Option("--key", metavar="FILE", help=both("提供先の秘密の鍵", "The recipient's secret key"))
]


def provide(
    context: typer.Context,
    flow: Annotated[str, typer.Argument(metavar="FLOW", help=both("登録された取扱い", "The registered flow"))],
    first: Annotated[str, typer.Option("--from", metavar="DATE", help=both("期間の初日", "The first day"))],
    last: Annotated[str, typer.Option("--until", metavar="DATE", help=both("期間の最終日", "The last day"))],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help=both("封をした抽出", "The sealed extract"))],
    days: Annotated[
        int, typer.Option("--days", min=1, max=31, help=both("提供先が持てる日数", "Days it may be kept"))
    ] = 14,
    owner: Annotated[
        str | None,
        typer.Option(
            "--owner",
            help=both(
                "この複製の責任者(既定: サインインしている人)", "Who answers for this copy (default: who is signed in)"
            ),
        ),
    ] = None,
    yes: YesOption = False,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make the minimum extract for a company: cleared, sealed to it, leased, recorded."""
    from noren.house.children import zone_client

    at = here(context, home, lang, as_json)
    if out.exists():
        refuse(f"{out} はすでにあります。", f"{out} is there already.")
    window = {"first": day_given(first, "--from").isoformat(), "last": day_given(last, "--until").isoformat()}
    body = {"flow": flow, **window, "days": days, "owner": acting(at, owner, "--owner")}
    plan = Say(
        f"{flow} を実行し、{body['first']}〜{body['last']} の抽出を提供します。渡したものは取り戻せません。",
        f"{flow} will run and provide purchases of {body['first']} to {body['last']}. What is given is given.",
    )
    confirm_by_name(at, plan, flow, yes)
    opened = at.home()
    with zone_client(opened, "ledger-worker") as worker:
        needs = call(worker, "/provide/needs", {"flow": flow})
        body["consents"] = _consents(opened, needs) if needs["consents"] else ""
        record = call(worker, "/provide/run", body)
        _take(worker, record["run"], out)
        call(worker, "/provide/given", {"run": record["run"]})
    at.answer({**record, "file": str(out)}, *_given(record, out))


@app.command("list", help=both("提供記録を見る(法29条・30条)", "Show the records of provision (articles 29, 30)"))
def list_records(
    context: typer.Context, home: HomeOption = None, lang: LangOption = None, as_json: JsonOption = False
) -> None:
    """Show what was provided, to whom, on which ground. No member stands in it."""
    at = here(context, home, lang, as_json)
    found = records(at.home())
    lines = [line for record in found for line in _record_lines(record)]
    at.answer({"records": found}, *(lines or [Say("提供はまだありません。", "Nothing was provided yet.")]))


def records(home: Home) -> list[dict[str, Any]]:
    """Return the records of provision, the newest first."""
    from noren.house.children import zone_client

    with zone_client(home, "ledger-worker") as worker:
        answer: dict[str, Any] = worker.call("/provide/list", {})
    return answer["records"]


@app.command(
    "take", help=both("作った抽出を取り出す(途中で切れたとき)", "Take an extract that was made (after a break)")
)
def take(
    context: typer.Context,
    run: Annotated[str, typer.Argument(metavar="RUN", help=both("実行番号", "The run"))],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help=both("置き場所", "Where it goes"))],
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take an extract whose file was not written to its end."""
    from noren.house.children import zone_client

    at = here(context, home, lang, as_json)
    if out.exists():
        refuse(f"{out} はすでにあります。", f"{out} is there already.")
    with zone_client(at.home(), "ledger-worker") as worker:
        _take(worker, run, out)
        record = call(worker, "/provide/given", {"run": run})
    at.answer({**record, "file": str(out)}, *_given(record, out))


@app.command("accept", help=both("提供先の廃棄の証明を受け取る", "Take a recipient's attestation of deletion"))
def accept(
    context: typer.Context,
    word: Annotated[Path, typer.Argument(metavar="FILE", help=both("証明のファイル", "The attestation's file"))],
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check a recipient's signed word, and end its copy in the census."""
    from noren.house.children import zone_client

    at = here(context, home, lang, as_json)
    text = _text(word)
    with zone_client(at.home(), "ledger-worker") as worker:
        record = call(worker, "/provide/attest", {"word": text})
    at.answer(
        record,
        Say(
            f"{record['recipient']} の廃棄を受け取りました({record['copy']})。",
            f"{record['recipient']} has attested the deletion ({record['copy']}).",
        ),
    )


@app.command("keygen", help=both("提供先の鍵を作る", "Make a recipient's key"))
def keygen(
    context: typer.Context,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help=both("秘密の鍵の行き先", "The secret"))],
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a key on the recipient's own machine; its public half goes into the party's document."""
    from noren.provision.envelope import RecipientSecret

    at = here(context, None, lang, as_json)
    secret = RecipientSecret.fresh()
    _new_file(out, (secret.text() + "\n").encode())
    public = secret.public().text()
    at.answer(
        {"public_key": public},
        Say(f"公開鍵(届け出に書く): {public}", f"Public key, for the party's document: {public}"),
        Say(f"秘密の鍵: {out}(だれにも渡さない)", f"Secret: {out}, for nobody else"),
    )


@app.command("open", help=both("封を開ける(提供先の手元で)", "Open an envelope, at the recipient's"))
def open_(
    context: typer.Context,
    envelope: Annotated[Path, typer.Argument(metavar="FILE", help=both("封をした抽出", "The sealed extract"))],
    key: KeyOption,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help=both("tar の置き場所", "Where the tar goes"))],
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Open an extract with the recipient's key into a tar of Parquet files and a manifest."""
    from noren.governance.leases.errors import SpoiltCopy
    from noren.provision.envelope import open_envelope

    at = here(context, None, lang, as_json)
    secret = _secret(key)
    try:
        with envelope.open("rb") as file:
            content = b"".join(open_envelope(file, secret))
    except FileNotFoundError:
        refuse(f"{envelope} がありません。", f"{envelope} is not there.")
    except SpoiltCopy:
        refuse(
            f"{envelope} はこの鍵では開きません。別の鍵への封か、途中で壊れています。",
            f"{envelope} does not open with this key: it is sealed to another, or was damaged on its way.",
        )
    _new_file(out, content)
    at.answer({"file": str(out)}, Say(f"開けました: {out}", f"Opened: {out}"))


@app.command("attest", help=both("廃棄を証明する(提供先の手元で)", "Attest a deletion, at the recipient's"))
def attest(
    context: typer.Context,
    run: Annotated[str, typer.Argument(metavar="RUN", help=both("manifest.json の run", "The manifest's run"))],
    recipient: Annotated[str, typer.Option("--recipient", help=both("提供先", "The recipient"))],
    key: KeyOption,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help=both("証明の置き場所", "Where the word goes"))],
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Sign that all copies of a provision are deleted."""
    from noren.provision.attesting import attest as sign

    at = here(context, None, lang, as_json)
    word = sign(_secret(key), run=run, recipient=recipient, deleted_on=datetime.now(UTC).date())
    _new_file(out, (word + "\n").encode())
    at.answer({"file": str(out)}, Say(f"証明を書きました: {out}", f"Wrote the attestation: {out}"))


def _consents(home: Home, needs: dict[str, Any]) -> str:
    """Fetch the vault's word of who agreed: sealed to the ledger side, this process can not read it."""
    from noren.house.children import zone_client

    with zone_client(home, "vault") as vault:
        answer: dict[str, Any] = vault.call("/agreed", {"recipient": needs["recipient"], "texts": needs["texts"]})
    return answer["sealed"]


def _take(worker: InnerClient, run: str, out: Path) -> None:
    """Write an envelope; it is whole and on the disk when this returns, or not there at all."""
    from noren.house.inner import CallRefused

    beside = out.with_name(f".{out.name}.part")
    try:
        number = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(number, "wb") as file:
            for piece in worker.stream("/provide/take", {"run": run}):
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        beside.rename(out)
    except CallRefused:
        beside.unlink(missing_ok=True)
        refuse(f"提供 {run} の複製はここにありません。", f"No copy of the provision {run} lies here.")
    except OSError as wrong:
        beside.unlink(missing_ok=True)
        refuse(
            f"{out} に書けません({wrong.strerror})。直したら noren provision take {run} --out FILE",
            f"{out} can not be written ({wrong.strerror}). Then: noren provision take {run} --out FILE",
        )


def _given(record: dict[str, Any], out: Path) -> Iterator[Say]:
    yield from _record_lines(record)
    yield Say(
        f"{out}: {record['recipient']} の鍵で封をしました。廃棄の証明の期限: {record['delete_by'][:10]}",
        f"{out}: sealed to {record['recipient']}. Its deletion is to be attested by {record['delete_by'][:10]}.",
    )


def fate_of(record: dict[str, Any]) -> Say:
    """Return where a provision's copy is: attested as destroyed, or still with its recipient and until when."""
    gone, until = record["destroyed_on"], record["delete_by"][:10]
    if gone:
        return Say(f"{gone} に廃棄済み(提供先の証明)", f"destroyed, as its recipient attested on {gone}")
    return Say(f"{until} までに廃棄", f"to be destroyed by {until}")


def _record_lines(record: dict[str, Any]) -> Iterator[Say]:
    rows, members = record["rows"], record["members"]
    many = ("未完了", "not completed")
    if rows is not None:
        many = (f"{members:,}人 {rows:,}行", f"{members:,} members {rows:,} rows")
    yield Say(
        f"{record['begun_on']}  {record['recipient']} {record['recipient_name']}  {record['flow']}  {many[0]}",
        f"{record['begun_on']}  {record['recipient']} {record['recipient_name']}  {record['flow']}  {many[1]}",
    )
    fate = fate_of(record)
    yield Say(f"    {fate.ja}", f"    {fate.en}")
    ground = f"{record['route']} / {record['notice']} v{record['notice_version']}"
    yield Say(
        f"    目的 {record['purpose']}  根拠 {ground}  項目 {' '.join(record['items'])}  実行 {record['run']}",
        f"    purpose {record['purpose']}  ground {ground}  items {' '.join(record['items'])}  run {record['run']}",
    )


def _secret(key: Path) -> RecipientSecret:
    from noren.provision.envelope import RecipientSecret

    secret = RecipientSecret.from_text(_text(key))
    if secret is None:
        refuse(f"{key} は提供先の鍵ではありません。", f"{key} is no recipient's key.")
    return secret


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        refuse(f"{path} を読めません。", f"{path} can not be read.")


def _new_file(path: Path, content: bytes) -> None:
    """Write a file that nobody else can read; one that is there is never replaced."""
    try:
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        refuse(f"{path} はすでにあります。", f"{path} is there already.")
    except OSError as wrong:
        refuse(f"{path} に書けません({wrong.strerror})。", f"{path} can not be written ({wrong.strerror}).")
    with os.fdopen(number, "wb") as file:
        file.write(content)


def add_to(root: typer.Typer) -> None:
    """Put ``provide`` and ``provision`` on the command line."""
    root.command("provide", help=both("提供用の抽出を作って渡す", "Make the extract for a company and give it"))(
        provide
    )
    text = both("消去された方の提供記録を見る(会員番号から)", "Records of provision of a member who was erased")
    app.command("of", help=text)(provided.of)
    root.add_typer(app, name="provision")
