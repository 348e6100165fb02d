"""The join without keys (P6 e): both sides' store files, no key; who can be linked, against what chance gives.

    python -m tests.walls.join HOME

Five ways are tried: the same value on both sides; the i-th of one order with the i-th of another
(key order, order in the file, age within a page, order in the log); orders that merely go together;
visible features (counts, lengths, presence, plain values) of which one side tells about the other; and what nobody
else shows, such as an uncommon number of cards.
The truth, against which links are counted, is opened with both sides' keys: no process of noren has both.
"""

from __future__ import annotations

import math
import sys
import tempfile
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tests.walls.stolen import Side, steal
from tests.walls.truth import true_pairs

SEED = 20261122
SIGMAS = 6.0
SHUFFLES = 60
MAX_CLASSES = 64
LONG_ENOUGH = 4
"""Values shorter than this many bytes are features (yes, 1, M …), not names."""

Pairs = Mapping[bytes, bytes]


@dataclass(frozen=True, slots=True)
class Link:
    """A way of joining that beats chance."""

    way: str
    what: str
    found: float
    chance: float

    def __str__(self) -> str:
        return f"{self.way}: {self.what}: {self.found:.1f} where chance gives at most {self.chance:.1f}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many ways were tried on how many members, and which of them link."""

    members: int
    tried: int
    links: list[Link]


def try_to_join(vault: Side, ledger: Side, truth: Pairs) -> Verdict:
    """Try every way of joining the two sides; ``truth`` maps the vault's rows to handles."""
    random = np.random.default_rng(SEED)
    tried = 0
    links: list[Link] = []
    for way in (_by_value, _by_order, _by_correlation, _by_feature, _by_rarity):
        for link, beats in way(vault, ledger, truth, random):
            tried += 1
            if beats:
                links.append(link)
    return Verdict(len(truth), tried, links)


Tries = Iterator[tuple[Link, bool]]


def _by_value(vault: Side, ledger: Side, truth: Pairs, random: np.random.Generator) -> Tries:
    """Link members that alone show the same value."""
    for left, theirs in vault.values.items():
        who = _sole_owner(theirs)
        for right, ours in ledger.values.items():
            same = who.keys() & (other := _sole_owner(ours)).keys()
            found = sum(truth.get(who[value]) == other[value] for value in same)
            bound = _at_most(len(same) / len(truth))
            yield Link("equal values", f"{left} = {right}", found, bound), found > bound


def _sole_owner(values: Mapping[bytes, set[bytes]]) -> dict[bytes, bytes]:
    count = Counter(value for mine in values.values() for value in mine)
    return {v: who for who, mine in values.items() for v in mine if count[v] == 1 and len(v) >= LONG_ENOUGH}


def _by_order(vault: Side, ledger: Side, truth: Pairs, random: np.random.Generator) -> Tries:
    """Link the i-th of one order with the i-th of another, from either end."""
    bound = _at_most(1.0)
    for left, theirs in vault.orders.items():
        mine = _ranked(theirs, truth, random)
        for right, ours in ledger.orders.items():
            other = _ranked(ours, set(truth.values()), random)
            for direction, candidates in (("", other), (" backwards", other[::-1])):
                found = sum(truth[a] == b for a, b in zip(mine, candidates, strict=False))
                yield Link("same place", f"{left} ~ {right}{direction}", found, bound), found > bound


def _ranked(order: Mapping[bytes, float], among: object, random: np.random.Generator) -> list[bytes]:
    """Return owners by rank; equals stand in random order, as an attacker would have to guess."""
    who = [owner for owner in order if owner in among]  # type: ignore[operator]
    guess = random.permutation(len(who))
    return [who[i] for i in sorted(range(len(who)), key=lambda i: (order[who[i]], guess[i]))]


def _by_correlation(vault: Side, ledger: Side, truth: Pairs, random: np.random.Generator) -> Tries:
    """Find orders that go together: enough to narrow a search, even if no place is the same."""
    for left, theirs in vault.orders.items():
        for right, ours in ledger.orders.items():
            both = [(theirs[a], ours[b]) for a, b in truth.items() if a in theirs and b in ours]
            strength = _strength([a for a, _ in both], [b for _, b in both])
            yield Link("orders go together", f"{left} ~ {right}", strength, SIGMAS), strength > SIGMAS


def _strength(left: Sequence[float], right: Sequence[float]) -> float:
    """Return the rank correlation in standard deviations."""
    a, b = _ranks(left), _ranks(right)
    if len(a) < 3 or a.std() == 0 or b.std() == 0:
        return 0.0
    return abs(float(np.corrcoef(a, b)[0, 1])) * math.sqrt(len(a) - 1)


def _ranks(values: Sequence[float]) -> np.ndarray:
    _, place, count = np.unique(np.array(values), return_inverse=True, return_counts=True)
    return (np.cumsum(count) - (count - 1) / 2)[place]


def _by_feature(vault: Side, ledger: Side, truth: Pairs, random: np.random.Generator) -> Tries:
    """Find visible features of which one tells about the other: rarity joins nothing unless some pair does."""
    who = list(truth)
    theirs = {name: _classes([f.get(a) for a in who]) for name, f in vault.features.items()}
    ours = {name: _classes([f.get(truth[a]) for a in who]) for name, f in ledger.features.items()}
    for left, a in theirs.items():
        for right, b in ours.items():
            if a.max(initial=0) and b.max(initial=0):
                strength = _dependence(a, b, random)
                yield Link("features tell", f"{left} ~ {right}", strength, SIGMAS), strength > SIGMAS


def _by_rarity(vault: Side, ledger: Side, truth: Pairs, random: np.random.Generator) -> Tries:
    """Link members whom the same visible thing singles out on both sides: how many cards, which states, both, any."""
    theirs = {name: _rare(seen, truth) for name, seen in _with_cards(vault, truth)}
    ours = {name: _rare(seen, truth.values()) for name, seen in _with_cards(ledger, truth.values())}
    for left, mine in theirs.items():
        for right, other in ours.items():
            same = mine.keys() & other.keys()
            found = sum(truth[mine[what]] == other[what] for what in same)
            bound = _at_most(len(same) / len(truth))
            yield Link("singled out", f"{left} = {right}", found, bound), found > bound


def _with_cards(side: Side, among: Iterable[bytes]) -> Iterator[tuple[str, Mapping[bytes, Hashable]]]:
    """Yield the features, and how many cards a member has together with their states."""
    yield from side.features.items()
    count, states = (side.features.get(f"{side.name}.db card {what}", {}) for what in ("count", "state"))
    yield f"{side.name}.db cards and states", {who: (count.get(who), states.get(who)) for who in among}


def _rare(seen: Mapping[bytes, Hashable], among: Iterable[bytes]) -> dict[Hashable, bytes]:
    shown = {who: seen.get(who) for who in among}
    count = Counter(shown.values())
    return {what: who for who, what in shown.items() if count[what] == 1}


def _classes(values: Sequence[Hashable]) -> np.ndarray:
    """Number the distinct values, the commonest first; all rare ones beyond ``MAX_CLASSES`` share a class."""
    number = {value: min(i, MAX_CLASSES) for i, (value, _) in enumerate(Counter(values).most_common())}
    return np.array([number[value] for value in values])


def _dependence(a: np.ndarray, b: np.ndarray, random: np.random.Generator) -> float:
    """Return how many standard deviations the true pairing's association lies above that of random pairings."""
    by_chance = np.array([_association(a, random.permutation(b)) for _ in range(SHUFFLES)])
    spread = max(float(by_chance.std()), 1e-9)
    return (_association(a, b) - float(by_chance.mean())) / spread


def _association(a: np.ndarray, b: np.ndarray) -> float:
    """Return the chi-square statistic of two labelings."""
    table = np.bincount(a * (MAX_CLASSES + 1) + b, minlength=(MAX_CLASSES + 1) ** 2).reshape(MAX_CLASSES + 1, -1)
    expected = np.outer(table.sum(1), table.sum(0)) / len(a)
    seen = expected > 0
    return float((((table - expected) ** 2)[seen] / expected[seen]).sum())


def _at_most(mean: float) -> float:
    """Return the number of links that chance exceeds less than once in 10^9 tries (Poisson tail)."""
    term = below = math.exp(-mean)
    count = 0
    while 1 - below > 1e-9 and count < 1000:
        count += 1
        term *= mean / count
        below += term
    return float(count)


def judge(home: Path) -> Verdict:
    """Steal a copy of both sides of a home and try to join them."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        vault = steal("vault", [home / "vault/vault.db", home / "vault/member-keys.db"], ("member", "row"), work)
        ledger = steal("ledger", [home / "ledger/ledger.db"], ("member", "handle"), work)
        return try_to_join(vault, ledger, true_pairs(home))


def main(home: str) -> int:
    """Try, say what was found; 1 when anything joins."""
    verdict = judge(Path(home))
    for link in verdict.links:
        print(f"JOINS  {link}")
    print(f"{verdict.members} members, {verdict.tried} ways tried (seed {SEED}), {len(verdict.links)} beat chance.")
    return 1 if verdict.links else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
