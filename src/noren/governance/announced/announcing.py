"""Announcing: what becomes of a version that is put forward, as a pure function of the register and the instant.

A version is never dated back, names nothing that is not there, changes something, stands announced for as long as the
regime in force asks, and says so itself where it needs a new consent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from noren.governance.announced.changes import WAITS, Change, Changed, changes_of, strongest
from noren.governance.announced.checking import problems_in
from noren.governance.announced.refusals import NotAnnounced, Rule
from noren.governance.notices import Notice, Terms
from noren.governance.regimes import Regime
from noren.governance.register import Body, Document, DocumentKind, Register, register_at
from noren.kernel.say import Say

TERMS_CLOCK: Final = "terms-notice"
TERMS_DAYS: Final = 30
"""How long a change of the member terms stands announced, where the regime's clocks do not say (民法548条の4)."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A version put forward. ``body`` None: remove it. ``effective_at`` None: as soon as it may.

    ``new_consent``: whoever announces knows that members are asked anew. ``renamed``: the responsible party is the
    same under another name.
    """

    kind: DocumentKind
    id: str
    body: Body | None
    effective_at: datetime | None = None
    new_consent: bool = False
    renamed: bool = False


@dataclass(frozen=True, slots=True)
class Planned:
    """A version that may be announced: what it changes, how that is classed."""

    document: Document
    change: Change
    changes: tuple[Changed, ...]


def plan(
    documents: Sequence[Document], wanted: Sequence[Wanted], *, now: datetime, texts: frozenset[str] = frozenset()
) -> list[Planned | NotAnnounced]:
    """Return what becomes of each version, one after the other: a later one sees those before it.

    ``texts``: the hashes of the texts of terms that are kept, or come with this announcement.
    """
    known, out = list(documents), list[Planned | NotAnnounced]()
    for each in wanted:
        done = _plan_one(known, each, now, texts)
        out.append(done)
        if isinstance(done, Planned):
            known.append(done.document)
    return out


def _plan_one(known: list[Document], wanted: Wanted, now: datetime, texts: frozenset[str]) -> Planned | NotAnnounced:
    last = _last(known, wanted)
    old = last.body if last is not None else None
    if wanted.body is None and old is None:
        return _nothing_to_remove(wanted)
    if wanted.body is not None and wanted.body == old:
        return _nothing_changes(wanted)
    at = wanted.effective_at or now
    before = old if wanted.body is None else _last_body(known, wanted)
    classed = tuple(changes_of(before, wanted.body, register_at(known, at), at=at, renamed=wanted.renamed))
    change = strongest(classed)
    days = _days(register_at(known, now), wanted.body) if change in WAITS else 0
    effective = wanted.effective_at or now + timedelta(days=days)
    problem = _problem(wanted, classed, now, days)
    problem = problem or next(problems_in(wanted.body, register_at(known, effective), effective, texts), None)
    if problem is not None:
        return problem
    version = 1 if last is None else last.version + 1
    return Planned(Document(wanted.kind, wanted.id, version, now, effective, wanted.body), change, classed)


def _last(known: list[Document], wanted: Wanted) -> Document | None:
    versions = [each for each in known if (each.kind, each.id) == (wanted.kind, wanted.id)]
    return max(versions, key=lambda each: each.version, default=None)


def _last_body(known: list[Document], wanted: Wanted) -> Body | None:
    """Return what was last announced, removed since or not: removing it and announcing it wider is a change too."""
    versions = [each for each in known if (each.kind, each.id) == (wanted.kind, wanted.id) and each.body is not None]
    return max(versions, key=lambda each: each.version).body if versions else None


def _days(register: Register, body: Body | None) -> int:
    """Return the notice period that the regime in force asks of a body, in days."""
    regime = register.regime.value if register.regime is not None else Regime()
    match body:
        case Notice():
            rules = [rule for rule in regime.routes.values() if rule.notice is body.kind]
            return max((rule.minimum_notice_days for rule in rules), default=0)
        case Terms():
            return regime.clocks.get(TERMS_CLOCK, TERMS_DAYS)
        case _:
            return 0


def _problem(wanted: Wanted, classed: tuple[Changed, ...], now: datetime, days: int) -> NotAnnounced | None:
    effective = wanted.effective_at
    if effective is not None and effective < now:
        return NotAnnounced(
            wanted.id,
            Rule.BACK_DATED,
            Say(
                f"{wanted.id} の施行日時 {effective.isoformat()} は過去です。"
                "さかのぼって効力を持たせることはできません。",
                f"{wanted.id} would take effect at {effective.isoformat()}, which is past. Nothing is dated back.",
            ),
            Say("今からの日時にしてください。", "Give an instant from now on."),
        )
    if strongest(classed) is Change.NEW_CONSENT and not wanted.new_consent:
        return _needs_consent(wanted.id, classed)
    first = (now + timedelta(days=days)) if days else now
    if effective is not None and effective < first:
        return NotAnnounced(
            wanted.id,
            Rule.NOTICE_TOO_SHORT,
            Say(
                f"{wanted.id} は、公表から施行まで{days}日以上あけなければなりません(制度の設定)。",
                f"{wanted.id} must stand announced for {days} days before it takes effect (the regime in force).",
            ),
            Say(f"{first.isoformat()} 以降にしてください。", f"Let it take effect at {first.isoformat()} or later."),
        )
    return None


def _needs_consent(name: str, classed: tuple[Changed, ...]) -> NotAnnounced:
    why = [each.says for each in classed if each.change is Change.NEW_CONSENT]
    ja, en = "、".join(each.ja for each in why), "; ".join(each.en for each in why)
    return NotAnnounced(
        name,
        Rule.NEEDS_NEW_CONSENT,
        Say(
            f"{name} のこの変更には、改めて会員の同意が要ります({ja})。",
            f"This change of {name} needs a new consent of the members ({en}).",
        ),
        Say(
            "同意を取り直すなら new_consent = true と書いてください。"
            "そうでなければ、公表した範囲にとどめるか、別の公表文として出してください。",
            "Write new_consent = true if members will be asked; else stay inside the published scope, or announce it as"
            " a notice of its own.",
        ),
    )


def _nothing_to_remove(wanted: Wanted) -> NotAnnounced:
    return NotAnnounced(
        wanted.id,
        Rule.NOTHING_TO_REMOVE,
        Say(f"{wanted.id} は登録されていません。", f"{wanted.id} is not registered."),
        Say("つづりを確かめてください。", "Look at its spelling."),
    )


def _nothing_changes(wanted: Wanted) -> NotAnnounced:
    return NotAnnounced(
        wanted.id,
        Rule.NOTHING_CHANGES,
        Say(f"{wanted.id} は、公表済みの最新の版と同じです。", f"{wanted.id} says what its last version says already."),
        Say("変えるところがなければ、公表は要りません。", "Where nothing changes nothing needs to be announced."),
    )
