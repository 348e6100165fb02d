"""Figures of the whole programme, and the audit that every one of them is true."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from litestar import get, post
from litestar.status_codes import HTTP_200_OK

from noren.activity.lake.audit import find_differences
from noren.activity.model import Kind
from noren.doors.worker.bodies import CheckAnswer, Finding
from noren.doors.worker.turn import Turn
from noren.house.ledger_worker import WorkerRoom
from noren.kernel.say import Say


def figure_handlers(turn: Turn) -> list[Any]:
    """Return the handlers of ``/summary`` and ``/check``."""
    room = turn.room

    @get("/summary", sync_to_thread=True)
    def summary() -> dict[str, Any]:
        return _summary(room)

    @post("/check", status_code=HTTP_200_OK, sync_to_thread=True)
    def check() -> CheckAnswer:
        findings = [
            *_check_points(room),
            *_check_days(room),
            *_check_tally(room),
            *_check_agreements(room),
            *find_differences(room.feed, room.home.lake, room.home.zone, [each.handle for each in room.feed.erasing()]),
        ]
        return CheckAnswer(not findings, [Finding(f.ja, f.en) for f in findings])

    return [summary, check]


def _check_agreements(room: WorkerRoom) -> Iterator[Say]:
    for partner in room.directory.without_agreement(room.today()):
        yield Say(
            f"{partner} には有効な契約がないのに、使える端末の鍵があります。レジは断られます。"
            f"noren partner agree {partner} … で登録してください。",
            f"{partner} has terminal keys in force and no agreement: its tills are refused. Register it with"
            f" noren partner agree {partner} ...",
        )


def _summary(room: WorkerRoom) -> dict[str, Any]:
    programme, tally = room.home.settings.programme, room.feed.tally()
    members, cards, products = room.feed.counts()
    shops, partners = room.directory.counts()
    lake = room.loop.status()
    return {
        "programme": {
            "name_ja": programme.name_ja, "name_en": programme.name_en, "kind": programme.kind,
            "currency": programme.currency, "zone": programme.zone,
        },
        "now": room.now().astimezone(room.home.zone),
        "purchases": tally.purchases, "lines": tally.lines, "amount": tally.amount,
        "amount_without_lines": tally.amount_without_lines,
        "points_earned": tally.earned, "points_used": tally.used, "returns": tally.returns,
        "replays": tally.replays, "imported": tally.imported, "unknown_fields_refused": tally.unknown_fields,
        "members": members, "cards": cards, "shops": shops, "products": products, "partners": partners,
        "lake_rows": lake.rows, "lake_amount": lake.amount, "lake_entry": lake.entry,
        "lake_caught_up": room.loop.caught_up, "lake_trouble": room.loop.trouble,
        "standings_caught_up": room.standings.caught_up, "standings_trouble": room.standings.trouble,
        "ledger_entry": room.feed.last_entry(),
        "identity_shops": [
            {"shop": s.shop, "name": s.name, "partner": s.partner, "since": s.handling_since}
            for s in room.directory.identity_shops()
        ],
    }  # fmt: skip


def _check_points(room: WorkerRoom) -> list[Say]:
    found: list[Say] = []
    total = sum(points for _, points in room.feed.balance_sheet())
    if total:
        found.append(Say(f"ポイントの合計が0になりません（{total}）。", f"Points do not sum to zero ({total})."))
    members = room.feed.unbalanced_members()
    if members:
        found.append(
            Say(
                f"残高と記帳が合わない会員が{members}人います。",
                f"{members} members' balances differ from their postings.",
            )
        )
    lots = room.feed.unbalanced_lots()
    if lots:
        found.append(
            Say(f"残高と記帳が合わない期間限定ポイントが{lots}口あります。", f"{lots} lots differ from their postings.")
        )
    return found


_KINDS: Final = {
    Kind.EARN: Say("付与", "earned"),
    Kind.USE: Say("利用", "used"),
    Kind.TAKE_BACK: Say("付与の取り消し", "taken back"),
    Kind.GIVE_BACK: Say("利用の戻し", "given back"),
    Kind.EXPIRE: Say("失効", "expired"),
    Kind.LOT: Say("期間限定の付与", "granted for a term"),
    Kind.MERGE: Say("統合", "merged"),
    Kind.OPENING: Say("移行時の残高", "brought in from another system"),
    Kind.CLOSE: Say("締め", "closed with a member's account"),
}


def _check_days(room: WorkerRoom) -> list[Say]:
    """Reconcile each company's accounts, and each of its days, to 0."""
    accounts = [
        Say(
            f"会社 {off.partner or '(運営者)'} の勘定「{_KINDS[off.kind].ja}」が、会員の記帳と{off.points:+}ポイント"
            "合いません。",
            f"Company {off.partner or '(programme)'}: its account of points {_KINDS[off.kind].en} and its members'"
            f" postings differ by {off.points:+}.",
        )
        for off in room.feed.open_accounts()
    ]
    days = [
        Say(
            f"会社 {off.partner} の {date.fromordinal(off.day)} の購買・返品と記帳が{off.points}ポイント合いません。",
            f"Company {off.partner}, {date.fromordinal(off.day)}: purchases and returns are {off.points} points"
            " apart from their postings.",
        )
        for off in room.feed.open_days()
    ]
    return accounts + days


def _check_tally(room: WorkerRoom) -> list[Say]:
    tally, counted, found = room.feed.tally(), room.feed.sums(), list[Say]()
    kept = (tally.purchases, tally.amount, tally.earned, tally.returns)
    if kept != counted:
        found.append(
            Say(f"集計{kept}と明細{counted}が違います。", f"The tally {kept} differs from the rows {counted}.")
        )
    torn = room.feed.torn_purchases()
    if torn:
        found.append(
            Say(f"返品と残りが合わない購買が{torn}件あります。", f"{torn} purchases' remains do not fit their returns.")
        )
    return found
