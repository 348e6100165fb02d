"""What audiences need of others: their store, a history, members' stops, cleared flows, noise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Protocol

from noren.audience.model import Asked, Commitment, Version

if TYPE_CHECKING:  # the parts for analysis are in no core install, and definitions need none of them
    from noren.audience.batch.given import Moment
    from noren.audience.history.held import Held


class Definitions(Protocol):
    """Keeps audiences' versions. May move to another process: nothing of a member is in it."""

    def put(self, version: Version) -> None:
        """Keep a new version."""
        ...

    def approve(self, name: str, number: int, approver: str, on: date) -> None:
        """Note who approved a version."""
        ...

    def versions(self, name: str) -> Sequence[Version]:
        """Return all versions of an audience, oldest first."""
        ...

    def names(self) -> Sequence[str]:
        """Return the names of all audiences, in order."""
        ...


@dataclass(frozen=True, slots=True)
class Drawn:
    """A figure that was drawn, with its noise in it: the exact number is kept nowhere."""

    digest: bytes = field(repr=False)
    day: date
    noisy: int


@dataclass(frozen=True, slots=True)
class Charge:
    """What a figure cost: millionths of epsilon, to whom, in which month (``YYYY-MM``)."""

    month: str
    asker: str
    micros: int


class Figures(Protocol):
    """Keeps drawn figures and what they cost; what it has taken is durable when it returns."""

    def figure(self, digest: bytes, day: date) -> Drawn | None:
        """Return the figure of a pair (question, day)."""
        ...

    def put_figure(self, drawn: Drawn, charge: Charge) -> None:
        """Keep a figure and its charge, both or neither."""
        ...

    def spent(self, month: str) -> Mapping[str, int]:
        """Return what each asker was charged in a month."""
        ...

    def latest_month(self) -> str:
        """Return the latest month in which something was charged; empty: none."""
        ...


class HighWater(Protocol):
    """The mark beside the store, in no backup: how much was spent, whatever the store is put back to."""

    def read(self) -> Mapping[str, Mapping[str, int]]:
        """Return month, asker and millionths spent. Raises HighWaterLost."""
        ...

    @property
    def exists(self) -> bool:
        """Whether there is a mark, sound or not."""
        ...

    def begin(self, months: Mapping[str, Mapping[str, int]]) -> None:
        """Make the mark: of a new store, or in the place of one that was lost."""
        ...

    def raise_to(self, month: str, spent: Mapping[str, int]) -> None:
        """Keep durably what has been spent in a month; what is kept never falls."""
        ...


class Commitments(Protocol):
    """Keeps commitments and, on the ledger side alone, what they can be opened with."""

    def commitment(self, name: str, number: int, day: date) -> Commitment | None:
        """Return what was committed."""
        ...

    def put_commitment(self, made: Commitment, salt: bytes, leaves: bytes) -> None:
        """Keep a commitment, its salt and its leaves."""
        ...

    def opening(self, name: str, number: int, day: date) -> tuple[bytes, bytes] | None:
        """Return salt and leaves."""
        ...


class History(Protocol):
    """A programme's history as of an instant."""

    def at(self, moment: Moment) -> AbstractContextManager[Held]:
        """Give the history. Raises HistoryBehind."""
        ...


class Stops(Protocol):
    """Members' stops: asked anew at every evaluation."""

    def stopped(self, asked: Asked) -> Sequence[bytes]:
        """Return the handles of members who stopped this purpose, recipient, channel, or everything."""
        ...


class ClearedFlows(Protocol):
    """Which flows of purchases are cleared, by purpose and recipient."""

    def cleared(self, purpose: str, recipient: str) -> bool:
        """Return whether other companies' purchases may decide what this recipient does for this purpose."""
        ...


class Noise(Protocol):
    """Secret noise, fresh at each call."""

    def add(self, count: int, micros: int) -> int:
        """Return a count with discrete Laplace noise for one member's difference and this epsilon."""
        ...
