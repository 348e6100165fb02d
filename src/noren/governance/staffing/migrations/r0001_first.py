"""0001: accounts, credentials, invitations, sessions, failures, what waits, approvals."""

from __future__ import annotations

from typing import Final

from alembic import op
from sqlalchemy import Column, Integer, LargeBinary, String

from noren.kernel.say import Say

revision: Final = "0001"
down_revision: Final = None

SAYS: Final = Say("最初の版: 担当者のアカウントと承認", "The first layout: staff accounts and approvals")


def upgrade() -> None:
    """Make the tables."""
    _who_signs_in()
    _what_waits()


def _who_signs_in() -> None:
    op.create_table(
        "staff_account",
        Column("id", String, primary_key=True),
        Column("name", String, nullable=False),
        Column("roles", String, nullable=False),
        Column("state", String, nullable=False),
        Column("added_us", Integer, nullable=False),
        Column("added_by", String, nullable=False),
    )
    op.create_table(
        "staff_credential",
        Column("account", String, primary_key=True),
        Column("means", String, primary_key=True),
        Column("name", String, primary_key=True),
        Column("secret", LargeBinary, nullable=False),
        Column("counter", Integer, nullable=False),
        Column("added_us", Integer, nullable=False),
    )
    op.create_table(
        "staff_invite",
        Column("code_sha256", LargeBinary, primary_key=True),
        Column("account", String, nullable=False),
        Column("expires_us", Integer, nullable=False),
        Column("secret", LargeBinary, nullable=False),
    )
    op.create_table(
        "staff_session",
        Column("id_sha256", LargeBinary, primary_key=True),
        Column("account", String, nullable=False),
        Column("how", String, nullable=False),
        Column("door", String, nullable=False),
        Column("begun_us", Integer, nullable=False),
        Column("seen_us", Integer, nullable=False),
        Column("ended_us", Integer),
    )
    op.create_table(
        "staff_failure",
        Column("number", Integer, primary_key=True),
        Column("mark", LargeBinary, nullable=False),
        Column("at_us", Integer, nullable=False),
    )


def _what_waits() -> None:
    op.create_table(
        "staff_waiting",
        Column("number", Integer, primary_key=True),
        Column("act", String, nullable=False),
        Column("author", String, nullable=False),
        Column("at_us", Integer, nullable=False),
        Column("needs", Integer, nullable=False),
        Column("body", String, nullable=False),
        Column("says_ja", String, nullable=False),
        Column("says_en", String, nullable=False),
        Column("outcome", String, nullable=False),
        Column("ended_us", Integer),
    )
    op.create_table(
        "staff_approval",
        Column("number", Integer, primary_key=True),
        Column("account", String, primary_key=True),
        Column("at_us", Integer, nullable=False),
    )
