"""A document, and which of its versions is in force at an instant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from noren.kernel.say import Say

Body = Mapping[str, Any]


class Kind(StrEnum):
    """The kinds of documents."""

    REGIME = "regime"
    ITEM = "item"
    PURPOSE = "purpose"
    PARTY = "party"
    NOTICE = "notice"
    TERMS = "terms"
    FLOW = "flow"


SAYS = {
    Kind.REGIME: Say("制度", "regime"),
    Kind.ITEM: Say("データ項目", "item"),
    Kind.PURPOSE: Say("利用目的", "purpose"),
    Kind.PARTY: Say("当事者", "party"),
    Kind.NOTICE: Say("公表文", "notice"),
    Kind.TERMS: Say("会員規約", "member terms"),
    Kind.FLOW: Say("提供・利用の流れ", "flow"),
}
"""What each kind is called."""


@dataclass(frozen=True, slots=True)
class Document:
    """One version of a document. ``removed``: from ``effective_at`` on it is in force no more; its body says why."""

    kind: Kind
    id: str
    version: int
    announced_at: datetime
    effective_at: datetime
    body: Body = field(hash=False)
    removed: bool = False


def in_force(documents: Iterable[Document], at: datetime) -> dict[tuple[Kind, str], Document]:
    """Return of each document the version in force at an instant: the latest that has taken effect, unless removed."""
    out: dict[tuple[Kind, str], Document] = {}
    for each in documents:
        known = out.get((each.kind, each.id))
        if each.effective_at <= at and (known is None or _comes_later(each, known)):
            out[each.kind, each.id] = each
    return {key: each for key, each in out.items() if not each.removed}


def newest(documents: Iterable[Document], kind: Kind, name: str) -> Document | None:
    """Return the last version that was announced of a document, whether or not it has taken effect."""
    found = [each for each in documents if (each.kind, each.id) == (kind, name)]
    return max(found, key=lambda each: each.version, default=None)


def _comes_later(one: Document, other: Document) -> bool:
    return (one.effective_at, one.version) > (other.effective_at, other.version)
