"""What the demo does with the place it is given: make a home, take one up, or throw an earlier demo away."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

from noren.doors.cli.demo.record import Record, keep_record, read_record
from noren.doors.cli.demo.screen import Screen
from noren.doors.cli.demo.stage import make_home
from noren.doors.cli.demo.year import ZONE, Year, shifted_to
from noren.doors.cli.here import Here, confirm_by_name, refuse
from noren.house.home import CONFIG, ZONES, Home
from noren.house.occupancy import occupant
from noren.kernel.say import Say


def home_of(at: Here, screen: Screen, source: Year, *, first_port: int | None, days: int | None) -> tuple[Home, Record]:
    """Return the home and its record: made now, or taken up as they are.

    Raises:
        Refusal: the home is not a demo's, or its demo was begun with other days.
    """
    if not (at.path / CONFIG).exists():
        screen.say(Say(f"ホームを作っています: {at.path}", f"Making a home: {at.path}"))
        made = make_home(at.path, first_port)
        record = Record(shifted_to(source, datetime.now(ZONE).date()).shift_days, days)
        keep_record(made, record)
        return made, record
    found = at.home()
    kept = read_record(found)
    if kept is None:
        refuse(
            f"{at.path} はデモのホームではないので、何もしませんでした。--home で別の場所を選んでください。",
            f"{at.path} is not a demo's home, so nothing was done. Choose another place with --home.",
        )
    if days is not None and days != kept.days:
        refuse(
            f"{at.path} のデモは別の長さで始めています。--again で最初からにできます。",
            f"The demo in {at.path} was begun with another length. Begin anew with --again.",
        )
    screen.say(_taken_up(at.path, kept))
    return found, kept


def _taken_up(path: Path, record: Record) -> Say:
    if record.complete:
        return Say(
            f"{path} のデモは完成しています。扉を開けます(最初からにするには --again)。",
            f"The demo in {path} is complete: opening its doors (begin anew with --again).",
        )
    return Say(f"{path} のデモの続きから始めます。", f"Going on with the demo in {path} where it stopped.")


def throw_away(at: Here, yes: bool) -> None:
    """Remove an earlier demo's home, after asking; nothing else is ever removed.

    Raises:
        Refusal: it is not a demo's home, its zones are running, or its name was not typed.
    """
    if not (at.path / CONFIG).exists():
        return
    found = at.home()
    if read_record(found) is None:
        refuse(
            f"{at.path} はデモのホームではないので、消しませんでした。",
            f"{at.path} is not a demo's home; it was not removed.",
        )
    if any(occupant(found, zone) for zone in ZONES):
        refuse(
            f"{at.path} のゾーンが動いています。先に終わらせてください。",
            f"Zones of {at.path} are running. End them first.",
        )
    what = Say(f"{at.path} のデモをすべて消します。", f"The demo in {at.path} will be removed, all of it.")
    confirm_by_name(at, what, at.path.name, yes)
    shutil.rmtree(at.path)
