"""Check a coupon slip of noren, with Python's standard library alone: no noren, no network.

    python3 -I -S verify_draw.py --terms terms.json --slip slip.json [--seed HEX]
        [--draw-number HEX [--shop S --terminal T --date YYYY-MM-DD --receipt R]]

terms.json: the campaign's public terms. slip.json: the effect of the till's answer. HEX of --seed: the seed that was
published (32 bytes), or the three shares it comes of (96 bytes: then their commitments are checked too).
Written apart from the code that draws; it shares nothing with it. Exit 0: all is as it must be; 1: it is not.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import hmac
import json
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

P, Q = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D, SQRT_M1 = -121665 * pow(121666, P - 2, P) % P, pow(2, (P - 1) // 4, P)
Point = tuple[int, int, int, int]


class Wrong(Exception):
    """The slip is not as it must be."""


def _point(raw: bytes) -> Point | None:
    y = int.from_bytes(raw, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(x2, (P + 3) // 8, P)
    x = x if (x * x - x2) % P == 0 else x * SQRT_M1 % P
    if y >= P or (x * x - x2) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


def _add(a: Point, b: Point) -> Point:
    e, f = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    g, h = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = f - e, h - g, h + g, f + e
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times(number: int, point: Point) -> Point:
    result: Point = (0, 1, 1, 0)
    while number:
        result = _add(result, point) if number & 1 else result
        point, number = _add(point, point), number >> 1
    return result


def _verifies(public: bytes, text: bytes, signature: bytes) -> bool:
    base = _point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
    key, r, s = _point(public), _point(signature[:32]), int.from_bytes(signature[32:], "little")
    if base is None or key is None or r is None or s >= Q or len(public) != 32 or len(signature) != 64:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + public + text).digest(), "little") % Q
    a, b = _times(s, base), _add(r, _times(h, key))
    return (a[0] * b[2] - b[0] * a[2]) % P == 0 and (a[1] * b[2] - b[1] * a[2]) % P == 0


def _canonical(said: dict[str, Any]) -> bytes:
    """Return the RFC 8785 text: of texts, whole numbers, truth values and ASCII keys, which is all that they hold."""
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) != len(pairs):
        raise Wrong("a file names something twice")
    return dict(pairs)


def _read(path: str) -> dict[str, Any]:
    said: Any = json.loads(Path(path).read_text("utf-8"), object_pairs_hook=_unique)
    if not isinstance(said, dict):
        raise Wrong(f"{path} holds no object")
    return cast(dict[str, Any], said)


def _mac(key: bytes, *parts: str) -> bytes:
    return hmac.digest(key, b"\0".join(part.encode() for part in parts), "sha256")


def _signed(terms: dict[str, Any], slip: dict[str, Any]) -> bytes:
    """Return the ticket of a slip whose signature fits."""
    text = str(slip.get("proof"))
    raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if len(raw) != 137 or raw[0] != 1 or base64.urlsafe_b64encode(raw).decode().rstrip("=") != text:
        raise Wrong("the proof is not one")
    if raw[41:73] != hashlib.sha256(_canonical(terms)).digest():
        raise Wrong("the slip was made under other public terms")
    if slip.get("campaign") != terms["campaign"]:
        raise Wrong("the slip is of another campaign")
    effect = hashlib.sha256(_canonical({name: each for name, each in slip.items() if name != "proof"})).digest()
    if not _verifies(bytes.fromhex(terms["public_key"]), b"noren-slip-1\0" + raw[:73] + effect, raw[73:]):
        raise Wrong("the signature does not fit: slip or proof was changed")
    return raw[9:41]


def _seed(terms: dict[str, Any], given: bytes) -> bytes:
    if len(given) == 96:
        shares = [given[at : at + 32] for at in (0, 32, 64)]
        if [hashlib.sha256(each).hexdigest() for each in shares] != terms["share_hashes"]:
            raise Wrong("the shares are not those that were committed to before the start")
        return hashlib.sha256(given).digest()
    if len(given) != 32:
        raise Wrong("--seed has 32 bytes, or 96 for the three shares")
    return given


def _hers(terms: dict[str, Any], number: bytes, asked: argparse.Namespace) -> bytes:
    receipt = (asked.shop, asked.terminal, asked.date, asked.receipt)
    if terms["draw"] == "member":
        return _mac(number, "member", terms["campaign"])
    if None in receipt:
        raise Wrong("visits are drawn: give --shop, --terminal, --date and --receipt too")
    return _mac(number, "visit", terms["campaign"], *receipt)


def _check(asked: argparse.Namespace) -> str:
    terms, slip = _read(asked.terms), _read(asked.slip)
    ticket, said = _signed(terms, slip), ["signed 署名"]
    if asked.seed is not None:
        seed = _seed(terms, bytes.fromhex(asked.seed))
        place = int.from_bytes(hmac.digest(seed, ticket, "sha256")[:8], "big")
        if place >= int(Fraction(terms["rate"]) * 2**64):
            raise Wrong("by the seed that was published this ticket does not win")
        said.append("drawn 当選")
        said += ["shares committed 事前公開"] if len(asked.seed) == 192 else []
    if asked.draw_number is not None:
        if _hers(terms, bytes.fromhex(asked.draw_number), asked) != ticket:
            raise Wrong("the ticket is not of that draw number and receipt")
        said.append("hers 本人")
    return ", ".join(said)


def main() -> int:
    """Check what the command line names."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, needed in (("--terms", True), ("--slip", True), ("--seed", False), ("--draw-number", False)):
        parser.add_argument(name, required=needed)
    for name in ("--shop", "--terminal", "--date", "--receipt"):
        parser.add_argument(name)
    try:
        sys.stdout.write(f"OK 正常: {_check(parser.parse_args())}\n")
    except (Wrong, OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as wrong:
        sys.stdout.write(f"WRONG 不正: {wrong}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
