"""What comes to the desk's door and goes out of it. No member stands in any of it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec

from noren.governance.announced.announcing import Planned
from noren.governance.announced.changes import MEANS, TOLD
from noren.governance.announced.papers import MAX_PAPERS
from noren.governance.announced.refusals import NotAnnounced
from noren.governance.documents import encode_body
from noren.governance.register import Document, DocumentKind
from noren.kernel.say import Say

Id = Annotated[str, msgspec.Meta(pattern=r"\A[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z")]
Instant = Annotated[datetime, msgspec.Meta(tz=True)]


class TextBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A text in both languages."""

    ja: str
    en: str


class PaperBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A version put forward; without a body it removes. ``text``: of the member terms."""

    kind: DocumentKind
    id: Id
    body: Any = None
    effective_at: Instant | None = None
    new_consent: bool = False
    renamed: bool = False
    text: TextBody | None = None


class AnnounceBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is to be announced, all or nothing. ``dry``: only show. ``now``: another instant, in a sandbox alone."""

    papers: Annotated[list[PaperBody], msgspec.Meta(min_length=1, max_length=MAX_PAPERS)]
    dry: bool = False
    now: Instant | None = None


class DocumentAnswer(msgspec.Struct, frozen=True):
    """One version of a document; ``body`` None: it removes."""

    kind: str
    id: str
    version: int
    announced_at: datetime
    effective_at: datetime
    body: Any


class RegisterAnswer(msgspec.Struct, frozen=True):
    """Every version of every document, the texts of the terms by their hash, and the desk's instant."""

    now: datetime
    documents: list[DocumentAnswer]
    texts: dict[str, TextBody]


class SizeAnswer(msgspec.Struct, frozen=True):
    """How many versions of documents there are: it grows with every change, so it tells whether to read again."""

    documents: int


class Both(msgspec.Struct, frozen=True):
    """A text for people, in both languages."""

    ja: str
    en: str


class PlannedAnswer(msgspec.Struct, frozen=True):
    """A version that is, or would be, announced: its class, what it changes, who is to be told."""

    document: DocumentAnswer
    change: str
    means: Both
    told: Both
    changes: list[Both]


class RefusedAnswer(msgspec.Struct, frozen=True):
    """A version that is not announced, and why."""

    id: str
    rule: str
    says: Both
    fix: Both


class AnnounceAnswer(msgspec.Struct, frozen=True):
    """What becomes of an announcement. Where something is refused, nothing is announced.

    ``unchanged``: what stands already as it is said, beside something that changes. ``waiting``: the number under
    which it waits for two others' approval.
    """

    announced: bool
    planned: list[PlannedAnswer]
    refused: list[RefusedAnswer]
    unchanged: list[str]
    waiting: int | None = None


class AuditAnswer(msgspec.Struct, frozen=True):
    """An audit's result."""

    ok: bool
    findings: list[dict[str, str]]


def shown(document: Document) -> DocumentAnswer:
    """Return a document as it goes out."""
    return DocumentAnswer(
        document.kind.value,
        document.id,
        document.version,
        document.announced_at,
        document.effective_at,
        None if document.body is None else msgspec.Raw(encode_body(document.body)),
    )


def planned(found: Planned) -> PlannedAnswer:
    """Return a plan as it goes out."""
    changes = [_both(each.says) for each in found.changes]
    word = found.change
    return PlannedAnswer(shown(found.document), word.value, _both(MEANS[word]), _both(TOLD[word]), changes)


def refused(found: NotAnnounced) -> RefusedAnswer:
    """Return a refusal as it goes out."""
    return RefusedAnswer(found.id, found.rule.value, _both(found.says), _both(found.fix))


def _both(say: Say) -> Both:
    return Both(say.ja, say.en)
