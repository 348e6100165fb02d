"""Tables and named SQL of the standings' own file."""

from __future__ import annotations

from typing import Final

LAYOUT: Final = 2
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
  since INTEGER NOT NULL, facts BLOB NOT NULL, UNIQUE (handle, day)) STRICT;
CREATE INDEX standing_by_day ON standing (day, handle);
CREATE TABLE progress (
  one INTEGER PRIMARY KEY CHECK (one = 1), returns INTEGER NOT NULL, bought INTEGER NOT NULL, merged INTEGER NOT NULL,
  plan BLOB NOT NULL, swept BLOB) STRICT;
CREATE TABLE accepted (plan BLOB NOT NULL, other BLOB NOT NULL, PRIMARY KEY (plan, other)) WITHOUT ROWID, STRICT;
CREATE TABLE cut (
  plan BLOB NOT NULL, day INTEGER NOT NULL, number INTEGER NOT NULL, least INTEGER, PRIMARY KEY (plan, day, number)
  ) WITHOUT ROWID, STRICT;
CREATE TABLE published (one INTEGER PRIMARY KEY CHECK (one = 1), edition INTEGER NOT NULL, told BLOB NOT NULL) STRICT;
INSERT INTO published VALUES (1, 0, x'');
INSERT INTO progress VALUES (1, 0, 0, 0, x'', x'');
PRAGMA user_version = {LAYOUT};
"""

GET_LAYOUT: Final = "PRAGMA user_version"
GET_STANDING: Final = (
    "SELECT handle, day, plan, head, max(seen, (SELECT returns FROM progress)), since, facts FROM standing"
    " WHERE handle = ? AND day <= ? ORDER BY day DESC LIMIT 1"
)
PUT_STANDING: Final = "INSERT OR REPLACE INTO standing VALUES (?, ?, ?, ?, ?, ?, ?)"
DROP_STANDING: Final = "DELETE FROM standing WHERE handle = ?"
GET_PROGRESS: Final = "SELECT returns, bought, merged, plan, swept FROM progress"
SET_PROGRESS: Final = "UPDATE progress SET returns = ?, bought = ?, merged = ?, plan = ?, swept = ?"
GET_ACCEPTED: Final = "SELECT other FROM accepted WHERE plan = ?"
DROP_ACCEPTED: Final = "DELETE FROM accepted"
PUT_ACCEPTED: Final = "INSERT INTO accepted VALUES (?, ?)"
GET_EVERY: Final = (
    "SELECT plan, facts, max(day) FROM standing WHERE plan = ?1 OR plan IN (SELECT other FROM accepted WHERE plan = ?1)"
    " GROUP BY handle"
)
"""Of each member the newest: SQLite takes the other columns from the row that has the greatest day."""
GET_STALE: Final = (
    "SELECT DISTINCT handle FROM standing AS old WHERE day < ?1"
    " AND NOT EXISTS (SELECT 1 FROM standing AS new WHERE new.handle = old.handle AND new.day >= ?1) LIMIT ?2"
)
DROP_PAST: Final = (
    "DELETE FROM standing WHERE rowid IN (SELECT old.rowid FROM standing AS old WHERE day < ?1 AND EXISTS"
    " (SELECT 1 FROM standing AS new WHERE new.handle = old.handle AND new.day > old.day AND new.day <= ?1) LIMIT ?2)"
)
GET_CUTS: Final = "SELECT number, least FROM cut WHERE plan = ? AND day = ?"
DROP_CUTS: Final = "DELETE FROM cut WHERE plan <> ? OR day < ?"
PUT_CUT: Final = "INSERT OR REPLACE INTO cut VALUES (?, ?, ?, ?)"
GET_EDITION: Final = "SELECT edition FROM published"
GET_PUBLISHED: Final = "SELECT told FROM published"
PUBLISH: Final = "UPDATE published SET edition = ?, told = ?"
CLEAR: Final = "DELETE FROM standing"
COUNT: Final = "SELECT count(DISTINCT handle) FROM standing"
