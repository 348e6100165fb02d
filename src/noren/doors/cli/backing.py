"""``noren backup`` and ``noren restore``: each side by a process of its own; erasures replayed before a store opens."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import msgspec
import typer

from noren.doors.cli.here import HomeOption, JsonOption, LangOption, here, refuse
from noren.doors.cli.speech import both
from noren.house.home import Home
from noren.house.keys.custody import inherited
from noren.kernel.say import Say

BACKUP_SECONDS: Final = 6 * 3_600.0
"""How long one side's backup may take."""

_SIDES: Final = {
    "ledger": Say("取引台帳", "the ledger side"),
    "vault": Say("会員情報庫", "the vault"),
    "desk": Say("運営の登録簿", "the desk"),
}
FolderArgument = Annotated[
    Path,
    typer.Argument(
        metavar="DIR", help=both("書き込むフォルダー(別のディスクがよい)", "Where to write; better another disk")
    ),
]
FilesArgument = Annotated[
    list[Path],
    typer.Argument(
        metavar="FILE…",
        help=both("バックアップのファイル(側ごとに1つ)、またはそのフォルダー", "Backups, one a side; or their folder"),
    ),
]
DrillOption = Annotated[
    bool,
    typer.Option(
        "--drill",
        help=both("戻せるか試すだけ(ホームは変えない)", "Only try whether it would work; nothing is changed"),
    ),
]


def backup(
    context: typer.Context,
    folder: FolderArgument,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Back up."""
    from noren.house.children import zone_client
    from noren.house.inner import CallRefused

    at = here(context, home, lang, as_json)
    made: list[Any] = []
    gone = _remove_ended(folder)
    zones: tuple[Literal["ledger-worker", "vault", "desk"], ...] = ("ledger-worker", "vault", "desk")
    for zone in zones:
        with zone_client(at.home(), zone, patience=BACKUP_SECONDS) as client:
            try:
                made.append(client.call("/backup/make", {"folder": str(folder.resolve())}))
                if gone:
                    client.call("/backup/ended", {"copies": gone})
            except CallRefused as refused:
                said = msgspec.json.decode(refused.body, type=dict[str, Any])
                refuse(str(said.get("reason_ja", refused)), str(said.get("reason_en", refused)))
    lines = [
        Say(
            f"{_SIDES[each['side']].ja}: {each['file']}（{each['size']:,}バイト、{each['expires_at'][:10]}まで）",
            f"{_SIDES[each['side']].en}: {each['file']} ({each['size']:,} bytes, until {each['expires_at'][:10]})",
        )
        for each in made
    ]
    at.answer({"backups": made, "removed": len(gone)}, *lines)


def restore(
    context: typer.Context,
    files: FilesArgument,
    drill: DrillOption = False,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Restore."""
    at = here(context, home, lang, as_json)
    opened = at.home()
    done = [_restored(opened, side, path, "drill" if drill else "restore") for side, path in _chosen(files)]
    told = 0 if drill or {each["side"] for each in done} <= {"desk"} else _retell(opened)
    lines = [line for each in done for line in _told(each)]
    if told:
        lines.append(Say(f"会員{told}人の選択を取引台帳に伝え直しました。", f"Told the ledger of {told} members anew."))
    at.answer({"restored": done, "drill": drill, "told": told}, *lines)


def _retell(home: Home) -> int:
    """Let the vault read back what a restored one has lost, and tell the ledger of everybody anew."""
    from noren.house.children import zone_client

    if not (home.on_postgresql or (home.vault_db.exists() and home.ledger_db.exists())):
        return 0  # one side of this home is elsewhere: the vault reads back and tells when it meets the other
    with zone_client(home, "ledger-worker"), zone_client(home, "vault") as vault:
        answer: dict[str, int] = vault.call("/retell")
    return answer["told"]


def _chosen(files: Sequence[Path]) -> list[tuple[str, Path]]:
    """Return the newest backup of each side among files and folders."""
    from noren.house.backup_file import SUFFIX, read_head

    found: dict[str, tuple[datetime, Path]] = {}
    every = [path for each in files for path in (sorted(each.glob(f"*{SUFFIX}")) if each.is_dir() else [each])]
    if not every:
        refuse("バックアップのファイルがありません。", "There is no backup there.")
    for path in every:
        head, _ = read_head(path)
        if head.side in _SIDES and (head.side not in found or head.made_at > found[head.side][0]):
            found[head.side] = head.made_at, path
    return [(side, found[side][1]) for side in _SIDES if side in found]


def _restored(home: Home, side: str, file: Path, act: str) -> Any:
    command = [sys.executable, "-m", "noren.doors.cli.restoring", str(home.path), side, str(file.resolve()), act]
    done = subprocess.run(command, capture_output=True, check=False, pass_fds=inherited())
    if done.returncode:
        try:
            ja, en = msgspec.json.decode(done.stderr.splitlines()[-1], type=tuple[str, str])
        except (IndexError, msgspec.DecodeError):
            ja = en = done.stderr.decode("utf-8", "replace")
        refuse(ja, en)
    return msgspec.json.decode(done.stdout)


def _told(done: Any) -> list[Say]:
    ja, en = _SIDES[done["side"]].ja, _SIDES[done["side"]].en
    verb = Say("戻せます", "can be restored") if done["drill"] else Say("戻しました", "was restored")
    point, seconds = done["point"][:16], done["seconds"]
    lines = [
        Say(f"{ja}を{verb.ja}: {point} 時点、{seconds:.1f}秒。", f"{en} {verb.en}: as of {point}, in {seconds:.1f} s.")
    ]
    if done["side"] != "desk":
        members, erased = done["members"], done["erased"]
        lines.append(Say(
            f"    会員{members}人、消去のやり直し{erased}人。", f"    {members} members, {erased} erased again."
        ))  # fmt: skip
    if done["ended"]:
        names = ", ".join(done["ended"])
        lines.append(Say(
            f"    バックアップのあとに変わった文書は、公表し直すまで効きません: {names}",
            f"    Changed after the backup, and ended until announced anew: {names}",
        ))  # fmt: skip
    if done["invite_again"]:
        names = ", ".join(done["invite_again"])
        lines.append(Say(
            f"    改めて招待するまでサインインできない担当者: {names}",
            f"    Staff who sign in again only after an invitation: {names}",
        ))  # fmt: skip
    return lines


def _remove_ended(folder: Path) -> list[str]:
    """Remove backups past their end from the folder; return which copies they were."""
    from noren.house.backup_file import SUFFIX, read_head

    now, gone = datetime.now(UTC), list[str]()
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        head, _ = read_head(path)
        if now >= head.expires_at:
            path.unlink()
            gone.append(head.copy)
    return gone


def add_to(app: typer.Typer) -> None:
    """Put both on the command line."""
    text = both("両側のバックアップを、側ごとに封をして書く", "Back up both sides, each sealed by itself")
    app.command("backup", help=text)(backup)
    text = both("バックアップから戻す(消去を先にやり直す)", "Restore; erasures are replayed first")
    app.command("restore", help=text)(restore)
