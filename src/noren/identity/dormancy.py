"""Dormant members: not heard of for the term on either side. Told on her page, asked again on the day, then erased.

Once a month the vault looks at the sealed day of everybody and asks the ledger side of those whom it has not heard of,
shuffled, by link token, whether they are dormant there too: yes or no, no day. Of a no nothing is kept. Who is dormant
on both sides gets a day, the first of a month; on that day she is asked after once more, alone, right before she is
erased. Anything that she did on either side calls it off.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from noren.governance.ports import Entry, EntryKind
from noren.identity.erasing import erase_row, is_merging
from noren.identity.members import Member, open_members, put_members
from noren.identity.model import MemberRow, Standing
from noren.identity.sealed import open_field
from noren.identity.seen import Seen, first_of_month_after, seen_from
from noren.identity.tables import MEMBER
from noren.identity.vault import Vault
from noren.kernel.clock import months_back

ASKED_AT_ONCE: Final = 1_000
_PAGE: Final = 500
_HERE: Final = frozenset({Standing.HERE})


@dataclass(frozen=True, slots=True)
class Terms:
    """After how many months without a word a member is dormant (0: never), and how long before she is told."""

    months: int
    notice_days: int


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look did, or would do: asked after, given a day, called off, erased."""

    asked: int = 0
    noted: int = 0
    called_off: int = 0
    erased: int = 0


def look_when_due(vault: Vault, terms: Terms) -> Looked | None:
    """Look once in each month; None: this month's look is done.

    Raises:
        LedgerAway: the ledger side does not answer; what was done stands, the look is due still.
    """
    with vault.store.reading() as batch:
        last, _ = batch.looked()
    return None if last >= _month(vault.today()) else look(vault, terms)


def look(vault: Vault, terms: Terms, *, dry: bool = False) -> Looked:
    """Look now; ``dry``: only say what would become of it. Raises as :func:`look_when_due`."""
    with vault.store.reading() as batch:
        _, since = batch.looked()
    kept_since = date.fromordinal(since) if since else vault.today()
    done = _Look(vault, terms, kept_since, dry).run()
    if dry:
        return done
    with vault.writing, vault.store.batch() as batch:
        batch.note_looked(_month(vault.today()), kept_since.toordinal())
    if vault.journal is not None and (done.noted or done.erased):
        facts = {"dormant": done.noted, "erased": done.erased}
        vault.journal.append([Entry(EntryKind.RETENTION_RUN, vault.clock.now(), facts)])
    return done


def waiting(vault: Vault) -> dict[date, int]:
    """Return of how many members which day is set: numbers, no names."""
    days = Counter(day for _, seen in _all_seen(vault) if (day := seen.goes_on) is not None)
    return dict(sorted(days.items()))


def begin_anew(vault: Vault) -> None:
    """After a restore: what members did since the backup is not known here, so no day that was set stands."""
    rows = [member.row for member, seen in _all_seen(vault) if seen.goes_on is not None]
    _change(vault, rows, lambda seen: seen.heard(vault.today()))
    with vault.writing, vault.store.batch() as batch:
        batch.note_looked(batch.looked()[0], vault.today().toordinal())


class _Look:
    """One look over everybody."""

    def __init__(self, vault: Vault, terms: Terms, kept_since: date, dry: bool) -> None:
        self._vault, self._terms, self._since, self._dry = vault, terms, kept_since, dry
        self._quiet = months_back(vault.today(), terms.months)
        self._done = Looked()

    def run(self) -> Looked:
        ahead: list[MemberRow] = []
        for member, seen in _all_seen(self._vault):
            if not self._is_quiet(seen):
                self._no_longer(member, seen)
                continue
            if member.pending:
                continue
            if seen.goes_on is not None and seen.goes_on <= self._vault.today():
                self._end(member.row)
                continue
            ahead.append(member)
            if len(ahead) == ASKED_AT_ONCE:
                self._ask(ahead)
                ahead = []
        if ahead:
            self._ask(ahead)
        return self._done

    def _is_quiet(self, seen: Seen) -> bool:
        return self._terms.months > 0 and (seen.day or self._since) < self._quiet

    def _no_longer(self, member: MemberRow, seen: Seen) -> None:
        """The term was made longer, or given up: a day that was set by the shorter one does not stand."""
        if seen.goes_on is None:
            return
        if not self._dry:
            _change(self._vault, [member.row], lambda one: one.called_off(one.day, self._vault.today()))
        self._count(asked=0, called_off=1)

    def _ask(self, rows: list[MemberRow]) -> None:
        """Ask after members who were not heard of: who is dormant there too gets a day, or keeps the one she has."""
        vault = self._vault
        with vault.writing, vault.store.reading() as batch:
            members = list(open_members(vault, batch, [each.row for each in rows], standing=_HERE).values())
        vault.chance.shuffle(members)
        dormant = _answers(vault, members)
        planned = {m.row for m in members if m.seen.goes_on is not None}
        gets = [m.row for m in members if m.row in dormant and m.row not in planned]
        ends = [m.row for m in members if m.row not in dormant and m.row in planned]
        if not self._dry:
            on = first_of_month_after(vault.today(), self._terms.notice_days)
            _change(vault, gets, lambda seen: Seen(seen.day, on), unheard_since=self._quiet)
            _change(vault, ends, lambda seen: seen.called_off(seen.day, vault.today()))
        self._count(asked=len(members), noted=len(gets), called_off=len(ends))

    def _end(self, row: bytes) -> None:
        """Her day has come: ask after her once more, and erase her or call it off."""
        vault = self._vault
        with vault.writing:
            with vault.store.reading() as batch:
                member = open_members(vault, batch, [row], standing=_HERE).get(row)
                busy = member is not None and is_merging(batch, member)
            if member is None or busy or member.seen.goes_on is None or member.at_rest.pending:
                return
            still = bool(_answers(vault, [member]))
            if still and not self._dry:
                erase_row(vault, member)
        if not still and not self._dry:
            _change(vault, [row], lambda seen: seen.called_off(seen.day, vault.today()))
        self._count(asked=1, erased=int(still), called_off=int(not still))

    def _count(self, *, asked: int, noted: int = 0, called_off: int = 0, erased: int = 0) -> None:
        old = self._done
        self._done = Looked(old.asked + asked, old.noted + noted, old.called_off + called_off, old.erased + erased)


def _answers(vault: Vault, members: Sequence[Member]) -> set[bytes]:
    """Return who is dormant on the ledger side; whoever has no card is not known there, and has bought nothing."""
    known = [(m.row, m.link_token) for m in members if m.link_token is not None]
    said = vault.ledger.dormant([token for _, token in known]) if known else ()
    quiet = {row for (row, _), yes in zip(known, said, strict=True) if yes}
    return quiet | {m.row for m in members if m.link_token is None}


def _all_seen(vault: Vault) -> Iterator[tuple[MemberRow, Seen]]:
    """Yield every member who is here with the day sealed in her row, which alone is opened."""
    after = b""
    while True:
        with vault.writing, vault.store.reading() as batch:  # so that no key goes while it is wanted
            rows = batch.all_rows(after, _PAGE)
            found = {row: m for row, m in batch.members(rows).items() if m.standing is Standing.HERE}
            keys = vault.keys.open(found)
        for row, member in found.items():
            sealed = member.sealed.get("seen")
            text = open_field(keys[row], sealed, table=MEMBER.name, column="seen", row=row) if sealed else None
            yield member, seen_from(text)
        if len(rows) < _PAGE:
            return
        after = rows[-1]


def _change(
    vault: Vault, rows: Sequence[bytes], change: Callable[[Seen], Seen], *, unheard_since: date | None = None
) -> None:
    """Write members' days; whoever was heard of meanwhile is left as she is."""
    for start in range(0, len(rows), _PAGE):
        with vault.writing, vault.store.batch() as batch:
            members = open_members(vault, batch, rows[start : start + _PAGE], standing=_HERE).values()
            fit = [m for m in members if unheard_since is None or m.seen.day is None or m.seen.day < unheard_since]
            put_members(vault, batch, [replace(m, seen=change(m.seen)) for m in fit])


def _month(day: date) -> int:
    return day.year * 12 + day.month
