"""0006: stops as rules over purpose, recipient and channel; how long a member wants her lines kept."""

from __future__ import annotations

from typing import Final

from alembic import op

from noren.kernel.say import Say

revision: Final = "0006"
down_revision: Final = "0005"

SAYS: Final = Say(
    "停止を利用目的・提供先・連絡手段の組み合わせに。明細の自動削除の選択を追加",
    "Stops over purpose, recipient and channel together; after how many months a member wants her lines to go",
)
LOSES: Final = Say(
    "停止の組み合わせ(より広い停止になります。止めたことが弱まることはありません)、明細を自動で消すまでの月数",
    "which parts a stop combined (it becomes a broader one; none is weakened), and after how many months lines go",
)

# A word that is none of the four was never written; should one be there, it stops everything.
_ONE: Final = "CASE WHEN scope = '{0}' THEN name ELSE '' END"
_PARTS: Final = ", ".join(_ONE.format(scope) for scope in ("purpose", "recipient", "channel"))
_SCOPE: Final = (
    "CASE WHEN recipient <> '' THEN 'recipient' WHEN purpose <> '' THEN 'purpose' WHEN channel <> '' THEN 'channel'"
    " ELSE 'all' END"
)
_NAME: Final = "CASE WHEN recipient <> '' THEN recipient WHEN purpose <> '' THEN purpose ELSE channel END"

SQLITE_UP: Final = (
    """CREATE TABLE stop_now (
  handle BLOB NOT NULL, since TEXT NOT NULL, purpose TEXT NOT NULL, recipient TEXT NOT NULL, channel TEXT NOT NULL,
  PRIMARY KEY (handle, purpose, recipient, channel)) WITHOUT ROWID, STRICT""",
    f"INSERT OR IGNORE INTO stop_now SELECT handle, since, {_PARTS} FROM stop ORDER BY since",
    "DROP TABLE stop",
    "ALTER TABLE stop_now RENAME TO stop",
    "CREATE TABLE keeping (handle BLOB PRIMARY KEY, months INTEGER NOT NULL) WITHOUT ROWID, STRICT",
)
POSTGRESQL_UP: Final = (
    "CREATE TEMPORARY TABLE stop_kept ON COMMIT DROP AS SELECT * FROM stop",
    "DROP TABLE stop",
    """CREATE TABLE stop (
  handle bytea NOT NULL, since text NOT NULL, purpose text NOT NULL, recipient text NOT NULL, channel text NOT NULL,
  PRIMARY KEY (handle, purpose, recipient, channel))""",
    f"INSERT INTO stop SELECT handle, since, {_PARTS} FROM stop_kept ORDER BY since ON CONFLICT DO NOTHING",
    "CREATE TABLE keeping (handle bytea PRIMARY KEY, months integer NOT NULL)",
)
SQLITE_DOWN: Final = (
    """CREATE TABLE stop_before (
  handle BLOB NOT NULL, scope TEXT NOT NULL, name TEXT NOT NULL, since TEXT NOT NULL,
  PRIMARY KEY (handle, scope, name)) WITHOUT ROWID, STRICT""",
    f"INSERT OR IGNORE INTO stop_before SELECT handle, {_SCOPE}, {_NAME}, since FROM stop ORDER BY since",
    "DROP TABLE stop",
    "ALTER TABLE stop_before RENAME TO stop",
)
POSTGRESQL_DOWN: Final = (
    "CREATE TEMPORARY TABLE stop_kept ON COMMIT DROP AS SELECT * FROM stop",
    "DROP TABLE stop",
    """CREATE TABLE stop (
  handle bytea NOT NULL, scope text NOT NULL, name text NOT NULL, since text NOT NULL,
  PRIMARY KEY (handle, scope, name))""",
    f"INSERT INTO stop SELECT handle, {_SCOPE}, {_NAME}, since FROM stop_kept ORDER BY since ON CONFLICT DO NOTHING",
)


def upgrade() -> None:
    """Let stops be rules; every stop keeps its meaning."""
    for statement in SQLITE_UP if _on_sqlite() else POSTGRESQL_UP:
        op.execute(statement)


def downgrade() -> None:
    """Go back to one part a stop: of a rule over several the recipient stays, or the purpose; that stops more."""
    for statement in SQLITE_DOWN if _on_sqlite() else POSTGRESQL_DOWN:
        op.execute(statement)
    op.drop_table("keeping")


def _on_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"
