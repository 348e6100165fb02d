"""What the limits and alerts cost a request: microseconds of CPU of one call each, in one thread.

The best of several rounds: other work on the machine only ever makes one slower.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, cast

from noren.activity.model import Purchase
from noren.doors.till.allowance import Allowance, Strangers
from noren.doors.till.patience import Patience
from noren.doors.till.probing import Marker, Probing
from noren.register.velocity import Velocity

CALLS: Final = 100_000
ROUNDS: Final = 5
PLACE: Final = "192.0.2.7"


@dataclass(slots=True)
class Sold:
    """As much of a purchase as the velocity looks at."""

    handle: bytes
    at: int
    shop: str = "S1"
    terminal: str = "T1"


def main() -> None:
    """Measure and print."""
    keys = [secrets.token_urlsafe(32) for _ in range(CALLS)]
    sold = [Sold(secrets.token_bytes(16), 1_795_600_000_000_000 + n * 1_000) for n in range(CALLS)]
    allowance, mark = Allowance.full(5_000, 0.0), Marker()
    strangers = Strangers(rate=100, mark=mark)
    probing = Probing(threshold=20, window_seconds=600, mark=mark, raise_alert=lambda _: None)
    velocity = Velocity(threshold=6, within_minutes=60, tell=lambda *_: None)
    say("every request: its terminal's allowance", lambda: [allowance.take(1.0) for _ in range(CALLS)])
    say("every request: patience with its body", lambda: asyncio.run(waiting(Patience(20.0))))
    say("every purchase: own-card velocity", lambda: velocity.saw(cast("list[Purchase]", sold)))
    say("a key that is no good: its place's allowance", lambda: [strangers.failed(PLACE, 1.0) for _ in range(CALLS)])
    say("a key that is no good: probing", lambda: [probing.saw(key, PLACE, "", 1.0) for key in keys])


async def waiting(patience: Patience) -> None:
    """Begin and end a wait, again and again, as the door does."""
    for _ in range(CALLS):
        task = asyncio.current_task()
        patience.waiting[task] = patience.look
        patience.waiting.pop(task, None)


def say(what: str, do: Callable[[], object]) -> None:
    """Print what one call costs."""
    best = min(seconds(do) for _ in range(ROUNDS))
    print(f"{best / CALLS * 1e6:6.2f} µs  {what}")


def seconds(do: Callable[[], object]) -> float:
    """Return the CPU seconds of this thread."""
    begun = time.thread_time()
    do()
    return time.thread_time() - begun


if __name__ == "__main__":
    main()
