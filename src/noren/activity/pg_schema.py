"""Tables of the ledger on PostgreSQL, made by their owner and never by a till.

Purchases and postings are partitioned by member (hash of the handle), receipts by business day
(decisions 0001 and 0008). A partition's own key is the entry alone: entries are unique because
one batch at a time gives them out, and a key that began with the random handle would cost every
purchase a random page.
"""

from __future__ import annotations

from typing import Any, Final

from psycopg import Connection

from noren.activity.tables import REVISION
from noren.revisions import stamp

MEMBER_PARTS: Final = 8
"""Partitions by member. More make a look-up by entry dearer, which probes each of them (docs/measured.md)."""

DAYS_AHEAD: Final = 14
"""For so many days to come, receipts have a partition of their own; a day without one goes to the default."""

TABLES: Final = """
CREATE TABLE member (
  handle bytea PRIMARY KEY, state smallint NOT NULL, points_only boolean NOT NULL, pool bigint NOT NULL,
  last_movement integer NOT NULL, last_purchase bigint NOT NULL, lots integer NOT NULL) WITH (fillfactor = 75);
CREATE TABLE profile (
  handle bytea PRIMARY KEY, draw_number bytea NOT NULL, sex text, age_band integer, age_band_year integer,
  birth_month integer, prefecture text, postal3 text, since text, email_ok boolean, post_ok boolean);
CREATE TABLE card (card_index bytea PRIMARY KEY, handle bytea NOT NULL, state smallint NOT NULL);
CREATE INDEX card_by_member ON card (handle);
CREATE TABLE receipt (
  day integer NOT NULL, hash bytea NOT NULL, entry bigint, PRIMARY KEY (day, hash)) PARTITION BY RANGE (day);
CREATE TABLE receipt_other PARTITION OF receipt DEFAULT;
CREATE TABLE purchase (
  entry bigint NOT NULL, handle bytea NOT NULL, day integer NOT NULL, hash bytea NOT NULL,
  body_hash bytea NOT NULL, shop text NOT NULL, partner text NOT NULL, terminal text NOT NULL,
  receipt text NOT NULL, at bigint NOT NULL, received bigint NOT NULL, amount bigint NOT NULL,
  amount_left bigint NOT NULL, base_left bigint NOT NULL, used_left bigint NOT NULL, earned bigint NOT NULL,
  earned_left bigint NOT NULL, per bigint NOT NULL, previous bigint NOT NULL, imported boolean NOT NULL,
  lines bytea, answer bytea NOT NULL) PARTITION BY HASH (handle);
CREATE TABLE goods_return (
  entry bigint PRIMARY KEY, purchase bigint NOT NULL, name text NOT NULL, body_hash bytea NOT NULL,
  at bigint NOT NULL, amount bigint NOT NULL, lines bytea, answer bytea NOT NULL, UNIQUE (purchase, name));
CREATE TABLE lot (
  number bigint PRIMARY KEY, handle bytea NOT NULL, partner text NOT NULL, expires integer NOT NULL,
  points bigint NOT NULL) WITH (fillfactor = 90);
CREATE INDEX lot_by_member ON lot (handle);
CREATE TABLE posting (
  entry bigint NOT NULL, number integer NOT NULL, kind smallint NOT NULL, handle bytea NOT NULL,
  lot bigint NOT NULL, partner text NOT NULL, day integer NOT NULL, points bigint NOT NULL
  ) PARTITION BY HASH (handle);
CREATE INDEX posting_of_member ON posting (handle) WHERE kind > 4;
CREATE TABLE account (
  partner text NOT NULL, kind smallint NOT NULL, points bigint NOT NULL, PRIMARY KEY (partner, kind)
  ) WITH (fillfactor = 50);
CREATE TABLE used_code (hash bytea PRIMARY KEY, entry bigint NOT NULL, day integer NOT NULL);
CREATE INDEX used_code_by_day ON used_code (day);
CREATE TABLE coupon (
  coupon bytea PRIMARY KEY, handle bytea NOT NULL, barcode text NOT NULL, title_ja text NOT NULL,
  title_en text NOT NULL, discount bigint NOT NULL, min_spend bigint NOT NULL, partners text NOT NULL,
  valid_from integer NOT NULL, valid_until integer NOT NULL, used bigint NOT NULL, campaign text NOT NULL,
  issued_by bigint NOT NULL DEFAULT 0, kind text NOT NULL DEFAULT 'amount', value bigint NOT NULL DEFAULT 0,
  max_value bigint NOT NULL DEFAULT 0, products text NOT NULL DEFAULT 'any', stack text NOT NULL DEFAULT '',
  returns text NOT NULL DEFAULT 'keep')
  WITH (fillfactor = 90);
CREATE INDEX coupon_by_member ON coupon (handle, barcode);
CREATE TABLE redemption (
  entry bigint NOT NULL, number integer NOT NULL, barcode text NOT NULL, coupon bytea, partner text NOT NULL,
  discount bigint NOT NULL, day integer NOT NULL, problem text NOT NULL, PRIMARY KEY (entry, number));
CREATE UNIQUE INDEX redemption_once ON redemption (coupon) WHERE problem = '';
CREATE TABLE opening (
  natural_key bytea PRIMARY KEY, entry bigint NOT NULL, partner text NOT NULL, earned bigint NOT NULL,
  expires integer NOT NULL, points bigint NOT NULL);
CREATE TABLE stop (
  handle bytea NOT NULL, since text NOT NULL, purpose text NOT NULL, recipient text NOT NULL, channel text NOT NULL,
  PRIMARY KEY (handle, purpose, recipient, channel));
CREATE TABLE keeping (handle bytea PRIMARY KEY, months integer NOT NULL);
CREATE TABLE merge (entry bigint PRIMARY KEY, source bytea NOT NULL, target bytea NOT NULL);
CREATE TABLE closing (
  partner text NOT NULL, kind smallint NOT NULL, points bigint NOT NULL, PRIMARY KEY (partner, kind));
CREATE TABLE erasing (handle bytea PRIMARY KEY, since bigint NOT NULL, rewritten bigint NOT NULL);
CREATE TABLE forgetting (
  entry bigint NOT NULL, line integer NOT NULL, since bigint NOT NULL, done bigint NOT NULL,
  PRIMARY KEY (entry, line));
CREATE TABLE campaign (
  number bigint PRIMARY KEY, campaign text NOT NULL UNIQUE, state bigint NOT NULL, file bytea NOT NULL,
  salt bytea NOT NULL, terms bytea NOT NULL, public_key bytea NOT NULL, key_version bigint NOT NULL,
  seed bytea NOT NULL, shares bytea NOT NULL, last_day bigint NOT NULL, drafted bigint NOT NULL,
  started bigint NOT NULL, stopped bigint NOT NULL, revealed bigint NOT NULL);
CREATE TABLE campaign_step (
  number bigint NOT NULL, step bigint NOT NULL, who text NOT NULL, share_hash bytea NOT NULL, sealed bytea NOT NULL,
  at bigint NOT NULL, proof bytea NOT NULL, PRIMARY KEY (number, step));
CREATE TABLE campaign_count (
  number bigint PRIMARY KEY, issued bigint NOT NULL, spent bigint NOT NULL, leaves bigint NOT NULL);
CREATE TABLE campaign_day (
  number bigint NOT NULL, day bigint NOT NULL, issued bigint NOT NULL, PRIMARY KEY (number, day));
CREATE TABLE campaign_member (
  handle bytea NOT NULL, number bigint NOT NULL, settled bigint NOT NULL, day bigint NOT NULL, drawn bigint NOT NULL,
  last bigint NOT NULL, issued text NOT NULL, PRIMARY KEY (handle, number));
CREATE TABLE draw (
  number bigint NOT NULL, seq bigint NOT NULL, entry bigint NOT NULL, ticket bytea NOT NULL, outcome text NOT NULL,
  salt bytea NOT NULL, previous bigint NOT NULL, leaf bytea NOT NULL, PRIMARY KEY (number, seq));
CREATE TABLE entered (
  handle bytea NOT NULL, number bigint NOT NULL, at bigint NOT NULL, behind bigint NOT NULL,
  PRIMARY KEY (handle, number));
CREATE TABLE undrawn (
  handle bytea NOT NULL, entry bigint NOT NULL, why text NOT NULL, PRIMARY KEY (handle, entry));
CREATE INDEX opening_by_entry ON opening (entry);
CREATE TABLE tier_rules (
  version bigint PRIMARY KEY, state text NOT NULL, file bytea NOT NULL, author text NOT NULL, approver text NOT NULL,
  drafted bigint NOT NULL, published bigint NOT NULL);
CREATE TABLE tier_month (
  month bigint PRIMARY KEY, version bigint NOT NULL, first_day bigint NOT NULL, begins bigint NOT NULL,
  ends bigint NOT NULL, as_of bigint NOT NULL, lowest text NOT NULL, done bigint NOT NULL);
CREATE TABLE tier (
  handle bytea PRIMARY KEY, month bigint NOT NULL, level text NOT NULL, since bigint NOT NULL, was text NOT NULL);
CREATE TABLE product (
  product text PRIMARY KEY, name text, category text, department text, brand text, maker text, sensitivity text);
CREATE TABLE tally (name text PRIMARY KEY, count bigint NOT NULL) WITH (fillfactor = 10);
CREATE TABLE meta (name text PRIMARY KEY, value bigint NOT NULL) WITH (fillfactor = 10);
"""

_MEMBER_PART: Final = (
    "CREATE TABLE purchase_{part} PARTITION OF purchase (PRIMARY KEY (entry))"
    " FOR VALUES WITH (MODULUS {parts}, REMAINDER {part});"
    "CREATE TABLE posting_{part} PARTITION OF posting (PRIMARY KEY (entry, number))"
    " FOR VALUES WITH (MODULUS {parts}, REMAINDER {part});"
)

_FIRST_DAY: Final = "CREATE TABLE receipt_before PARTITION OF receipt FOR VALUES FROM (MINVALUE) TO ({day});"
"""One partition for all days before the ledger began, so that the default stays empty and a new day costs no scan."""

TURN_DAYS: Final = """
CREATE FUNCTION turn_receipt_days(first integer, last integer, before integer) RETURNS void
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
$turn$;
REVOKE ALL ON FUNCTION turn_receipt_days(integer, integer, integer) FROM PUBLIC;
"""
"""Makes the partitions of coming days and drops those of past days that are empty. Its owner's rights, so that the
ledger-worker need not own a table."""

META: Final = (
    ("schema", int(REVISION)),
    ("next_entry", 1),
    ("clock_offset_us", 0),
    ("probe", 0),
    ("products", 0),
    ("campaigns", 0),
)
COUNTED: Final = (
    "purchases", "lines", "amount", "amount_without_lines", "earned", "used", "returns", "replays", "imported",
    "unknown_fields",
)  # fmt: skip
"""The rows of ``tally``: the fields of ``model.Tally``."""


def statements(first_day: int) -> list[str]:
    """Return what makes the whole schema, receipts by day from ``first_day`` on; each may hold several statements."""
    parts = [_MEMBER_PART.format(part=part, parts=MEMBER_PARTS) for part in range(MEMBER_PARTS)]
    meta = (*META, ("first_receipt_day", first_day))
    return [
        TABLES,
        *parts,
        _FIRST_DAY.format(day=first_day),
        "INSERT INTO meta VALUES " + ", ".join(f"('{name}', {value})" for name, value in meta),
        "INSERT INTO tally VALUES " + ", ".join(f"('{name}', 0)" for name in COUNTED),
        TURN_DAYS,
        *stamp.put(REVISION),
        f"SELECT turn_receipt_days({first_day}, {first_day + DAYS_AHEAD}, {first_day})",
    ]


def create_tables(connection: Connection[Any], *, first_day: int) -> None:
    """Make the ledger's tables, as their owner, in the first schema of the search path, in one transaction."""
    with connection.transaction():
        for statement in statements(first_day):
            connection.execute(statement.encode())
