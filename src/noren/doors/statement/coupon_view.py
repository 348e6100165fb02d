"""Her coupons and the draws at her last purchases, as she is shown them: what each is worth, why her, why not her."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from noren.activity.model import Coupon
from noren.activity.own_draws import OwnCampaign, OwnDraw
from noren.audience.language.speech import Wording
from noren.campaign.draw import SHARE_BYTES, SHARES, Outcome, seed_of
from noren.campaign.entering import IN_TERMS
from noren.campaign.offer_words import offer_words
from noren.campaign.printed import slip_link
from noren.campaign.reasons import NOT_ENTERED, condition_said, not_told_in_time, not_told_yet, odds_of, why_me, why_not
from noren.campaign.running import first_reveal
from noren.campaign.slips import seq_shown
from noren.campaign.terms import campaign_in, condition_hash, terms_hash
from noren.doors.statement.bought_view import slips_by_purchase, used_at
from noren.doors.statement.coupon_shapes import (
    CheckView,
    CouponState,
    CouponsView,
    CouponView,
    DrawView,
    NotMeView,
    OpeningView,
)
from noren.doors.statement.meeting import Visit, had_entered, met_at, visits_of
from noren.doors.statement.view import Viewer
from noren.kernel.clock import local_date
from noren.kernel.say import Say
from noren.register.barcodes import symbology
from noren.register.coupons import coupon_name

LAST_PURCHASES: Final = 20
"""Of these a member is told which draws she had and had not."""

MOST_CAMPAIGNS: Final = 20_000
MOST_SHOWN: Final = 30
MOST_CLOSED: Final = 40
MOST_DRAWS: Final = 10


@dataclass(frozen=True, slots=True)
class CouponViewer:
    """Looks at coupons and draws for one member. ``front``: the public site's origin, where slips are checked."""

    viewer: Viewer
    front: str

    def all(self) -> CouponsView:
        """Return what she is shown."""
        feed, handle = self.viewer.feed, self.viewer.handle.reveal()
        draws = _by_campaign(feed.draws_held(handle))
        visits = visits_of(feed.chain(handle, None, LAST_PURCHASES), self.viewer.room.home.zone)
        held, today = feed.coupons_held(handle), self._today().toordinal()
        number = feed.draw_numbers([handle]).get(handle, b"")
        return CouponsView(
            draw_number=number.hex(),
            points_only=self.viewer.balance().points_only,
            coupons=self._coupons(held, draws),
            not_me=self._not_me(visits, draws),
            bought=slips_by_purchase(
                visits, held, lambda each: state_of(each, today), self.viewer.room.reader.shop_name
            ),
        )

    def _coupons(self, found: Sequence[Coupon], draws: Mapping[str, Sequence[OwnDraw]]) -> tuple[CouponView, ...]:
        today = self._today().toordinal()
        opened = [each for each in found if state_of(each, today) == "open"]
        closed = [each for each in found if state_of(each, today) != "open"]
        shown = [*opened, *closed[::-1][:MOST_CLOSED]]
        return tuple(self._coupon(each, state_of(each, today), draws) for each in shown)

    def _coupon(self, coupon: Coupon, state: CouponState, draws: Mapping[str, Sequence[OwnDraw]]) -> CouponView:
        gave = [each for each in draws.get(coupon.campaign, ()) if _gave(each, coupon)]
        campaign = self.viewer.feed.campaign_called(coupon.campaign) if gave else None
        why = None if campaign is None else why_me(_terms(campaign), self._condition(campaign))
        return CouponView(
            coupon=coupon_name(coupon.coupon),
            state=state,
            title=Say(coupon.title_ja, coupon.title_en or coupon.title_ja),
            terms=offer_words(coupon, self._wording()),
            companies=coupon.partners,
            valid_from=date.fromordinal(coupon.valid_from),
            valid_until=date.fromordinal(coupon.valid_until),
            barcode=coupon.barcode,
            symbology=symbology(coupon.barcode, ours=bool(coupon.campaign)),
            used=used_at(self.viewer.feed, coupon),
            why=why,
            slip=self._slip(coupon) if gave else "",
            check=None if campaign is None else self._check(campaign, gave),
        )

    def _not_me(self, visits: Sequence[Visit], draws: Mapping[str, Sequence[OwnDraw]]) -> tuple[NotMeView, ...]:
        """Return campaigns that gave her nothing, chosen by what is public alone as long as their seed is not."""
        if not visits:
            return ()
        first = min(each.day for each in visits)
        campaigns = self.viewer.feed.campaigns_since(first.toordinal(), MOST_CAMPAIGNS)
        met = [(each, at) for each in campaigns if (at := met_at(each, visits))]
        none = [(each, at) for each, at in met if not _issued(draws.get(each.campaign, ()))][:MOST_SHOWN]
        held = {each.campaign: each.entered for each in self.viewer.feed.entries_held(self.viewer.handle.reveal())}
        left_out = {
            each.campaign
            for each, at in none
            if IN_TERMS in each.terms and not had_entered(held.get(each.campaign), at)
        }
        untold = {each.entry for each in self.viewer.feed.undrawn_held(self.viewer.handle.reveal())}
        return tuple(
            self._not_one(
                each,
                draws.get(each.campaign, ()),
                entered=each.campaign not in left_out,
                untold=any(visit.entry in untold for visit in at),
            )
            for each, at in none
        )

    def _not_one(self, campaign: OwnCampaign, draws: Sequence[OwnDraw], *, entered: bool, untold: bool) -> NotMeView:
        terms, told = _terms(campaign), bool(campaign.shares)
        zone = self.viewer.room.home.zone
        if not entered and not (told and draws):  # whether there were draws is told to nobody before the end
            why = NOT_ENTERED
        elif told and untold and not draws:
            why = not_told_in_time(self._condition(campaign))
        elif told:
            why = why_not(terms, [each.row.outcome for each in draws], self._condition(campaign))
        else:
            why = not_told_yet(first_reveal(campaign, zone))
        return NotMeView(
            campaign=campaign.campaign,
            title=Say(terms["title"]["ja"], terms["title"].get("en") or terms["title"]["ja"]),
            first=date.fromisoformat(terms["from"]),
            until=date.fromisoformat(terms["until"]),
            odds=odds_of(terms),
            revealed=told,
            why=why,
            check=self._check(campaign, draws) if told else None,
        )

    def _check(self, campaign: OwnCampaign, draws: Sequence[OwnDraw]) -> CheckView:
        return CheckView(
            campaign=campaign.campaign,
            terms=campaign.terms.decode(),
            terms_hash=terms_hash(campaign.terms).hex(),
            seed=_seed(campaign.shares),
            shares=campaign.shares.hex(),
            draws=tuple(_draw(each) for each in draws[-MOST_DRAWS:]),
            opening=self._opening(campaign) if campaign.shares else None,
        )

    def _opening(self, campaign: OwnCampaign) -> OpeningView:
        """Return text and salt of the condition: whoever has them can show it to others, so not before the end."""
        file, salt = self.viewer.feed.condition_of(campaign.number)
        text = campaign_in(file).condition
        return OpeningView(text, salt.hex(), condition_hash(salt, text).hex())

    def _condition(self, campaign: OwnCampaign) -> Say:
        file, _ = self.viewer.feed.condition_of(campaign.number)
        return condition_said(campaign_in(file).condition, self._wording())

    def _slip(self, coupon: Coupon) -> str:
        """Return the address that checks a slip; empty: the till's answer is kept no more."""
        raw = self.viewer.feed.answer_of(self.viewer.handle.reveal(), coupon.issued_by)
        effects: list[dict[str, Any]] = json.loads(raw).get("effects", []) if raw else []
        name = coupon_name(coupon.coupon)
        one = next((each for each in effects if each.get("coupon") == name and "proof" in each), None)
        return "" if one is None else slip_link(self.front, one)

    def _wording(self) -> Wording:
        return Wording(self.viewer.room.home.settings.programme.currency)

    def _today(self) -> date:
        return local_date(self.viewer.room.programme_now(self.viewer.feed), self.viewer.room.home.zone)


def state_of(coupon: Coupon, today: int) -> CouponState:
    """Return what can be done with a coupon on a day (an ordinal)."""
    if coupon.used:
        return "used" if coupon.used > 0 else "void"
    return "expired" if coupon.valid_until < today else "open"


def _by_campaign(draws: Iterable[OwnDraw]) -> dict[str, list[OwnDraw]]:
    out: dict[str, list[OwnDraw]] = {}
    for each in draws:
        out.setdefault(each.campaign, []).append(each)
    return out


def _gave(draw: OwnDraw, coupon: Coupon) -> bool:
    return draw.row.outcome == Outcome.ISSUED and draw.row.entry == coupon.issued_by


def _issued(draws: Iterable[OwnDraw]) -> bool:
    return any(each.row.outcome == Outcome.ISSUED for each in draws)


def _draw(one: OwnDraw) -> DrawView:
    row, told = one.row, one.revealed
    on_slip = seq_shown(row.salt) if row.outcome == Outcome.ISSUED else 0
    number, leaf, salt = (row.seq, row.leaf.hex(), row.salt.hex()) if told else (None, "", "")
    return DrawView(row.ticket.hex(), row.outcome, on_slip, number, leaf, salt)


def _terms(campaign: OwnCampaign) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(campaign.terms)
    return found


def _seed(shares: bytes) -> str:
    if not shares:
        return ""
    return seed_of([shares[at : at + SHARE_BYTES] for at in range(0, SHARES * SHARE_BYTES, SHARE_BYTES)]).hex()
