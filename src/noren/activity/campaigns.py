"""Campaigns as the ledger keeps them: rows, counts, draws. What they mean is ``noren.campaign``'s to say.

They stand in the ledger's own database, because a cap that is counted in another transaction than the one that issues
is passed one day. Instants are microseconds since 1970 UTC, days are ordinals.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import field
from enum import IntEnum
from typing import Final, Protocol

from noren.kernel.values import value

FORGOTTEN: Final = "forgotten"
"""The outcome of a draw whose member was erased: its leaf stays, and nothing that leads to her."""


class CampaignState(IntEnum):
    """How far a campaign is. ``STARTING``, ``REVEALING``: the till is to open the shares, to tell them."""

    DRAFT = 1
    APPROVED = 2
    STARTING = 3
    RUNNING = 4
    STOPPED = 5
    REVEALING = 6
    REVEALED = 7
    DROPPED = 8


@value
class CampaignRow:
    """A campaign. ``number``: its short name within the ledger, given at the draft.

    ``file``: canonical JSON; ``salt``: of the condition's hash; ``terms``: canonical JSON of the public terms, empty
    before the last approval; ``public_key``: of its slips, empty until the till has given it, made with
    ``key_version``; ``seed``: sealed, empty before the start; ``shares``: in clear, empty before the reveal. Instants
    are 0 as long as it has not come to that.
    """

    number: int
    campaign: str
    state: CampaignState
    file: bytes
    salt: bytes
    terms: bytes
    public_key: bytes
    key_version: int
    seed: bytes
    shares: bytes
    last_day: int
    drafted: int
    started: int = 0
    stopped: int = 0
    revealed: int = 0


@value
class ShareStep:
    """One person's step: 0 the author's, 1 and 2 the approvers'. ``sealed``: the share, to be opened by the till alone.

    ``proof``: that the step stands in a signed checkpoint of the side's log; empty before the start.
    """

    number: int
    step: int
    who: str
    share_hash: bytes
    sealed: bytes
    at: int
    proof: bytes = b""


@value
class DrawCount:
    """What was counted of a campaign: slips in all, their face value, leaves."""

    issued: int = 0
    spent: int = 0
    leaves: int = 0


@value
class MemberDraws:
    """What a campaign did for one member. ``settled``: 0 nothing, 1 issued, 2 lost, 3 holdout, 4 capped.

    ``day`` and ``drawn``: her draws on the latest day on which she had one; ``last``: her newest leaf, -1: none;
    ``issued``: days of her slips.
    """

    handle: bytes = field(repr=False)
    number: int
    settled: int = 0
    day: int = 0
    drawn: int = 0
    last: int = -1
    issued: tuple[int, ...] = ()


@value
class DrawRow:
    """One leaf of a campaign's log, with what it was made of. ``previous``: her draw before it, -1: none."""

    number: int
    seq: int
    entry: int
    ticket: bytes = field(repr=False)
    outcome: str
    salt: bytes = field(repr=False)
    previous: int
    leaf: bytes


@value
class Undrawn:
    """A purchase of hers of which a till could not tell which campaigns fitted: nothing was drawn at it.

    ``why``: the till's word; which campaigns ran there follows from the purchase.
    """

    handle: bytes = field(repr=False)
    entry: int
    why: str


class CampaignBatch(Protocol):
    """What a batch reads and writes of campaigns; draws and counts are written with the batch's other changes."""

    def campaigns_edition(self) -> int:
        """Return a number that is another one whenever a campaign's state or key has changed."""
        ...

    def campaigns(self) -> list[CampaignRow]:
        """Return all campaigns, in the order of their numbers."""
        ...

    def campaign_named(self, name: str) -> CampaignRow | None:
        """Return a campaign by its name."""
        ...

    def put_campaign(self, row: CampaignRow) -> CampaignRow:
        """Add a campaign and return it with the number that it was given."""
        ...

    def set_campaign(self, row: CampaignRow) -> None:
        """Change what may change of a campaign: all but its number, name, file, salt and draft."""
        ...

    def share_steps(self, number: int) -> list[ShareStep]:
        """Return the persons' steps of a campaign in their order."""
        ...

    def put_share_step(self, step: ShareStep) -> None:
        """Add a person's step, or its proof where the step is there."""
        ...

    def draw_numbers(self, handles: Iterable[bytes]) -> dict[bytes, bytes]:
        """Return members' draw numbers."""
        ...

    def draw_counts(self, numbers: Iterable[int], day: int) -> dict[int, tuple[DrawCount, int]]:
        """Return (counts, slips on a day) by campaign; who has none yet is not named."""
        ...

    def draws_of(self, handle: bytes) -> list[MemberDraws]:
        """Return what campaigns did for a member."""
        ...

    def draws_of_some(self, handles: Collection[bytes]) -> dict[bytes, list[MemberDraws]]:
        """Return what campaigns did for each of some members."""
        ...

    def instants_drawn(self, number: int, seq: int) -> list[tuple[int, int]]:
        """Return (at, received), in µs, of the purchases that a member was drawn for, from one draw of hers back."""
        ...

    def coupons_issued_by(self, handle: bytes, entry: int) -> list[bytes]:
        """Return the outer names of the coupons that one of her purchases gave and that stand open."""
        ...

    def coupons_redeemed_by(self, entry: int) -> list[bytes]:
        """Return the outer names of the coupons that were taken with a purchase, in the order they were shown."""
        ...


class CampaignFeed(Protocol):
    """What is read of campaigns outside a batch."""

    def campaigns_edition(self) -> int:
        """See ``CampaignBatch``."""
        ...

    def campaigns(self) -> list[CampaignRow]:
        """See ``CampaignBatch``."""
        ...

    def share_steps(self, number: int) -> list[ShareStep]:
        """See ``CampaignBatch``."""
        ...

    def draw_count(self, number: int) -> DrawCount:
        """Return what was counted of a campaign."""
        ...

    def days_issued(self, number: int) -> Mapping[int, int]:
        """Return slips by day."""
        ...

    def coupon_fates(self, campaign: str) -> tuple[int, int, int]:
        """Return how many coupons of a campaign are (open, used, void), of those that are kept."""
        ...

    def draws_after(self, number: int, seq: int, limit: int) -> Sequence[DrawRow]:
        """Return draws of a campaign with a greater number, ascending."""
        ...

    def draws_of(self, handle: bytes) -> list[MemberDraws]:
        """See ``CampaignBatch``."""
        ...

    def undrawn_after(self, entry: int) -> Mapping[int, str]:
        """Return why at purchases with a greater entry nothing was drawn, by entry."""
        ...

    def draw_numbers(self, handles: Iterable[bytes]) -> dict[bytes, bytes]:
        """See ``CampaignBatch``."""
        ...
