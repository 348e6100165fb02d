"""The yearly transparency report: what authorities asked and got, what went wrong, as counts. Japanese and English."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from noren.governance.cases import incidents, requests
from noren.governance.cases.incidents import Incident
from noren.governance.cases.requests import INSTRUMENT_SAYS, MAY_GIVE, OUTCOME_SAYS, Instrument, LegalRequest, Outcome
from noren.governance.purposes import ITEMS
from noren.kernel.say import Say


def transparency(year: int, asked: Sequence[LegalRequest], found: Sequence[Incident], glass: int) -> dict[str, Any]:
    """Return the report's numbers. No member, no authority and no case stands in it. ``glass``: how often broken."""
    counted = {"requests": requests.counts(asked, year), "incidents": incidents.counts(found, year)}
    return {"year": year, **counted, "glass": glass}


def in_words(report: dict[str, Any]) -> list[Say]:
    """Return the report as lines of text."""
    year = report["year"]
    lines = [Say(f"{year}年 透明性報告書", f"Transparency report {year}"), Say("", "")]
    lines.append(Say("法令に基づく照会(手段ごと)", "Legal requests, by instrument"))
    for instrument in Instrument:
        lines += _instrument(instrument, report["requests"][instrument])
    incidents_ = report["incidents"]
    lines += [
        Say("", ""),
        Say(
            f"個人データの漏えい等: {incidents_['incidents']}件"
            f"(うち報告したもの {incidents_['reported']}件、本人の数 {incidents_['persons']:,}人)",
            f"Leakages and the like: {incidents_['incidents']}"
            f" ({incidents_['reported']} reported, {incidents_['persons']:,} persons)",
        ),
        Say(
            f"緊急の開示(職員が一人の会員の登録を開いた回数): {report['glass']}回",
            f"Glass broken (times that staff opened a member's record in an emergency): {report['glass']}",
        ),
    ]
    return lines


def _instrument(instrument: Instrument, counted: dict[str, int]) -> list[Say]:
    says, total = INSTRUMENT_SAYS[instrument], sum(counted.values())
    parts = [(OUTCOME_SAYS[outcome], counted[outcome]) for outcome in Outcome if counted[outcome]]
    ja = "、".join(f"{each.ja} {count}件" for each, count in parts) or "なし"
    en = ", ".join(f"{each.en} {count}" for each, count in parts) or "none"
    allowed = MAY_GIVE[instrument]
    names = [ITEMS[name].name for name in sorted(allowed)]
    most = Say("利用履歴を含むすべて", "all, purchases included")
    if instrument is not Instrument.WARRANT:
        most = Say("、".join(n.ja for n in names) or "何も渡さない", ", ".join(n.en for n in names) or "nothing")
    return [
        Say(f"  {says.ja}: {total}件({ja})", f"  {says.en}: {total} ({en})"),
        Say(f"    渡しうる項目: {most.ja}", f"    given at most: {most.en}"),
    ]
