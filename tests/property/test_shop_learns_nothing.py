"""A game: a shop with its own journal, the slips it printed, the public terms and the published seed guesses who was
eligible. It may not do better than chance (promise P4). Each wall is broken once, and then it does.

The shop is given all that a till and the public page give: who came when (it knows its customers by card), each answer
of the till, the shares, the terms, the daily size and root of the log. It is not given draw numbers or salts.
"""

from __future__ import annotations

import hashlib
import hmac
import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from noren.campaign.deciding import At, Counted, Drawn, Hers, Running, after, draw_all, hers_after
from noren.campaign.draw import DrawNumber, Outcome, Unit, Visit, holdout_slot, member_ticket, slot, threshold
from noren.campaign.slips import seq_shown
from noren.kernel.values import value

MEMBERS = 4_000
RATE, HOLDOUT = threshold("0.3"), threshold("0.1")
CAMPAIGN = Running("coffee-fans", Unit.MEMBER, RATE, HOLDOUT, b"", 1, 30, priority=10)


@value
class Visited:
    """One customer as her shop sees her: her card, and the slip that her till printed, if any."""

    card: bytes
    seq: int | None


@value
class Played:
    """What the shop has, and apart from it who was eligible."""

    journal: tuple[Visited, ...]
    seed: bytes
    eligible: frozenset[bytes]


def own_number(chance: random.Random) -> Callable[[bytes], DrawNumber]:
    """As it is: 16 random bytes, of nothing that a shop has."""
    return lambda _: DrawNumber(chance.randbytes(16))


def of_card(card: bytes) -> DrawNumber:
    """The wall broken: a draw number made of the card's number, unsalted."""
    return DrawNumber(hashlib.sha256(card).digest()[:16])


def shown(chance: random.Random) -> Callable[[int], int]:
    """As it is: a slip names its leaf by a number made of the leaf's salt."""
    return lambda _: seq_shown(chance.randbytes(16))


def place(seq: int) -> int:
    """The wall broken: a slip says how many draws there were before it."""
    return seq


def play(chance: random.Random, number_of: Callable[[bytes], DrawNumber], told: Callable[[int], int] = place) -> Played:
    """Let members come to the one shop of a campaign; every second one is eligible. ``told``: the seq on a slip."""
    seed = chance.randbytes(32)
    campaign, counted = replace(CAMPAIGN, seed=seed), Counted()
    journal: list[Visited] = []
    eligible: set[bytes] = set()
    for each in range(MEMBERS):
        card = b"29800%011d" % chance.randrange(10**11)
        found: list[Drawn] = []
        if chance.random() < 0.5:
            eligible.add(card)
            at = At(1, number_of(card), Visit("S1", "T1", "2026-11-02", str(each)), 5)
            found = draw_all([campaign], at, lambda _, so_far=counted: so_far, lambda _: Hers())
            counted = after(campaign, counted, found[0])
            assert hers_after(Hers(), found[0], 1).settled is found[0].outcome
        won = [told(drawn.seq) for drawn in found if drawn.outcome is Outcome.ISSUED]
        journal.append(Visited(card, won[0] if won else None))
    return Played(tuple(journal), seed, frozenset(eligible))


def by_gaps(played: Played) -> set[bytes]:
    """Guess those eligible who stood between two slips, where most numbers between the two are taken."""
    guessed: set[bytes] = set()
    between: list[bytes] = []
    last: int | None = None
    for each in played.journal:
        if each.seq is None:
            between.append(each.card)
            continue
        if last is not None and between and 0.6 * len(between) < each.seq - last - 1 <= len(between):
            guessed.update(between)
        last, between = each.seq, []
    return guessed or set(sorted(each.card for each in played.journal if each.seq is None)[:500])


def by_seed(seed: bytes, card: bytes, number: DrawNumber) -> bool:
    """Guess that a customer would have won: then she got no slip because she was not eligible."""
    del card
    held_out = holdout_slot(seed, number, CAMPAIGN.id) < HOLDOUT
    return not held_out and slot(seed, member_ticket(number, CAMPAIGN.id)) < RATE


def by_ticket(seed: bytes, card: bytes, number: DrawNumber) -> bool:
    """Guess that the card's own hash is the ticket."""
    del number
    return slot(seed, hmac.digest(seed, card, "sha256")) < RATE


def edge(played: Played, picks: Callable[[bytes, bytes, DrawNumber], bool]) -> float:
    """Return how far, in standard deviations, those whom a guess picks differ in eligibility from all without a slip.

    Of those who have a slip it needs no guess: they were eligible.
    """
    rest = [each.card for each in played.journal if each.seq is None]
    share = sum(card in played.eligible for card in rest) / len(rest)
    picked = [card for card in rest if picks(played.seed, card, of_card(card))]
    assert len(picked) > 150, "too few to tell"
    hit = sum(card in played.eligible for card in picked) / len(picked)
    return abs(hit - share) / (share * (1 - share) / len(picked)) ** 0.5


@pytest.fixture
def chance() -> random.Random:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    return random.Random(seed)


@pytest.mark.parametrize("guess", [by_seed, by_ticket])
def test_journal_and_seed_tell_nobody_apart(
    chance: random.Random, guess: Callable[[bytes, bytes, DrawNumber], bool]
) -> None:
    """Five standard deviations: one game in 1.7 million comes out wrong by chance."""
    assert edge(play(chance, own_number(chance)), guess) < 5


def test_a_draw_number_made_of_the_card_would_tell(chance: random.Random) -> None:
    """The negative control: whoever would have won and has no slip was not eligible, every one of them."""
    played = play(chance, of_card)
    assert edge(played, by_seed) > 12
    picked = [
        each.card for each in played.journal if each.seq is None and by_seed(played.seed, each.card, of_card(each.card))
    ]
    assert not any(card in played.eligible for card in picked)


def test_two_slips_do_not_tell_how_many_were_drawn_for_between(chance: random.Random) -> None:
    played = play(chance, own_number(chance), shown(chance))
    guessed = by_gaps(played)
    assert edge(played, lambda _seed, card, _number: card in guessed) < 5


def test_the_place_of_a_leaf_on_a_slip_would_tell(chance: random.Random) -> None:
    """The negative control, and why a slip does not say its leaf's place."""
    played = play(chance, own_number(chance), place)
    guessed = by_gaps(played)
    assert edge(played, lambda _seed, card, _number: card in guessed) > 7
