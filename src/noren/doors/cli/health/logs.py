"""The audit logs: whether each fits its checkpoint, how long it is, and when witnesses last saw it.

Bounded in time: a log of more than ``WHOLE`` entries is looked at by its checkpoint alone, and the advice says how the
whole of it is checked. Each side's log is read by a process of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from noren.doors.cli.health.finding import Finding
from noren.doors.cli.here import Refusal
from noren.doors.cli.logs.orders import Order, ask
from noren.governance.log import LogError, parse_note
from noren.house.home import LOG_SIDES, Home, LogSide
from noren.kernel.say import Say

WHOLE: Final = 100_000
"""A log of up to so many entries is checked whole: a second or two."""

LONGEST_UNSEEN: Final = timedelta(days=35)
"""A checkpoint is signed under keys that change: whoever looks in once a month meets one that it knows."""

_VERIFY: Final = Say("noren log verify で確かめてください。", "Look with: noren log verify")
_WITNESS: Final = Say("noren log witness を定期的に。", "Let witnesses look regularly: noren log witness")


def look_at_logs(home: Home) -> Iterator[Finding]:
    """Yield what is to be said of each log; and whether a restored vault still waits to read back what was chosen."""
    for side in LOG_SIDES:
        try:
            yield from _of(home, side)
        except (Refusal, LogError, OSError):
            what = Say(f"監査ログ {side}: 読めません", f"Audit log {side}: it can not be read")
            yield Finding("wrong", what, _VERIFY)
    if home.reconciling.exists():
        yield Finding(
            "warning",
            Say(
                "戻した会員情報庫が、停止と選択の読み戻しを待っています(会員の窓口は開きません)。",
                "A restored vault waits to read back stops and choices; it opens no door until then.",
            ),
            Say("取引台帳の側を動かしてください。", "Start the ledger side."),
        )


def _of(home: Home, side: LogSide) -> Iterator[Finding]:
    note = ask(home, side, "head", Order())
    if not note:
        return
    size = parse_note(str(note).encode()).checkpoint.size
    if size > WHOLE:
        what = Say(
            f"監査ログ {side}: {size:,}項目(検証点のみ確認)", f"Audit log {side}: {size:,} entries, by its head alone"
        )
        yield Finding("warning", what, _VERIFY)
    else:
        yield _checked(side, ask(home, side, "check", Order()))
    yield from _seen(home, side, size)


def _checked(side: LogSide, report: dict[str, Any]) -> Finding:
    if report["good"]:
        many = f"{report['size']:,}"
        what = Say(f"監査ログ {side}: {many}項目、改変なし", f"Audit log {side}: {many} entries, none changed")
        return Finding("ok", what)
    where = report["wrong"][0] if report["wrong"] else {"where": "-", "ja": "", "en": ""}
    what = Say(
        f"監査ログ {side}: {where['where']}: {where['ja']}", f"Audit log {side}: {where['where']}: {where['en']}"
    )
    return Finding("wrong", what, _VERIFY)


def _seen(home: Home, side: LogSide, size: int) -> Iterator[Finding]:
    """Yield when a witness last cosigned, where the programme has witnesses."""
    if not home.settings.log.witnesses:
        return
    path = home.cosigned(side)
    if not path.exists():
        what = Say(f"監査ログ {side}: 証人の連署がまだありません", f"Audit log {side}: no witness has seen it yet")
        yield Finding("warning", what, _WITNESS)
        return
    at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    behind = size - parse_note(path.read_bytes()).checkpoint.size
    late = datetime.now(UTC) - at > LONGEST_UNSEEN
    what = Say(
        f"監査ログ {side}: 最後の連署 {at:%Y-%m-%d}、その後 {behind:,}項目",
        f"Audit log {side}: last seen by witnesses on {at:%Y-%m-%d}, {behind:,} entries since",
    )
    yield Finding("warning" if late else "ok", what, _WITNESS)
