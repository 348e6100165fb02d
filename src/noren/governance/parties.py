"""Parties: who may be handed data, and what was found out about them before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from noren.kernel.say import Say


class PartyKind(StrEnum):
    """What a party is to the programme."""

    OPERATOR = "operator"
    GROUP = "group"
    AFFILIATE = "affiliate"
    JOINT_USER = "joint-user"
    PARTNER = "partner"
    FRANCHISEE = "franchisee"
    ENTRUSTEE = "entrustee"
    IDENTITY_SHOP = "identity-shop"
    AUTHORITY = "authority"


KIND_SAYS: Final[dict[PartyKind, Say]] = {
    PartyKind.OPERATOR: Say("運営者", "the programme's operator"),
    PartyKind.GROUP: Say("グループ会社(連結対象会社)", "group company (consolidated)"),
    PartyKind.AFFILIATE: Say("グループ会社(持分法適用会社)", "group company (equity method)"),
    PartyKind.JOINT_USER: Say("共同利用者", "joint user"),
    PartyKind.PARTNER: Say("提携先", "partner"),
    PartyKind.FRANCHISEE: Say("加盟店の運営会社", "franchisee"),
    PartyKind.ENTRUSTEE: Say("業務委託先", "entrustee"),
    PartyKind.IDENTITY_SHOP: Say("会員情報取扱店", "shop handling member information"),
    PartyKind.AUTHORITY: Say("官公署など", "public authority"),
}
"""The name of each kind on screens."""

PROGRAMME: Final = "programme"
"""The id of the operator itself: the party of own use."""


@dataclass(frozen=True, slots=True)
class Vetting:
    """That a company was looked into and found fit (当社が適切と判断した企業): when, by whom, on which record."""

    on: date
    by: str
    record: str


@dataclass(frozen=True, slots=True)
class Handling:
    """What a shop handling member information may see (``items``) and through which ``door`` of the vault."""

    items: frozenset[str]
    door: str


@dataclass(frozen=True, slots=True)
class Party:
    """A company or authority. ``country``: ISO 3166, two letters. ``public_key``: what is handed to it is sealed to.

    ``group_since`` / ``group_until``: while it belongs to the group (None: no beginning, no end). Records of
    provision name it by name, address and representative (art. 29).
    """

    id: str
    kind: PartyKind
    name: Say
    address: str = ""
    representative: str = ""
    country: str = "JP"
    vetted: Vetting | None = None
    handles: Handling | None = None
    public_key: str | None = None
    group_since: datetime | None = None
    group_until: datetime | None = None
