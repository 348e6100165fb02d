"""The one statement that answers a run: plain SQL over whole numbers, the same text for every engine.

Its rows are (question_no, member_no): for whom a question's truth is other than it is for a member of
whom there is no row. Conditions are rows of its tables; only what the run needs stands in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from noren.audience.batch.asked import FIRST_KEYED, FIRST_LINE_KEYED, Rows, Tally
from noren.audience.batch.bounds import SCALE
from noren.audience.batch.given import Moment
from noren.audience.batch.spans import EARLIEST, day_number

_SCALE_ALL: Final = 100 * SCALE
_CLAMP: Final = 10**15


@dataclass(frozen=True, slots=True)
class Statement:
    """``steps``: common table expressions, each over those before it; ``answers``: queries over them, to be united."""

    steps: tuple[tuple[str, str], ...]
    answers: str

    @property
    def text(self) -> str:
        """The whole as one text; empty where nothing is asked."""
        steps = ",\n".join(f"{name} AS (\n{body}\n)" for name, body in self.steps)
        return f"WITH {steps}\n{self.answers}" if steps else self.answers

    def uses(self, name: str) -> int:
        """Return how many places name a step."""
        return sum(
            len(re.findall(rf"(?:FROM|JOIN) {name}\b", body)) for body in (*dict(self.steps).values(), self.answers)
        )


def statement(tables: dict[str, Rows], moment: Moment, wide: bool) -> Statement:
    """Return the statement of a run."""
    return _Writer(tables, moment, wide).statement()


def members_statement(tables: dict[str, Rows], moment: Moment) -> Statement:
    """Return the statement of what a run asks of members alone, purchases aside: traits, messages, points."""
    return Statement((), "\nUNION ALL\n".join(_of_members(tables, moment)))


def _of_members(tables: dict[str, Rows], moment: Moment) -> Iterator[str]:
    if len(tables["ask_trait"]):
        yield _TRAIT
    if len(tables["ask_event"]):
        yield _EVENT.format(now=moment.instant_us)
    if len(tables["ask_lots"]):
        yield _LOTS


class _Writer:
    def __init__(self, tables: dict[str, Rows], moment: Moment, wide: bool) -> None:
        self._tables = tables
        self._moment = moment
        self._number = "DECIMAL(38, 0)" if wide else "BIGINT"
        self._wide = wide
        atoms = tables["atoms"].columns
        told = [(Tally(tally), bool(detailed)) for tally, detailed in zip(atoms[2], atoms[7], strict=True)]
        self._plain = sorted({tally for tally, detailed in told if not detailed and tally < FIRST_LINE_KEYED})
        self._detailed = sorted({tally for tally, detailed in told if detailed and tally < FIRST_LINE_KEYED})
        self._by_line = sorted({tally for tally, _ in told if tally >= FIRST_LINE_KEYED})
        self._rhythmic = any(atoms[5])

    def statement(self) -> Statement:
        return Statement(tuple(self._steps()), "\nUNION ALL\n".join(self._answers()))

    def _has(self, table: str) -> bool:
        return bool(len(self._tables[table]))

    def _steps(self) -> Iterator[tuple[str, str]]:
        if not (self._has("atoms") or self._has("ask_then")):
            return
        whole, by_line, together = self._has("whole_match"), self._has("product_match"), self._has("together_match")
        if whole:
            yield "whole", self._whole()
        if by_line:
            yield "hits", self._hits()
            yield "matched", _MATCHED.format(number=self._number)
        if together:
            single = ("SELECT filter_no, receipt_no FROM matched",) if by_line else ()
            single += ("SELECT filter_no, receipt_no FROM whole",) if whole else ()
            yield "joined", _TOGETHER.format(single=" UNION ALL ".join(single) or _NO_MATCH)
        parts = [f"SELECT {_COLUMNS} FROM {step}" for step, there in (("matched", by_line), ("whole", whole)) if there]
        yield "placed", "\nUNION ALL\n".join([*parts, *([_JOINED] if together else [])] or [_NOTHING])
        if self._detailed:
            yield "detailed", _DETAILED
        parts = list(self._tally_parts())
        if parts:
            yield "tallied", "\nUNION ALL\n".join(parts)
        if self._has("ask_then"):
            yield "moments", _MOMENTS
            yield "followed", _FOLLOWED

    def _until(self, row: str) -> str:
        """Return what a line or purchase must be to be looked at: not after the as-of, not before any window.

        What follows in a sequence is later than its beginning, which lies in a window.
        """
        first = min((*self._tables["atoms"].columns[3], *self._tables["ask_then"].columns[3]))
        if self._moment.horizon is not None:
            first = max(first, day_number(self._moment.horizon))
        since = f" AND {row}.day >= {first}" if first > EARLIEST else ""
        return f"{row}.at_us <= {self._moment.instant_us}{since}"

    def _whole(self) -> str:
        """Return the purchases of filters that no product decides: all of their lines count, or none."""
        columns = "f.filter_no, r.receipt_no, r.member_no, r.day, r.lines, r.units, r.spend"
        parts = [
            f"SELECT {columns} FROM receipts r CROSS JOIN whole_match f WHERE f.residual = 0 AND {self._until('r')}"
        ]
        placed = (
            f"SELECT {columns} FROM receipts r JOIN place_match s ON r.place_no = s.place_no "
            "JOIN whole_match f ON f.residual = s.residual"
        )
        if any(self._tables["whole_match"].columns[1]):
            parts.append(f"{placed} WHERE s.rest = 0 AND {self._until('r')}")
            if self._has("moment_match"):
                parts.append(f"{placed} {_MOMENT} WHERE s.rest <> 0 AND {self._until('r')}")
        return "\nUNION ALL\n".join(parts)

    def _hits(self) -> str:
        line = "l.receipt_no, l.member_no, l.day, l.product_no, l.quantity, l.amount"
        of_product = f"SELECT p.filter_no, {line} FROM lines l JOIN product_match p ON l.product_no = p.product_no"
        parts = [f"{of_product} WHERE p.residual = 0 AND {self._until('l')}"]
        placed = f"{of_product} JOIN place_match s ON p.residual = s.residual AND l.place_no = s.place_no"
        if any(self._tables["product_match"].columns[2]):
            parts.append(f"{placed} WHERE s.rest = 0 AND {self._until('l')}")
            if self._has("moment_match"):
                receipt = "JOIN receipts r ON l.receipt_no = r.receipt_no"
                parts.append(f"{placed} {receipt} {_MOMENT} WHERE s.rest <> 0 AND {self._until('l')}")
        return "\nUNION ALL\n".join(parts)

    def _period(self) -> str:
        return "CASE a.rhythm WHEN 0 THEN 0 WHEN 1 THEN p.week ELSE p.month END" if self._rhythmic else "0"

    def _tally_parts(self) -> Iterator[str]:
        for tallies, detailed in ((self._plain, False), (self._detailed, True)):
            summed = [tally for tally in tallies if tally < FIRST_KEYED]
            if summed:
                yield self._summed(summed, detailed)
        if Tally.DAYS in self._plain:
            yield _DAYS.format(number=self._number, days=Tally.DAYS.value)
        if self._by_line or any(tally >= FIRST_KEYED for tally in self._detailed):
            yield self._keyed()

    def _summed(self, tallies: list[Tally], detailed: bool) -> str:
        values = {
            Tally.VISITS: "1",
            Tally.LINES: "p.lines",
            Tally.UNITS: "p.units",
            Tally.SPEND: "p.spend",
            Tally.POINTS: "p.points",
        }
        sums = [tally for tally in tallies if tally in values]
        cases = " ".join(f"WHEN {tally.value} THEN {values[tally]}" for tally in sums)
        total = f"sum(CASE a.tally {cases} ELSE 0 END)" if sums else "0"
        dates = [tally for tally in tallies if tally not in values]
        ends = {Tally.LAST: "max(p.day)", Tally.FIRST: "min(p.day)"}
        picked = " ".join(f"WHEN {tally.value} THEN {ends[tally]}" for tally in dates)
        value = f"CASE a.tally {picked} ELSE {total} END" if dates else total
        tally = ", a.tally" if dates else ""
        period = self._period() if detailed else "0"
        return (
            f"SELECT a.atom_no, p.member_no, {period} AS period, CAST({value} AS {self._number}) AS value, "
            f"0 AS first_key, 0 AS last_key FROM {'detailed' if detailed else 'placed'} p JOIN atoms a "
            f"ON p.filter_no = a.filter_no AND {_WITHIN}{_RECORDED if detailed else ''} "
            f"WHERE a.tally < {FIRST_KEYED} AND a.detailed = {int(detailed)} GROUP BY a.atom_no, p.member_no{tally}"
            + (f", {period}" if detailed and self._rhythmic else "")
        )

    def _keyed(self) -> str:
        keys = {
            Tally.DAYS: "p.day",
            Tally.WEEKS: "p.week",
            Tally.MONTHS: "p.month",
            Tally.SHOPS: "p.shop_no",
            Tally.PARTNERS: "p.partner_no",
        }
        parts: list[str] = []
        of_purchase = [tally for tally in self._detailed if tally >= FIRST_KEYED]
        if of_purchase:
            cases = " ".join(f"WHEN {tally.value} THEN {keys[tally]}" for tally in of_purchase)
            parts.append(self._keys(f"CASE a.tally {cases} END", "detailed p", "p"))
        if self._by_line and self._has("product_match"):
            lines = "hits h JOIN receipts p ON h.receipt_no = p.receipt_no JOIN goods d ON h.product_no = d.product_no"
            cases = {Tally.PRODUCTS: "d.named_no", Tally.BRANDS: "d.brand_no"}
            case = " ".join(f"WHEN {tally.value} THEN {cases[tally]}" for tally in self._by_line)
            parts.append(self._keys(f"CASE a.tally {case} END", lines, "h"))
        rows = "\nUNION ALL\n".join(parts or [_NO_KEYS])
        return (
            f"SELECT atom_no, member_no, period, CAST(count(*) AS {self._number}) AS value, "
            "min(tally_key) AS first_key, max(tally_key) AS last_key "
            f"FROM (SELECT DISTINCT atom_no, member_no, period, tally_key FROM (\n{rows}\n) k "
            "WHERE tally_key IS NOT NULL) d GROUP BY atom_no, member_no, period"
        )

    def _keys(self, key: str, rows: str, of: str) -> str:
        tallies = (
            f"a.detailed = 1 AND a.tally >= {FIRST_KEYED} AND a.tally < {FIRST_LINE_KEYED}"
            if of == "p"
            else f"a.tally >= {FIRST_LINE_KEYED}"
        )
        return (
            f"SELECT a.atom_no, p.member_no, {self._period()} AS period, {key} AS tally_key FROM {rows} "
            f"JOIN atoms a ON {of}.filter_no = a.filter_no AND {_WITHIN}{_RECORDED} WHERE {tallies}"
        )

    def _value(self) -> str:
        """Return a tally kept within what whole numbers of 64 bits can be compared with."""
        return f"CAST(least(greatest(t.value, -{_CLAMP}), {_CLAMP}) AS BIGINT)" if self._wide else "t.value"

    def _answers(self) -> Iterator[str]:
        within = f"CASE WHEN {self._value()} BETWEEN q.least AND q.most THEN 1 ELSE 0 END"
        if self._has("ask_count"):
            yield (
                "SELECT q.question_no, t.member_no FROM tallied t JOIN ask_count q ON t.atom_no = q.atom_no "
                f"WHERE {within} <> q.held"
            )
        if self._has("ask_every"):
            yield (
                "SELECT q.question_no, t.member_no FROM tallied t JOIN ask_every q ON t.atom_no = q.atom_no "
                "GROUP BY q.question_no, t.member_no, q.held, q.periods "
                f"HAVING CASE WHEN q.held = 1 THEN min({within}) = 0 ELSE sum({within}) = q.periods END"
            )
        if self._has("ask_ratio"):
            yield _RATIO
        if self._has("ask_overdue"):
            yield _OVERDUE.format(today=day_number(self._moment.today), scale=SCALE)
        if self._has("ask_top"):
            yield _TOP.format(scale=_SCALE_ALL)
        if self._has("ask_then"):
            yield _THEN.format(now=self._moment.instant_us)
        yield from _of_members(self._tables, self._moment)


_WITHIN: Final = "p.day BETWEEN a.first_day AND a.last_day"
_RECORDED: Final = " AND p.recorded_day <= a.recorded_by"
_COLUMNS: Final = "filter_no, receipt_no, member_no, day, lines, units, spend"

_MATCHED: Final = """SELECT filter_no, receipt_no, min(member_no) AS member_no, min(day) AS day, count(*) AS lines,
CAST(sum(quantity) AS {number}) AS units, CAST(sum(amount) AS {number}) AS spend FROM hits
GROUP BY filter_no, receipt_no"""

# A purchase matches together(f, g) when it has a row for each of its parts; it is counted, never summed up.
_TOGETHER: Final = """SELECT t.filter_no, m.receipt_no, 0 AS lines, 0 AS units, 0 AS spend FROM together_match t JOIN (
{single}) m ON t.part_no = m.filter_no
GROUP BY t.filter_no, t.parts, m.receipt_no HAVING count(*) = t.parts"""

_JOINED: Final = """SELECT m.filter_no, m.receipt_no, r.member_no, r.day, m.lines, m.units, m.spend FROM joined m
JOIN receipts r ON m.receipt_no = r.receipt_no"""
_DETAILED: Final = """SELECT m.filter_no, m.receipt_no, m.member_no, m.day, m.lines, m.units, m.spend, r.week, r.month,
r.recorded_day, r.shop_no, r.partner_no, r.points FROM placed m JOIN receipts r ON m.receipt_no = r.receipt_no
WHERE m.filter_no IN (SELECT filter_no FROM atoms WHERE detailed = 1)"""
_DAYS: Final = """SELECT atom_no, member_no, 0 AS period, CAST(count(*) AS {number}) AS value, min(day) AS first_key,
max(day) AS last_key FROM (SELECT DISTINCT a.atom_no, p.member_no, p.day FROM placed p JOIN atoms a
ON p.filter_no = a.filter_no AND p.day BETWEEN a.first_day AND a.last_day
WHERE a.tally = {days} AND a.detailed = 0) d GROUP BY atom_no, member_no"""
_MOMENT: Final = (
    "JOIN moment_match m ON s.rest = m.rest AND r.slot = m.slot AND r.basket_total BETWEEN m.least AND m.most"
)

# Filters of which nothing can be true leave no row in any table.
_NO_KEYS: Final = "SELECT 0 AS atom_no, member_no, 0 AS period, 0 AS tally_key FROM receipts WHERE receipt_no < 0"
_NO_MATCH: Final = "SELECT 0 AS filter_no, receipt_no FROM receipts WHERE receipt_no < 0"
_NOTHING: Final = (
    "SELECT 0 AS filter_no, receipt_no, member_no, day, lines, units, spend FROM receipts WHERE receipt_no < 0"
)

# All instants of a member at which something of a sequence happened; equal instants are one row, so that the next row
# is strictly later.
_MOMENTS: Final = """SELECT e.question_no, e.member_no, r.at_us, max(e.is_first) AS is_first,
max(e.is_later) AS is_later FROM (
SELECT q.question_no, p.member_no, p.receipt_no, 1 AS is_first, 0 AS is_later FROM placed p JOIN ask_then q
ON p.filter_no = q.filter_no AND p.day BETWEEN q.first_day AND q.last_day
UNION ALL
SELECT q.question_no, p.member_no, p.receipt_no, 0 AS is_first, 1 AS is_later FROM placed p JOIN ask_then q
ON p.filter_no = q.later_no) e JOIN receipts r ON e.receipt_no = r.receipt_no
GROUP BY e.question_no, e.member_no, r.at_us"""

_FOLLOWED: Final = """SELECT question_no, member_no, at_us, is_first,
min(CASE WHEN is_later = 1 THEN at_us END) OVER (PARTITION BY question_no, member_no ORDER BY at_us DESC
ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS next_us FROM moments"""

_THEN: Final = """SELECT DISTINCT q.question_no, f.member_no FROM followed f
JOIN ask_then q ON f.question_no = q.question_no
WHERE f.is_first = 1 AND CASE WHEN q.followed = 1 THEN f.next_us IS NOT NULL AND f.next_us - f.at_us <= q.within_us
ELSE {now} - f.at_us >= q.within_us AND (f.next_us IS NULL OR f.next_us - f.at_us > q.within_us) END"""

_SIGN: Final = "CASE WHEN {left} > {right} THEN 1 WHEN {left} < {right} THEN -1 ELSE 0 END BETWEEN q.least AND q.most"

_RATIO: Final = """SELECT q.question_no, u.member_no FROM ask_ratio q JOIN tallied u ON u.atom_no = q.under_atom
LEFT JOIN tallied o ON o.atom_no = q.over_atom AND o.member_no = u.member_no
WHERE u.value > 0 AND """ + _SIGN.format(
    left="(CAST(coalesce(o.value, 0) AS DECIMAL(38, 0)) - q.minus * CAST(u.value AS DECIMAL(38, 0))) * q.left_by",
    right="q.right_by * CAST(u.value AS DECIMAL(38, 0))",
)

_OVERDUE: Final = """SELECT q.question_no, t.member_no FROM ask_overdue q JOIN tallied t ON t.atom_no = q.atom_no
WHERE t.value >= 3 AND """ + _SIGN.format(
    left="CAST({today} - t.last_key AS DECIMAL(38, 0)) * (t.value - 1) * {scale}",
    right="CAST(q.right_by AS DECIMAL(38, 0)) * (t.last_key - t.first_key)",
)

# The k-th value and all that equal it: so many have more that they are fewer than p percent.
_TOP: Final = """SELECT question_no, member_no FROM (SELECT q.question_no, q.share, t.member_no,
rank() OVER (PARTITION BY q.question_no ORDER BY t.value DESC) AS place,
count(*) OVER (PARTITION BY q.question_no) AS members
FROM ask_top q JOIN tallied t ON t.atom_no = q.atom_no WHERE t.value > 0) r
WHERE (place - 1) * {scale} < share * members"""

_TRAIT: Final = """SELECT q.question_no, v.member_no FROM ask_trait q JOIN trait_values v ON v.trait = q.trait
AND v.value BETWEEN q.least AND q.most"""

_EVENT: Final = """SELECT DISTINCT q.question_no, e.member_no FROM ask_event q JOIN events e ON e.kind = q.kind
AND (q.campaign_no = -1 OR e.campaign_no = q.campaign_no) AND e.day BETWEEN q.first_day AND q.last_day
WHERE e.at_us <= {now}"""

_LOTS: Final = """SELECT q.question_no, l.member_no FROM ask_lots q JOIN lots l
ON l.expires BETWEEN q.first_expiry AND q.last_expiry GROUP BY q.question_no, l.member_no, q.least, q.most, q.held
HAVING CASE WHEN sum(l.points) BETWEEN q.least AND q.most THEN 1 ELSE 0 END <> q.held"""
