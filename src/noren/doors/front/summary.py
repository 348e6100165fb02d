"""The programme's totals as the ledger worker tells them (``GET /summary``). No row of any member."""

from __future__ import annotations

from datetime import date, datetime

import msgspec


class ProgrammeName(msgspec.Struct, frozen=True):
    """Who the programme is."""

    name_ja: str
    name_en: str
    kind: str
    currency: str
    zone: str


class IdentityShop(msgspec.Struct, frozen=True):
    """A published shop that handles member information (会員情報取扱店), since when."""

    shop: str
    partner: str
    name: str | None = None
    since: date | None = None


class Summary(msgspec.Struct, frozen=True):
    """Totals since the beginning. Amounts in minor units; ``now`` is the programme's clock."""

    programme: ProgrammeName
    now: datetime
    purchases: int
    lines: int
    amount: int
    points_earned: int
    points_used: int
    returns: int
    replays: int
    imported: int
    unknown_fields_refused: int
    members: int
    shops: int
    products: int
    partners: int
    lake_rows: int
    lake_amount: int
    lake_entry: int
    ledger_entry: int
    identity_shops: tuple[IdentityShop, ...] = ()
    cards: int = 0


def read_summary(answer: object) -> Summary:
    """Read the worker's answer.

    Raises:
        msgspec.ValidationError: the worker speaks another version.
    """
    return msgspec.convert(answer, Summary)
