"""``noren staff …``: accounts, signing in and out, approvals."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from noren.doors.cli.here import (
    Here,
    HomeOption,
    JsonOption,
    LangOption,
    YesOption,
    confirm_by_name,
    group,
    here,
)
from noren.doors.cli.speech import both
from noren.doors.cli.staff import glass
from noren.kernel.say import Say

staff = group(both("担当者: アカウント・サインイン・承認", "Staff: accounts, signing in, approvals"))


class RoleWord(StrEnum):
    """The roles, spelt again: a command line that only prints its help loads none of governance's rooms."""

    MARKETER = "marketer"
    ANALYST = "analyst"
    PRIVACY_OFFICER = "privacy-officer"
    VOICE = "voice"
    COUNTER = "counter"
    HOST = "host"
    AUDITOR = "auditor"


IdArgument = Annotated[str, typer.Argument(metavar="ID", help=both("アカウントのID", "The account's id"))]
NumberArgument = Annotated[int, typer.Argument(metavar="N", min=1, help=both("承認待ちの番号", "Its number"))]
RoleOption = Annotated[list[RoleWord], typer.Option("--role", help=both("役割(何度でも)", "A role (again)"))]


@staff.command("add", help=both("アカウントを登録し、招待コードを出す", "Add an account; prints its invitation code"))
def add(
    context: typer.Context,
    name: IdArgument,
    called: Annotated[str, typer.Option("--name", help=both("氏名", "Her name"))],
    role: RoleOption,
    code_file: Annotated[
        Path | None,
        typer.Option(
            "--code-file",
            metavar="FILE",
            help=both("招待コードを表示せず、このファイル(0600)に書く", "Write the code to this file (0600), unshown"),
        ),
    ] = None,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add an account. The first ones: whoever holds the home. Later: a host or privacy officer, approved by another."""
    at = here(context, home, lang, as_json)
    _change(at, "add", {"id": name, "name": called, "roles": list(map(str, role))}, code_file)


@staff.command(
    "invite", help=both("改めて招待する(鍵やパスワードをなくしたとき)", "Invite anew (what she had is lost)")
)
def invite(
    context: typer.Context,
    name: IdArgument,
    recover: Annotated[
        bool,
        typer.Option(
            "--recover",
            help=both("全員が入れないとき: 24時間後に有効", "Everybody is locked out: good after 24 hours"),
        ),
    ] = False,
    yes: YesOption = False,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Invite anew: her sessions and earlier means end when she accepts."""
    at = here(context, home, lang, as_json)
    if recover:
        _recover(at, name, yes)
        return
    _change(at, "invite", {"id": name}, None)


def _recover(at: Here, name: str, yes: bool) -> None:
    from noren.doors.cli.staff.asking import ask

    what = Say(
        f"サインインなしで {name} を招待し直します。全員に知らされ、24時間後に有効になります。",
        f"{name} is invited anew with nobody signed in. Everybody is told; it is good after 24 hours.",
    )
    confirm_by_name(at, what, name, yes)
    answer: dict[str, Any] = ask(at, "recover", {"id": name})
    if answer.get("code"):
        _tell(at, answer, None)
        return
    again = Say(
        "24時間たったら、同じコマンドで招待コードが出ます。",
        "After 24 hours the same command prints the invitation code.",
    )
    at.answer(answer, Say(answer["waiting"]["says_ja"], answer["waiting"]["says_en"]), again)


@staff.command("roles", help=both("役割を変える", "Change an account's roles"))
def roles(
    context: typer.Context,
    name: IdArgument,
    role: RoleOption,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Give an account these roles and no others."""
    _change(here(context, home, lang, as_json), "roles", {"id": name, "roles": list(map(str, role))}, None)


@staff.command("close", help=both("アカウントを閉じる(元に戻せない)", "Close an account for good"))
def close(
    context: typer.Context,
    name: IdArgument,
    yes: YesOption = False,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Close an account: its sessions end at once."""
    at = here(context, home, lang, as_json)
    what = Say(f"{name} を閉じます。開き直すことはできません。", f"{name} is closed, and is not opened again.")
    confirm_by_name(at, what, name, yes)
    _change(at, "close", {"id": name}, None)


def _change(at: Here, path: str, body: dict[str, Any], code_file: Path | None) -> None:
    from noren.doors.cli.staff.asking import ask

    _tell(at, ask(at, path, body), code_file)


def _tell(at: Here, answer: dict[str, Any], code_file: Path | None) -> None:
    from noren.doors.cli.staff import showing

    if code_file is not None and answer.get("code"):
        _write(code_file, answer["code"])
        answer = {**answer, "code": ""}
        at.aside(f"招待コードを {code_file} に書きました。", f"The invitation code is in {code_file}.")
    at.answer(answer, *showing.done(answer, at.home().zone))


def _write(path: Path, code: str) -> None:
    import os

    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as out:
        out.write(code + "\n")
    path.chmod(0o600)


@staff.command(
    "accept", help=both("招待を受け取り、パスワードと確認コードを決める", "Take your account: password and codes")
)
def accept(
    context: typer.Context, home: HomeOption = None, lang: LangOption = None, as_json: JsonOption = False
) -> None:
    """Take an account. Asked for, or line by line on the input: invitation code, password, six digits."""
    from noren.doors.cli.staff.asking import ask, secret

    at = here(context, home, lang, as_json)
    code = secret(at, "招待コード", "Invitation code")
    offer: dict[str, Any] = ask(at, "offer", {"code": code})
    _show_device(at, offer)
    password = secret(at, "新しいパスワード(12文字以上)", "New password (12 characters or more)")
    totp = secret(at, "確認コード(6桁)", "Code of your device (six digits)")
    account: dict[str, Any] = ask(at, "accept", {"code": code, "password": password, "totp": totp})
    done = Say(f"{account['id']} が使えるようになりました。", f"{account['id']} is yours now.")
    at.answer(account, done, Say("noren staff sign-in " + account["id"], "noren staff sign-in " + account["id"]))


def _show_device(at: Here, offer: dict[str, Any]) -> None:
    """Show the secret of her codes: to stderr, as it is no result."""
    import io

    import segno

    at.aside(
        f"{offer['name']}({offer['id']})さん、認証アプリで読み取ってください:",
        f"{offer['name']} ({offer['id']}), scan this with your authenticator:",
    )
    drawn = io.StringIO()
    segno.make(offer["uri"]).terminal(out=drawn, compact=True)
    typer.echo(drawn.getvalue(), err=True)
    typer.echo(offer["uri"], err=True)


@staff.command("sign-in", help=both("サインインする(8時間)", "Sign in at this terminal, for eight hours"))
def sign_in(
    context: typer.Context,
    name: IdArgument,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Sign in. Asked for, or line by line on the input: password, six digits. The token goes to NOREN_TOKEN_FILE."""
    from noren.doors.cli.staff.asking import ask, secret
    from noren.house.staff_token import keep_token

    at = here(context, home, lang, as_json)
    password = secret(at, "パスワード", "Password")
    code = secret(at, "確認コード(6桁)", "Code (six digits)")
    found: dict[str, Any] = ask(at, "sign-in", {"id": name, "password": password, "code": code})
    path = keep_token(at.home(), found.pop("token"))
    at.answer({**found, "token_file": str(path)}, *_who(at, found))


@staff.command("sign-out", help=both("サインアウトする", "Sign out"))
def sign_out(
    context: typer.Context, home: HomeOption = None, lang: LangOption = None, as_json: JsonOption = False
) -> None:
    """End the session and remove its token."""
    from noren.doors.cli.staff.asking import ask
    from noren.house.staff_token import token_file

    at = here(context, home, lang, as_json)
    answer: dict[str, Any] = ask(at, "sign-out")
    token_file(at.home()).unlink(missing_ok=True)
    said = Say("サインアウトしました。", "Signed out.")
    at.answer(answer, said if answer["ended"] else Say("サインインしていませんでした。", "Nobody was signed in."))


@staff.command("whoami", help=both("だれがサインインしているかを見る", "Who is signed in here"))
def whoami(
    context: typer.Context, home: HomeOption = None, lang: LangOption = None, as_json: JsonOption = False
) -> None:
    """Show who is signed in, by what, until when. Exit 1: nobody."""
    from noren.doors.cli.staff.asking import ask

    at = here(context, home, lang, as_json)
    found: dict[str, Any] = ask(at, "whoami")
    at.answer(found, *_who(at, found))


def _who(at: Here, found: dict[str, Any]) -> list[Say]:
    from datetime import datetime

    account, until = found["account"], datetime.fromisoformat(found["ends_at"]).astimezone(at.home().zone)
    roles = " ".join(account["roles"])
    return [
        Say(
            f"{account['id']}({account['name']})  役割: {roles}  {found['how']}  {until:%m-%d %H:%M} まで",
            f"{account['id']} ({account['name']})  roles: {roles}  {found['how']}  until {until:%m-%d %H:%M}",
        )
    ]


@staff.command("list", help=both("アカウントの一覧", "All accounts"))
def list_accounts(
    context: typer.Context, home: HomeOption = None, lang: LangOption = None, as_json: JsonOption = False
) -> None:
    """List all accounts, closed ones too."""
    from noren.doors.cli.staff import showing
    from noren.doors.cli.staff.asking import ask

    at = here(context, home, lang, as_json)
    found: list[dict[str, Any]] = ask(at, "list")
    none = Say(
        "アカウントはありません。noren staff add で登録できます。", "There is no account. Add one with: noren staff add"
    )
    at.answer({"accounts": found}, *([showing.account(each) for each in found] or [none]))


@staff.command("show", help=both("アカウントを見る", "Show an account"))
def show(
    context: typer.Context,
    name: IdArgument,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show an account."""
    from noren.doors.cli.staff import showing
    from noren.doors.cli.staff.asking import ask

    at = here(context, home, lang, as_json)
    found: dict[str, Any] = ask(at, "show", {"id": name})
    by = found["added_by"] or "-"
    added = Say(f"登録: {found['added_at'][:10]}  登録した人: {by}", f"added {found['added_at'][:10]} by {by}")
    at.answer(found, showing.account(found), added)


@staff.command("approvals", help=both("承認を待っているもの", "What waits for approval"))
def approvals(
    context: typer.Context,
    every: Annotated[bool, typer.Option("--all", help=both("決まったものも", "Decided ones too"))] = False,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """List what waits."""
    from noren.doors.cli.staff import showing
    from noren.doors.cli.staff.asking import ask

    at = here(context, home, lang, as_json)
    found = [each for each in ask(at, "approvals") if every or each["outcome"] == "waits"]
    none = Say("承認を待っているものはありません。", "Nothing waits for approval.")
    at.answer(
        {"approvals": found},
        *([line for each in found for line in showing.waiting_whole(each, at.home().zone)] or [none]),
    )


@staff.command("approve", help=both("承認する(起案した人と別の人)", "Approve (another than its author)"))
def approve(
    context: typer.Context,
    number: NumberArgument,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Approve what waits. The last approval that is needed does it."""
    from noren.doors.cli.governance.showing import announced
    from noren.doors.cli.staff.asking import ask

    at = here(context, home, lang, as_json)
    answer: dict[str, Any] = ask(at, "approve", {"number": number})
    if "planned" not in answer:
        _tell(at, answer, None)
        return
    end = (
        Say("公表しました。", "Announced.") if answer["announced"] else Say("公表できません。", "It was not announced.")
    )
    at.answer(answer, *announced(answer, at.home().zone), end)
    raise typer.Exit(0 if answer["announced"] else 1)


@staff.command("refuse", help=both("承認しない(起案した人は取り下げる)", "Turn down, or take back your own"))
def refuse_waiting(
    context: typer.Context,
    number: NumberArgument,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Turn down what waits."""
    _change(here(context, home, lang, as_json), "refuse", {"number": number}, None)


def add_to(app: typer.Typer) -> None:
    """Put ``staff`` on the command line."""
    glass.add_to(staff)
    app.add_typer(staff, name="staff")
