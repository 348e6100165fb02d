"""Who entered which campaigns: an act of the member's own, without which a campaign with entry draws nothing for her.

Its instant is taken while its transaction holds the ledger alone, and ``behind`` is the ledger's newest entry then: so
it can be told of each purchase, whatever clocks said, whether the till that took it could know of her entry.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import field
from typing import Any, Final, Protocol

from noren.activity.rows import Row
from noren.kernel.values import value

GET: Final = "SELECT number, at, behind FROM entered WHERE handle = $1 ORDER BY number"
GET_OF_SOME: Final = "SELECT handle, number, at, behind FROM entered WHERE handle = ANY($1)"
GET_IN: Final = "SELECT handle, at, behind FROM entered WHERE number = $1"
HELD: Final = (
    "SELECT c.campaign, e.number, e.at, e.behind FROM entered AS e JOIN campaign AS c ON c.number = e.number"
    " WHERE e.handle = $1 ORDER BY e.at, e.number"
)
COUNT_IN: Final = "SELECT count(*) FROM entered WHERE number = $1"
"""No index by campaign: this is asked for results and audits alone, and one would cost every entry a random page."""

PUT: Final = (
    "INSERT INTO entered (handle, number, at, behind) VALUES ($1, $2, $3, $4) ON CONFLICT (handle, number) DO NOTHING"
)
DROP: Final = "DELETE FROM entered WHERE handle = $1 AND number = $2"


@value
class Entered:
    """A member's entry into a campaign. ``at``: µs; ``behind``: the ledger's newest entry when it was written."""

    number: int
    at: int
    behind: int

    def holds(self, t: int, purchase: int) -> bool:
        """Whether it was there for a purchase (its entry) that conditions see at an instant in µs."""
        return self.at <= t and self.behind < purchase


@value
class Entrant:
    """Who entered a campaign, for its audit."""

    handle: bytes = field(repr=False)
    entered: Entered


@value
class OwnEntry:
    """An entry of hers, with the campaign's name."""

    campaign: str
    entered: Entered


class EnteredBatch(Protocol):
    """Within one transaction."""

    def entered(self, handle: bytes) -> dict[int, Entered]:
        """Return a member's entries by the campaign's number."""
        ...

    def entered_of_some(self, handles: Collection[bytes]) -> dict[bytes, dict[int, Entered]]:
        """Return the same of each of some members."""
        ...

    def enter(self, handle: bytes, entered: Entered) -> None:
        """Let a member enter; who has entered already has."""
        ...

    def take_back_entry(self, handle: bytes, number: int) -> None:
        """Take an entry away."""
        ...


class OwnEnteredFeed(Protocol):
    """What is asked of one member's entries."""

    def entries_held(self, handle: bytes) -> Sequence[OwnEntry]:
        """Return a member's entries, the first in front."""
        ...


class EnteredFeed(Protocol):
    """What is asked of all entries into a campaign."""

    def entrants(self, number: int) -> Iterator[Entrant]:
        """Yield who entered a campaign."""
        ...

    def count_entered(self, number: int) -> int:
        """Return how many entered a campaign."""
        ...


class EnteredRows:
    """Fills ``EnteredBatch`` for a batch that can ``send`` a statement and ask for ``all`` rows of one."""

    def send(self, statement: str, *parameters: Any) -> Any:
        """The batch's own."""
        raise NotImplementedError

    def all(self, statement: str, *parameters: Any) -> list[Row]:
        """The batch's own."""
        raise NotImplementedError

    def all_among(self, statement: str, handles: Collection[bytes]) -> list[Row]:
        """The batch's own."""
        raise NotImplementedError

    def entered(self, handle: bytes) -> dict[int, Entered]:
        """See ``EnteredBatch``."""
        return {row[0]: Entered(*row) for row in self.all(GET, handle)}

    def entered_of_some(self, handles: Collection[bytes]) -> dict[bytes, dict[int, Entered]]:
        """See ``EnteredBatch``."""
        found: dict[bytes, dict[int, Entered]] = {handle: {} for handle in handles}
        for handle, number, at, behind in self.all_among(GET_OF_SOME, handles):
            found[handle][number] = Entered(number, at, behind)
        return found

    def enter(self, handle: bytes, entered: Entered) -> None:
        """See ``EnteredBatch``."""
        self.send(PUT, handle, entered.number, entered.at, entered.behind)

    def take_back_entry(self, handle: bytes, number: int) -> None:
        """See ``EnteredBatch``."""
        self.send(DROP, handle, number)

    def move_entered(self, source: bytes, target: bytes) -> None:
        """Give a member's entries to the one that she is merged into: of two, that which was first."""
        hers = self.entered(target)
        for number, each in self.entered(source).items():
            self.send(DROP, source, number)
            mine = hers.get(number, each)
            self.send(DROP, target, number)
            self.enter(target, Entered(number, min(mine.at, each.at), min(mine.behind, each.behind)))


class OwnEnteredReads:
    """Fills ``OwnEnteredFeed`` for a reader that has ``_all``."""

    def _all(self, sql: str, *parameters: Any) -> list[Row]:
        raise NotImplementedError

    def entries_held(self, handle: bytes) -> Sequence[OwnEntry]:
        """See ``OwnEnteredFeed``."""
        return [OwnEntry(row[0], Entered(*row[1:])) for row in self._all(HELD, handle)]


class EnteredReads:
    """Fills ``EnteredFeed`` for a reader that has ``_all``."""

    def _all(self, sql: str, *parameters: Any) -> list[Row]:
        raise NotImplementedError

    def entrants(self, number: int) -> Iterator[Entrant]:
        """See ``EnteredFeed``."""
        return (Entrant(row[0], Entered(number, *row[1:])) for row in self._all(GET_IN, number))

    def count_entered(self, number: int) -> int:
        """See ``EnteredFeed``."""
        return int(self._all(COUNT_IN, number)[0][0])
