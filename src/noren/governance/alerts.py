"""Alerts: what a till finds suspicious, as values.

They say what happened, at which shop and terminal, and how often. They never say which card,
which member, which key or which address: whoever must act on one asks the shop's company.
An alert refuses nothing by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from noren.kernel.say import Say

HOUR_SECONDS: Final = 3_600


class AlertWord(StrEnum):
    """The kinds of alert."""

    KEY_PROBING = "key-probing"
    OWN_CARD = "own-card"
    RECEIPT_CONFLICT = "receipt-conflict"


SAYS: Final[dict[AlertWord, Say]] = {
    AlertWord.KEY_PROBING: Say(
        "正しくない端末の鍵が、次々に試されています",
        "Terminal keys that are not valid are tried one after the other",
    ),
    AlertWord.OWN_CARD: Say(
        "同じカードが同じ端末で短い間に何度も読まれました(従業員が自分のカードを通している疑い)",
        "The same card passed the same terminal again and again in a short time (perhaps a clerk's own)",
    ),
    AlertWord.RECEIPT_CONFLICT: Say(
        "同じレシート番号で、内容の違うものが届きました",
        "The same receipt number came with another body",
    ),
}
"""What each alert means."""


@dataclass(frozen=True, slots=True)
class Alert:
    """Something suspicious. ``shop`` and ``terminal`` are empty where it concerns none in particular."""

    word: AlertWord
    shop: str = ""
    terminal: str = ""


@dataclass(frozen=True, slots=True)
class Raised:
    """How often an alert was raised within one hour; no finer time is kept."""

    hour: datetime
    alert: Alert
    count: int


def hour_number(instant: datetime) -> int:
    """Return the hours from 1970 to ``instant``."""
    return int(instant.timestamp()) // HOUR_SECONDS


def hour_begin(number: int) -> datetime:
    """Return the instant at which an hour begins."""
    return datetime.fromtimestamp(number * HOUR_SECONDS, UTC)
