"""What a side's log says of a campaign: its steps, starts and stops, and the roots over its draws. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from noren.governance.log.records import Held, parse_record
from noren.governance.ports import EntryKind, Fact
from noren.kernel.values import value


@value
class Logged:
    """An entry: where it stands, what it says, and the day that the log keeps of it."""

    place: int
    kind: EntryKind
    body: Mapping[str, Fact]
    day: str


def logged_of(held: Iterable[tuple[int, Held]], campaign: str) -> Iterator[Logged]:
    """Yield the entries about a campaign. What stands in a log is not trusted to be short: it is looked at as bytes."""
    about = b'"campaign":' + msgspec.json.encode(campaign)
    for place, each in held:
        if each.forgotten or about not in each.record:
            continue
        entry, when = parse_record(each.record)
        if entry.body.get("campaign") == campaign:
            yield Logged(place, entry.kind, entry.body, when)
