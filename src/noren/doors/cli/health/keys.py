"""Keys from outside: each file's owner and mode, and what its keeper says of versions and ages. No key is read here."""

from __future__ import annotations

import stat
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from noren.doors.cli.health.finding import Finding
from noren.house.home import ZONES, Home, HomeProblem, Zone
from noren.house.keeping import list_keys
from noren.house.keys.listing import KeyStanding
from noren.kernel.say import Say


def look_at_keys(home: Home) -> Iterator[Finding]:
    """Yield findings about each zone's key file and public half, then about the versions in them."""
    wrong = [found for zone in ZONES if (found := _look(home, zone)) is not None]
    yield from wrong
    if not wrong:
        yield from _versions(home)


def _look(home: Home, zone: Zone) -> Finding | None:
    """Return what is wrong with a zone's files."""
    path, public = home.keys / f"{zone}.json", home.keys / "trust" / f"{zone}.pub"
    if not path.is_file() or not public.is_file():
        return Finding(
            "wrong",
            Say(f"ゾーン {zone} の鍵がありません: {path}", f"The keys of zone {zone} are missing: {path}"),
            Say(
                "控えから戻してください。鍵がないと、そのゾーンのデータは読めません。",
                "Restore them from your copy: without them its data can not be read.",
            ),
        )
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        return Finding(
            "wrong",
            Say(f"{path} を他の利用者が読めます(モード {mode:o})。", f"{path} can be read by others (mode {mode:o})."),
            Say(f"chmod 600 {path}", f"chmod 600 {path}"),
        )
    return None


def _versions(home: Home) -> Iterator[Finding]:
    try:
        rows = list_keys(home)
    except HomeProblem as wrong:
        yield Finding("wrong", wrong.say)
        return
    limit = home.settings.keys.max_age_days
    current = [row for row in rows if row.state == "current"]
    due = {row.name for row in current if _age_days(row) > limit}
    oldest = max(map(_age_days, current))
    what = Say(
        f"鍵: ゾーンごとにあり、所有者だけが読めます。最も古い版は{oldest}日前",
        f"Keys: one file per zone, private; the oldest current version is {oldest} days old",
    )
    yield Finding("warning", what, _rotate(due, limit)) if due else Finding("ok", what)
    half = {row.name for row in rows if row.state == "coming" or (row.state == "retiring" and row.until is None)}
    if half:
        yield _half_done(half)


def _rotate(names: Iterable[str], limit: int) -> Say:
    listed = " ".join(sorted(names))
    return Say(
        f"{limit}日(keys.max_age_days)を過ぎた鍵を更新してください: noren keys rotate {listed}",
        f"Rotate what is older than {limit} days (keys.max_age_days): noren keys rotate {listed}",
    )


def _half_done(names: Iterable[str]) -> Finding:
    listed = " ".join(sorted(names))
    return Finding(
        "warning",
        Say(f"途中で止まった鍵の更新があります: {listed}", f"A rotation was cut off: {listed}"),
        Say(f"続きから行えます: noren keys rotate {listed}", f"It goes on where it stands: noren keys rotate {listed}"),
    )


def _age_days(row: KeyStanding) -> int:
    return (datetime.now(UTC) - row.created).days
