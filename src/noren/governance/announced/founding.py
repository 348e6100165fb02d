"""What a new register begins with: the regime that ships with noren, and the purposes that noren can serve."""

from __future__ import annotations

import tomllib
from datetime import datetime
from pathlib import Path
from typing import Final

from noren.governance.announced.papers import read_papers
from noren.governance.announced.store import DocumentStore
from noren.governance.purposes import PURPOSES
from noren.governance.register import Document, DocumentKind

SHIPPED: Final = Path(__file__).parent / "regimes"
"""The regimes that ship, one file each."""


def founding_documents(at: datetime) -> list[Document]:
    """Return the documents of a new register, in force from ``at`` on."""
    regimes = [paper.wanted for file in sorted(SHIPPED.glob("*.toml")) for paper in read_papers(_parsed(file))]
    bodies = [*((each.kind, each.body) for each in regimes), *((DocumentKind.PURPOSE, p) for p in PURPOSES.values())]
    return [Document(kind, body.id, 1, at, at, body) for kind, body in bodies if body is not None]


def found(store: DocumentStore, at: datetime) -> list[Document]:
    """Put the founding documents into a register that is empty; return what was put."""
    if store.documents():
        return []
    made = founding_documents(at)
    store.add(made)
    return made


def _parsed(file: Path) -> dict[str, object]:
    return tomllib.loads(file.read_text("utf-8"))
