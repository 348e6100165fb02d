"""The till's book of campaigns: what runs, what signs its slips, and the seeds, which nobody else knows before the end.

The till alone opens the shares, and only after all three stand in a signed checkpoint of the ledger side's log. What it
then seals is the seed, under its own key: a till that starts again reads it from the ledger, and nobody else can.
"""

from __future__ import annotations

import contextlib
import hmac
import secrets
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from noren.activity.about import AboutHer
from noren.activity.campaigns import CampaignRow, CampaignState, ShareStep
from noren.activity.errors import LedgerBroken
from noren.activity.model import Purchase
from noren.activity.ports import LedgerBatch, LedgerStore
from noren.audience.live import Line, Place
from noren.audience.live import Purchase as Basket
from noren.audience.standings import NotReady
from noren.campaign import committed
from noren.campaign.draw import SHARES, commitment, seed_of
from noren.campaign.live import live_name
from noren.campaign.running import running_of
from noren.campaign.spec import Channel
from noren.campaign.terms import campaign_in, is_share, terms_hash
from noren.governance.log.keys import read_vkeys
from noren.governance.stopping import Use, stopped_by
from noren.house.draw_shares import open_share
from noren.house.home import Home
from noren.house.keys import ZoneKeys
from noren.house.ledger_stores import open_ledger
from noren.house.standing_desk import OpenDesk
from noren.kernel.clock import instant_of, local_date, microseconds
from noren.kernel.keyring import UnknownKeyVersion
from noren.kernel.sealing import DoesNotOpen, seal, unseal
from noren.kernel.sealing import Place as SealPlace
from noren.register.campaigns import Fatigue, Here, LiveCampaign, NotTold, here_of
from noren.register.paper import Paper

RING: Final = "slip"
PROGRAMME: Final = "programme"
_PREPARE_SECONDS: Final = 5.0
_PREPARE_STEP: Final = 0.02
_SIGNS: Final = b"noren: slips of a campaign\0"
_log = structlog.get_logger("campaigns")


def slip_key(keys: ZoneKeys, campaign: str, version: int) -> Ed25519PrivateKey:
    """Return what signs a campaign's slips, made of a version of the till's own key."""
    return Ed25519PrivateKey.from_private_bytes(
        hmac.digest(keys.ring(RING).key(version), _SIGNS + campaign.encode(), "sha256")
    )


@dataclass(frozen=True, slots=True)
class Means:
    """What the book works with. ``desk``: opens the standing desk when the first campaign runs."""

    home: Home
    keys: ZoneKeys
    now: Callable[[], datetime]
    desk: Callable[[], OpenDesk]


class TillBook:
    """Fills ``CampaignBook``. Used by whoever drives the till's writer, one at a time."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._edition = -1
        self._live: tuple[LiveCampaign, ...] = ()
        self._here: dict[tuple[str, str, int], Here] = {}
        self._open: OpenDesk | None = None
        self.tell: Callable[[str], None] = lambda _why: None
        """Hears of each purchase of which could not be told which campaigns fit, and why."""
        said = means.home.settings.campaigns
        self._fatigue = Fatigue(said.member_slips, said.member_days) if said.member_slips else None

    @property
    def fatigue(self) -> Fatigue | None:
        """See ``CampaignBook``."""
        return self._fatigue

    def paper(self, shop: str, partner: str) -> Paper:
        """See ``CampaignBook``."""
        said = self._means.home.settings.slips
        english = shop in said.english_at or partner in said.english_at
        return Paper(english, said.check_at, said.gs1_reference)

    def random(self, size: int) -> bytes:
        """See ``CampaignBook``."""
        return secrets.token_bytes(size)

    def look(self, store: LedgerStore) -> None:
        """See ``CampaignBook``."""
        self._make_ready()
        if store.campaigns_edition() == self._edition:
            return
        with store.batch() as batch:
            found = [self._stepped(batch, row) for row in batch.campaigns()]
            edition = batch.campaigns_edition()
        if any(row.state is CampaignState.STARTING for row in found):
            edition = -1  # its condition is being made ready: look again
        self._live = tuple(live for row in found if (live := self._living(row)) is not None)
        self._here.clear()
        self._edition = edition

    def prepare(self) -> None:
        """Before the doors open: find what runs, and wait a little for its conditions to be ready.

        Who buys in a till's first instant is then drawn for like everybody. Where they do not come the till opens
        without them: a purchase is never kept waiting for a campaign (P12).
        """
        with contextlib.suppress(LedgerBroken), contextlib.closing(open_ledger(self._means.home, "till")) as store:
            self.look(store)
            until = time.monotonic() + _PREPARE_SECONDS
            while time.monotonic() < until and not all(self._knows(each.file.id) for each in self._live):
                time.sleep(_PREPARE_STEP)

    def at(self, shop: str, partner: str, day: int) -> Here:
        """See ``CampaignBook``."""
        key = (shop, partner, day)
        if key not in self._here:
            self._here[key] = here_of(each for each in self._live if _runs_at(each, shop, partner, day))
        return self._here[key]

    def eligible(
        self, purchase: Purchase, t: datetime, here: Here, over: Collection[int], about: AboutHer | None
    ) -> Collection[LiveCampaign] | NotTold:
        """See ``CampaignBook``."""
        try:
            told = self._desk.ask(purchase.handle, t, *_basket(purchase, t), here.names, about)
            if not isinstance(told, NotReady):
                asked = [each for each in map(here.by_name.__getitem__, told) if each.number not in over]
                return self._not_stopped(purchase, asked, about)
            why = told.why.value
        except Exception as wrong:  # whatever broke at the desk, the purchase itself stands (P12)
            why = type(wrong).__name__
            _log.error("campaigns_not_asked", kind=why)
        self.tell(why)
        return NotTold(why)

    def decided(self, purchases: Sequence[Purchase]) -> None:
        """See ``CampaignBook``: the purchases stand, whatever breaks here."""
        if self._open is None:
            return
        try:
            for each in purchases:
                self._open.desk.bought(each.handle, each.entry, each.previous, instant_of(each.at))
        except Exception as wrong:
            _log.error("standings_not_remembered", kind=type(wrong).__name__)
        self._open.desk.settled()

    def reopened(self) -> None:
        """See ``CampaignBook``. A desk that can not even read is opened anew when it is asked next."""
        if self._open is None:
            return
        try:
            self._open.desk.reopened()
        except Exception as wrong:
            _log.error("standings_not_remembered", kind=type(wrong).__name__)
            self._open.close()
            self._open = None

    def close(self) -> None:
        """Close the desk."""
        if self._open is not None:
            self._open.close()

    def _make_ready(self) -> None:
        """Have conditions that are new or have changed made ready now, and not at the next purchase."""
        with contextlib.suppress(LedgerBroken):  # the desk's own session: asked again in a second
            if self._live:
                self._knows(self._live[0].file.id)

    @property
    def _desk(self) -> OpenDesk:
        if self._open is None:
            self._open = self._means.desk()
        return self._open

    def _not_stopped(
        self, purchase: Purchase, asked: Collection[LiveCampaign], about: AboutHer | None
    ) -> Collection[LiveCampaign]:
        """Return those campaigns whose use of her data she has stopped neither for the programme nor for the shop's."""
        rules = self._desk.stops_of(purchase.handle, about) if asked else ()
        to, channel = (PROGRAMME, purchase.partner), Channel.TILL.value
        return [
            each
            for each in asked
            if not rules or all(stopped_by(rules, Use(each.file.purpose, who, channel)) is None for who in to)
        ]

    def _stepped(self, batch: LedgerBatch, row: CampaignRow) -> CampaignRow:
        """Do for a campaign what the till alone can, and return it as it is then."""
        stepped = row
        match row.state:
            case CampaignState.DRAFT if not row.public_key:
                stepped = self._given_a_key(row)
            case CampaignState.STARTING:
                stepped = self._started(row, batch.share_steps(row.number))
            case CampaignState.REVEALING:
                stepped = self._revealed(row, batch.share_steps(row.number))
            case _:
                pass
        if stepped is not row:
            batch.set_campaign(stepped)
        return stepped

    def _given_a_key(self, row: CampaignRow) -> CampaignRow:
        version = self._means.keys.ring(RING).current
        public = slip_key(self._means.keys, row.campaign, version).public_key().public_bytes_raw()
        return replace(row, public_key=public, key_version=version)

    def _started(self, row: CampaignRow, steps: Sequence[ShareStep]) -> CampaignRow:
        shares = self._opened(row, steps)
        if shares is None:
            return replace(row, state=CampaignState.APPROVED)
        if not self._knows(row.campaign):
            return row
        sealed = seal(self._means.keys.ring(RING), b"".join(shares), seed_place(row.campaign))
        return replace(row, state=CampaignState.RUNNING, seed=sealed, started=self._now_us())

    def _revealed(self, row: CampaignRow, steps: Sequence[ShareStep]) -> CampaignRow:
        shares = self._shares(row)
        if shares is None or [commitment(each) for each in shares] != [each.share_hash for each in steps]:
            return replace(row, state=CampaignState.STOPPED)
        return replace(row, state=CampaignState.REVEALED, shares=b"".join(shares), revealed=self._now_us())

    def _opened(self, row: CampaignRow, steps: Sequence[ShareStep]) -> list[bytes] | None:
        """Return the three shares where each was committed to, in a checkpoint, before anybody opened any."""
        keys = read_vkeys(self._means.home.log_keys("ledger"))
        for each in steps:
            shown = committed.check(
                each.proof, keys, campaign=row.campaign, step=each.step, share_hash=each.share_hash, who=each.who
            )
            if isinstance(shown, committed.Unproved):
                _log.error("share_not_committed", campaign=row.campaign, step=each.step, why=shown.value)
                return None
        if [each.step for each in steps] != list(range(SHARES)):
            return None
        opened = [open_share(self._means.keys, each.sealed, row.campaign, each.step) for each in steps]
        shares = [each for each in opened if each is not None]
        if len(shares) < SHARES or not all(map(is_share, shares, (each.share_hash for each in steps))):
            _log.error("share_not_opened", campaign=row.campaign)
            return None
        return shares

    def _knows(self, campaign: str) -> bool:
        """Return whether everybody can be asked of a campaign's condition now."""
        return self._desk.knows(live_name(campaign), local_date(self._means.now(), self._means.home.zone))

    def _shares(self, row: CampaignRow) -> list[bytes] | None:
        try:
            plain = unseal(self._means.keys.ring(RING), row.seed, seed_place(row.campaign))
        except (DoesNotOpen, UnknownKeyVersion) as wrong:
            _log.error("seed_not_opened", campaign=row.campaign, kind=type(wrong).__name__)
            return None
        size = len(plain) // SHARES
        return [plain[at : at + size] for at in range(0, len(plain), size)]

    def _living(self, row: CampaignRow) -> LiveCampaign | None:
        if row.state is not CampaignState.RUNNING:
            return None
        shares = self._shares(row)
        if shares is None:
            return None
        file = campaign_in(row.file)
        key = slip_key(self._means.keys, row.campaign, row.key_version)
        return LiveCampaign(row.number, file, running_of(file, seed_of(shares)), terms_hash(row.terms), key)

    def _now_us(self) -> int:
        return microseconds(self._means.now())


def _runs_at(each: LiveCampaign, shop: str, partner: str, day: int) -> bool:
    issue = each.file.issue
    return each.running.first <= day <= each.running.last and (shop in issue.shops or partner in issue.partners)


def _basket(purchase: Purchase, t: datetime) -> tuple[Place, Basket]:
    """Return place and basket of a purchase in hand, as the ledger will tell them of it later."""
    place = Place(purchase.shop, purchase.partner)
    lines = tuple(Line(line.product, line.quantity, line.amount) for line in purchase.lines or ())
    return place, Basket(t, lines, place, purchase.earned, instant_of(purchase.received))


def seed_place(campaign: str) -> SealPlace:
    """Return where a campaign's seed lies, sealed."""
    return SealPlace("ledger", "campaign", "seed", campaign.encode())
