"""Tables and named SQL of the embedded ledger (SQLite by apsw).

Narrow rows and appended keys on purpose: SQLite writes whole pages, so a purchase costs one
appended row, one receipt key in today's corner of its tree, and one rewritten member row.
"""

from __future__ import annotations

from typing import Final

REVISION: Final = "0012"
"""A change of a table is a new revision in ``migrations/`` too, or the tests turn red."""

PRAGMAS: Final = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",  # NORMAL loses acknowledged purchases at power loss (docs/measured.md)
    "PRAGMA secure_delete = ON",  # what is deleted leaves no bytes behind in free pages
    "PRAGMA cache_size = -65536",
    "PRAGMA wal_autocheckpoint = 4000",
    "PRAGMA temp_store = MEMORY",
)

SCHEMA: Final = """
CREATE TABLE member (
  handle BLOB PRIMARY KEY, state INTEGER NOT NULL, points_only INTEGER NOT NULL, pool INTEGER NOT NULL,
  last_movement INTEGER NOT NULL, last_purchase INTEGER NOT NULL, lots INTEGER NOT NULL) WITHOUT ROWID, STRICT;
CREATE TABLE profile (
  handle BLOB PRIMARY KEY, draw_number BLOB NOT NULL, sex TEXT, age_band INTEGER, age_band_year INTEGER,
  birth_month INTEGER, prefecture TEXT, postal3 TEXT, since TEXT, email_ok INTEGER, post_ok INTEGER
  ) WITHOUT ROWID, STRICT;
CREATE TABLE card (
  card_index BLOB PRIMARY KEY, handle BLOB NOT NULL, state INTEGER NOT NULL) WITHOUT ROWID, STRICT;
CREATE INDEX card_by_member ON card (handle);
CREATE TABLE receipt (
  day INTEGER NOT NULL, hash BLOB NOT NULL, entry INTEGER, PRIMARY KEY (day, hash)) WITHOUT ROWID, STRICT;
CREATE TABLE purchase (
  entry INTEGER PRIMARY KEY, handle BLOB NOT NULL, day INTEGER NOT NULL, hash BLOB NOT NULL,
  body_hash BLOB NOT NULL, shop TEXT NOT NULL, partner TEXT NOT NULL, terminal TEXT NOT NULL,
  receipt TEXT NOT NULL, at INTEGER NOT NULL, received INTEGER NOT NULL, amount INTEGER NOT NULL,
  amount_left INTEGER NOT NULL, base_left INTEGER NOT NULL, used_left INTEGER NOT NULL, earned INTEGER NOT NULL,
  earned_left INTEGER NOT NULL, per INTEGER NOT NULL, previous INTEGER NOT NULL, imported INTEGER NOT NULL,
  lines BLOB, answer BLOB NOT NULL) STRICT;
CREATE TABLE goods_return (
  entry INTEGER PRIMARY KEY, purchase INTEGER NOT NULL, name TEXT NOT NULL, body_hash BLOB NOT NULL,
  at INTEGER NOT NULL, amount INTEGER NOT NULL, lines BLOB, answer BLOB NOT NULL,
  UNIQUE (purchase, name)) STRICT;
CREATE TABLE lot (
  number INTEGER PRIMARY KEY, handle BLOB NOT NULL, partner TEXT NOT NULL, expires INTEGER NOT NULL,
  points INTEGER NOT NULL) STRICT;
CREATE INDEX lot_by_member ON lot (handle);
CREATE TABLE posting (
  entry INTEGER NOT NULL, number INTEGER NOT NULL, kind INTEGER NOT NULL, handle BLOB NOT NULL,
  lot INTEGER NOT NULL, partner TEXT NOT NULL, day INTEGER NOT NULL, points INTEGER NOT NULL,
  PRIMARY KEY (entry, number)) WITHOUT ROWID, STRICT;
CREATE INDEX posting_of_member ON posting (handle) WHERE kind > 4;
CREATE TABLE account (
  partner TEXT NOT NULL, kind INTEGER NOT NULL, points INTEGER NOT NULL, PRIMARY KEY (partner, kind)
  ) WITHOUT ROWID, STRICT;
CREATE TABLE used_code (
  hash BLOB PRIMARY KEY, entry INTEGER NOT NULL, day INTEGER NOT NULL) WITHOUT ROWID, STRICT;
CREATE INDEX used_code_by_day ON used_code (day);
CREATE TABLE coupon (
  coupon BLOB PRIMARY KEY, handle BLOB NOT NULL, barcode TEXT NOT NULL, title_ja TEXT NOT NULL, title_en TEXT NOT NULL,
  discount INTEGER NOT NULL, min_spend INTEGER NOT NULL, partners TEXT NOT NULL, valid_from INTEGER NOT NULL,
  valid_until INTEGER NOT NULL, used INTEGER NOT NULL, campaign TEXT NOT NULL, issued_by INTEGER NOT NULL DEFAULT 0,
  kind TEXT NOT NULL DEFAULT 'amount', value INTEGER NOT NULL DEFAULT 0, max_value INTEGER NOT NULL DEFAULT 0,
  products TEXT NOT NULL DEFAULT 'any', stack TEXT NOT NULL DEFAULT '', returns TEXT NOT NULL DEFAULT 'keep'
  ) WITHOUT ROWID, STRICT;
CREATE INDEX coupon_by_member ON coupon (handle, barcode);
CREATE TABLE redemption (
  entry INTEGER NOT NULL, number INTEGER NOT NULL, barcode TEXT NOT NULL, coupon BLOB, partner TEXT NOT NULL,
  discount INTEGER NOT NULL, day INTEGER NOT NULL, problem TEXT NOT NULL, PRIMARY KEY (entry, number)
  ) WITHOUT ROWID, STRICT;
CREATE UNIQUE INDEX redemption_once ON redemption (coupon) WHERE problem = '';
CREATE TABLE opening (
  natural_key BLOB PRIMARY KEY, entry INTEGER NOT NULL, partner TEXT NOT NULL, earned INTEGER NOT NULL,
  expires INTEGER NOT NULL, points INTEGER NOT NULL) WITHOUT ROWID, STRICT;
CREATE TABLE stop (
  handle BLOB NOT NULL, since TEXT NOT NULL, purpose TEXT NOT NULL, recipient TEXT NOT NULL, channel TEXT NOT NULL,
  PRIMARY KEY (handle, purpose, recipient, channel)) WITHOUT ROWID, STRICT;
CREATE TABLE keeping (handle BLOB PRIMARY KEY, months INTEGER NOT NULL) WITHOUT ROWID, STRICT;
CREATE TABLE merge (entry INTEGER PRIMARY KEY, source BLOB NOT NULL, target BLOB NOT NULL) STRICT;
CREATE TABLE closing (
  partner TEXT NOT NULL, kind INTEGER NOT NULL, points INTEGER NOT NULL, PRIMARY KEY (partner, kind)
  ) WITHOUT ROWID, STRICT;
CREATE TABLE erasing (
  handle BLOB PRIMARY KEY, since INTEGER NOT NULL, rewritten INTEGER NOT NULL) WITHOUT ROWID, STRICT;
CREATE TABLE forgetting (
  entry INTEGER NOT NULL, line INTEGER NOT NULL, since INTEGER NOT NULL, done INTEGER NOT NULL,
  PRIMARY KEY (entry, line)) WITHOUT ROWID, STRICT;
CREATE TABLE campaign (
  number INTEGER PRIMARY KEY, campaign TEXT NOT NULL UNIQUE, state INTEGER NOT NULL, file BLOB NOT NULL,
  salt BLOB NOT NULL, terms BLOB NOT NULL, public_key BLOB NOT NULL, key_version INTEGER NOT NULL,
  seed BLOB NOT NULL, shares BLOB NOT NULL, last_day INTEGER NOT NULL, drafted INTEGER NOT NULL,
  started INTEGER NOT NULL, stopped INTEGER NOT NULL, revealed INTEGER NOT NULL) STRICT;
CREATE TABLE campaign_step (
  number INTEGER NOT NULL, step INTEGER NOT NULL, who TEXT NOT NULL, share_hash BLOB NOT NULL, sealed BLOB NOT NULL,
  at INTEGER NOT NULL, proof BLOB NOT NULL, PRIMARY KEY (number, step)) WITHOUT ROWID, STRICT;
CREATE TABLE campaign_count (
  number INTEGER PRIMARY KEY, issued INTEGER NOT NULL, spent INTEGER NOT NULL, leaves INTEGER NOT NULL) STRICT;
CREATE TABLE campaign_day (
  number INTEGER NOT NULL, day INTEGER NOT NULL, issued INTEGER NOT NULL, PRIMARY KEY (number, day)
  ) WITHOUT ROWID, STRICT;
CREATE TABLE campaign_member (
  handle BLOB NOT NULL, number INTEGER NOT NULL, settled INTEGER NOT NULL, day INTEGER NOT NULL, drawn INTEGER NOT NULL,
  last INTEGER NOT NULL, issued TEXT NOT NULL, PRIMARY KEY (handle, number)) WITHOUT ROWID, STRICT;
CREATE TABLE draw (
  number INTEGER NOT NULL, seq INTEGER NOT NULL, entry INTEGER NOT NULL, ticket BLOB NOT NULL, outcome TEXT NOT NULL,
  salt BLOB NOT NULL, previous INTEGER NOT NULL, leaf BLOB NOT NULL, PRIMARY KEY (number, seq)) WITHOUT ROWID, STRICT;
CREATE TABLE entered (
  handle BLOB NOT NULL, number INTEGER NOT NULL, at INTEGER NOT NULL, behind INTEGER NOT NULL,
  PRIMARY KEY (handle, number)) WITHOUT ROWID, STRICT;
CREATE TABLE undrawn (
  handle BLOB NOT NULL, entry INTEGER NOT NULL, why TEXT NOT NULL, PRIMARY KEY (handle, entry)) WITHOUT ROWID, STRICT;
CREATE INDEX opening_by_entry ON opening (entry);
CREATE TABLE tier_rules (
  version INTEGER PRIMARY KEY, state TEXT NOT NULL, file BLOB NOT NULL, author TEXT NOT NULL, approver TEXT NOT NULL,
  drafted INTEGER NOT NULL, published INTEGER NOT NULL) STRICT;
CREATE TABLE tier_month (
  month INTEGER PRIMARY KEY, version INTEGER NOT NULL, first_day INTEGER NOT NULL, begins INTEGER NOT NULL,
  ends INTEGER NOT NULL, as_of INTEGER NOT NULL, lowest TEXT NOT NULL, done INTEGER NOT NULL) STRICT;
CREATE TABLE tier (
  handle BLOB PRIMARY KEY, month INTEGER NOT NULL, level TEXT NOT NULL, since INTEGER NOT NULL, was TEXT NOT NULL
  ) WITHOUT ROWID, STRICT;
CREATE TABLE product (
  product TEXT PRIMARY KEY, name TEXT, category TEXT, department TEXT, brand TEXT, maker TEXT, sensitivity TEXT
  ) WITHOUT ROWID, STRICT;
CREATE TABLE tally (name TEXT PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID, STRICT;
CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID, STRICT;
"""

META_DEFAULTS: Final = (
    ("schema", int(REVISION)), ("next_entry", 1), ("clock_offset_us", 0), ("probe", 0), ("products", 0),
    ("campaigns", 0),
)  # fmt: skip

GET_META: Final = "SELECT value FROM meta WHERE name = ?"
SET_META: Final = "INSERT INTO meta VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
NEW_META: Final = "INSERT INTO meta VALUES (?, ?) ON CONFLICT (name) DO NOTHING"

TURN_PRODUCTS: Final = "UPDATE meta SET value = value + 1 WHERE name = 'products'"
"""In the transaction that changes a product: whoever has worked with the products before can tell."""

GET_RECEIPTS: Final = "SELECT hash, entry FROM receipt WHERE day = ? AND hash IN carray(?)"
GET_CARDS: Final = "SELECT card_index, handle, state FROM card WHERE card_index IN carray(?)"
GET_MEMBER: Final = (
    "SELECT handle, state, points_only, pool, last_movement, last_purchase, lots FROM member WHERE handle = ?"
)
GET_MEMBERS: Final = (
    "SELECT handle, state, points_only, pool, last_movement, last_purchase, lots FROM member WHERE handle IN carray(?)"
)
GET_HANDLES_BETWEEN: Final = "SELECT handle FROM member WHERE handle >= ? AND handle < ? LIMIT 2"
GET_LOTS: Final = "SELECT number, handle, partner, expires, points FROM lot WHERE handle = ?"
PURCHASE_COLUMNS: Final = (
    "entry, handle, day, hash, body_hash, shop, partner, terminal, receipt, at, received, amount, amount_left,"
    " base_left, used_left, earned, earned_left, per, previous, imported, lines, answer"
)
GET_PURCHASE: Final = f"SELECT {PURCHASE_COLUMNS} FROM purchase WHERE entry = ?"
GET_PURCHASES_AFTER: Final = f"SELECT {PURCHASE_COLUMNS} FROM purchase WHERE entry > ? ORDER BY entry LIMIT ?"
RETURN_COLUMNS: Final = "entry, purchase, name, body_hash, at, amount, lines, answer"
GET_RETURNS: Final = f"SELECT {RETURN_COLUMNS} FROM goods_return WHERE purchase = ? ORDER BY entry"
GET_RETURNS_AFTER: Final = f"SELECT {RETURN_COLUMNS} FROM goods_return WHERE entry > ? ORDER BY entry LIMIT ?"
GET_MERGES_AFTER: Final = "SELECT entry, source, target FROM merge WHERE entry > ? ORDER BY entry LIMIT ?"
GET_POSTINGS: Final = (
    "SELECT entry, number, kind, handle, lot, partner, day, points FROM posting WHERE entry = ? ORDER BY number"
)
GET_CODE: Final = "SELECT entry FROM used_code WHERE hash = ?"
COUPON_COLUMNS: Final = (
    "coupon, handle, barcode, title_ja, title_en, discount, min_spend, partners, valid_from, valid_until, used,"
    " campaign, issued_by, kind, value, max_value, products, stack, returns"
)
GET_COUPON: Final = f"SELECT {COUPON_COLUMNS} FROM coupon WHERE coupon = ?"
GET_COUPONS: Final = (
    f"SELECT {COUPON_COLUMNS} FROM coupon WHERE handle = ? AND barcode = ? ORDER BY valid_until, coupon"
)
GET_COUPONS_OF: Final = (
    f"SELECT {COUPON_COLUMNS} FROM coupon WHERE handle = ? AND used = 0 ORDER BY valid_until, coupon"
)
GET_OPENING: Final = "SELECT natural_key, entry, partner, earned, expires, points FROM opening WHERE natural_key = ?"
GET_TALLY: Final = "SELECT name, count FROM tally"

PUT_PURCHASE: Final = f"INSERT INTO purchase ({PURCHASE_COLUMNS}) VALUES ({','.join('?' * 22)})"
PUT_RECEIPT: Final = "INSERT INTO receipt VALUES (?, ?, ?)"
AMEND_PURCHASE: Final = (
    "UPDATE purchase SET amount_left = ?, base_left = ?, used_left = ?, earned_left = ? WHERE entry = ?"
)
PUT_RETURN: Final = f"INSERT INTO goods_return ({RETURN_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
PUT_POSTING: Final = "INSERT INTO posting VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
ADD_ACCOUNT: Final = (
    "INSERT INTO account VALUES (?, ?, ?) ON CONFLICT (partner, kind) DO UPDATE SET points = points + excluded.points"
)
SET_MEMBER: Final = (
    "UPDATE member SET state = ?, points_only = ?, pool = ?, last_movement = ?, last_purchase = ?, lots = ?"
    " WHERE handle = ?"
)
PUT_LOT: Final = (
    "INSERT INTO lot VALUES (?, ?, ?, ?, ?) ON CONFLICT (number) DO UPDATE SET points = excluded.points,"
    " handle = excluded.handle"
)
PUT_CODE: Final = "INSERT INTO used_code VALUES (?, ?, ?)"
PUT_COUPON: Final = f"INSERT INTO coupon ({COUPON_COLUMNS}) VALUES ({','.join('?' * 19)})"
USE_COUPON: Final = "UPDATE coupon SET used = ? WHERE coupon = ?"
PUT_REDEMPTION: Final = "INSERT INTO redemption VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
PUT_OPENING: Final = "INSERT INTO opening VALUES (?, ?, ?, ?, ?, ?)"
ADD_TALLY: Final = "INSERT INTO tally VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET count = count + excluded.count"

PUT_MEMBER: Final = "INSERT INTO member VALUES (?, ?, 0, 0, 0, 0, 0)"
PUT_PROFILE: Final = "INSERT INTO profile VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
SET_PROFILE: Final = (
    "UPDATE profile SET sex = ?, age_band = ?, age_band_year = ?, birth_month = ?, prefecture = ?, postal3 = ?,"
    " since = ?, email_ok = ?, post_ok = ? WHERE handle = ?"
)
PUT_CARD: Final = (
    "INSERT INTO card VALUES (?, ?, ?) ON CONFLICT (card_index) DO UPDATE"
    " SET handle = excluded.handle, state = excluded.state"
)
GET_STOPS: Final = (
    "SELECT purpose, recipient, channel, since FROM stop WHERE handle = ? ORDER BY purpose, recipient, channel"
)
DROP_STOPS: Final = "DELETE FROM stop WHERE handle = ?"
PUT_STOP: Final = "INSERT INTO stop (handle, purpose, recipient, channel, since) VALUES (?, ?, ?, ?, ?)"
GET_KEEPING: Final = "SELECT months FROM keeping WHERE handle = ?"
DROP_KEEPING: Final = "DELETE FROM keeping WHERE handle = ?"
PUT_KEEPING: Final = "INSERT INTO keeping VALUES (?, ?)"
SET_POINTS_ONLY: Final = "UPDATE member SET points_only = ? WHERE handle = ?"
MOVE_CARDS: Final = "UPDATE card SET handle = ? WHERE handle = ?"
MOVE_COUPONS: Final = "UPDATE coupon SET handle = ? WHERE handle = ?"
MOVE_PURCHASE: Final = "UPDATE purchase SET handle = ? WHERE entry = ?"
RELINK_PURCHASE: Final = "UPDATE purchase SET previous = ? WHERE entry = ?"
PUT_MERGE: Final = "INSERT INTO merge VALUES (?, ?, ?)"
PUT_PRODUCT: Final = "INSERT OR REPLACE INTO product VALUES (?, ?, ?, ?, ?, ?, ?)"
GET_PRODUCT: Final = (
    "SELECT product, name, category, department, brand, maker, sensitivity FROM product WHERE product = ?"
)
COUNT: Final = (
    "SELECT (SELECT count(*) FROM member WHERE state = 1), (SELECT count(*) FROM card), (SELECT count(*) FROM product)"
)
SUM_MEMBERS: Final = "SELECT coalesce(sum(pool), 0) FROM member"
SUM_LOTS: Final = "SELECT coalesce(sum(points), 0) FROM lot"
GET_ACCOUNTS: Final = "SELECT partner, kind, points FROM account ORDER BY partner, kind"
SUM_OPENINGS: Final = "SELECT partner, count(*), sum(points) FROM opening GROUP BY partner ORDER BY partner"
SUM_OPENING_POSTINGS: Final = (
    "SELECT partner, count(*), sum(points) FROM posting WHERE kind = ? GROUP BY partner ORDER BY partner"
)
SUM_OPENING_ACCOUNTS: Final = (
    "SELECT a.partner, -(a.points + coalesce(c.points, 0)) FROM account AS a"
    " LEFT JOIN closing AS c ON c.partner = a.partner AND c.kind = a.kind WHERE a.kind = ? ORDER BY a.partner"
)
SUM_COUPONS: Final = (
    "SELECT partners, count(*), sum(discount), sum(used > 0) FROM coupon WHERE campaign = ''"
    " GROUP BY partners ORDER BY partners"
)
GET_OPENINGS_AFTER: Final = (
    "SELECT natural_key, entry, partner, earned, expires, points FROM opening WHERE natural_key > ?"
    " ORDER BY natural_key LIMIT ?"
)
GET_COUPONS_AFTER: Final = (
    f"SELECT {COUPON_COLUMNS} FROM coupon WHERE coupon > ? AND campaign = '' ORDER BY coupon LIMIT ?"
)
GET_PRODUCTS: Final = (
    "SELECT product, name, category, department, brand, maker, sensitivity FROM product ORDER BY product"
)
SUM_PURCHASES: Final = (
    "SELECT count(*), coalesce(sum(amount), 0), coalesce(sum(earned), 0), (SELECT count(*) FROM goods_return)"
    " FROM purchase"
)
TORN_PURCHASES: Final = (
    "SELECT count(*) FROM purchase LEFT JOIN (SELECT purchase, sum(amount) AS back FROM goods_return"
    " GROUP BY purchase) ON purchase = entry WHERE amount_left <> amount - coalesce(back, 0)"
)
UNBALANCED_MEMBERS: Final = (
    "SELECT count(*) FROM member LEFT JOIN (SELECT handle, sum(points) AS points FROM posting WHERE lot = 0"
    " GROUP BY handle) USING (handle) WHERE pool <> coalesce(points, 0)"
)
# Reconciliation. The same text runs on SQLite and PostgreSQL, so it binds nothing and casts its sums.
UNBALANCED_LOTS: Final = (
    "SELECT count(*) FROM lot LEFT JOIN (SELECT lot AS number, sum(points) AS posted FROM posting WHERE lot <> 0"
    " GROUP BY lot) AS p ON p.number = lot.number WHERE lot.points <> coalesce(p.posted, 0)"
)
OPEN_ACCOUNTS: Final = (
    "SELECT partner, kind, CAST(sum(points) AS BIGINT) FROM (SELECT partner, kind, points FROM account"
    " UNION ALL SELECT partner, kind, points FROM posting"
    " UNION ALL SELECT partner, kind, points FROM closing WHERE kind < 100) AS both_sides"
    " GROUP BY partner, kind HAVING sum(points) <> 0 ORDER BY partner, kind"
)
_SOLD: Final = (
    "SELECT entry, sum(CASE WHEN kind = 1 THEN points ELSE 0 END) AS earned,"
    " sum(CASE WHEN kind = 2 THEN points ELSE 0 END) AS used FROM posting WHERE kind IN (1, 2) GROUP BY entry"
)
_BROUGHT: Final = (
    "SELECT g.purchase, sum(CASE WHEN t.kind = 3 THEN t.points ELSE 0 END) AS taken,"
    " sum(CASE WHEN t.kind = 4 THEN t.points ELSE 0 END) AS given FROM goods_return AS g"
    " JOIN posting AS t ON t.entry = g.entry WHERE t.kind IN (3, 4) GROUP BY g.purchase"
)
_OPEN_PURCHASES: Final = (
    "SELECT p.partner, p.day, abs(p.earned - coalesce(s.earned, 0))"
    " + abs(p.earned_left - coalesce(s.earned, 0) - coalesce(b.taken, 0))"
    " + abs(p.used_left + coalesce(s.used, 0) + coalesce(b.given, 0)) AS points"
    f" FROM purchase AS p LEFT JOIN ({_SOLD}) AS s ON s.entry = p.entry"
    f" LEFT JOIN ({_BROUGHT}) AS b ON b.purchase = p.entry"
)
_STRAY_SALES: Final = (
    "SELECT t.partner, t.day, abs(t.points) AS points FROM posting AS t WHERE t.kind IN (1, 2)"
    " AND NOT EXISTS (SELECT 1 FROM purchase AS p WHERE p.entry = t.entry AND p.partner = t.partner)"
)
_STRAY_RETURNS: Final = (
    "SELECT t.partner, t.day, abs(t.points) AS points FROM posting AS t WHERE t.kind IN (3, 4)"
    " AND NOT EXISTS (SELECT 1 FROM goods_return AS g JOIN purchase AS p ON p.entry = g.purchase"
    " WHERE g.entry = t.entry AND p.partner = t.partner)"
)
OPEN_DAYS: Final = (
    f"SELECT partner, day, CAST(sum(points) AS BIGINT) FROM ({_OPEN_PURCHASES} UNION ALL {_STRAY_SALES}"
    f" UNION ALL {_STRAY_RETURNS}) AS found WHERE points <> 0 GROUP BY partner, day ORDER BY day, partner LIMIT 100"
)
"""Kinds are those of ``model.Kind``: 1 earn, 2 use, 3 take back, 4 give back."""

GET_LAPSING: Final = (
    "SELECT handle FROM member WHERE handle > ? AND state = 1 AND ((pool > 0 AND last_movement < ?)"
    " OR (lots > 0 AND EXISTS (SELECT 1 FROM lot WHERE lot.handle = member.handle AND points > 0 AND expires < ?)))"
    " ORDER BY handle LIMIT ?"
)
# Receipts of imported history stay, so that importing the same file again still changes nothing; a
# receipt with a return that the lake does not have yet waits.
GET_OLD_RECEIPTS: Final = (
    "SELECT r.day, r.hash, r.entry FROM receipt AS r LEFT JOIN purchase AS p ON p.entry = r.entry"
    " WHERE (r.day, r.hash) > (?, ?) AND r.day < ? AND (r.entry IS NULL OR (r.entry <= ? AND p.imported = 0"
    " AND NOT EXISTS (SELECT 1 FROM goods_return AS g WHERE g.purchase = r.entry AND g.entry > ?)))"
    " ORDER BY r.day, r.hash LIMIT ?"
)
DROP_RECEIPT: Final = "DELETE FROM receipt WHERE day = ? AND hash = ?"
THIN_PURCHASE: Final = "UPDATE purchase SET lines = NULL, answer = x'' WHERE entry = ?"
THIN_RETURNS: Final = "UPDATE goods_return SET lines = NULL, answer = x'' WHERE purchase = ?"
DROP_COUPONS: Final = "DELETE FROM coupon WHERE valid_until < ?"
DROP_CODES: Final = "DELETE FROM used_code WHERE day < ?"
