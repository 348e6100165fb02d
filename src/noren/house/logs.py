"""The audit log of a zone: opened with that side's keys, and following them, for as long as its process lives.

One log a side. Nobody but the zone that writes it opens its private part; what is public the front serves.
"""

from __future__ import annotations

import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Final

import msgspec
import structlog

from noren.governance.log import Log, LogError, LogKeys, parse_note
from noren.governance.log.disk import PRIVATE, exchange
from noren.governance.log.keys import read_vkeys
from noren.governance.ports import Entry, EntryKind, Fact
from noren.house.home import LOG_SIDES, Home, HomeProblem, LogSide
from noren.house.keys import ZoneKeys, keyfile
from noren.kernel.clock import Clock, SystemClock, local_date
from noren.kernel.say import Say

LOOK_SECONDS: Final = 2.0
_log = structlog.get_logger("log")


def log_side(keys: ZoneKeys) -> LogSide:
    """Return the side whose log a zone writes."""
    return next(side for side, zone in LOG_SIDES.items() if zone == keys.zone)


def open_log(home: Home, keys: ZoneKeys, clock: Clock | None = None, *, begun: Mapping[str, Fact] | None = None) -> Log:
    """Open a zone's audit log. On a member's side it keeps the programme's day of an entry, in the house the second.

    ``begun``: what the first entry of a log that begins now says besides its name.

    Raises:
        HomeProblem: it can not be opened: its files do not fit together, or somebody else writes it.
    """
    side = log_side(keys)
    subject = None if side == "house" else keys.ring(f"{side}-log-subject")
    made = LogKeys(_origin(home, side), keys.ring(f"{side}-log"), subject, home.log_keys(side))

    def day(at: datetime) -> str:
        return local_date(at, home.zone).isoformat()

    def second(at: datetime) -> str:
        return at.astimezone(UTC).isoformat(timespec="seconds")

    try:
        keeps = second if side == "house" else day
        return Log(home.audit_log(side), made, clock or SystemClock(), keeps, begun=begun)
    except LogError as wrong:
        raise HomeProblem(
            Say(
                f"監査ログ {side} を開けません: {wrong}。noren log verify で確かめてください。",
                f"The audit log {side} can not be opened: {wrong}. Look with: noren log verify",
            )
        ) from None


def _origin(home: Home, side: LogSide) -> str:
    """Return the name of a log: the one that it was begun with.

    Where the one of before is gone (the list of keys knows it), a new one begins under a name of its own: two
    histories never bear one name, and whoever kept a checkpoint sees it.
    """
    try:
        return parse_note((home.audit_log(side) / "checkpoint").read_bytes()).checkpoint.origin
    except (OSError, LogError):
        named = f"{home.settings.log.name}/log/{side}"
    before = {key.name for key in read_vkeys(home.log_keys(side))}
    number = sum(name == named or name.startswith(f"{named}/") for name in before) + 1
    return named if number == 1 else f"{named}/{number}"


@contextmanager
def keeping(home: Home, keys: ZoneKeys, log: Log) -> Generator[None]:
    """While the context lasts, write each rotation of the zone's keys into its log, and sign under its new keys."""
    stop = threading.Event()

    def follow() -> None:
        serial = -1
        while not stop.wait(LOOK_SECONDS if serial >= 0 else 0):
            if keys.serial == serial:
                continue
            try:
                note_rotations(home, keys, log)
                log.refresh()
                serial = keys.serial
            except (HomeProblem, LogError, OSError) as wrong:
                _log.warning("rotation_not_logged", kind=type(wrong).__name__)
                stop.wait(LOOK_SECONDS)

    thread = threading.Thread(target=follow, name="log-keeping", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def note_rotations(home: Home, keys: ZoneKeys, log: Log) -> None:
    """Write an entry for each key whose current version is another than the one that was last written down."""
    seen = home.path / "log" / f"{log_side(keys)}.rotations"
    content = keyfile.read(home, keys.zone)
    now = {name: next(v.version for v in held if v.state == "current") for name, held in content.keys.items()}
    now["kek"] = content.kek.version
    before: dict[str, int] = msgspec.json.decode(seen.read_bytes(), type=dict[str, int]) if seen.exists() else now
    changed = {name: version for name, version in now.items() if before.get(name, version) != version}
    if changed:
        at = SystemClock().now()
        log.append([Entry(EntryKind.KEY_ROTATED, at, {"key": k, "version": v}) for k, v in sorted(changed.items())])
    if changed or not seen.exists() or before.keys() != now.keys():
        exchange(seen, msgspec.json.encode(now), PRIVATE)
