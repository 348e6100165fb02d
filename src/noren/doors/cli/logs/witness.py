"""``noren log witness``: for a witness's own machine; no home is needed there."""

from __future__ import annotations

import time
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Annotated

import typer

from noren.doors.cli.here import JsonOption, LangOption, Refusal, here, refuse
from noren.doors.cli.speech import both
from noren.kernel.say import Say

MAX_BYTES = 64 * 1024
_SECONDS = 30.0


def witness(
    context: typer.Context,
    log: Annotated[
        str,
        typer.Argument(help=both("ログのアドレス(…/log/identity)かフォルダー", "Address or folder of a log")),
    ],
    key: Annotated[list[str], typer.Option("--key", help=both("ログの公開鍵", "The log's public key"))],
    name: Annotated[str, typer.Option("--name", help=both("証人の名前(example.org/w1 など)", "The witness's name"))],
    secret: Annotated[
        Path,
        typer.Option("--secret", help=both("証人の鍵のファイル(なければ作る)", "Its key's file, made when missing")),
    ],
    state: Annotated[Path, typer.Option("--state", help=both("見たものを覚えておくフォルダー", "Where it remembers"))],
    out: Annotated[
        Path | None,
        typer.Option("--out", help=both("連署した検証点を書くファイル", "File for what was cosigned")),
    ] = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Look at a log and cosign its checkpoint, or refuse."""
    from noren.governance.log import LogError, VerifierKey, parse_note
    from noren.governance.log.disk import PUBLIC, exchange
    from noren.governance.log.witnessing import NotWitnessed, Witness, merged, witness_secret

    at = here(context, None, lang, as_json)
    if not name or any(sign.isspace() or sign == "+" for sign in name):
        refuse("証人の名前に空白と + は使えません。", "A witness's name has no blanks and no +.", code=2)
    try:
        mine = Witness(name, witness_secret(secret), state)
        keys = [VerifierKey.parse(line) for given in key for line in given.split()]
        done = mine.consider(_fetching(log), keys, int(time.time()))
        if not isinstance(done, NotWitnessed) and out is not None:
            done = merged(parse_note(out.read_bytes()) if out.exists() else None, done)
            exchange(out, str(done).encode(), PUBLIC)
    except (LogError, OSError) as wrong:
        raise Refusal(Say(f"連署しません: {wrong}", f"Not cosigned: {wrong}")) from None
    if isinstance(done, NotWitnessed):
        raise Refusal(Say(f"連署しません: {done.says.ja}", f"Not cosigned: {done.says.en}"))
    head, text, public = done.checkpoint, str(done).rstrip("\n"), str(mine.key)
    answer = {"origin": head.origin, "size": head.size, "root": head.root.hex(), "key": public, "note": str(done)}
    at.aside(f"{head.size:,}項目に連署しました。公開鍵: {public}", f"Cosigned {head.size:,} entries. Key: {public}")
    at.answer(answer, Say(text, text))


def _fetching(log: str) -> Callable[[str], bytes]:
    """Return what reads a log's public files, from an address or a folder."""
    if not log.startswith(("https://", "http://")):
        return lambda name: (Path(log) / name).read_bytes()
    import httpx

    client = httpx.Client(timeout=_SECONDS, follow_redirects=False)

    def fetch(name: str) -> bytes:
        try:
            answer = client.get(f"{log.rstrip('/')}/{name}")
        except httpx.TransportError as wrong:
            raise OSError(f"{log}: {type(wrong).__name__}") from None
        if answer.status_code == HTTPStatus.NOT_FOUND:
            raise FileNotFoundError(name)
        if answer.status_code != HTTPStatus.OK or len(answer.content) > MAX_BYTES:
            raise OSError(f"{log}/{name}: {answer.status_code}")
        return answer.content

    return fetch
