"""Check an audit log of noren from its files, with Python's standard library alone: no noren, no network.

    python3 -I -S verify_log.py LOG --key NAME+ID+KEY [--seen OLD_CHECKPOINT] [--witness NAME+ID+KEY --quorum N]

LOG holds ``checkpoint`` and ``tile/`` (C2SP tlog-tiles) and may hold ``records/`` (or ``private/records/``).
Written apart from the code that writes the log; it shares nothing with it. Exit 0: all is as it must be; 1: it is not.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

P, Q = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D, SQRT_M1 = -121665 * pow(121666, P - 2, P) % P, pow(2, (P - 1) // 4, P)
Point = tuple[int, int, int, int]
_Key = tuple[str, bytes, bytes, int]  # name, id, public key, kind: 1 signs, 4 cosigns
_Head = tuple[str, int, bytes, str, list[str]]  # origin, size, root, signed text, signature lines


class Wrong(Exception):
    """The log is not as it must be."""


def _sha(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def _point(raw: bytes) -> Point | None:
    sign, y = divmod(int.from_bytes(raw, "little"), 1 << 255)
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


def _key(line: str) -> _Key:
    name, number, body = line.strip().split("+", 2)
    raw = _bytes(body)
    if len(raw) != 33 or _sha(name.encode(), b"\n", raw)[:4].hex() != number:
        raise Wrong(f"{name}: the key's id does not fit its name and key")
    return name, bytes.fromhex(number), raw[1:], raw[0]


def _head(path: Path) -> _Head:
    text, _, lines = path.read_text("utf-8").rpartition("\n\n")
    origin, size, root = text.split("\n")
    return origin, int(size), _bytes(root), text + "\n", lines.splitlines()


def _signers(head: _Head, keys: list[_Key]) -> set[_Key]:
    found: set[_Key] = set()
    for line in head[4]:
        name, body = line.removeprefix("— ").split(" ")
        raw = _bytes(body)
        for key in [key for key in keys if key[:2] == (name, raw[:4])]:
            time = f"cosignature/v1\ntime {int.from_bytes(raw[4:12], 'big')}\n" if key[3] == 4 else ""  # a witness's
            if not _verifies(key[2], (time + head[3]).encode(), raw[12 if time else 4 :]):
                raise Wrong(f"the signature of {name} does not verify")
            found.add(key)
    return found


def _merkle(row: list[bytes]) -> bytes:
    while len(row) > 1:
        row = [_sha(b"\x01", *row[i : i + 2]) if i + 1 < len(row) else row[i] for i in range(0, len(row), 2)]
    return row[0] if row else _sha()


def _name(level: object, number: int, width: int) -> str:
    *high, last = (part.zfill(3) for part in f"{number:,}".split(","))
    return f"tile/{level}/" + "".join(f"x{part}/" for part in high) + last + ("" if width == 256 else f".p/{width}")


def _cut(row: list[bytes]) -> list[tuple[int, list[bytes]]]:
    return [(number, row[number * 256 : number * 256 + 256]) for number in range((len(row) + 255) // 256)]


def _leaves(log: Path, size: int) -> list[bytes]:
    leaves: list[bytes] = []
    for number in range((size + 255) // 256):
        name = _name("entries", number, width := min(256, size - number * 256))
        raw = (log / name).read_bytes()
        if len(raw) != 34 * width or any(raw[i : i + 2] != b"\x00\x20" for i in range(0, len(raw), 34)):
            raise Wrong(f"{name} is no bundle of {width} entries")
        leaves += [raw[i + 2 : i + 34] for i in range(0, len(raw), 34)]
    return leaves


def _check_tiles(log: Path, row: list[bytes], level: int = 0) -> None:
    for number, part in _cut(row):
        name = _name(level, number, len(part))
        if (log / name).read_bytes() != b"".join(part):
            raise Wrong(f"{name} is not what the entries make of it")
    if row:
        _check_tiles(log, [_merkle(part) for _, part in _cut(row) if len(part) == 256], level + 1)


def _check_records(folder: Path, leaves: list[bytes], withheld: int) -> int:
    there, declared = 0, 0
    for number, part in _cut(leaves):
        name = _name("", number, 256).removeprefix("tile//")
        lines = (folder / name).read_bytes().split(b"\n")
        if lines.pop() != b"" or len(lines) != len(part):
            raise Wrong(f"records/{name} has another number of lines")
        for leaf, line in zip(part, lines, strict=True):
            commitment, *rest = line.split(b" ", 2)
            if commitment.decode() != leaf.hex():
                raise Wrong(f"records/{name}: a line is not that of the tree")
            salt = bytes.fromhex(rest[0].decode()) if rest else b""
            if rest and (len(salt) != 16 or salt.hex().encode() != rest[0] or _sha(salt, rest[1]) != leaf):
                raise Wrong(f"records/{name}: a record does not fit its commitment")
            said: dict[str, Any] = json.loads(rest[1]) if rest else {}
            there += bool(rest)
            declared += int(said["body"]["count"]) if said.get("kind") == "records-forgotten" else 0
    if declared + withheld != len(leaves) - there:
        raise Wrong(f"{len(leaves) - there} entries have no record; forgotten {declared}, withheld {withheld}")
    return there


def _check(asked: argparse.Namespace) -> str:
    keys, witnesses = ([_key(line) for each in given for line in each.split()] for given in (asked.key, asked.witness))
    log: Path = asked.log
    heads = [_head(path) for path in (log / "checkpoint", *asked.seen)]
    origin, size, root = heads[0][:3]
    if max(len(_signers(each, witnesses)) for each in heads) < asked.quorum:
        raise Wrong(f"fewer than {asked.quorum} witnesses cosigned")
    leaves = _leaves(log, size)
    hashes = [_sha(b"\x00", leaf) for leaf in leaves]
    for each in heads:
        if each[0] != origin or origin not in {key[0] for key in _signers(each, keys)}:
            raise Wrong("a checkpoint is not of this log or not signed by a key given")
        if each[1] > size or _merkle(hashes[: each[1]]) != each[2]:
            raise Wrong(f"the entries are not those of the signed checkpoint of {each[1]} entries")
    _check_tiles(log, hashes)
    folder = next((log / name for name in ("records", "private/records") if (log / name).is_dir()), None)
    records = "" if folder is None else f", {_check_records(folder, leaves, asked.withheld)} records 記録"
    return f"{origin}: {size} entries 項目{records}, root {root.hex()}"


def main() -> int:
    """Check what the command line names."""
    said = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    said.add_argument("log", type=Path)
    said.add_argument("--key", action="append", required=True, help="a public key of the log; may be repeated")
    said.add_argument("--seen", action="append", default=[], type=Path, help="a checkpoint kept from before")
    said.add_argument("--witness", action="append", default=[], help="a witness's public key")
    for name, what in (("--quorum", "witnesses that must have cosigned"), ("--withheld", "records not handed over")):
        said.add_argument(name, type=int, default=0, help=what)
    try:
        sys.stdout.write(f"OK 正常: {_check(said.parse_args())}\n")
    except (Wrong, OSError, ValueError, KeyError, TypeError, IndexError) as wrong:
        sys.stdout.write(f"WRONG 不正: {wrong}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
