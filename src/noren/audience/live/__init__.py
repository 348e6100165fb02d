"""The live evaluator: which conditions are true of one member at an instant, at the till.

This room promises that a purchase counts in the very next question, that windows are left at local
midnight without any event, and that the answer is what the batch evaluator says at the same
instant. It is made of pure functions over values: it opens no store, reads no clock, and is given
one member's purchases at a time. What it holds of her are facts, never a verdict that could grow old.
"""

from noren.audience.live.answering import conditions_of, holds, holds_one, holds_some
from noren.audience.live.answers import Answers, Given
from noren.audience.live.cutting import cuts
from noren.audience.live.few import plan_of_few, standing_of_few
from noren.audience.live.folding import Again, FoldAgain, Standing, add, as_if_at, fold
from noren.audience.live.model import Goods, History, Line, Lot, Message, Place, Purchase, Redemption, Traits
from noren.audience.live.packing import pack, unpack
from noren.audience.live.plan import Plan, compile_plan

__all__ = [
    "Again",
    "Answers",
    "FoldAgain",
    "Given",
    "Goods",
    "History",
    "Line",
    "Lot",
    "Message",
    "Place",
    "Plan",
    "Purchase",
    "Redemption",
    "Standing",
    "Traits",
    "add",
    "as_if_at",
    "compile_plan",
    "conditions_of",
    "cuts",
    "fold",
    "holds",
    "holds_one",
    "holds_some",
    "pack",
    "plan_of_few",
    "standing_of_few",
    "unpack",
]
