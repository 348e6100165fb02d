"""Asking the desk: what stands in its register, and putting papers forward."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from noren.doors.cli.here import Here
from noren.governance.announced.papers import Paper
from noren.governance.documents import decode, encode_body
from noren.governance.register import Document, DocumentKind
from noren.kernel.say import Say


def documents(at: Here) -> list[Document]:
    """Return every version of every document."""
    return read_documents(asked(at)["documents"])


def read_documents(rows: Iterable[Any]) -> list[Document]:
    """Return documents from the desk's answer."""
    return [decode(msgspec.json.encode(row)) for row in rows]


def asked(at: Here) -> Any:
    """Return the register as the desk answers it."""
    from noren.house.children import zone_client

    with zone_client(at.home(), "desk") as desk:
        return desk.call("/register", method="GET")


def put_forward(at: Here, papers: Sequence[object], *, dry: bool, now: datetime | None) -> Any:
    """Put papers forward; return the desk's answer."""
    from noren.house.children import zone_client

    with zone_client(at.home(), "desk") as desk:
        return desk.call("/announce", {"papers": papers, "dry": dry, "now": now})


def as_body(paper: Paper) -> dict[str, Any]:
    """Return a paper as the desk takes it."""
    wanted, text = paper.wanted, paper.text
    assert wanted.body is not None, "a file removes nothing"
    return {
        "kind": wanted.kind.value,
        "id": wanted.id,
        "body": msgspec.Raw(encode_body(wanted.body)),
        "effective_at": wanted.effective_at,
        "new_consent": wanted.new_consent,
        "renamed": wanted.renamed,
        "text": None if text is None else {"ja": text.ja, "en": text.en},
    }


def removal(kind: DocumentKind, name: str, effective: datetime | None) -> dict[str, Any]:
    """Return the paper that removes a document."""
    return {"kind": kind.value, "id": name, "effective_at": effective}


def said(both: Any) -> Say:
    """Return a text of the desk's answer."""
    return Say(both["ja"], both["en"])
