"""0001: the ledger as it was before there were revisions (its own schema number was 1)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Final

from alembic import op

from noren.kernel.say import Say

revision: Final = "0001"
down_revision: Final = None

SAYS: Final = Say(
    "最初の版: 会員の口座・カード・購買・返品・ポイント",
    "The first layout: accounts, cards, purchases, returns, points",
)

SQLITE: Final = (
    """CREATE TABLE member (
  handle BLOB PRIMARY KEY, state INTEGER NOT NULL, points_only INTEGER NOT NULL, pool INTEGER NOT NULL,
  last_movement INTEGER NOT NULL, last_purchase INTEGER NOT NULL, lots INTEGER NOT NULL) WITHOUT ROWID, STRICT""",
    """CREATE TABLE profile (
  handle BLOB PRIMARY KEY, draw_number BLOB NOT NULL, sex TEXT, age_band INTEGER, age_band_year INTEGER,
  birth_month INTEGER, prefecture TEXT, postal3 TEXT, since TEXT, email_ok INTEGER, post_ok INTEGER
  ) WITHOUT ROWID, STRICT""",
    """CREATE TABLE card (
  card_index BLOB PRIMARY KEY, handle BLOB NOT NULL, state INTEGER NOT NULL) WITHOUT ROWID, STRICT""",
    "CREATE INDEX card_by_member ON card (handle)",
    """CREATE TABLE receipt (
  day INTEGER NOT NULL, hash BLOB NOT NULL, entry INTEGER, PRIMARY KEY (day, hash)) WITHOUT ROWID, STRICT""",
    """CREATE TABLE purchase (
  entry INTEGER PRIMARY KEY, handle BLOB NOT NULL, day INTEGER NOT NULL, hash BLOB NOT NULL,
  body_hash BLOB NOT NULL, shop TEXT NOT NULL, partner TEXT NOT NULL, terminal TEXT NOT NULL,
  receipt TEXT NOT NULL, at INTEGER NOT NULL, received INTEGER NOT NULL, amount INTEGER NOT NULL,
  amount_left INTEGER NOT NULL, base_left INTEGER NOT NULL, used_left INTEGER NOT NULL, earned INTEGER NOT NULL,
  earned_left INTEGER NOT NULL, per INTEGER NOT NULL, previous INTEGER NOT NULL, imported INTEGER NOT NULL,
  lines BLOB, answer BLOB NOT NULL) STRICT""",
    """CREATE TABLE goods_return (
  entry INTEGER PRIMARY KEY, purchase INTEGER NOT NULL, name TEXT NOT NULL, body_hash BLOB NOT NULL,
  at INTEGER NOT NULL, amount INTEGER NOT NULL, lines BLOB, answer BLOB NOT NULL,
  UNIQUE (purchase, name)) STRICT""",
    """CREATE TABLE lot (
  number INTEGER PRIMARY KEY, handle BLOB NOT NULL, partner TEXT NOT NULL, expires INTEGER NOT NULL,
  points INTEGER NOT NULL) STRICT""",
    "CREATE INDEX lot_by_member ON lot (handle)",
    """CREATE TABLE posting (
  entry INTEGER NOT NULL, number INTEGER NOT NULL, kind INTEGER NOT NULL, handle BLOB NOT NULL,
  lot INTEGER NOT NULL, partner TEXT NOT NULL, day INTEGER NOT NULL, points INTEGER NOT NULL,
  PRIMARY KEY (entry, number)) WITHOUT ROWID, STRICT""",
    """CREATE TABLE account (
  partner TEXT NOT NULL, kind INTEGER NOT NULL, points INTEGER NOT NULL, PRIMARY KEY (partner, kind)
  ) WITHOUT ROWID, STRICT""",
    """CREATE TABLE used_code (
  hash BLOB PRIMARY KEY, entry INTEGER NOT NULL, day INTEGER NOT NULL) WITHOUT ROWID, STRICT""",
    "CREATE INDEX used_code_by_day ON used_code (day)",
    "CREATE TABLE merge (entry INTEGER PRIMARY KEY, source BLOB NOT NULL, target BLOB NOT NULL) STRICT",
    """CREATE TABLE product (
  product TEXT PRIMARY KEY, name TEXT, category TEXT, department TEXT, brand TEXT, maker TEXT, sensitivity TEXT
  ) WITHOUT ROWID, STRICT""",
    "CREATE TABLE tally (name TEXT PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID, STRICT",
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID, STRICT",
    "INSERT INTO meta VALUES ('schema', 1), ('next_entry', 1), ('clock_offset_us', 0), ('probe', 0)",
)


POSTGRESQL: Final = (
    """CREATE TABLE member (
  handle bytea PRIMARY KEY, state smallint NOT NULL, points_only boolean NOT NULL, pool bigint NOT NULL,
  last_movement integer NOT NULL, last_purchase bigint NOT NULL, lots integer NOT NULL) WITH (fillfactor = 75)""",
    """CREATE TABLE profile (
  handle bytea PRIMARY KEY, draw_number bytea NOT NULL, sex text, age_band integer, age_band_year integer,
  birth_month integer, prefecture text, postal3 text, since text, email_ok boolean, post_ok boolean)""",
    "CREATE TABLE card (card_index bytea PRIMARY KEY, handle bytea NOT NULL, state smallint NOT NULL)",
    "CREATE INDEX card_by_member ON card (handle)",
    """CREATE TABLE receipt (
  day integer NOT NULL, hash bytea NOT NULL, entry bigint, PRIMARY KEY (day, hash)) PARTITION BY RANGE (day)""",
    "CREATE TABLE receipt_other PARTITION OF receipt DEFAULT",
    """CREATE TABLE purchase (
  entry bigint NOT NULL, handle bytea NOT NULL, day integer NOT NULL, hash bytea NOT NULL,
  body_hash bytea NOT NULL, shop text NOT NULL, partner text NOT NULL, terminal text NOT NULL,
  receipt text NOT NULL, at bigint NOT NULL, received bigint NOT NULL, amount bigint NOT NULL,
  amount_left bigint NOT NULL, base_left bigint NOT NULL, used_left bigint NOT NULL, earned bigint NOT NULL,
  earned_left bigint NOT NULL, per bigint NOT NULL, previous bigint NOT NULL, imported boolean NOT NULL,
  lines bytea, answer bytea NOT NULL) PARTITION BY HASH (handle)""",
    """CREATE TABLE goods_return (
  entry bigint PRIMARY KEY, purchase bigint NOT NULL, name text NOT NULL, body_hash bytea NOT NULL,
  at bigint NOT NULL, amount bigint NOT NULL, lines bytea, answer bytea NOT NULL, UNIQUE (purchase, name))""",
    """CREATE TABLE lot (
  number bigint PRIMARY KEY, handle bytea NOT NULL, partner text NOT NULL, expires integer NOT NULL,
  points bigint NOT NULL) WITH (fillfactor = 90)""",
    "CREATE INDEX lot_by_member ON lot (handle)",
    """CREATE TABLE posting (
  entry bigint NOT NULL, number integer NOT NULL, kind smallint NOT NULL, handle bytea NOT NULL,
  lot bigint NOT NULL, partner text NOT NULL, day integer NOT NULL, points bigint NOT NULL
  ) PARTITION BY HASH (handle)""",
    """CREATE TABLE account (
  partner text NOT NULL, kind smallint NOT NULL, points bigint NOT NULL, PRIMARY KEY (partner, kind)
  ) WITH (fillfactor = 50)""",
    "CREATE TABLE used_code (hash bytea PRIMARY KEY, entry bigint NOT NULL, day integer NOT NULL)",
    "CREATE INDEX used_code_by_day ON used_code (day)",
    "CREATE TABLE merge (entry bigint PRIMARY KEY, source bytea NOT NULL, target bytea NOT NULL)",
    """CREATE TABLE product (
  product text PRIMARY KEY, name text, category text, department text, brand text, maker text, sensitivity text)""",
    "CREATE TABLE tally (name text PRIMARY KEY, count bigint NOT NULL) WITH (fillfactor = 10)",
    "CREATE TABLE meta (name text PRIMARY KEY, value bigint NOT NULL) WITH (fillfactor = 10)",
)

TURN_DAYS: Final = (
    """CREATE FUNCTION turn_receipt_days(first integer, last integer, before integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT SET lock_timeout = '500ms' AS $turn$
DECLARE
  part text;
  rows boolean;
BEGIN
  ASSERT last - first < 400, 'too many days at once';
  FOR turned IN greatest(first, (SELECT value FROM meta WHERE name = 'first_receipt_day')) .. last LOOP
    part := 'receipt_' || turned;
    CONTINUE WHEN to_regclass(part) IS NOT NULL OR EXISTS (SELECT 1 FROM receipt_other AS r WHERE r.day = turned);
    EXECUTE format('CREATE TABLE %I (LIKE receipt INCLUDING ALL)', part);
    EXECUTE format('ALTER TABLE receipt ATTACH PARTITION %I FOR VALUES FROM (%s) TO (%s)', part, turned, turned + 1);
  END LOOP;
  FOR part IN
    SELECT c.relname FROM pg_catalog.pg_inherits AS i JOIN pg_catalog.pg_class AS c ON c.oid = i.inhrelid
    WHERE i.inhparent = to_regclass('receipt') AND c.relname ~ '^receipt_[0-9]+$'
      AND substring(c.relname FROM 9)::integer < before
  LOOP
    EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I)', part) INTO rows;
    IF NOT rows THEN
      EXECUTE format('DROP TABLE %I', part);
    END IF;
  END LOOP;
END
$turn$""",
    "REVOKE ALL ON FUNCTION turn_receipt_days(integer, integer, integer) FROM PUBLIC",
)
COUNTED: Final = (
    "purchases", "lines", "amount", "amount_without_lines", "earned", "used", "returns", "replays", "imported",
    "unknown_fields",
)  # fmt: skip
MEMBER_PARTS: Final = 8
DAYS_AHEAD: Final = 14


def upgrade() -> None:
    """Make the tables."""
    dialect = op.get_bind().dialect.name
    for statement in SQLITE if dialect == "sqlite" else POSTGRESQL:
        op.execute(statement)
    if dialect == "postgresql":
        _make_parts()
        first_day = (datetime.now(UTC).date() - date(1970, 1, 1)).days
        _make_days(first_day)


def _make_parts() -> None:
    for part in range(MEMBER_PARTS):
        for table, key in (("purchase", "entry"), ("posting", "entry, number")):
            op.execute(
                f"CREATE TABLE {table}_{part} PARTITION OF {table} (PRIMARY KEY ({key}))"
                f" FOR VALUES WITH (MODULUS {MEMBER_PARTS}, REMAINDER {part})"
            )


def _make_days(first_day: int) -> None:
    op.execute(f"CREATE TABLE receipt_before PARTITION OF receipt FOR VALUES FROM (MINVALUE) TO ({first_day})")
    op.execute(
        "INSERT INTO meta VALUES ('schema', 1), ('next_entry', 1), ('clock_offset_us', 0), ('probe', 0),"
        f" ('first_receipt_day', {first_day})"
    )
    for name in COUNTED:
        op.execute(f"INSERT INTO tally VALUES ('{name}', 0)")
    for statement in TURN_DAYS:
        op.execute(statement)
    op.execute(f"SELECT turn_receipt_days({first_day}, {first_day + DAYS_AHEAD}, {first_day})")
