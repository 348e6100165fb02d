"""The steps of tier rules: one person drafts a version, another one publishes it; never back-dated.

Each step stands in the ledger side's log first. A version that is published stands for ever, and the next one comes
with notice: it begins with a month, so many days ahead. The very first may begin at once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from noren.activity.ports import LedgerStore
from noren.activity.tiers import Rules, RulesRow, RulesState, published, text_of
from noren.audience.persons import is_name, plain, same_person
from noren.audience.spec_file import Problem
from noren.governance.log import Log
from noren.governance.ports import Entry, EntryKind
from noren.kernel.clock import SystemClock, local_date, microseconds
from noren.kernel.say import Say
from noren.kernel.values import value

NOTICE_DAYS: Final = 30
"""So many days before a changed rule begins, it stands where members read it."""


class Word(StrEnum):
    """Why something was refused."""

    FILE = "file"
    BAD_NAME = "bad-name"
    UNKNOWN = "unknown-version"
    OWN_APPROVAL = "own-approval"
    ALREADY = "published-already"


@value
class Refusal:
    """``problems``: of the file, each with its place."""

    word: Word
    say: Say
    problems: tuple[Problem, ...] = ()


@value
class Room:
    """What the steps work on. ``store``: the caller holds its turn; ``now``: the programme's instant."""

    store: LedgerStore
    log: Log
    now: datetime
    zone: ZoneInfo

    @property
    def today(self) -> date:
        """The programme's day."""
        return local_date(self.now, self.zone)

    def versions(self) -> list[RulesRow]:
        """Return all versions, the oldest first."""
        with self.store.batch() as batch:
            return list(batch.tier_rules())

    def put(self, row: RulesRow) -> RulesRow:
        """Keep a version."""
        with self.store.batch() as batch:
            batch.put_tier_rules(row)
        return row


def draft(room: Room, rules: Rules, author: str) -> RulesRow | Refusal:
    """Draft the next version; a draft that waits already is replaced."""
    if not is_name(author):
        return _bad_name("--author")
    rows = room.versions()
    wrong = _too_soon(rules, published(rows), room.today)
    if wrong is not None:
        return file_refused([wrong])
    version = len(published(rows)) + 1
    row = RulesRow(version, RulesState.DRAFT, text_of(rules), author, "", microseconds(room.now), 0)
    _log(room, row, EntryKind.TIERS_DRAFTED, author)
    return room.put(row)


def approve(room: Room, version: int, approver: str) -> RulesRow | Refusal:
    """Publish a draft: by somebody else than who drafted it. From now on members read it."""
    if not is_name(approver):
        return _bad_name("--approver")
    rows = room.versions()
    row = next((each for each in rows if each.version == version), None)
    if row is None:
        said = Say(f"版{version}はありません。noren tier show で確かめてください。", f"There is no version {version}.")
        return Refusal(Word.UNKNOWN, said)
    if row.state is RulesState.PUBLISHED:
        return Refusal(Word.ALREADY, Say("もう公開されています。", "It is published already."))
    if same_person(approver, row.author):
        said = Say(
            f"{row.author} が下書きしたので、ほかの人が承認してください。",
            f"{row.author} drafted it: somebody else has to approve.",
        )
        return Refusal(Word.OWN_APPROVAL, said)
    wrong = _too_soon(row.rules, published(rows), room.today)
    if wrong is not None:
        return file_refused([wrong])
    done = replace(row, state=RulesState.PUBLISHED, approver=approver, published=microseconds(room.now))
    _log(room, done, EntryKind.TIERS_PUBLISHED, approver)
    return room.put(done)


def file_refused(problems: list[Problem]) -> Refusal:
    """Return the refusal of a file with errors."""
    say = Say("ファイルに直すところがあるので、何もしていません。", "The file has to be mended; nothing was done.")
    return Refusal(Word.FILE, say, tuple(problems))


def first_possible(before: Sequence[RulesRow], today: date) -> date:
    """Return the first day from which new rules may hold: today for the very first, else a month's, with notice."""
    if not before:
        return today
    least = max(today + timedelta(days=NOTICE_DAYS), before[-1].rules.first + timedelta(days=1))
    return least if least.day == 1 else (least.replace(day=28) + timedelta(days=4)).replace(day=1)


def _too_soon(rules: Rules, before: Sequence[RulesRow], today: date) -> Problem | None:
    first = first_possible(before, today)
    if rules.first >= first and (not before or rules.first.day == 1):
        return None
    if not before:
        return Problem("from", Say(f"さかのぼれません。{today} 以後にします。", f"Never back-dated: {today} or later."))
    return Problem(
        "from",
        Say(
            f"{NOTICE_DAYS}日以上前に知らせ、月の初めから始めます。早くて {first} です。",
            f"It begins with a month, {NOTICE_DAYS} days or more ahead: {first} at the earliest.",
        ),
    )


def _bad_name(option: str) -> Refusal:
    return Refusal(Word.BAD_NAME, Say(f"{option} は1〜64文字の名前です。", f"{option}: a name of 1 to 64 characters."))


def _log(room: Room, row: RulesRow, kind: EntryKind, who: str) -> None:
    facts = {
        "version": row.version,
        "by": plain(who),
        "from": row.rules.first.isoformat(),
        "file": hashlib.sha256(row.file).hexdigest(),
    }
    room.log.append([Entry(kind, SystemClock().now(), facts)])
