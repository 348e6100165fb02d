"""Standings kept with the ledger: which conditions are true of a member, in the very call in which she buys.

Per member the facts of her purchases are kept, packed: a cache beside the ledger, whose loss costs
time and never truth. A question loads them, adds what the ledger has and they do not, and asks the
conditions in force at the shop. It holds no name and no contact, and nothing here lists members.
"""

from noren.audience.standings.desk import Rules, StandingDesk
from noren.audience.standings.in_force import InForce, Readying
from noren.audience.standings.model import Kept, KeptPlan, LiveCondition, NotReady, Progress, Row, Why
from noren.audience.standings.ports import KeptStandings, LiveConditions, OldLines, Shops, StandingStore

__all__ = [
    "InForce",
    "Kept",
    "KeptPlan",
    "KeptStandings",
    "LiveCondition",
    "LiveConditions",
    "NotReady",
    "OldLines",
    "Progress",
    "Readying",
    "Row",
    "Rules",
    "Shops",
    "StandingDesk",
    "StandingStore",
    "Why",
]
