"""The zones: who runs, who answers, and what their own audits say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from noren.doors.cli.health.finding import Finding
from noren.doors.cli.supervisor import ORDER, answers
from noren.house.children import Inner, zone_client
from noren.house.home import Home, HomeProblem
from noren.house.inner import CallRefused, ZoneDown
from noren.house.occupancy import occupant
from noren.kernel.say import Say

AUDITED: Final[tuple[Inner, ...]] = ("ledger-worker", "vault", "desk")
_LOOK_AT_LOG: Final = Say("log/ のログを見てください。", "Look at its log in log/.")


def look_at_running(home: Home) -> Iterator[Finding]:
    """Yield a finding per zone that runs, and one for those that do not."""
    idle: list[str] = []
    for zone in ORDER:
        found = occupant(home, zone)
        if found is None:
            idle.append(zone)
        elif answers(home, zone):
            yield Finding("ok", Say(f"{zone}: 動いています(プロセス {found[0]})", f"{zone}: runs (process {found[0]})"))
        else:
            what = Say(f"{zone}: プロセス {found[0]} が応答しません。", f"{zone}: process {found[0]} does not answer.")
            yield Finding("wrong", what, _LOOK_AT_LOG)
    if idle:
        names = ", ".join(idle)
        yield Finding(
            "warning" if len(idle) < len(ORDER) else "ok",
            Say(f"動いていないゾーン: {names}", f"Not running: {names}"),
            Say("noren up ですべて動きます。", "Run all with: noren up"),
        )


def look_at_audits(home: Home) -> Iterator[Finding]:
    """Yield what the zones with stores say of themselves; each is started for it when it does not run."""
    for zone in AUDITED:
        try:
            with zone_client(home, zone) as client:
                yield from _audit(zone, client.call("/check", {}))
        except HomeProblem as wrong:
            yield Finding("wrong", wrong.say, _LOOK_AT_LOG)
        except (ZoneDown, CallRefused) as wrong:
            yield Finding("wrong", Say(f"{zone}: {wrong}", f"{zone}: {wrong}"), _LOOK_AT_LOG)


def _audit(zone: Inner, answer: dict[str, Any]) -> Iterator[Finding]:
    if answer["ok"]:
        what = {
            "ledger-worker": Say(
                "取引台帳: 読み書きでき、ポイントの合計と履歴が合っています",
                "Ledger: works; points balance, the lake agrees",
            ),
            "vault": Say("会員情報庫: 読み書きでき、鍵とカードが合っています", "Vault: works; keys and cards agree"),
            "desk": Say("事務局: 文書の台帳を読み書きできます", "Desk: the register of documents works"),
        }
        yield Finding("ok", what[zone])
    for found in answer["findings"]:
        yield Finding("wrong", Say(f"{zone}: {found['what_ja']}", f"{zone}: {found['what_en']}"), _LOOK_AT_LOG)
