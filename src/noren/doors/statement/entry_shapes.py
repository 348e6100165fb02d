"""What she is shown of campaigns with entry: on the page, and as JSON to programs of her own."""

from __future__ import annotations

from datetime import date, datetime

import msgspec

from noren.kernel.say import Say


class EntryView(msgspec.Struct, frozen=True):
    """A campaign that takes entries, by its public terms, and her own entry.

    ``at``: companies, or shops, where slips come out; ``redeem_at``: companies that take them; ``terms``: what a slip
    is worth, then what it asks; ``entered``: when she entered, null: she has not; ``may_take_back``: she may undo it.
    """

    campaign: str
    title: Say
    first: date
    until: date
    at: tuple[str, ...]
    redeem_at: tuple[str, ...]
    valid_days: int
    terms: tuple[Say, ...]
    odds: Say
    began: bool
    entered: datetime | None
    may_take_back: bool


class OverView(msgspec.Struct, frozen=True):
    """A campaign that she had entered and that is over."""

    campaign: str
    title: Say
    first: date
    until: date
    entered: datetime


class EntriesView(msgspec.Struct, frozen=True):
    """All of it. ``points_only``: nothing is drawn for her meanwhile, and she can not enter."""

    points_only: bool
    open: tuple[EntryView, ...]
    over: tuple[OverView, ...]
