"""Reference data, agreements, terminals and history: what the operator may bring to the ledger side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
from litestar import post
from litestar.exceptions import ClientException
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK

from noren.activity.exclusion import BadExclusion, parse_exclusion
from noren.doors.worker.bodies import (
    Counted,
    KeyRow,
    KeysAnswer,
    PartnerBody,
    PartnerEndBody,
    PastBody,
    ProductsBody,
    PurchasesBody,
    RateBody,
    Reason,
    ResultsAnswer,
    RevokeBody,
    ShopRow,
    ShopsBody,
    TerminalAnswer,
    TerminalRow,
    TerminalsAnswer,
    TerminalsBody,
)
from noren.doors.worker.turn import Turn
from noren.governance.model import Agreement, Shop, Terminal
from noren.governance.ports import Entry, EntryKind
from noren.governance.terminals import key_hashes, new_key
from noren.house.ledger_worker import WorkerRoom
from noren.kernel.clock import SystemClock, local_date
from noren.kernel.say import Say
from noren.register.history import Past, import_purchases
from noren.register.requests import PurchaseRequest


def reference_handlers(turn: Turn) -> list[Any]:
    """Return the handlers of ``/reference``, ``/terminals`` and ``/purchases``."""
    return [*_master_data(turn), *_terminals(turn), _history(turn)]


def _master_data(turn: Turn) -> list[Any]:
    room = turn.room

    @post("/reference/products", status_code=HTTP_200_OK, sync_to_thread=True)
    def products(data: JSONBody[ProductsBody]) -> Counted:
        rows = [msgspec.structs.astuple(row) for row in data.rows]
        with turn, room.ledger.batch() as batch:
            counted = Counted(*batch.put_products(rows))
        if counted.added or counted.changed:
            room.loop.reference_changed()
        return counted

    @post("/reference/shops", status_code=HTTP_200_OK, sync_to_thread=True)
    def shops(data: JSONBody[ShopsBody]) -> Counted:
        rows, before = [_shop(row) for row in data.rows], _handling(room)
        counted = _count(room.directory.put_shops(rows, today=room.today()))
        _note_handling(room, before)
        if counted.added or counted.changed:
            room.loop.reference_changed()
        return counted

    @post("/reference/partner", status_code=HTTP_200_OK, sync_to_thread=True)
    def partner(data: JSONBody[PartnerBody]) -> Counted:
        try:
            if data.exclude is not None:
                parse_exclusion(data.exclude)
        except BadExclusion as wrong:
            raise ClientException(str(wrong), status_code=422) from None
        return _count([_agree(room, data)])

    @post("/reference/partner/end", status_code=HTTP_200_OK, sync_to_thread=True)
    def end(data: JSONBody[PartnerEndBody]) -> dict[str, date]:
        ended = room.directory.end_agreement(data.partner, data.until)
        if ended is None:
            raise ClientException(f"{data.partner} has no agreement in force on {data.until}", status_code=409)
        room.note(EntryKind.AGREEMENT_MADE, outcome="ended", partner=data.partner, until=data.until.isoformat())
        return {"from": ended.since, "until": data.until}

    return [products, shops, partner, end]


def _agree(room: WorkerRoom, data: PartnerBody) -> str:
    agreement = Agreement(data.partner, data.route, data.since, data.per, data.exclude, data.balance, data.until)
    outcome = room.directory.put_agreement(agreement)
    if outcome != "same":
        facts = {"partner": data.partner, "route": data.route.value, "since": data.since.isoformat()}
        room.note(EntryKind.AGREEMENT_MADE, outcome=outcome, **facts)
    return outcome


def _shop(row: ShopRow) -> Shop:
    """A shop that says nothing of member information does not handle any."""
    return Shop(
        shop=row.shop,
        partner=row.partner,
        name=row.name,
        industry=row.industry,
        postal_code=row.postal_code,
        prefecture=row.prefecture,
        handles_personal_information=bool(row.handles_personal_information),
    )


def _handling(room: WorkerRoom) -> dict[str, Shop]:
    return {shop.shop: shop for shop in room.directory.identity_shops()}


def _note_handling(room: WorkerRoom, before: dict[str, Shop]) -> None:
    """Tell the log of shops that handle member information since now, and of those that do no more."""
    after = _handling(room)
    for shop in sorted(before.keys() ^ after.keys()):
        partner = (after.get(shop) or before[shop]).partner
        room.note(EntryKind.IDENTITY_SHOP_REGISTERED, shop=shop, partner=partner, handles=shop in after)


def _count(outcomes: Iterable[str]) -> Counted:
    counts = Counter(outcomes)
    return Counted(counts["added"], counts["changed"], counts["same"])


def _terminals(turn: Turn) -> list[Any]:
    room = turn.room

    def real_today() -> date:
        """Keys live by the machine's clock, never by a sandbox's."""
        return local_date(SystemClock().now(), room.home.zone)

    def make(row: TerminalRow) -> tuple[KeyRow, Terminal]:
        _refuse_terminal(room, row)
        key = new_key(test=row.test)
        today = real_today()
        expires = today + timedelta(days=row.expires_days)
        hashed = key_hashes(room.terminal_key, key)[0]
        return (
            KeyRow(row.shop, row.terminal, key, expires),
            Terminal(hashed, row.shop, row.terminal, row.test, today, expires, revoked=False, rate=row.rate),
        )

    @post("/terminals/add", status_code=HTTP_200_OK, sync_to_thread=True)
    def add(data: JSONBody[TerminalsBody]) -> KeysAnswer:
        made = [make(row) for row in data.rows]
        if made:
            room.directory.put_terminals([terminal for _, terminal in made])
            at = SystemClock().now()
            room.log.append([_added(at, terminal) for _, terminal in made])
        return KeysAnswer([row for row, _ in made])

    @post("/terminals/list", status_code=HTTP_200_OK, sync_to_thread=True)
    def listed() -> TerminalsAnswer:
        today = real_today()
        return TerminalsAnswer([_shown(terminal, today) for terminal in room.directory.terminals()])

    @post("/terminals/revoke", status_code=HTTP_200_OK, sync_to_thread=True)
    def revoke(data: JSONBody[RevokeBody]) -> dict[str, int]:
        return {"revoked": _revoke(room, data)}

    @post("/terminals/rate", status_code=HTTP_200_OK, sync_to_thread=True)
    def rate(data: JSONBody[RateBody]) -> dict[str, int]:
        return {"changed": room.directory.set_rate(data.shop, data.terminal, data.rate)}

    return [add, listed, revoke, rate]


def _refuse_terminal(room: WorkerRoom, row: TerminalRow) -> None:
    if row.test != room.home.sandbox:
        kind = (
            "a sandbox programme takes test keys only" if room.home.sandbox else "a live programme takes no test keys"
        )
        raise ClientException(kind, status_code=409)
    shop = room.directory.shop(row.shop)
    if shop is None:
        raise ClientException(f"shop {row.shop} is not known: import shops first", status_code=409)
    if room.directory.agreement(shop.partner, room.today()) is None:
        raise _no_agreement(row.shop, shop.partner)


def _no_agreement(shop: str, partner: str) -> ClientException:
    """No purchase comes in without a route: its company's provision to us, and our record of the receipt (art. 30)."""
    say = Say(
        f"店舗 {shop} の会社 {partner} には、今日有効な契約がありません。端末の鍵は作れません。"
        f"先に noren partner agree {partner} --route … --from 日付 で登録してください。",
        f"The company {partner} of shop {shop} has no agreement in force today, so no terminal key is made. "
        f"First register it: noren partner agree {partner} --route … --from DATE",
    )
    return ClientException(say.en, status_code=409, extra={"reason_ja": say.ja, "reason_en": say.en})


def _revoke(room: WorkerRoom, data: RevokeBody) -> int:
    revoked = room.directory.revoke(data.shop, data.terminal)
    if revoked:
        room.note(EntryKind.TERMINAL_REVOKED, shop=data.shop, terminal=data.terminal, keys=revoked)
    return revoked


def _added(at: datetime, terminal: Terminal) -> Entry:
    facts = {"shop": terminal.shop, "terminal": terminal.terminal, "expires": terminal.expires.isoformat()}
    return Entry(EntryKind.TERMINAL_ADDED, at, {**facts, "test": terminal.test})


def _shown(terminal: Terminal, today: date) -> TerminalAnswer:
    state = "revoked" if terminal.revoked else "expired" if terminal.expires < today else "valid"
    return TerminalAnswer(
        terminal.shop, terminal.terminal, terminal.test, terminal.created, terminal.expires, state, terminal.rate
    )


def _history(turn: Turn) -> Any:
    room = turn.room

    @post("/purchases/import", status_code=HTTP_200_OK, sync_to_thread=True)
    def history(data: JSONBody[PurchasesBody]) -> ResultsAnswer:
        partners = {
            shop: found.partner for shop in {p.shop for p in data.purchases} if (found := room.directory.shop(shop))
        }
        pasts = [Past(p.shop, p.terminal, partners.get(p.shop), _request(p)) for p in data.purchases]
        with turn:
            results = import_purchases(room.ledger, keys=room.receipts, purchases=pasts, received=room.now())
        return ResultsAnswer([r if isinstance(r, str) else Reason(r.ja, r.en) for r in results])

    return history


def _request(past: PastBody) -> PurchaseRequest:
    amount = sum(line.amount for line in past.lines)
    return PurchaseRequest(past.receipt, past.business_date, past.at, past.card, past.lines, amount)
