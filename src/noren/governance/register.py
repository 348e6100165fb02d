"""The register: everything that counsel may change, as dated documents, and what holds of it at an instant.

A document is never edited: a new version follows. Version n holds from its effective instant until that of any later
version. A version without a body removes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Generic, TypeVar, cast

from noren.governance.flows import Flow
from noren.governance.notices import Notice, Terms
from noren.governance.parties import Party
from noren.governance.purposes import ITEMS, Item, Purpose
from noren.governance.regimes import Regime

Body = Party | Purpose | Notice | Terms | Regime | Flow
T = TypeVar("T", bound=Body)
T_co = TypeVar("T_co", bound=Body, covariant=True)


class DocumentKind(StrEnum):
    """What a document is about."""

    PARTY = "party"
    PURPOSE = "purpose"
    NOTICE = "notice"
    TERMS = "terms"
    REGIME = "regime"
    FLOW = "flow"


KINDS: Final[Mapping[DocumentKind, type[Body]]] = {
    DocumentKind.PARTY: Party,
    DocumentKind.PURPOSE: Purpose,
    DocumentKind.NOTICE: Notice,
    DocumentKind.TERMS: Terms,
    DocumentKind.REGIME: Regime,
    DocumentKind.FLOW: Flow,
}
"""The value that a document of each kind holds."""


@dataclass(frozen=True, slots=True)
class Document:
    """One version of something. Instants are aware. ``body`` None: from ``effective_at`` on it is removed."""

    kind: DocumentKind
    id: str
    version: int
    announced_at: datetime
    effective_at: datetime
    body: Body | None

    def __post_init__(self) -> None:
        assert self.version >= 1, "versions count from 1"
        assert self.announced_at.tzinfo is not None, "instants are aware"
        assert self.effective_at.tzinfo is not None, "instants are aware"
        assert self.announced_at <= self.effective_at, "nothing takes effect before it is announced"
        assert self.body is None or isinstance(self.body, KINDS[self.kind]), "a document holds what it is about"
        assert self.body is None or self.body.id == self.id, "a document and its body have one id"


@dataclass(frozen=True, slots=True)
class Dated(Generic[T_co]):
    """A value and its window: it holds from ``effective_at`` to before ``until`` (None: no end is known).

    The window may lie ahead (it was announced), or behind (it was removed).
    """

    value: T_co
    version: int
    announced_at: datetime
    effective_at: datetime
    until: datetime | None = None

    def holds(self, at: datetime) -> bool:
        """Return whether it is in force."""
        return self.effective_at <= at and (self.until is None or at < self.until)


@dataclass(frozen=True, slots=True)
class Register:
    """What was known at ``at``: of each id what is in force, or else what comes, or else what was removed last."""

    at: datetime
    parties: Mapping[str, Dated[Party]] = field(default_factory=dict[str, Dated[Party]])
    purposes: Mapping[str, Dated[Purpose]] = field(default_factory=dict[str, Dated[Purpose]])
    notices: Mapping[str, Dated[Notice]] = field(default_factory=dict[str, Dated[Notice]])
    flows: Mapping[str, Dated[Flow]] = field(default_factory=dict[str, Dated[Flow]])
    terms: Dated[Terms] | None = None
    regime: Dated[Regime] | None = None
    items: Mapping[str, Item] = field(default_factory=lambda: ITEMS)
    parsed: dict[str, tuple[Flow, object]] = field(
        init=False, compare=False, repr=False, default_factory=dict[str, Any]
    )
    """Of each flow asked about so far, what the policies were told, parsed: a register does not change, so it stays."""


def register_at(documents: Iterable[Document], at: datetime) -> Register:
    """Return the register at an instant, made of every version of every document."""
    versions: dict[tuple[DocumentKind, str], list[Document]] = {}
    for document in documents:
        versions.setdefault((document.kind, document.id), []).append(document)
    found: dict[DocumentKind, dict[str, Dated[Body]]] = {kind: {} for kind in DocumentKind}
    for (kind, name), each in sorted(versions.items()):
        dated = _holding(each, at)
        if dated is not None:
            found[kind][name] = dated
    return Register(
        at,
        cast("dict[str, Dated[Party]]", found[DocumentKind.PARTY]),
        cast("dict[str, Dated[Purpose]]", found[DocumentKind.PURPOSE]),
        cast("dict[str, Dated[Notice]]", found[DocumentKind.NOTICE]),
        cast("dict[str, Dated[Flow]]", found[DocumentKind.FLOW]),
        cast("Dated[Terms] | None", found[DocumentKind.TERMS].get("member-terms")),
        cast("Dated[Regime] | None", found[DocumentKind.REGIME].get("japan")),
    )


def _holding(versions: list[Document], at: datetime) -> Dated[Body] | None:
    """Return what holds of one id's versions: in force, or else coming, or else removed last."""
    begun = [each for each in versions if each.effective_at <= at]
    if not begun:
        return _first(versions)
    newest = max(begun, key=_number)
    if newest.body is not None:
        return _dated(newest, versions)
    ahead = _first([each for each in versions if each.version > newest.version])
    return ahead or _removed(newest, versions)


def _removed(removal: Document, versions: list[Document]) -> Dated[Body] | None:
    before = [each for each in versions if each.version < removal.version and each.body is not None]
    return _dated(max(before, key=_number), versions) if before else None


def _first(versions: list[Document]) -> Dated[Body] | None:
    """Return the one that takes effect first."""
    coming = [each for each in versions if each.body is not None and _ends(each, versions) != each.effective_at]
    return _dated(min(coming, key=lambda each: (each.effective_at, -each.version)), versions) if coming else None


def _dated(document: Document, versions: list[Document]) -> Dated[Body]:
    assert document.body is not None, "what holds has a body"
    ends = _ends(document, versions)
    return Dated(document.body, document.version, document.announced_at, document.effective_at, ends)


def _ends(document: Document, versions: list[Document]) -> datetime | None:
    later = [each.effective_at for each in versions if each.version > document.version]
    return max(min(later), document.effective_at) if later else None


def _number(document: Document) -> int:
    return document.version
