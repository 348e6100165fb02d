"""What it takes to draw again: a million draws of a campaign recomputed from draw numbers, seed and leaves; one core.

    python bench/bench_draw.py [DRAWS]

Checked again: the ticket from her draw number, the holdout, the slot, the outcome, the salted leaf, the root. Then
chi-square of all slots over 1,024 cells, and what one slip's signature takes.
"""

from __future__ import annotations

import hashlib
import random
import sys
import time
from collections.abc import Callable
from typing import Final, TypeVar

from noren.campaign import verify_draw
from noren.campaign.checking import Known, judge
from noren.campaign.draw import DrawNumber, Visit, holdout_slot, member_ticket, slot, threshold, visit_ticket
from noren.campaign.leaves import leaf_of, root_of
from noren.testing.slips import SEED, a_case

T = TypeVar("T")
CAMPAIGN: Final = "coffee-fans"
CELLS: Final = 1_024
RATE, HOLDOUT = threshold("0.2"), threshold("0.1")
TERMS_HASH: Final = hashlib.sha256(b"terms").digest()
SALT: Final = bytes(16)


def main() -> None:
    """Draw, draw again, and print."""
    draws = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    chance = random.Random(20261126)
    numbers = [DrawNumber(chance.randbytes(16)) for _ in range(draws)]
    outcomes, _ = timed(f"{draws:,} draws by member made", lambda: [outcome(number) for number in numbers])
    again, _ = timed("... made again from the draw numbers, and compared", lambda: [outcome(n) for n in numbers])
    assert again == outcomes
    leaves = [leaf(seq, *each) for seq, each in enumerate(outcomes)]
    published = root_of(leaves)

    def audited() -> bytes:
        return root_of(leaf(seq, *outcome(number)) for seq, number in enumerate(numbers))

    root, _ = timed("... with every leaf and the root", audited)
    assert root == published
    _visits(numbers)
    _uniform("slots", [slot(SEED, ticket) for ticket, _ in outcomes])
    _uniform("places for the holdout", [holdout_slot(SEED, number, CAMPAIGN) for number in numbers])
    won = sum(said == "issued" for _, said in outcomes)
    print(f"issued {won / draws:.4%} (rate 20 % of the 90 % that are not held out: 18 %)")
    _slips()


def outcome(number: DrawNumber) -> tuple[bytes, str]:
    """Return the ticket of a member and what its draw comes to, caps apart."""
    ticket = member_ticket(number, CAMPAIGN)
    if holdout_slot(SEED, number, CAMPAIGN) < HOLDOUT:
        return ticket, "holdout"
    return ticket, "issued" if slot(SEED, ticket) < RATE else "lost"


def leaf(seq: int, ticket: bytes, said: str) -> bytes:
    """Return the leaf of a draw."""
    return leaf_of(SALT, campaign=CAMPAIGN, seq=seq, ticket=ticket, terms_hash=TERMS_HASH, outcome=said)


def _visits(numbers: list[DrawNumber]) -> None:
    visits = [Visit("S1", "T1", "2026-11-02", f"{each:06}") for each in range(len(numbers))]

    def drawn() -> int:
        pairs = zip(numbers, visits, strict=True)
        return sum(slot(SEED, visit_ticket(number, CAMPAIGN, visit)) < RATE for number, visit in pairs)

    won, _ = timed(f"{len(numbers):,} slots by visit, from draw number and receipt", drawn)
    print(f"won {won / len(numbers):.4%}")


def _uniform(what: str, places: list[int]) -> None:
    """Chi-square over 1,024 cells: 1,023 degrees of freedom, so mean 1,023 and standard deviation 45.2."""
    cells = [0] * CELLS
    for place in places:
        cells[place * CELLS >> 64] += 1
    mean = len(places) / CELLS
    chi = sum((cell - mean) ** 2 / mean for cell in cells)
    print(f"chi-square of {len(places):,} {what} over {CELLS:,} cells: {chi:.1f} ({(chi - 1023) / 45.23:+.2f} sd)")


def _slips(count: int = 2_000, script: int = 50) -> None:
    case = a_case()
    known = Known(SEED, case.number)
    _, seconds = timed(f"{count:,} slips judged (signature, draw, whose)", lambda: _judged(count, case.terms, known))
    print(f"{seconds / count * 1e6:.0f} µs a slip")
    _, seconds = timed(f"{script} slips by the script's own arithmetic", lambda: _by_script(script))
    print(f"{seconds / script * 1e3:.1f} ms a slip")


def _judged(count: int, terms: dict[str, object], known: Known) -> None:
    slip = a_case().slip
    assert all(judge(terms, slip, known).good for _ in range(count))


def _by_script(count: int) -> None:
    case = a_case()
    assert all(verify_draw._signed(case.terms, case.slip) for _ in range(count))  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]


def timed(what: str, run: Callable[[], T]) -> tuple[T, float]:
    """Run and print what it took, of the clock and of this process."""
    begun, used = time.perf_counter(), time.process_time()
    result = run()
    seconds, cpu = time.perf_counter() - begun, time.process_time() - used
    print(f"{what}: {seconds:.2f} s (CPU {cpu:.2f} s)")
    return result, cpu


if __name__ == "__main__":
    main()
