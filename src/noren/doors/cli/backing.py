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

_SIDES: Final = {"ledger": Say("取引台帳", "the ledger side"), "vault": Say("会員情報庫", "the vault")}
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
    zones: tuple[Literal["ledger-worker", "vault"], ...] = ("ledger-worker", "vault")
    for zone in zones:
        with zone_client(at.home(), zone, patience=BACKUP_SECONDS) as client:
            try:
                made.append(client.call("/backup/make", {"folder": str(folder.resolve())}))
            except CallRefused as refused:
                said = msgspec.json.decode(refused.body, type=dict[str, Any])
                refuse(str(said.get("reason_ja", refused)), str(said.get("reason_en", refused)))
    removed = _remove_ended(folder)
    lines = [
        Say(
            f"{_SIDES[each['side']].ja}: {each['file']}（{each['size']:,}バイト、{each['expires_at'][:10]}まで）",
            f"{_SIDES[each['side']].en}: {each['file']} ({each['size']:,} bytes, until {each['expires_at'][:10]})",
        )
        for each in made
    ]
    at.answer({"backups": made, "removed": removed}, *lines)


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
    told = 0 if drill or not any(each["side"] == "ledger" for each in done) else _retell(opened)
    lines = [_told(each) for each in done]
    if told:
        lines.append(Say(f"会員{told}人の選択を取引台帳に伝え直しました。", f"Told the ledger of {told} members anew."))
    at.answer({"restored": done, "drill": drill, "told": told}, *lines)


def _retell(home: Home) -> int:
    """Let the vault tell the ledger of everybody anew: what was stopped since the backup holds again."""
    from noren.house.children import zone_client

    if not home.vault_db.exists():
        return 0  # nobody to tell of: the vault's side of this home is elsewhere, or empty
    with zone_client(home, "vault") as vault:
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


def _told(done: Any) -> Say:
    ja, en = _SIDES[done["side"]].ja, _SIDES[done["side"]].en
    verb = Say("戻せます", "can be restored") if done["drill"] else Say("戻しました", "was restored")
    return Say(
        f"{ja}を{verb.ja}: {done['point'][:16]} 時点、{done['seconds']:.1f}秒、会員{done['members']}人、"
        f"消去のやり直し{done['erased']}人。",
        f"{en} {verb.en}: as of {done['point'][:16]}, in {done['seconds']:.1f} s, {done['members']} members, "
        f"{done['erased']} erased again.",
    )


def _remove_ended(folder: Path) -> int:
    """Remove backups past their end from the folder; return how many."""
    from noren.house.backup_file import SUFFIX, read_head

    now, count = datetime.now(UTC), 0
    for path in folder.glob(f"*{SUFFIX}"):
        head, _ = read_head(path)
        if now >= head.expires_at:
            path.unlink()
            count += 1
    return count


def add_to(app: typer.Typer) -> None:
    """Put both on the command line."""
    text = both("両側のバックアップを、側ごとに封をして書く", "Back up both sides, each sealed by itself")
    app.command("backup", help=text)(backup)
    text = both("バックアップから戻す(消去を先にやり直す)", "Restore; erasures are replayed first")
    app.command("restore", help=text)(restore)
