"""A programme's own history as the batch evaluator reads it: from the lake and the ledger, under numbers of its own.

This room promises that a member's number says at most since which question she is known: a history built whole
draws it anew, one that is kept numbers in the order of keyed hashes whoever came since the last. What it writes
lies in folders of its own, a build's deleted with it, the kept one's deleted by ``forget``. It lists nobody.
"""

from noren.audience.history.building import WholeHistory
from noren.audience.history.held import Held, HistoryBehind
from noren.audience.history.keeping import KeptHistory

__all__ = ["Held", "HistoryBehind", "KeptHistory", "WholeHistory"]
