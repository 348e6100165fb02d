"""``noren init``: a home with its folders, settings and keys.

The keys of the two sides are made in two processes, so that not even this one ever holds both.
Everything is made in a folder beside and renamed at the end: an ``init`` that is interrupted
leaves no half home.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Annotated, Final, Literal

import typer

from noren.doors.cli.here import Here, HomeOption, JsonOption, LangOption, Refusal, here, refuse
from noren.doors.cli.speech import both
from noren.doors.cli.storing import (
    PgAdminOption,
    PgHostOption,
    PgIdentityHostOption,
    PgIdentityPortOption,
    PgPassfileOption,
    PgPortOption,
    PgPrefixOption,
    PgSslmodeOption,
    Server,
    StoresOption,
    asked_server,
    make_databases,
)
from noren.house.home import CONFIG, ZONES, PostgreSQL, Programme, Settings, open_home, read_settings, write_settings
from noren.house.keeping import keep
from noren.house.keys import SIDES
from noren.kernel.say import Say

FOLDERS: Final = ("governance", "keys", "keys/trust", "ledger", "log", "register", "run", "vault")
MAX_SOCKET_BYTES: Final = 107


def init(
    context: typer.Context,
    home: HomeOption = None,
    sandbox: Annotated[
        bool,
        typer.Option(
            "--sandbox",
            help=both("試験用(時計を動かせ、試験用の鍵だけを受ける)", "A sandbox: movable clock, test keys only"),
        ),
    ] = False,
    name_ja: Annotated[
        str, typer.Option(help=both("プログラムの名前(日本語)", "The programme's name in Japanese"))
    ] = "",
    name_en: Annotated[str, typer.Option(help=both("プログラムの名前(英語)", "The programme's name in English"))] = "",
    currency: Annotated[str, typer.Option(help=both("通貨(ISO 4217)", "Currency (ISO 4217)"))] = "JPY",
    zone: Annotated[str, typer.Option(help=both("時間帯", "Time zone"))] = "Asia/Tokyo",
    stores: StoresOption = "sqlite",
    pg_host: PgHostOption = "localhost",
    pg_port: PgPortOption = 5432,
    pg_admin: PgAdminOption = "",
    pg_passfile: PgPassfileOption = None,
    pg_prefix: PgPrefixOption = "noren",
    pg_identity_host: PgIdentityHostOption = "",
    pg_identity_port: PgIdentityPortOption = 0,
    pg_sslmode: PgSslmodeOption = "prefer",
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a home."""
    at = here(context, home, lang, as_json)
    plain = Programme()
    kind: Literal["live", "sandbox"] = "sandbox" if sandbox else "live"
    settings = Settings(programme=Programme(name_ja or plain.name_ja, name_en or plain.name_en, kind, zone, currency))
    server = None
    if stores == "sqlite" and (pg_admin or pg_passfile or pg_identity_host):
        refuse(
            "--pg-… は --stores postgresql と一緒に使います。ホームは作っていません。",
            "--pg-… goes with --stores postgresql. No home was made.",
            code=2,
        )
    if stores == "postgresql":
        where = PostgreSQL(pg_host, pg_port, pg_identity_host, pg_identity_port, pg_prefix, pg_sslmode)
        server = asked_server(where, pg_admin, pg_passfile)
        settings = server.put_into(settings)
    fresh = server is None or not _is_there_already(at.path, settings)
    if fresh:
        _refuse_existing(at.path)
        _refuse_too_deep(at.path)
        _make(at.path, settings)
    if server is not None:
        _make_databases(at.path, server, fresh=fresh)
    at.answer({"home": str(at.path), "kind": kind}, *_next_steps(at))


def _make_databases(path: Path, server: Server, *, fresh: bool) -> None:
    """Make the databases; where the server could not even be begun with, leave no home behind."""
    try:
        make_databases(path, server)
    except Refusal:
        if fresh and not any((path / "keys").glob("*.pgpass")):
            shutil.rmtree(path)
        raise


def _is_there_already(path: Path, settings: Settings) -> bool:
    """Return whether the home stands with its stores on this very server: then only its databases are looked after."""
    if not (path / CONFIG).exists():
        return False
    found = read_settings(path / CONFIG)
    return (found.stores, found.postgresql) == (settings.stores, settings.postgresql)


def _refuse_existing(path: Path) -> None:
    if (path / CONFIG).exists():
        refuse(
            f"{path} にはすでにホームがあります。何も変えていません。",
            f"There is a home at {path} already; nothing was changed.",
        )
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        refuse(
            f"{path} は空のフォルダーではありません。--home で別の場所を選んでください。",
            f"{path} is not an empty folder. Choose another place with --home.",
        )


def _refuse_too_deep(path: Path) -> None:
    longest = max(len(os.fsencode(path / "run" / f"{zone}.sock")) for zone in ZONES)
    if longest > MAX_SOCKET_BYTES:
        refuse(
            f"{path} は長すぎます(ゾーンのソケットの名前は{MAX_SOCKET_BYTES}バイトまで)。短い場所を選んでください。",
            f"{path} is too long: a socket's name has {MAX_SOCKET_BYTES} bytes at most. Choose a shorter place.",
        )


def _make(path: Path, settings: Settings) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    except OSError as wrong:
        refuse(f"{path.parent} に書けません: {wrong.strerror}", f"{path.parent} can not be written: {wrong.strerror}")
    try:
        for folder in FOLDERS:
            (draft / folder).mkdir(mode=0o700)
        (draft / CONFIG).write_text(write_settings(settings), "utf-8")
        read_settings(draft / CONFIG)
        home = open_home(draft)
        for side in SIDES:
            keep(home, side, "make")
        draft.rename(path)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _next_steps(at: Here) -> tuple[Say, ...]:
    path = at.path
    return (
        Say(f"ホームを作りました: {path}", f"Made a home: {path}"),
        Say(
            f"鍵は {path}/keys にあります(ゾーンごと、所有者だけが読めます)。控えを別の場所に取ってください。",
            f"Its keys are in {path}/keys, one file per zone, readable by their owner only: keep a copy elsewhere.",
        ),
        Say("次にすること:", "What to do next:"),
        Say(
            f"  noren --home {path} up                     すべてのゾーンを動かす",
            f"  noren --home {path} up                     run all zones",
        ),
        Say(
            f"  noren --home {path} import shops FILE      店舗を取り込む(次に products, members, purchases)",
            f"  noren --home {path} import shops FILE      import shops (then products, members, purchases)",
        ),
        Say(
            f"  noren --home {path} doctor                 確かめる",
            f"  noren --home {path} doctor                 check it",
        ),
    )


def add_to(app: typer.Typer) -> None:
    """Put ``init`` on the command line."""
    app.command("init", help=both("ホーム(設定・鍵・フォルダー)を作る", "Make a home: settings, keys, folders"))(init)
