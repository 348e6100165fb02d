"""0011: member tiers: the published rules, the months that were worked out, and who has more than the lowest."""

from __future__ import annotations

from typing import Final

from alembic import op

from noren.kernel.say import Say

revision: Final = "0011"
down_revision: Final = "0010"

SAYS: Final = Say("会員ランクの決まりと、会員ごとのランク", "Rules of member tiers, and each member's tier")
LOSES: Final = Say(
    "公開した会員ランクの決まりと、計算したランク(決まりを公開しなおせば計算できます)",
    "the published rules of tiers, and the tiers (which can be worked out again once rules are published anew)",
)

_TABLES: Final = (
    "CREATE TABLE tier_rules (\n  version {int} PRIMARY KEY, state {text} NOT NULL, file {blob} NOT NULL,"
    " author {text} NOT NULL, approver {text} NOT NULL,\n  drafted {int} NOT NULL, published {int} NOT NULL){strict}",
    "CREATE TABLE tier_month (\n  month {int} PRIMARY KEY, version {int} NOT NULL, first_day {int} NOT NULL,"
    " begins {int} NOT NULL,\n  ends {int} NOT NULL, as_of {int} NOT NULL, lowest {text} NOT NULL,"
    " done {int} NOT NULL){strict}",
    "CREATE TABLE tier (\n  handle {blob} PRIMARY KEY, month {int} NOT NULL, level {text} NOT NULL,"
    " since {int} NOT NULL, was {text} NOT NULL\n  ){rowless}",
)
_SQLITE: Final = {
    "int": "INTEGER", "text": "TEXT", "blob": "BLOB", "strict": " STRICT", "rowless": " WITHOUT ROWID, STRICT",
}  # fmt: skip
_POSTGRESQL: Final = {"int": "bigint", "text": "text", "blob": "bytea", "strict": "", "rowless": ""}


def upgrade() -> None:
    """Add the tables."""
    words = _SQLITE if op.get_bind().dialect.name == "sqlite" else _POSTGRESQL
    for statement in _TABLES:
        op.execute(statement.format(**words))


def downgrade() -> None:
    """Take them away."""
    for table in ("tier", "tier_month", "tier_rules"):
        op.execute(f"DROP TABLE {table}")
