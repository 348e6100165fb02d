"""Notices and member terms: what was published, to whom it speaks, and from when it holds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from noren.kernel.say import Say


class NoticeKind(StrEnum):
    """What a notice makes public."""

    ACQUISITION = "acquisition"
    JOINT_USE = "joint-use"
    THIRD_PARTY = "third-party"
    OPT_OUT = "opt-out"
    PSEUDONYMISED = "pseudonymised"
    ANONYMISED = "anonymised"


@dataclass(frozen=True, slots=True)
class Responsible:
    """Who answers for the data of a notice: name, address, representative (art. 27(5)(iii))."""

    name: str
    address: str
    representative: str


@dataclass(frozen=True, slots=True)
class Notice:
    """A published text, or the text of a consent. When it was announced and takes effect stands on its document.

    The five of a joint use (art. 27(5)(iii)): the fact (``kind``), ``items``, ``scope`` (ids of parties),
    ``purposes``, ``responsible``. A third-party notice is the text that members consent to.
    """

    id: str
    kind: NoticeKind
    items: frozenset[str]
    scope: frozenset[str]
    purposes: frozenset[str]
    responsible: Responsible
    text: Say


@dataclass(frozen=True, slots=True)
class Terms:
    """A version of the member terms. ``scope_rule``: which companies may join later without a new consent.

    ``text_sha256``: of the text that members are shown, in hexadecimal.
    """

    scope_rule: Say
    text_sha256: str
    id: str = "member-terms"
