"""Documents as canonical JSON: one document, one text, so that a hash of it means something."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final

import msgspec

from noren.governance.register import KINDS, Body, Document, DocumentKind

MAX_BYTES: Final = 1_000_000
"""No document is longer."""

Instant = Annotated[datetime, msgspec.Meta(tz=True)]


class NotADocument(Exception):
    """These bytes are no document: what was stored is broken, or a file holds something else."""


class _Read(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    kind: DocumentKind
    id: str
    version: int
    announced_at: Instant
    effective_at: Instant
    body: msgspec.Raw


_ENCODER: Final = msgspec.json.Encoder(order="sorted")


def encode(document: Document) -> bytes:
    """Return a document's one JSON text: keys and sets in order."""
    return _ENCODER.encode(document)


def encode_body(body: Body) -> bytes:
    """Return the one JSON text of a document's value."""
    return _ENCODER.encode(body)


def decode(text: bytes) -> Document:
    """Return the document that :func:`encode` wrote. Raises NotADocument."""
    if len(text) > MAX_BYTES:
        raise NotADocument("too long")
    try:
        read = msgspec.json.decode(text, type=_Read)
        body = None if bytes(read.body) == b"null" else msgspec.json.decode(read.body, type=KINDS[read.kind])
        return Document(read.kind, read.id, read.version, read.announced_at, read.effective_at, body)
    except (msgspec.MsgspecError, AssertionError) as wrong:
        raise NotADocument(str(wrong)) from wrong


def decode_body(kind: DocumentKind, text: bytes) -> Body:
    """Return the value that :func:`encode_body` wrote, or that a person wrote in the same form. Raises NotADocument."""
    try:
        return msgspec.json.decode(text, type=KINDS[kind])
    except msgspec.MsgspecError as wrong:
        raise NotADocument(str(wrong)) from wrong
