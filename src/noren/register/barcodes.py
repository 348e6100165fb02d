"""What of a coupon is printed for a register to read again: EAN-13 in the in-store range, a GS1 coupon number. Pure.

A number is looked up among the coupons of the member whose card is shown, so another member's does nothing. It is made
of bytes that nobody else knows all the same: a number that counts would tell how many there are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Container
from typing import Final

EAN13: Final = "ean13"
GS1_128: Final = "gs1-128"
CODE_128: Final = "code128"

IN_STORE: Final = "29"
"""GS1 leaves 20 to 29 to each store's own use; 29 is for coupons."""

GCN: Final = "255"
"""GS1 application identifier of a Global Coupon Number: 13 digits with a check digit, up to 12 of a serial number."""

_EAN_DIGITS: Final = 13
_FREE_DIGITS: Final = 10
_SERIAL_DIGITS: Final = 12
_TRIES: Final = 64

_ODD: Final = (
    "0001101", "0011001", "0010011", "0111101", "0100011", "0110001", "0101111", "0111011", "0110111", "0001011",
)  # fmt: skip
"""ISO/IEC 15420, set A of the left half; B is the mirror of C, and C the opposite of A."""

_PARITIES: Final = ["AAAAAA", "AABABB", "AABBAB", "AABBBA", "ABAABB", "ABBAAB", "ABBBAA", "ABABAB", "ABABBA", "ABBABA"]
_EDGE, _MIDDLE = "101", "01010"
_HALF: Final = 7


def check_digit(digits: str) -> int:
    """Return the GS1 check digit of the digits before it."""
    return -sum(int(sign) * (3 if place % 2 == 0 else 1) for place, sign in enumerate(reversed(digits))) % 10


def is_checked(digits: str) -> bool:
    """Whether digits end in their check digit."""
    return digits.isascii() and digits.isdigit() and int(digits[-1]) == check_digit(digits[:-1])


def ean13(source: bytes, taken: Container[str] = ()) -> str:
    """Return an EAN-13 in the in-store range made of ``source``, none of those ``taken`` (her live coupons').

    ``source``: 16 bytes or more that only the till can know, such as a keyed hash of the coupon's name: from them the
    same number comes again.
    """
    assert len(source) >= 16, "a number is made of 16 unknown bytes or more"
    for turn in range(_TRIES):
        digest = hashlib.sha256(turn.to_bytes(2, "big") + source).digest()
        digits = f"{IN_STORE}{int.from_bytes(digest, 'big') % 10**_FREE_DIGITS:0{_FREE_DIGITS}}"
        number = f"{digits}{check_digit(digits)}"
        if number not in taken:
            return number
    raise AssertionError("a member has not so many live coupons")


def coupon_number(reference: str, source: bytes, taken: Container[str] = ()) -> str:
    """Return a GS1 coupon number as a reader of GS1-128 gives it.

    AI 255, ``reference`` (the issuer's 12 digits: company prefix and coupon reference), their check digit, and a serial
    number of 12 digits made of ``source``.
    """
    assert len(reference) == _SERIAL_DIGITS, "12 digits of the issuer's"
    assert reference.isascii(), "ASCII digits"
    assert reference.isdigit(), "digits"
    assert len(source) >= 16, "a number is made of 16 unknown bytes or more"
    for turn in range(_TRIES):
        digest = hashlib.sha256(turn.to_bytes(2, "big") + source).digest()
        serial = f"{int.from_bytes(digest, 'big') % 10**_SERIAL_DIGITS:0{_SERIAL_DIGITS}}"
        number = f"{GCN}{reference}{check_digit(reference)}{serial}"
        if number not in taken:
            return number
    raise AssertionError("a member has not so many live coupons")


def symbology(barcode: str, *, ours: bool = False) -> str:
    """Return how a barcode is drawn. ``ours``: it was made here, so it may be a GS1 coupon number."""
    if len(barcode) == _EAN_DIGITS and is_checked(barcode):
        return EAN13
    if ours and barcode.startswith(GCN) and is_checked(barcode[len(GCN) : len(GCN) + _EAN_DIGITS]):
        return GS1_128
    return CODE_128


def barcode_of(barcode: str, *, ours: bool = False) -> dict[str, str]:
    """Return a barcode as the till is told it."""
    return {"symbology": symbology(barcode, ours=ours), "value": barcode}


def ean13_modules(digits: str) -> str:
    """Return the 95 modules of 13 digits, 1 for a dark one."""
    first, left, right = int(digits[0]), digits[1:_HALF], digits[_HALF:]
    half = "".join(_left(int(digit), parity) for digit, parity in zip(left, _PARITIES[first], strict=True))
    return f"{_EDGE}{half}{_MIDDLE}{''.join(_right(int(digit)) for digit in right)}{_EDGE}"


def _left(digit: int, parity: str) -> str:
    return _ODD[digit] if parity == "A" else _right(digit)[::-1]


def _right(digit: int) -> str:
    return _ODD[digit].translate(str.maketrans("01", "10"))
