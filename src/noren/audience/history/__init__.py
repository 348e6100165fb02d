"""A programme's own history as the batch evaluator reads it: from the lake and the ledger, under numbers of one build.

This room promises that a member's number is drawn anew for every build and says nothing of when she
came, and that what it writes lies in a folder of its own that is deleted with the build. It lists nobody.
"""

from noren.audience.history.building import WholeHistory
from noren.audience.history.held import Held, HistoryBehind
from noren.audience.history.keeping import KeptHistory

__all__ = ["Held", "HistoryBehind", "KeptHistory", "WholeHistory"]
