"""Named SQL of the ledger on PostgreSQL: one statement per set, arrays in, rows out.

The columns are those of ``tables`` in the same order, so that ``rows`` serves both stores.
"""

from __future__ import annotations

from typing import Final

from noren.activity.tables import COUPON_COLUMNS, PURCHASE_COLUMNS, RETURN_COLUMNS

GET_SETTING: Final = "SELECT setting FROM pg_catalog.pg_settings WHERE name = $1"
BEGIN: Final = "BEGIN"
BEGIN_DURABLE: Final = "SET LOCAL synchronous_commit = on"
COMMIT: Final = "COMMIT"
ROLL_BACK: Final = "ROLLBACK"
FLUSH: Final = "SELECT pg_catalog.pg_logical_emit_message(true, 'noren', '')"
"""Writes an empty record to the log and commits it durably; the log is one, so all before it is durable too."""
IS_FLUSHED: Final = "SELECT pg_catalog.pg_current_wal_flush_lsn() >= pg_catalog.pg_current_wal_insert_lsn()"

TAKE_TURN: Final = "SELECT value FROM meta WHERE name = 'next_entry' FOR UPDATE"
"""One batch at a time, over all processes: the row stays locked until the commit is visible."""
GET_META: Final = "SELECT value FROM meta WHERE name = $1"
SET_META: Final = "UPDATE meta SET value = $2 WHERE name = $1"
PROBE: Final = "UPDATE meta SET value = value + 1 WHERE name = 'probe'"


def get_receipts_of(day: int) -> str:
    """Return the look-up of one day's receipts.

    The day stands in the text, so that the plan names one partition: with a parameter, each
    execution would lock the partitions of all days. Each hash is asked for by itself: planned on an
    empty day, ``hash = ANY(...)`` became a filter over the whole day, for as long as the session lived.
    """
    return (
        "SELECT r.day, r.hash, r.entry FROM unnest($1::bytea[]) AS k (hash) CROSS JOIN LATERAL"
        f" (SELECT day, hash, entry FROM receipt WHERE day = {day:d} AND hash = k.hash LIMIT 1) AS r"
    )


GET_RECEIPTS: Final = (
    "SELECT r.day, r.hash, r.entry FROM unnest($1::integer[], $2::bytea[]) AS k (day, hash) CROSS JOIN LATERAL"
    " (SELECT day, hash, entry FROM receipt WHERE receipt.day = k.day AND receipt.hash = k.hash LIMIT 1) AS r"
)
GET_CARDS: Final = "SELECT card_index, handle, state FROM card WHERE card_index = ANY($1::bytea[])"
MEMBER_COLUMNS: Final = "handle, state, points_only, pool, last_movement, last_purchase, lots"
_OF_MEMBER: Final = ", ".join(f"m.{name}" for name in MEMBER_COLUMNS.split(", "))
GET_HOLDERS: Final = (
    f"SELECT c.card_index, c.state, {_OF_MEMBER} FROM card AS c JOIN member AS m ON m.handle = c.handle"
    " WHERE c.card_index = ANY($1::bytea[])"
)
GET_MEMBERS: Final = f"SELECT {MEMBER_COLUMNS} FROM member WHERE handle = ANY($1::bytea[])"
GET_HANDLES_BETWEEN: Final = "SELECT handle FROM member WHERE handle >= $1 AND handle < $2 LIMIT 2"
GET_STARTING: Final = (
    f"SELECT k.prefix, {_OF_MEMBER} FROM unnest($1::bytea[], $2::bytea[], $3::bytea[]) AS k (prefix, low, high)"
    " CROSS JOIN LATERAL (SELECT * FROM member WHERE handle >= k.low AND handle < k.high LIMIT 2) AS m"
)
LOT_COLUMNS: Final = "number, handle, partner, expires, points"
GET_LOTS: Final = f"SELECT {LOT_COLUMNS} FROM lot WHERE handle = ANY($1::bytea[]) ORDER BY number"
SUM_LOTS_BEFORE: Final = "SELECT coalesce(sum(points), 0)::bigint FROM lot WHERE number = ANY($1::bigint[])"
GET_PURCHASES: Final = f"SELECT {PURCHASE_COLUMNS} FROM purchase WHERE entry = ANY($1::bigint[])"
GET_RETURNS: Final = (
    f"SELECT {RETURN_COLUMNS} FROM goods_return WHERE purchase = ANY($1::bigint[]) ORDER BY purchase, entry"
)
POSTING_COLUMNS: Final = "entry, number, kind, handle, lot, partner, day, points"
GET_POSTINGS: Final = f"SELECT {POSTING_COLUMNS} FROM posting WHERE entry = ANY($1::bigint[]) ORDER BY entry, number"
GET_CODES: Final = "SELECT hash, entry FROM used_code WHERE hash = ANY($1::bytea[])"
PRODUCT_COLUMNS: Final[str] = "product, name, category, department, brand, maker, sensitivity"
GET_SOME_PRODUCTS: Final = f"SELECT {PRODUCT_COLUMNS} FROM product WHERE product = ANY($1::text[])"
GET_COUPONS_NAMED: Final = f"SELECT {COUPON_COLUMNS} FROM coupon WHERE coupon = ANY($1::bytea[])"
GET_COUPONS: Final = (
    f"SELECT {COUPON_COLUMNS} FROM coupon WHERE handle = $1 AND barcode = ANY($2::text[]) ORDER BY valid_until, coupon"
)
GET_COUPONS_OF: Final = (
    f"SELECT {COUPON_COLUMNS} FROM coupon WHERE handle = $1 AND used = 0 ORDER BY valid_until, coupon"
)
OPENING_COLUMNS: Final = "natural_key, entry, partner, earned, expires, points"
GET_OPENINGS: Final = f"SELECT {OPENING_COLUMNS} FROM opening WHERE natural_key = ANY($1::bytea[])"
GET_TALLY: Final = "SELECT name, count FROM tally"

# What nearly every batch writes goes in one statement, so that it is planned, sent and begun once. Its last word is an
# assertion: each member's row must still hold the points that the batch began with; else it divides by zero.
PUT_BATCH: Final = f"""
WITH bought AS MATERIALIZED (
  SELECT * FROM unnest($1::bigint[], $2::bytea[], $3::integer[], $4::bytea[], $5::bytea[], $6::text[], $7::text[],
    $8::text[], $9::text[], $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[], $14::bigint[], $15::bigint[],
    $16::bigint[], $17::bigint[], $18::bigint[], $19::bigint[], $20::boolean[], $21::bytea[], $22::bytea[])
    AS b ({PURCHASE_COLUMNS})),
put_purchases AS (INSERT INTO purchase ({PURCHASE_COLUMNS}) SELECT {PURCHASE_COLUMNS} FROM bought),
put_receipts AS (INSERT INTO receipt (day, hash, entry) SELECT day, hash, entry FROM bought),
put_postings AS (INSERT INTO posting ({POSTING_COLUMNS}) SELECT * FROM unnest(
  $23::bigint[], $24::integer[], $25::smallint[], $26::bytea[], $27::bigint[], $28::text[], $29::integer[],
  $30::bigint[])),
add_accounts AS (INSERT INTO account AS a (partner, kind, points)
  SELECT * FROM unnest($31::text[], $32::smallint[], $33::bigint[])
  ON CONFLICT (partner, kind) DO UPDATE SET points = a.points + excluded.points),
add_tally AS (UPDATE tally AS t SET count = t.count + n.count
  FROM unnest($34::text[], $35::bigint[]) AS n (name, count) WHERE t.name = n.name),
set_next AS (UPDATE meta SET value = $36 WHERE name = 'next_entry' AND $36 > 0),
set_members AS (UPDATE member AS m SET state = n.state, points_only = n.points_only, pool = n.pool,
    last_movement = n.last_movement, last_purchase = n.last_purchase, lots = n.lots
  FROM unnest($37::smallint[], $38::boolean[], $39::bigint[], $40::integer[], $41::bigint[], $42::integer[],
    $43::bytea[], $44::bigint[])
    AS n (state, points_only, pool, last_movement, last_purchase, lots, handle, was)
  WHERE m.handle = n.handle AND m.pool = n.was RETURNING 1)
SELECT 1 / (count(*) = $45::bigint)::integer FROM set_members
"""
AMEND_PURCHASES: Final = (
    "UPDATE purchase AS p SET amount_left = n.amount_left, base_left = n.base_left, used_left = n.used_left,"
    " earned_left = n.earned_left FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bytea[],"
    " $6::bigint[]) AS n (amount_left, base_left, used_left, earned_left, handle, entry)"
    " WHERE p.handle = n.handle AND p.entry = n.entry"
)
PUT_RETURNS: Final = (
    f"INSERT INTO goods_return ({RETURN_COLUMNS}) SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[],"
    " $4::bytea[], $5::bigint[], $6::bigint[], $7::bytea[], $8::bytea[])"
)
PUT_LOTS: Final = (
    f"INSERT INTO lot ({LOT_COLUMNS}) SELECT * FROM unnest($1::bigint[], $2::bytea[], $3::text[], $4::integer[],"
    " $5::bigint[]) ON CONFLICT (number) DO UPDATE SET handle = excluded.handle, points = excluded.points"
)
PUT_CODES: Final = (
    "INSERT INTO used_code (hash, entry, day) SELECT * FROM unnest($1::bytea[], $2::bigint[], $3::integer[])"
)
PUT_COUPONS: Final = (
    f"INSERT INTO coupon ({COUPON_COLUMNS}) SELECT * FROM unnest($1::bytea[], $2::bytea[], $3::text[], $4::text[],"
    " $5::text[], $6::bigint[], $7::bigint[], $8::text[], $9::integer[], $10::integer[], $11::bigint[], $12::text[],"
    " $13::bigint[], $14::text[], $15::bigint[], $16::bigint[], $17::text[], $18::text[], $19::text[])"
)
USE_COUPONS: Final = (
    "UPDATE coupon AS c SET used = n.entry FROM unnest($1::bigint[], $2::bytea[]) AS n (entry, coupon)"
    " WHERE c.coupon = n.coupon"
)
PUT_REDEMPTIONS: Final = (
    "INSERT INTO redemption SELECT * FROM unnest($1::bigint[], $2::integer[], $3::text[], $4::bytea[], $5::text[],"
    " $6::bigint[], $7::integer[], $8::text[])"
)
PUT_OPENINGS: Final = (
    f"INSERT INTO opening ({OPENING_COLUMNS}) SELECT * FROM unnest($1::bytea[], $2::bigint[], $3::text[],"
    " $4::bigint[], $5::integer[], $6::bigint[])"
)

PUT_MEMBER: Final = "INSERT INTO member VALUES ($1, $2, false, 0, 0, 0, 0)"
PUT_PROFILE: Final = "INSERT INTO profile VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
SET_PROFILE: Final = (
    "UPDATE profile SET sex = $1, age_band = $2, age_band_year = $3, birth_month = $4, prefecture = $5, postal3 = $6,"
    " since = $7, email_ok = $8, post_ok = $9 WHERE handle = $10"
)
PUT_CARDS: Final = (
    "INSERT INTO card SELECT * FROM unnest($1::bytea[], $2::bytea[], $3::smallint[])"
    " ON CONFLICT (card_index) DO UPDATE SET handle = excluded.handle, state = excluded.state"
)
SET_POINTS_ONLY: Final = "UPDATE member SET points_only = $2 WHERE handle = $1"
MOVE_CARDS: Final = "UPDATE card SET handle = $2 WHERE handle = $1"
GET_STOPS: Final = (
    "SELECT purpose, recipient, channel, since FROM stop WHERE handle = $1 ORDER BY purpose, recipient, channel"
)
DROP_STOPS: Final = "DELETE FROM stop WHERE handle = $1"
PUT_STOP: Final = "INSERT INTO stop (handle, purpose, recipient, channel, since) VALUES ($1, $2, $3, $4, $5)"
GET_KEEPING: Final = "SELECT months FROM keeping WHERE handle = $1"
DROP_KEEPING: Final = "DELETE FROM keeping WHERE handle = $1"
PUT_KEEPING: Final = "INSERT INTO keeping VALUES ($1, $2)"
MOVE_COUPONS: Final = "UPDATE coupon SET handle = $2 WHERE handle = $1"
GET_CHAIN: Final = f"""
WITH RECURSIVE chain AS (
  SELECT {PURCHASE_COLUMNS}, 1 AS depth FROM purchase WHERE handle = $1 AND entry = $2
  UNION ALL
  SELECT {", ".join(f"p.{name}" for name in PURCHASE_COLUMNS.split(", "))}, chain.depth + 1
  FROM chain JOIN purchase AS p ON p.handle = $1 AND p.entry = chain.previous WHERE chain.depth < $3)
SELECT {PURCHASE_COLUMNS} FROM chain ORDER BY depth
"""
GET_CHAIN_ENTRIES: Final = """
WITH RECURSIVE chain AS (
  SELECT entry, previous FROM purchase WHERE handle = $1 AND entry = $2
  UNION ALL
  SELECT p.entry, p.previous FROM chain JOIN purchase AS p ON p.handle = $1 AND p.entry = chain.previous)
SELECT entry FROM chain
"""
MOVE_PURCHASES: Final = "UPDATE purchase SET handle = $2 WHERE handle = $1 AND entry = ANY($3::bigint[])"
RELINK_PURCHASE: Final = "UPDATE purchase SET previous = $3 WHERE handle = $1 AND entry = $2"
SET_LAST_PURCHASE: Final = "UPDATE member SET last_purchase = $2 WHERE handle = $1"
PUT_MERGE: Final = "INSERT INTO merge VALUES ($1, $2, $3)"
PUT_PRODUCTS: Final = (
    f"INSERT INTO product ({PRODUCT_COLUMNS}) SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[],"
    " $5::text[], $6::text[], $7::text[]) ON CONFLICT (product) DO UPDATE SET name = excluded.name,"
    " category = excluded.category, department = excluded.department, brand = excluded.brand,"
    " maker = excluded.maker, sensitivity = excluded.sensitivity"
)
DROP_RECEIPTS: Final = (
    "DELETE FROM receipt AS r USING unnest($1::integer[], $2::bytea[]) AS k (day, hash)"
    " WHERE r.day = k.day AND r.hash = k.hash"
)
THIN_PURCHASES: Final = "UPDATE purchase SET lines = NULL, answer = '' WHERE entry = ANY($1::bigint[])"
THIN_RETURNS: Final = "UPDATE goods_return SET lines = NULL, answer = '' WHERE purchase = ANY($1::bigint[])"
DROP_COUPONS: Final = "DELETE FROM coupon WHERE valid_until < $1"
DROP_CODES: Final = "DELETE FROM used_code WHERE day < $1"
TURN_DAYS: Final = "SELECT turn_receipt_days($1, $2, $3)"

GET_PURCHASES_AFTER: Final = f"SELECT {PURCHASE_COLUMNS} FROM purchase WHERE entry > $1 ORDER BY entry LIMIT $2"
GET_RETURNS_AFTER: Final = (
    "SELECT "
    + ", ".join(f"r.{name}" for name in RETURN_COLUMNS.split(", "))
    + ", "
    + ", ".join(f"p.{name}" for name in PURCHASE_COLUMNS.split(", "))
    + " FROM (SELECT * FROM goods_return WHERE entry > $1 ORDER BY entry LIMIT $2) AS r"
    " JOIN purchase AS p ON p.entry = r.purchase ORDER BY r.entry"
)
GET_MERGES_AFTER: Final = "SELECT entry, source, target FROM merge WHERE entry > $1 ORDER BY entry LIMIT $2"
GET_PREVIOUS: Final = "SELECT previous FROM purchase WHERE handle = $1 AND entry = $2"
GET_PRODUCTS: Final = f"SELECT {PRODUCT_COLUMNS} FROM product ORDER BY product"
COUNT: Final = (
    "SELECT (SELECT count(*) FROM member WHERE state = 1), (SELECT count(*) FROM card), (SELECT count(*) FROM product)"
)
SUM_MEMBERS: Final = "SELECT coalesce(sum(pool), 0)::bigint FROM member"
SUM_LOTS: Final = "SELECT coalesce(sum(points), 0)::bigint FROM lot"
GET_ACCOUNTS: Final = "SELECT partner, kind, points FROM account ORDER BY partner, kind"
SUM_PURCHASES: Final = (
    "SELECT count(*), coalesce(sum(amount), 0)::bigint, coalesce(sum(earned), 0)::bigint,"
    " (SELECT count(*) FROM goods_return) FROM purchase"
)
TORN_PURCHASES: Final = (
    "SELECT count(*) FROM purchase LEFT JOIN (SELECT purchase, sum(amount) AS back FROM goods_return"
    " GROUP BY purchase) AS r ON r.purchase = entry WHERE amount_left <> amount - coalesce(back, 0)"
)
UNBALANCED_MEMBERS: Final = (
    "SELECT count(*) FROM member LEFT JOIN (SELECT handle, sum(points) AS points FROM posting WHERE lot = 0"
    " GROUP BY handle) AS p USING (handle) WHERE pool <> coalesce(p.points, 0)"
)
SUM_OPENINGS: Final = "SELECT partner, count(*), sum(points)::bigint FROM opening GROUP BY partner ORDER BY partner"
SUM_OPENING_POSTINGS: Final = (
    "SELECT partner, count(*), sum(points)::bigint FROM posting WHERE kind = $1 GROUP BY partner ORDER BY partner"
)
SUM_OPENING_ACCOUNTS: Final = (
    "SELECT a.partner, -(a.points + coalesce(c.points, 0)) FROM account AS a"
    " LEFT JOIN closing AS c ON c.partner = a.partner AND c.kind = a.kind WHERE a.kind = $1 ORDER BY a.partner"
)
SUM_COUPONS: Final = (
    "SELECT partners, count(*), sum(discount)::bigint, count(*) FILTER (WHERE used > 0) FROM coupon"
    " WHERE campaign = '' GROUP BY partners ORDER BY partners"
)
GET_OPENINGS_AFTER: Final = (
    f"SELECT {OPENING_COLUMNS} FROM opening WHERE natural_key > $1 ORDER BY natural_key LIMIT $2"
)
GET_COUPONS_AFTER: Final = (
    f"SELECT {COUPON_COLUMNS} FROM coupon WHERE coupon > $1 AND campaign = '' ORDER BY coupon LIMIT $2"
)
GET_LAPSING: Final = (
    "SELECT handle FROM member WHERE handle > $1 AND state = 1 AND ((pool > 0 AND last_movement < $2)"
    " OR (lots > 0 AND EXISTS (SELECT 1 FROM lot WHERE lot.handle = member.handle AND points > 0 AND expires < $3)))"
    " ORDER BY handle LIMIT $4"
)
GET_OLD_RECEIPTS: Final = (
    "SELECT r.day, r.hash, r.entry FROM receipt AS r LEFT JOIN purchase AS p ON p.entry = r.entry"
    " WHERE (r.day, r.hash) > ($1, $2) AND r.day < $3 AND (r.entry IS NULL OR (r.entry <= $4 AND NOT p.imported"
    " AND NOT EXISTS (SELECT 1 FROM goods_return AS g WHERE g.purchase = r.entry AND g.entry > $5)))"
    " ORDER BY r.day, r.hash LIMIT $6"
)
