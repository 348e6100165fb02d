"""Tables and named SQL of the standings' own file."""

from __future__ import annotations

from typing import Final

LAYOUT: Final = 3
"""A file of another layout is thrown away and made again."""

PRAGMAS: Final = (
    "PRAGMA journal_mode = WAL",
    # After a power cut the last transactions may be missing, but what is there is whole and belongs together: that is
    # all a cache needs. With OFF, pages of different ages could stand side by side, and that could be an untruth.
    "PRAGMA synchronous = NORMAL",
    "PRAGMA secure_delete = ON",  # what is forgotten leaves no bytes behind in free pages
    "PRAGMA cache_size = -16384",
    "PRAGMA temp_store = MEMORY",
)

SCHEMA: Final = f"""
CREATE TABLE standing (
  handle BLOB NOT NULL, day INTEGER NOT NULL, plan BLOB NOT NULL, head INTEGER NOT NULL, seen INTEGER NOT NULL,
  since INTEGER NOT NULL, facts BLOB NOT NULL, UNIQUE (handle, plan, day)) STRICT;
CREATE INDEX standing_by_day ON standing (day, handle, plan);
CREATE TABLE progress (
  one INTEGER PRIMARY KEY CHECK (one = 1), returns INTEGER NOT NULL, bought INTEGER NOT NULL, merged INTEGER NOT NULL,
  cleaned BLOB) STRICT;
CREATE TABLE plan (
  serial INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, first_day INTEGER NOT NULL, taken INTEGER NOT NULL,
  swept BLOB, mark BLOB NOT NULL) STRICT;
CREATE TABLE published (serial INTEGER PRIMARY KEY, told BLOB NOT NULL) STRICT;
CREATE TABLE accepted (
  plan BLOB NOT NULL, other BLOB NOT NULL, rank INTEGER NOT NULL, PRIMARY KEY (plan, other)) WITHOUT ROWID, STRICT;
CREATE TABLE cut (
  plan BLOB NOT NULL, day INTEGER NOT NULL, number INTEGER NOT NULL, least INTEGER, PRIMARY KEY (plan, day, number)
  ) WITHOUT ROWID, STRICT;
INSERT INTO progress VALUES (1, 0, 0, 0, NULL);
PRAGMA user_version = {LAYOUT};
"""

GET_LAYOUT: Final = "PRAGMA user_version"
GET_STANDING: Final = (
    "SELECT s.handle, s.day, s.plan, s.head, max(s.seen, (SELECT returns FROM progress)), s.since, s.facts"
    " FROM standing AS s JOIN accepted AS a ON a.plan = ?2 AND a.other = s.plan"
    " WHERE s.handle = ?1 ORDER BY a.rank, s.day > ?3, s.day DESC LIMIT 1"
)
"""Under a plan: its own row, or one of a plan that is as good. A plan accepts itself (rank 0) while it is kept.

Of the days the latest that has begun; else a later one, whose facts are as good.
"""
PUT_STANDING: Final = "INSERT OR REPLACE INTO standing VALUES (?, ?, ?, ?, ?, ?, ?)"
DROP_STANDING: Final = "DELETE FROM standing WHERE handle = ?"
DROP_STANDING_OF: Final = "DELETE FROM standing WHERE handle = ? AND plan = ?"
DROP_ACCEPTED_OF: Final = "DELETE FROM standing WHERE handle = ? AND plan NOT IN (SELECT digest FROM plan)"
"""Whoever is written anew under the plans that are kept needs no standing of another that was as good until now: it
would lack what comes, and must not be met when that plan comes back."""
GET_PROGRESS: Final = "SELECT returns, bought, merged, cleaned FROM progress"
SET_PROGRESS: Final = "UPDATE progress SET returns = ?, bought = ?, merged = ?, cleaned = ?"
GET_PLANS: Final = "SELECT serial, digest, first_day, taken, swept, mark FROM plan ORDER BY serial"
NEXT_SERIAL: Final = "SELECT coalesce(max(serial), 0) + 1 FROM plan"
PUT_PLAN: Final = "INSERT INTO plan VALUES (?, ?, ?, ?, ?, ?)"
SET_SWEPT: Final = "UPDATE plan SET swept = ? WHERE serial = ?"
MARK_PLAN: Final = "UPDATE plan SET mark = ? WHERE serial = ?"
TAKE_PLAN: Final = "UPDATE plan SET taken = 1 WHERE serial = ?"
DROP_PLAN: Final = "DELETE FROM plan WHERE serial = ?"
GET_TOLD: Final = "SELECT told FROM published WHERE serial = ?"
PUT_TOLD: Final = "INSERT OR REPLACE INTO published VALUES (?, ?)"
DROP_TOLD: Final = "DELETE FROM published WHERE serial = ?"
GET_ACCEPTED: Final = "SELECT other FROM accepted WHERE plan = ? ORDER BY rank"
PUT_ACCEPTED: Final = "INSERT INTO accepted VALUES (?, ?, ?)"
DROP_ACCEPTED: Final = "DELETE FROM accepted WHERE plan NOT IN (SELECT digest FROM plan)"
GET_EVERY: Final = (
    "SELECT s.plan, s.facts, min(a.rank * 10000000 - s.day) FROM standing AS s"
    " JOIN accepted AS a ON a.plan = ?1 AND a.other = s.plan GROUP BY s.handle"
)
"""Of each member the one that counts, the newest: SQLite takes the other columns from the row that has the least."""
GET_STALE: Final = (
    "SELECT DISTINCT old.handle FROM standing AS old JOIN accepted AS a ON a.plan = ?1 AND a.other = old.plan"
    " WHERE old.day < ?2 AND NOT EXISTS"
    " (SELECT 1 FROM standing AS new WHERE new.handle = old.handle AND new.plan = ?1 AND new.day >= ?2) LIMIT ?3"
)
DROP_PAST: Final = (
    "DELETE FROM standing WHERE rowid IN (SELECT old.rowid FROM standing AS old WHERE day < ?1 AND EXISTS"
    " (SELECT 1 FROM standing AS new WHERE new.handle = old.handle AND new.day > old.day AND new.day <= ?1"
    " AND new.plan IN (old.plan, (SELECT max(digest) FROM plan HAVING count(*) = 1))) LIMIT ?2)"
)
"""Where one plan alone is kept, its standings stand in the place of those that it accepted."""
NEXT_HANDLES: Final = (
    "SELECT max(handle), count(*) FROM (SELECT DISTINCT handle FROM standing WHERE handle > ? ORDER BY handle LIMIT ?)"
)
CLEAN: Final = (
    "DELETE FROM standing WHERE handle > ?1 AND handle <= ?2 AND NOT EXISTS ("
    "SELECT 1 FROM accepted AS a WHERE a.other = standing.plan AND NOT EXISTS ("
    "SELECT 1 FROM standing AS b JOIN accepted AS c ON c.plan = a.plan AND c.other = b.plan"
    " WHERE b.handle = standing.handle AND c.rank < a.rank AND b.day <= ?3))"
)
"""Of some members the standings that no kept plan reads: of plans that are kept no more, or behind a better one."""
GET_CUTS: Final = "SELECT number, least FROM cut WHERE plan = ? AND day = ?"
DROP_CUTS: Final = "DELETE FROM cut WHERE day < ?2 OR (plan = ?1 AND day = ?2) OR plan NOT IN (SELECT digest FROM plan)"
PUT_CUT: Final = "INSERT OR REPLACE INTO cut VALUES (?, ?, ?, ?)"
CLEAR: Final = "DELETE FROM standing"
CLEANED: Final = "UPDATE progress SET cleaned = NULL"
COUNT: Final = "SELECT count(DISTINCT handle) FROM standing"
