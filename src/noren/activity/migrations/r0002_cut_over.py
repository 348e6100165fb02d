"""0002: coupons, opening balances and stops that come from another system."""

from __future__ import annotations

from typing import Final

from alembic import op

from noren.kernel.say import Say

revision: Final = "0002"
down_revision: Final = "0001"

SAYS: Final = Say("別のシステムから移すクーポン・残高・停止", "Coupons, opening balances and stops from another system")
LOSES: Final = Say(
    "移したクーポンとその利用の記録、利用停止、残高を二度取り込まないための目印(残高そのものは残ります)",
    "the coupons brought in and how they were used, the stops, and the marks that keep a balance from coming in twice "
    "(the balances themselves stay)",
)

SQLITE: Final = (
    """CREATE TABLE coupon (
  coupon BLOB PRIMARY KEY, handle BLOB NOT NULL, barcode TEXT NOT NULL, title_ja TEXT NOT NULL, title_en TEXT NOT NULL,
  discount INTEGER NOT NULL, min_spend INTEGER NOT NULL, partners TEXT NOT NULL, valid_from INTEGER NOT NULL,
  valid_until INTEGER NOT NULL, used INTEGER NOT NULL, campaign TEXT NOT NULL) WITHOUT ROWID, STRICT""",
    "CREATE INDEX coupon_by_member ON coupon (handle, barcode)",
    """CREATE TABLE redemption (
  entry INTEGER NOT NULL, number INTEGER NOT NULL, barcode TEXT NOT NULL, coupon BLOB, partner TEXT NOT NULL,
  discount INTEGER NOT NULL, day INTEGER NOT NULL, problem TEXT NOT NULL, PRIMARY KEY (entry, number)
  ) WITHOUT ROWID, STRICT""",
    "CREATE UNIQUE INDEX redemption_once ON redemption (coupon) WHERE problem = ''",
    """CREATE TABLE opening (
  natural_key BLOB PRIMARY KEY, entry INTEGER NOT NULL, partner TEXT NOT NULL, earned INTEGER NOT NULL,
  expires INTEGER NOT NULL, points INTEGER NOT NULL) WITHOUT ROWID, STRICT""",
    """CREATE TABLE stop (
  handle BLOB NOT NULL, scope TEXT NOT NULL, name TEXT NOT NULL, since TEXT NOT NULL,
  PRIMARY KEY (handle, scope, name)) WITHOUT ROWID, STRICT""",
)


POSTGRESQL: Final = (
    """CREATE TABLE coupon (
  coupon bytea PRIMARY KEY, handle bytea NOT NULL, barcode text NOT NULL, title_ja text NOT NULL,
  title_en text NOT NULL, discount bigint NOT NULL, min_spend bigint NOT NULL, partners text NOT NULL,
  valid_from integer NOT NULL, valid_until integer NOT NULL, used bigint NOT NULL, campaign text NOT NULL)
  WITH (fillfactor = 90)""",
    "CREATE INDEX coupon_by_member ON coupon (handle, barcode)",
    """CREATE TABLE redemption (
  entry bigint NOT NULL, number integer NOT NULL, barcode text NOT NULL, coupon bytea, partner text NOT NULL,
  discount bigint NOT NULL, day integer NOT NULL, problem text NOT NULL, PRIMARY KEY (entry, number))""",
    "CREATE UNIQUE INDEX redemption_once ON redemption (coupon) WHERE problem = ''",
    """CREATE TABLE opening (
  natural_key bytea PRIMARY KEY, entry bigint NOT NULL, partner text NOT NULL, earned bigint NOT NULL,
  expires integer NOT NULL, points bigint NOT NULL)""",
    """CREATE TABLE stop (
  handle bytea NOT NULL, scope text NOT NULL, name text NOT NULL, since text NOT NULL,
  PRIMARY KEY (handle, scope, name))""",
)


def upgrade() -> None:
    """Add the tables."""
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    """Take them away."""
    for table in ("coupon", "redemption", "opening", "stop"):
        op.drop_table(table)
