"""The tables of staff accounts: accounts, credentials, invitations, sessions, failures, what waits, approvals."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Integer, LargeBinary, String, Table

from noren.revisions.opening import Layout, laid_out

# A change of a table is a new revision in migrations/ too, or the tests turn red.
METADATA: Final = laid_out(Layout("staff", "0001", known="staff_account"))

ACCOUNT: Final = Table(
    "staff_account",
    METADATA,
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("roles", String, nullable=False),
    Column("state", String, nullable=False),
    Column("added_us", Integer, nullable=False),
    Column("added_by", String, nullable=False),
)
CREDENTIAL: Final = Table(
    "staff_credential",
    METADATA,
    Column("account", String, primary_key=True),
    Column("means", String, primary_key=True),
    Column("name", String, primary_key=True),
    Column("secret", LargeBinary, nullable=False),
    Column("counter", Integer, nullable=False),
    Column("added_us", Integer, nullable=False),
)
INVITE: Final = Table(
    "staff_invite",
    METADATA,
    Column("code_sha256", LargeBinary, primary_key=True),
    Column("account", String, nullable=False),
    Column("expires_us", Integer, nullable=False),
    Column("secret", LargeBinary, nullable=False),
)
SESSION: Final = Table(
    "staff_session",
    METADATA,
    Column("id_sha256", LargeBinary, primary_key=True),
    Column("account", String, nullable=False),
    Column("how", String, nullable=False),
    Column("door", String, nullable=False),
    Column("begun_us", Integer, nullable=False),
    Column("seen_us", Integer, nullable=False),
    Column("ended_us", Integer),
)
FAILURE: Final = Table(
    "staff_failure",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("mark", LargeBinary, nullable=False),
    Column("at_us", Integer, nullable=False),
)
WAITING: Final = Table(
    "staff_waiting",
    METADATA,
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
APPROVAL: Final = Table(
    "staff_approval",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("account", String, primary_key=True),
    Column("at_us", Integer, nullable=False),
)
