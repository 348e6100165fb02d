"""Key files from outside: whose, which mode, how old. Their content is not read."""

from __future__ import annotations

import stat
import time
from collections.abc import Iterator
from typing import Final

from noren.doors.cli.health.finding import Finding
from noren.house.home import ZONES, Home, Zone
from noren.kernel.say import Say

OLD_DAYS: Final = 365
_DAY_SECONDS: Final = 86_400


def look_at_keys(home: Home) -> Iterator[Finding]:
    """Yield findings about each zone's key file and public half."""
    ages = [found for zone in ZONES if isinstance(found := _look(home, zone), int)]
    yield from (found for zone in ZONES if isinstance(found := _look(home, zone), Finding))
    if ages:
        yield _age(max(ages))


def _look(home: Home, zone: Zone) -> int | Finding:
    """Return the age of a zone's keys in days, or what is wrong with them."""
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
    return int((time.time() - path.stat().st_mtime) / _DAY_SECONDS)


def _age(days: int) -> Finding:
    what = Say(
        f"鍵: ゾーンごとにあり、所有者だけが読めます。最も古いものは{days}日前",
        f"Keys: one file per zone, private; the oldest is {days} days old",
    )
    if days <= OLD_DAYS:
        return Finding("ok", what)
    return Finding("warning", what, Say("鍵の更新を計画してください。", "Plan to rotate the keys."))
