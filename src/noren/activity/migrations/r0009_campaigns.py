"""0009: campaigns, their draws and counts; what a coupon of a campaign is worth, and which purchase gave it."""

from __future__ import annotations

from typing import Final

from alembic import op

from noren.kernel.say import Say

revision: Final = "0009"
down_revision: Final = "0008"

SAYS: Final = Say(
    "キャンペーンと抽選(会員ごとの結果と、検証値の木)", "Campaigns and draws, by member and as leaves of a log"
)
LOSES: Final = Say(
    "すべてのキャンペーンと抽選の記録、発券されたクーポンの種類(金額の値引きだけが残ります)",
    "all campaigns and draws, and what kind a coupon of one is (only an amount off stays)",
)

_TABLES: Final = (
    "CREATE TABLE campaign (\n  number {int} PRIMARY KEY, campaign {text} NOT NULL UNIQUE, state {int} NOT NULL,"
    " file {blob} NOT NULL,\n  salt {blob} NOT NULL, terms {blob} NOT NULL, public_key {blob} NOT NULL,"
    " key_version {int} NOT NULL,\n  seed {blob} NOT NULL, shares {blob} NOT NULL, last_day {int} NOT NULL,"
    " drafted {int} NOT NULL,\n  started {int} NOT NULL, stopped {int} NOT NULL, revealed {int} NOT NULL){strict}",
    "CREATE TABLE campaign_step (\n  number {int} NOT NULL, step {int} NOT NULL, who {text} NOT NULL,"
    " share_hash {blob} NOT NULL, sealed {blob} NOT NULL,\n  at {int} NOT NULL, proof {blob} NOT NULL,"
    " PRIMARY KEY (number, step)){rowless}",
    "CREATE TABLE campaign_count (\n  number {int} PRIMARY KEY, issued {int} NOT NULL, spent {int} NOT NULL,"
    " leaves {int} NOT NULL){strict}",
    "CREATE TABLE campaign_day (\n  number {int} NOT NULL, day {int} NOT NULL, issued {int} NOT NULL,"
    " PRIMARY KEY (number, day)){rowless}",
    "CREATE TABLE campaign_member (\n  handle {blob} NOT NULL, number {int} NOT NULL, settled {int} NOT NULL,"
    " day {int} NOT NULL, drawn {int} NOT NULL,\n  last {int} NOT NULL, issued {text} NOT NULL,"
    " PRIMARY KEY (handle, number)){rowless}",
    "CREATE TABLE draw (\n  number {int} NOT NULL, seq {int} NOT NULL, entry {int} NOT NULL, ticket {blob} NOT NULL,"
    " outcome {text} NOT NULL,\n  salt {blob} NOT NULL, previous {int} NOT NULL, leaf {blob} NOT NULL,"
    " PRIMARY KEY (number, seq)){rowless}",
)
_SQLITE: Final = {
    "int": "INTEGER", "text": "TEXT", "blob": "BLOB", "strict": " STRICT", "rowless": " WITHOUT ROWID, STRICT",
}  # fmt: skip
_POSTGRESQL: Final = {"int": "bigint", "text": "text", "blob": "bytea", "strict": "", "rowless": ""}
_COUPON: Final = (
    "issued_by {int} NOT NULL DEFAULT 0", "kind {text} NOT NULL DEFAULT 'amount'", "value {int} NOT NULL DEFAULT 0",
    "max_value {int} NOT NULL DEFAULT 0", "products {text} NOT NULL DEFAULT 'any'", "stack {text} NOT NULL DEFAULT ''",
    "returns {text} NOT NULL DEFAULT 'keep'",
)  # fmt: skip
_NEW: Final = ("draw", "campaign_member", "campaign_day", "campaign_count", "campaign_step", "campaign")


def upgrade() -> None:
    """Add the tables and the coupon's columns."""
    words = _SQLITE if op.get_bind().dialect.name == "sqlite" else _POSTGRESQL
    for statement in _TABLES:
        op.execute(statement.format(**words))
    for column in _COUPON:
        op.execute("ALTER TABLE coupon ADD COLUMN " + column.format(**words))
    op.execute("INSERT INTO meta VALUES ('campaigns', 0)")


def downgrade() -> None:
    """Take them away; a coupon that was void goes, for it would be open again."""
    op.execute("DELETE FROM coupon WHERE used < 0")
    op.execute("DELETE FROM meta WHERE name = 'campaigns'")
    for column in reversed(_COUPON):
        op.execute("ALTER TABLE coupon DROP COLUMN " + column.split()[0])
    for table in _NEW:
        op.execute(f"DROP TABLE {table}")
