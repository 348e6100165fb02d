"""Audiences of the demo: saved by one person, approved by another, counted once as private figures, committed to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, Final

from noren.doors.cli.demo.staff import ANALYST, MARKETER, OFFICER, Cast
from noren.doors.cli.demo.year import PARTNER
from noren.house.inner import InnerClient
from noren.house.showing import AudienceShown
from noren.kernel.say import Say

_LASTS_DAYS: Final = 90

AUDIENCES: Final = {
    "coffee-women": 'sex = female and visits(category = "COFFEE") >= 5 in last 365 days',
    "cooling-off": "visits(any) >= 20 in last 365 days and change(spend(any), 30 days) < -50%",
    "milk-overdue": 'overdue(category = "FLUID MILK PRODUCTS") > 1.5',
    "faithful": "every month for 6 (visits(any) >= 2)",
    "pasta-no-sauce": 'bought (category = "DRY NOODLES/PASTA") not followed by (category = "PASTA SAUCE") '
    "within 30 days in last 180 days",
}
"""Names and conditions. Each figure costs its asker; the demo asks each once in its home's life."""


def bring_audiences(cast: Cast, worker: InnerClient, today: date) -> tuple[AudienceShown, ...]:
    """Save, approve, count and commit to each; raises CallRefused where the ledger-worker does not do it."""
    return tuple(
        _bring(cast, worker, name, text, today + timedelta(days=_LASTS_DAYS)) for name, text in AUDIENCES.items()
    )


def _bring(cast: Cast, worker: InnerClient, name: str, text: str, expires: date) -> AudienceShown:
    guards = {"purpose": "register-coupon", "recipient": PARTNER, "channel": "till", "expires": expires.isoformat()}
    with cast.as_(MARKETER):
        saved: Any = worker.call("/audiences/save", {"name": name, "text": text, "author": MARKETER, **guards})
    if saved["audience"]["state"] == "draft":
        with cast.as_(OFFICER):
            worker.call("/audiences/approve", {"name": name, "approver": OFFICER})
    with cast.as_(ANALYST):
        counted: Any = worker.call("/audiences/count", {"name": name, "asker": ANALYST})
    with cast.as_(MARKETER):
        worker.call("/audiences/commit", {"name": name})
    sentence, (figure,) = saved["audience"]["sentence"], counted["figures"]
    return AudienceShown(
        name=name,
        condition=text,
        sentence_ja=sentence["ja"],
        sentence_en=sentence["en"],
        figure_ja=figure["say"]["ja"],
        figure_en=figure["say"]["en"],
        as_of=date.fromisoformat(counted["as_of"]),
        noise_band=counted["noise_band"],
    )


def in_words(audiences: tuple[AudienceShown, ...]) -> Iterator[Say]:
    """Yield each audience in a line: its sentence, and about how many."""
    for each in audiences:
        yield Say(f"  {each.sentence_ja}: {each.figure_ja}", f"  {each.sentence_en}: {each.figure_en}")
