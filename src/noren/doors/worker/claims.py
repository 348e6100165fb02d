"""``/claims``: a member says that no slip came out. Settled from receipt, draws and slips, never by anybody's word.

Each claim is an entry of the side's log; of what it was claimed for nothing stands there.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import msgspec
from litestar import Response, post
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK, HTTP_429_TOO_MANY_REQUESTS

from noren.campaign.claims import SAYS, Slip, fate_said
from noren.doors.worker.bodies import CardText, Code
from noren.doors.worker.claim_limits import A_MEMBER, A_TERMINAL, ClaimLimits
from noren.doors.worker.turn import Turn
from noren.governance.ports import Entry, EntryKind
from noren.kernel.clock import SystemClock
from noren.kernel.discreet import Discreet
from noren.kernel.say import Say
from noren.register.claiming import Found, Receipt, Shown, card_shown, settle_claim


class ClaimBody(Discreet, msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A receipt, and the card where it is shown."""

    shop: Code
    terminal: Code
    business_date: date
    receipt: Code
    card: CardText | None = None


class SlipAnswer(msgspec.Struct, frozen=True):
    """A slip that came out. ``fate`` empty, ``effect`` null: not told without the card; else as the till had it."""

    title: Mapping[str, str]
    valid_until: str
    fate: str
    says: Mapping[str, str]
    effect: Mapping[str, Any] | None
    link: str


class ClaimAnswer(msgspec.Struct, frozen=True):
    """What a claim comes to."""

    settled: str
    says: Mapping[str, str]
    slips: list[SlipAnswer]


class TooOften(msgspec.Struct, frozen=True):
    """There were too many claims today."""

    reason_ja: str
    reason_en: str


Told = Response[ClaimAnswer] | Response[TooOften]

TOO_OFTEN: Final = Say(
    f"今日はもう確かめられません(1会員 {A_MEMBER}回、1端末 {A_TERMINAL}回まで)。"
    "ご本人の画面「わたしのクーポンと抽選」で、いつでもご覧いただけます。",
    f"Not today any more: {A_MEMBER} claims a member, {A_TERMINAL} a terminal, within 24 hours. The member's own page"
    " shows her coupons at any time.",
)


def claim_handlers(turn: Turn) -> list[Any]:
    """Return the handler of ``/claims``."""
    limits = ClaimLimits()

    @post("/claims", status_code=HTTP_200_OK, sync_to_thread=True)
    def claim(data: JSONBody[ClaimBody]) -> Told:
        found = _settled(turn, limits, data)
        if found is None:
            return Response(TooOften(TOO_OFTEN.ja, TOO_OFTEN.en), status_code=HTTP_429_TOO_MANY_REQUESTS)
        _note(turn, data, found)
        told, says = found.claim, SAYS[found.claim.settled]
        return Response(
            ClaimAnswer(told.settled.value, _both(says), [_slip(each) for each in told.slips]),
            status_code=HTTP_200_OK,
        )

    return [claim]


def _settled(turn: Turn, limits: ClaimLimits, data: ClaimBody) -> Found | None:
    """Return a claim, settled; None: there were too many today."""
    room, receipt = turn.room, Receipt(data.shop, data.terminal, data.business_date, data.receipt)
    with turn, room.ledger.batch() as batch:
        shown = None if data.card is None else card_shown(room.receipts, batch, data.card)
        if not limits.take(_whose(receipt, shown)):
            return None
        return settle_claim(room.receipts, batch, room.feed, receipt, shown, room.today())


def _whose(receipt: Receipt, shown: Shown | None) -> dict[object, int]:
    whose: dict[object, int] = {(receipt.shop, receipt.terminal): A_TERMINAL}
    if shown is not None and shown.card is not None:
        whose[shown.card.handle] = A_MEMBER
    return whose


def _note(turn: Turn, data: ClaimBody, found: Found) -> None:
    log = turn.room.log
    facts = {"settled": found.claim.settled.value, "card_shown": data.card is not None}
    subject = None if found.handle is None else log.subject(found.handle)
    log.append([Entry(EntryKind.SLIP_CLAIMED, SystemClock().now(), facts, subject)])


def _slip(slip: Slip) -> SlipAnswer:
    fate = "" if slip.fate is None else slip.fate.value
    return SlipAnswer(_both(slip.title), slip.until.isoformat(), fate, _both(fate_said(slip)), slip.effect, slip.link)


def _both(say: Say) -> dict[str, str]:
    return {"ja": say.ja, "en": say.en}
