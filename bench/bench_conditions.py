"""What reading, writing and saying a condition costs: milliseconds of CPU, in one thread, best of several rounds.

The first call builds the parser. The widest texts fill the limit of 2,000 characters: time per character must not grow.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from noren.audience.language import Condition, from_json, parse, to_json
from noren.audience.language.parsing import read
from noren.audience.language.problems import Refused
from noren.audience.language.review import Surroundings, review
from noren.audience.language.speech import sentence

ROUNDS: Final = 7
CALLS: Final = 200
OWN: Final = 'sex = female and visits(category = "COFFEE") >= 5 in last 365 days'
WIDE: Final = {
    size: f"visits({' or '.join(['brand = a'] * ((size - 9) // 13))}) >= 1" for size in (250, 500, 1_000, 2_000)
}
REFUSED: Final = f"{'(' * 900}contacted{')' * 900}"


def main() -> None:
    """Measure and print."""
    print(f"the first condition, with the building of the parser: {best(lambda: parse(OWN), 1, 1):.0f} ms")
    own = parse(OWN)
    assert isinstance(own, Condition)
    told = to_json(own)
    placed = read(OWN)
    assert not isinstance(placed, Refused)
    print(f"the page's own condition: read {best(lambda: parse(OWN)):.3f} ms", end="")
    print(f", from JSON {best(lambda: from_json(told)):.3f}, to JSON {best(lambda: to_json(own)):.3f}", end="")
    print(f", reviewed {best(lambda: review(placed, Surroundings())):.3f}", end="")
    print(f", said {best(lambda: sentence(own, 'ja')):.3f}")
    for text in WIDE.values():
        assert isinstance(parse(text), Condition)
        print(f"{len(text):5} characters: {best(lambda text=text: parse(text), 5):.1f} ms")
    assert isinstance(parse(REFUSED), Refused)
    print(f"900 parentheses, refused: {best(lambda: parse(REFUSED), 5):.1f} ms")


def best(call: Callable[[], object], calls: int = CALLS, rounds: int = ROUNDS) -> float:
    """Return the milliseconds of CPU of one call."""
    found = float("inf")
    for _ in range(rounds):
        begun = time.process_time()
        for _ in range(calls):
            call()
        found = min(found, (time.process_time() - begun) / calls * 1e3)
    return found


if __name__ == "__main__":
    main()
