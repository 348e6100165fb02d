"""A slip and its campaign's public terms, checked as files by anybody who has them. Pure: texts in, a verdict out.

Needs no home and asks nobody. What is read strictly here is read strictly by ``verify_draw`` too, which shares no code
with this: a file that the one takes and the other does not is a fault of the house.
"""

from __future__ import annotations

import json
from typing import Annotated, Any, Final, cast

import msgspec

from noren.campaign.draw import SHARE_BYTES, SHARES, DrawNumber, Unit, Visit
from noren.campaign.slips import Fault, Proof, check_drawn, check_hers, check_shares, check_slip
from noren.campaign.spec import Share
from noren.kernel.values import value

SEED_BYTES: Final = 32
SHARES_BYTES: Final = SHARES * SHARE_BYTES
LARGEST_FILE: Final = 1024 * 1024

_Hash = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{64}\Z")]


class _Terms(msgspec.Struct):
    """What a check needs of public terms; they hold more."""

    campaign: str
    draw: Unit
    rate: Share
    public_key: _Hash
    share_hashes: Annotated[list[_Hash], msgspec.Meta(min_length=SHARES, max_length=SHARES)]


@value
class Known:
    """What the asker has beside terms and slip. ``seed``: 32 bytes, or 96 for the three shares it comes of."""

    seed: bytes | None = None
    number: DrawNumber | None = None
    visit: Visit | None = None


@value
class Verdict:
    """What was found. True: it fits; False: it does not, and ``fault`` says what; None: it was not asked or reached."""

    fault: Fault | None = None
    proof: Proof | None = None
    signed: bool | None = None
    committed: bool | None = None
    drawn: bool | None = None
    hers: bool | None = None

    @property
    def good(self) -> bool:
        """Whether all that was asked fits."""
        return self.fault is None


def read_object(text: str | bytes) -> dict[str, Any] | None:
    """Return the object of a JSON text, or None: it is none, names something twice, or holds more than terms can."""
    try:
        said: object = json.loads(text, object_pairs_hook=_unique, parse_float=_none_such, parse_constant=_none_such)
        json.dumps(said, ensure_ascii=False).encode()  # half a sign (a lone surrogate) is no text
    except (ValueError, RecursionError):
        return None
    return cast("dict[str, Any]", said) if isinstance(said, dict) else None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("a name stands twice")
    return dict(pairs)


def _none_such(number: str) -> object:
    raise ValueError(f"{number} is no whole number")


def judge(terms: dict[str, Any] | None, slip: dict[str, Any] | None, known: Known) -> Verdict:
    """Check a slip against public terms and all else that is known."""
    if slip is None:
        return Verdict(Fault.NOT_A_SLIP)
    if terms is None:
        return Verdict(Fault.NOT_TERMS)
    try:
        msgspec.convert(terms, _Terms)
        proof = check_slip(terms, slip)
    except (msgspec.ValidationError, OverflowError, RecursionError):
        return Verdict(Fault.NOT_TERMS)
    if isinstance(proof, Fault):
        return Verdict(proof, signed=False)
    return _beyond(terms, Verdict(proof=proof, signed=True), proof, known)


def _beyond(terms: dict[str, Any], so_far: Verdict, proof: Proof, known: Known) -> Verdict:
    """Check what needs the published seed, then what needs her draw number."""
    committed = drawn = None
    seed: bytes | Fault | None = known.seed
    if known.seed is not None and len(known.seed) == SHARES_BYTES:
        seed = check_shares(terms, known.seed)
        committed = not isinstance(seed, Fault)
    if isinstance(seed, Fault):
        return Verdict(seed, proof, so_far.signed, committed)
    if seed is not None:
        wrong = check_drawn(terms, proof, seed)
        drawn = wrong is None
        if wrong is not None:
            return Verdict(wrong, proof, so_far.signed, committed, drawn)
    if known.number is None:
        return Verdict(None, proof, so_far.signed, committed, drawn)
    wrong = check_hers(terms, proof, known.number, known.visit)
    return Verdict(wrong, proof, so_far.signed, committed, drawn, wrong is None)
