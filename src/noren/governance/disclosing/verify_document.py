"""Check a disclosure of noren with Python's standard library alone: no noren, no network.

    python3 -I -S verify_document.py FOLDER --key NAME+ID+KEY

FOLDER holds ``signature.txt`` and the files that it names. The key is one of the programme's published log keys.
Written apart from the code that signs; it shares nothing with it. Exit 0: all is as it was signed; 1: it is not.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import sys
from pathlib import Path

P, Q = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D, SQRT_M1 = -121665 * pow(121666, P - 2, P) % P, pow(2, (P - 1) // 4, P)
Point = tuple[int, int, int, int]


class Wrong(Exception):
    """The document is not as it was signed."""


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
    if base is None or key is None or r is None or s >= Q or len(signature) != 64:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + public + text).digest(), "little") % Q
    a, b = _times(s, base), _add(r, _times(h, key))
    return (a[0] * b[2] - b[0] * a[2]) % P == 0 and (a[1] * b[2] - b[1] * a[2]) % P == 0


def _bytes(text: str) -> bytes:
    raw = base64.b64decode(text, validate=True)
    if base64.b64encode(raw).decode() != text:
        raise Wrong("base64 that is not the one spelling of its bytes")
    return raw


def _key(line: str) -> tuple[str, bytes, bytes]:
    name, number, body = line.strip().split("+", 2)
    raw = _bytes(body)
    if len(raw) != 33 or hashlib.sha256(name.encode() + b"\n" + raw).digest()[:4].hex() != number:
        raise Wrong(f"{name}: the key's id does not fit its name and key")
    return name, bytes.fromhex(number), raw[1:]


def _check(folder: Path, lines: list[str]) -> str:
    text, _, line = (folder / "signature.txt").read_bytes().decode().rpartition("\n\n")
    name, body = line.removesuffix("\n").removeprefix("— ").split(" ")
    raw = _bytes(body)
    known = [key for key in map(_key, lines) if key[:2] == (name, raw[:4])]
    if not known or not _verifies(known[0][2], (text + "\n").encode(), raw[4:]):
        raise Wrong("not signed by a key given")
    kind, *files = text.split("\n")
    for each in files:
        word, said, file = each.split(" ", 2)
        if word != "sha256" or "/" in file or hashlib.sha256((folder / file).read_bytes()).hexdigest() != said:
            raise Wrong(f"{file} is not the file that was signed")
    return f"{kind}, {len(files)} files, {name}"


def main() -> int:
    """Check what the command line names."""
    said = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    said.add_argument("folder")
    said.add_argument("--key", action="append", required=True, help="a public key of the side's log; may be repeated")
    asked = said.parse_args()
    try:
        sys.stdout.write(f"OK 正常: {_check(Path(asked.folder), asked.key)}\n")
    except (Wrong, OSError, ValueError, TypeError) as wrong:
        sys.stdout.write(f"WRONG 不正: {wrong}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
