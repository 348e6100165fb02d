"""The signature of a document: a C2SP signed note over the hashes of its files, under the key of the side's log.

The log's public keys are published and never forgotten, so that a document can be checked years later.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from noren.governance.disclosing.model import KIND, Side
from noren.governance.log.notes import VerifierKey, decoded, signature_line, verifier

SIGNATURE: Final = "signature.txt"
MAX_FILES: Final = 8
_ID: Final = 4


def sign_files(side: Side, files: Mapping[str, bytes], origin: str, key: Ed25519PrivateKey) -> bytes:
    """Return the signature's file. No log's checkpoint begins as its text does."""
    assert len(files) <= MAX_FILES, "a document has few files"
    text = _text(side, files)
    return (text + "\n" + signature_line(verifier(origin, key), key.sign(text.encode())) + "\n").encode()


def signer_of(files: Mapping[str, bytes], keys: Iterable[VerifierKey]) -> VerifierKey | None:
    """Return which key signed exactly these files, the signature's among them; None: none of them did."""
    try:
        text, _, line = files[SIGNATURE].decode().rpartition("\n\n")
        side = text.split("\n", 1)[0].removeprefix(f"{KIND} ")
        name, _, encoded = line.removeprefix("— ").removesuffix("\n").partition(" ")
        body = decoded(encoded)
    except (KeyError, ValueError):
        return None
    rest = {each: content for each, content in files.items() if each != SIGNATURE}
    if side not in ("identity", "ledger") or text + "\n" != _text(side, rest):
        return None
    return next((key for key in keys if (key.name, key.id) == (name, body[:_ID]) and _says(key, body, text)), None)


def digest(file: bytes) -> str:
    """Return a file's SHA-256, in hex."""
    return hashlib.sha256(file).hexdigest()


def _text(side: Side, files: Mapping[str, bytes]) -> str:
    lines: Sequence[str] = [f"sha256 {digest(files[name])} {name}" for name in sorted(files)]
    return "\n".join([f"{KIND} {side}", *lines]) + "\n"


def _says(key: VerifierKey, body: bytes, text: str) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(body[_ID:], (text + "\n").encode())
    except (InvalidSignature, ValueError):
        return False
    return True
