"""Campaigns with entry as a member is shown them: public terms, the same to every member, and her own entries.

No condition is asked and none of her purchases looked at to choose what is listed: the list can not tell who fits.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from noren.activity.entered import Entered
from noren.activity.model import Purchase
from noren.activity.own_draws import OwnCampaign
from noren.audience.language.speech import Wording
from noren.campaign.entering import IN_TERMS, is_used
from noren.campaign.offer_words import offer_words, offered_in
from noren.campaign.reasons import odds_of
from noren.doors.statement.entry_shapes import EntriesView, EntryView, OverView
from noren.doors.statement.view import Viewer
from noren.kernel.clock import instant_of, local_date
from noren.kernel.say import Say

MOST_CAMPAIGNS: Final = 20_000
MOST_SHOWN: Final = 1_000
"""More at once than anybody runs: whatever is left off the list could be entered by nobody."""

MOST_PURCHASES: Final = 2_000
MOST_OVER: Final = 40


@dataclass(frozen=True, slots=True)
class EntryViewer:
    """Looks at campaigns with entry for one member."""

    viewer: Viewer

    def all(self) -> EntriesView:
        """Return what she is shown."""
        feed, handle = self.viewer.feed, self.viewer.handle.reveal()
        held = feed.entries_held(handle)
        found = feed.campaigns_since(self._today().toordinal(), MOST_CAMPAIGNS)
        takes = [each for each in found if IN_TERMS in each.terms and not each.stopped]
        shown = sorted(takes, key=lambda each: (each.last_day, each.number))[:MOST_SHOWN]
        open_ = {each.campaign for each in takes}
        entered = {each.campaign: each.entered for each in held}
        over = [(feed.campaign_called(each.campaign), each.entered) for each in held if each.campaign not in open_]
        bought = feed.chain(handle, None, MOST_PURCHASES) if entered.keys() & open_ else ()
        return EntriesView(
            points_only=self.viewer.balance().points_only,
            open=tuple(self._one(each, entered.get(each.campaign), bought) for each in shown),
            over=tuple(self._over(each, one) for each, one in over[::-1][:MOST_OVER] if each is not None),
        )

    def _one(self, campaign: OwnCampaign, entered: Entered | None, bought: Sequence[Purchase]) -> EntryView:
        terms, today = _terms(campaign), self._today()
        name = self.viewer.room.reader.shop_name
        shops = [name(shop) or shop for shop in terms.get("shops", ())]
        first = date.fromisoformat(terms["from"])
        return EntryView(
            campaign=campaign.campaign,
            title=_title(terms),
            first=first,
            until=date.fromisoformat(terms["until"]),
            at=tuple(terms.get("partners", shops)),
            redeem_at=tuple(terms["offer"]["redeem_at"]),
            valid_days=terms["offer"]["valid_days"],
            terms=offer_words(offered_in(terms), Wording(self.viewer.room.home.settings.programme.currency)),
            odds=odds_of(terms),
            began=first <= today,
            entered=None if entered is None else instant_of(entered.at).astimezone(self.viewer.room.home.zone),
            may_take_back=entered is not None and not is_used(entered, terms, bought, self.viewer.room.home.zone),
        )

    def _over(self, campaign: OwnCampaign, entered: Entered) -> OverView:
        terms = _terms(campaign)
        return OverView(
            campaign.campaign,
            _title(terms),
            date.fromisoformat(terms["from"]),
            date.fromisoformat(terms["until"]),
            instant_of(entered.at).astimezone(self.viewer.room.home.zone),
        )

    def _today(self) -> date:
        return local_date(self.viewer.room.programme_now(self.viewer.feed), self.viewer.room.home.zone)


def _terms(campaign: OwnCampaign) -> dict[str, Any]:
    return json.loads(campaign.terms)


def _title(terms: Mapping[str, Any]) -> Say:
    return Say(terms["title"]["ja"], terms["title"].get("en") or terms["title"]["ja"])
