"""What the house's log tells of documents: an entry for each version announced, and those that a crash kept from it.

A version is stored first and logged after; whatever stands in the register and not in the log is written into the log
when the desk starts again. A document is in the register only, never in the log alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from noren.governance.documents import encode_body
from noren.governance.parties import Party
from noren.governance.ports import Entry, EntryKind, Fact
from noren.governance.register import Document, DocumentKind

Version = tuple[str, str, int, str]
"""A version of a document as an entry names it: kind, id, number, hash."""

_KINDS: Final = {
    DocumentKind.NOTICE: EntryKind.NOTICE_ANNOUNCED,
    DocumentKind.TERMS: EntryKind.TERMS_ANNOUNCED,
    DocumentKind.REGIME: EntryKind.REGIME_CHANGED,
}
DOCUMENTS: Final = frozenset({*_KINDS.values(), EntryKind.DOCUMENT_ANNOUNCED, EntryKind.DOCUMENT_REMOVED})
"""The kinds of entries that name a version of a document."""


def entries_of(document: Document, before: Sequence[Document], **facts: Fact) -> Iterator[Entry]:
    """Yield what the log tells of a version; ``before``: the register as it was, to see whether the vetting is new."""
    kind = _KINDS.get(document.kind, EntryKind.DOCUMENT_ANNOUNCED)
    kind = EntryKind.DOCUMENT_REMOVED if document.body is None else kind
    yield Entry(kind, document.announced_at, {**_facts(document), **facts})
    vetted = document.body.vetted if isinstance(document.body, Party) else None
    if vetted is not None and vetted != _vetted_before(document, before):
        about = {"id": document.id, "version": document.version, "record": vetted.record}
        yield Entry(EntryKind.PARTY_VETTED, document.announced_at, about)


def missing(documents: Sequence[Document], logged: Iterable[Entry]) -> list[Entry]:
    """Return the entries of the versions of which the log tells nothing; with what a register begins is no act."""
    began = min((each.announced_at for each in documents), default=None)
    known = {version_of(entry.body) for entry in logged if entry.kind in DOCUMENTS}
    acts = [each for each in documents if each.announced_at != began]
    lacking = [each for each in acts if version_of(_facts(each)) not in known]
    return [entry for each in lacking for entry in entries_of(each, documents, late=True)]


def versions_in(documents: Sequence[Document]) -> set[Version]:
    """Return the versions that a register has, as entries name them."""
    return {version_of(_facts(each)) for each in documents}


def version_of(body: Mapping[str, Fact]) -> Version:
    """Return which version an entry names."""
    return str(body["kind"]), str(body["id"]), int(body["version"]), str(body["sha256"])


def _vetted_before(document: Document, before: Sequence[Document]) -> object:
    older = [each for each in before if (each.kind, each.id) == (document.kind, document.id)]
    last = max((each for each in older if each.version < document.version), key=lambda each: each.version, default=None)
    return last.body.vetted if last is not None and isinstance(last.body, Party) else None


def _facts(document: Document) -> dict[str, Fact]:
    body = b"" if document.body is None else encode_body(document.body)
    return {
        "kind": document.kind.value,
        "id": document.id,
        "version": document.version,
        "effective": document.effective_at.isoformat(),
        "sha256": hashlib.sha256(body).hexdigest(),
    }
