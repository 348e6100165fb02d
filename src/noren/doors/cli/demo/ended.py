"""What the demo does with its campaigns once the year has passed: revealed, judged, claimed, counted, settled.

Once in a home's life; a demo that is called again shows it as it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from noren.doors.cli.demo import claimed
from noren.doors.cli.demo.drawn import begin_today, end_all
from noren.doors.cli.demo.people import Person
from noren.doors.cli.demo.screen import Screen
from noren.doors.cli.demo.settled import settle_year
from noren.doors.cli.demo.staff import Cast
from noren.doors.cli.demo.stage import Stage
from noren.doors.cli.demo.tiered import count_tiers
from noren.doors.cli.demo.wallet import Wallet
from noren.doors.cli.demo.year import Year
from noren.house.showing import read_shown
from noren.house.showing_campaigns import CampaignShown, ClaimShown, SettlementShown, TiersShown
from noren.kernel.say import Say


@dataclass(frozen=True, slots=True)
class Ended:
    """What is shown of it."""

    campaigns: tuple[CampaignShown, ...]
    claim: ClaimShown | None
    tiers: TiersShown | None
    settlement: SettlementShown | None


@dataclass(frozen=True, slots=True)
class Evening:
    """The end of the year on a stage."""

    stage: Stage
    cast: Cast
    screen: Screen
    year: Year
    wallet: Wallet
    persons: Sequence[Person]

    def all(self) -> Ended:
        """Return what is to be shown; the first time it is brought about.

        Raises:
            CampaignStuck: a step is refused.
        """
        before = read_shown(self.stage.home)
        if before is not None and before.campaigns:
            return Ended(before.campaigns, before.claim, before.tiers, before.settlement)
        self.screen.say(
            Say(
                "企画が終わりました。種を公開し、監査人がすべての抽選と条件を確かめ直しています…",
                "The campaigns have ended: seeds are published, an auditor draws every draw again…",
            )
        )
        begin_today(self.stage, self.cast, self.year.shift_days)
        campaigns = end_all(self.stage, self.cast, self.year.shift_days, self.wallet)
        return Ended(campaigns, self._claim(), self._tiers(), self._settle())

    def _claim(self) -> ClaimShown | None:
        cards = {person.household: person.cards[0] for person in self.persons}
        return claimed.bring_claim(self.stage, self.cast, self.year, self.wallet, cards)

    def _tiers(self) -> TiersShown:
        self.screen.say(
            Say("会員ランクごとの人数を、雑音つきで数えています…", "Counting members of each tier with noise…")
        )
        return count_tiers(self.stage, self.cast)

    def _settle(self) -> SettlementShown:
        totals = self.year.totals()
        self.screen.say(Say("会社間の精算をしています…", "Settling between the companies…"))
        return settle_year(self.stage, self.cast, totals.first.date(), totals.last.date())
