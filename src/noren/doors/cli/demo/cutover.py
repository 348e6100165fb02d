"""The demo's cut-over: the earlier system's files come in as ``noren import`` brings them, and are reconciled."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from noren.doors.cli.demo.stage import Stage
from noren.doors.cli.demo.year import ZONE
from noren.doors.cli.files.cells import Setting
from noren.doors.cli.files.kinds import KINDS
from noren.doors.cli.imports.reconcile import reconcile
from noren.doors.cli.imports.run import Order, carry_out, open_order
from noren.doors.cli.imports.sheet import Sheet
from noren.doors.cli.imports.targets import TARGETS, Call
from noren.kernel.clock import SystemClock

_JOURNALS: Final = Path("run", "imports")


def bring_over(stage: Stage, files: Mapping[str, Path]) -> None:
    """Import the files. Rows that can not come in are set aside; the sheet counts them."""
    for kind, file in files.items():
        order = _order(kind, file)
        call = _zone(stage, TARGETS[kind].zone)
        carry_out(order, open_order(order), call=call, journals=stage.home.path / _JOURNALS)


def sheet_of(stage: Stage, files: Mapping[str, Path]) -> Sheet:
    """Return what ``noren import report`` says of the files: asked anew, whatever happened since."""
    orders = [_order(kind, file) for kind, file in files.items()]
    return reconcile([(order, open_order(order)) for order in orders], lambda zone: _zone(stage, zone), whole=True)


def _order(kind: str, file: Path) -> Order:
    return Order(file, KINDS[kind], Setting(SystemClock().now(), ZONE))


def _zone(stage: Stage, zone: str) -> Call:
    return stage.vault.call if zone == "vault" else stage.worker.call
