"""Keys: what each zone holds, made and rotated per side by a process of that side.

``holds`` says who holds which key; ``keyfile`` is one zone's file; ``custody`` keeps its
key-encryption key; ``zone`` opens it and follows it; ``keeper`` changes the files of one side;
``trust`` publishes the public halves; ``watch`` tells a running process of a change.
"""

from noren.house.keys.holds import HOLDS, SIDES, Side
from noren.house.keys.keeper import make_side
from noren.house.keys.trust import Trusted, acknowledged_by, trusted
from noren.house.keys.zone import ZoneKeys, open_keys

__all__ = ["HOLDS", "SIDES", "Side", "Trusted", "ZoneKeys", "acknowledged_by", "make_side", "open_keys", "trusted"]
