"""What the demo has to show of its cut-over, keys, audiences and approvals, put together for the first page."""

from __future__ import annotations

from collections.abc import Iterable

from noren.doors.cli.demo.ended import Ended
from noren.doors.cli.files.kinds import CUT_OVER
from noren.doors.cli.imports.sheet import COLUMNS, Sheet
from noren.house.home import Home
from noren.house.keeping import list_keys
from noren.house.keys.holds import KINDS
from noren.house.keys.listing import KeyStanding
from noren.house.showing import (
    AudienceShown,
    KeyShown,
    SheetLine,
    Shown,
    Turned,
    WaitingShown,
    show,
)


def show_all(
    home: Home,
    sheet: Sheet,
    turned: Turned | None,
    audiences: tuple[AudienceShown, ...],
    waiting: WaitingShown | None,
    ended: Ended,
) -> Shown:
    """Put it together from the sheet and the key files as they are now, and write it for the front."""
    lines, keys = tuple(_lines(sheet)), tuple(_keys(list_keys(home)))
    shown = Shown(
        lines, sheet.found, keys, turned, audiences, waiting, ended.campaigns, ended.claim, ended.tiers,
        ended.settlement,
    )  # fmt: skip
    show(home, shown)
    return shown


def _lines(sheet: Sheet) -> Iterable[SheetLine]:
    order = [kind.name for kind in CUT_OVER]
    for row in sorted(sheet.rows(), key=lambda row: order.index(str(row[0]))):
        cells = dict(zip(COLUMNS, row, strict=True))
        yield SheetLine(**{name: cells[name] for name in SheetLine.__struct_fields__})  # type: ignore[arg-type]


def _keys(rows: Iterable[KeyStanding]) -> Iterable[KeyShown]:
    """Yield the current version of each key; of keys that zones have for themselves, the one turned longest ago."""
    current = [row for row in rows if row.state == "current"]
    for name, kind in KINDS.items():
        mine = [row for row in current if row.name == name]
        oldest = min(mine, key=lambda row: row.created)
        zones = tuple(row.zone for row in mine)
        yield KeyShown(name, zones, oldest.version, oldest.created, kind.protects.ja, kind.protects.en)
