"""Who is in an audience: the condition, the guards and members' stops, as one set. It stays in this process.

Nothing here returns anything that a door may hand on; what leaves is a figure or a commitment.
"""

from __future__ import annotations

from typing import Final

from pyroaring import BitMap

from noren.audience.batch.evaluating import evaluate
from noren.audience.batch.given import Moment
from noren.audience.history.held import Held
from noren.audience.kept import condition_of
from noren.audience.language import Condition
from noren.audience.language import nodes as n
from noren.audience.language.words import Channel as Contact
from noren.audience.model import Asked, Channel
from noren.audience.ports import Stops

_CONDITION: Final = "condition"
_REACHABLE: Final = "reachable"
_CONTACTS: Final = {Channel.EMAIL: Contact.EMAIL, Channel.POST: Contact.POST}


def qualifying(asked: Asked, held: Held, stops: Stops, moment: Moment) -> BitMap:
    """Return the numbers, in this build, of who qualifies. Raises CannotEvaluate."""
    conditions = {_CONDITION: condition_of(asked.condition)}
    if asked.channel in _CONTACTS:
        conditions[_REACHABLE] = Condition(n.Reachable(_CONTACTS[asked.channel]))
    found = evaluate(conditions, held.prepared, moment)
    who = found[_CONDITION]
    if _REACHABLE in found:
        who = who & found[_REACHABLE]
    if not asked.with_young:
        who = who - held.young
    stopped = (held.numbers.get(handle) for handle in stops.stopped(asked))
    return who - BitMap(number for number in stopped if number is not None)
