"""What ``noren audience evaluate`` is given: conditions, files that are no programme's own, an instant and a zone."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from noren.audience.language.building import Read
from noren.audience.language.parsing import read
from noren.audience.language.problems import Refused
from noren.audience.language.review import Surroundings, review
from noren.doors.cli.audience.showing import Checked
from noren.doors.cli.audience.sources import read_source
from noren.doors.cli.here import refuse
from noren.house.home import CONFIG

SUFFIX: Final = ".cond"
_LAKE_LOG: Final = "_delta_log"
_SQLITE: Final = b"SQLite format 3\x00"


def refuse_own_stores(*paths: Path | None) -> None:
    """Refuse what belongs to a programme: its members are counted only through the guards of an audience."""
    for path in paths:
        if path is not None and _belongs(path.resolve()):
            refuse(
                f"{path} はプログラムのホームの中、またはその台帳・レイクです。"
                "evaluate は監査・実験用のファイルだけを扱います。"
                "人数を知るには noren audience count を使ってください。",
                f"{path} lies in a programme's home, or is its ledger or lake. evaluate takes laboratory files only:"
                " for a number of people use noren audience count.",
            )


def _belongs(path: Path) -> bool:
    if path.is_file():
        with path.open("rb") as stream:
            if stream.read(len(_SQLITE)) == _SQLITE:
                return True
    return any((above / CONFIG).is_file() or (above / _LAKE_LOG).is_dir() for above in (path, *path.parents))


def read_zone(name: str) -> ZoneInfo:
    """Return a time zone. Raises Refusal."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        refuse(
            f"--zone {name} という時間帯はありません。Asia/Tokyo のように書きます。",
            f"There is no time zone {name}: --zone is written like Asia/Tokyo.",
            code=2,
        )


def read_instant(text: str, zone: ZoneInfo) -> datetime:
    """Return the as-of; without an offset it is local to the zone. Raises Refusal."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        refuse(
            "--as-of は 2017-12-31T23:59:59+09:00 の形の日時です。",
            "--as-of is an instant like 2017-12-31T23:59:59+09:00.",
            code=2,
        )
    return (found if found.tzinfo is not None else found.replace(tzinfo=zone)).astimezone(zone)


def read_condition(file: str, around: Surroundings) -> tuple[str, Read | Checked]:
    """Return a condition's text, and the condition or what is wrong with it. Raises Refusal."""
    text = read_source(file)
    if isinstance(text, Refused):
        return "", Checked(text.problems)
    found = read(text)
    if isinstance(found, Refused):
        return text, Checked(found.problems)
    errors = review(found, around).errors
    return text, Checked(errors) if errors else found


def condition_files(folder: Path) -> dict[str, str]:
    """Return the files of a folder's conditions by name. Raises Refusal."""
    files = {path.name.removesuffix(SUFFIX): str(path) for path in sorted(folder.glob(f"*{SUFFIX}"))}
    if not files:
        refuse(
            f"{folder} に *{SUFFIX} のファイルがありません。条件を1つずつ {SUFFIX} のファイルに入れてください。",
            f"{folder} has no *{SUFFIX} files: put each condition into a file of that name.",
            code=2,
        )
    return files
