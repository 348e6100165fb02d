"""Which vault row is which handle: opened with both sides' keys, in a test only, so that links can be counted."""

from __future__ import annotations

import base64
import sqlite3
from pathlib import Path

from noren.house.home import Home, open_home
from noren.house.keys import open_keys
from noren.identity.sealed import open_field
from noren.kernel.ids import LinkToken
from noren.kernel.keyring import KeyRing
from noren.kernel.sealing import Place, open_link_token, unseal

Rows = list[tuple[bytes, bytes]]


def true_pairs(path: Path) -> dict[bytes, bytes]:
    """Return handle by vault row for all members who are linked, in a home on SQLite."""
    home = open_home(path)
    wrapped = _ask(home.member_keys_db, "SELECT member, wrapped FROM member_key")
    tokens = _ask(home.vault_db, "SELECT row, link_token FROM member WHERE link_token IS NOT NULL")
    return pairs_of(home, wrapped, tokens)


def pairs_of(home: Home, wrapped: Rows, tokens: Rows) -> dict[bytes, bytes]:
    """Return handle by vault row, from the rows of member keys and of sealed link tokens."""
    wrap = open_keys(home, "vault").ring("member-wrap")
    link = open_keys(home, "ledger-worker").ring("link")
    keys, out = dict(wrapped), dict[bytes, bytes]()
    for row, sealed in tokens:
        key = unseal(wrap, keys[row], Place("member-keys", "member_key", "wrapped", row))
        text = open_field(KeyRing("member", 1, {1: key}), sealed, table="member", column="link_token", row=row)
        if text:
            out[row] = open_link_token(link, LinkToken(base64.b64decode(text))).reveal()
    return out


def _ask(path: Path, sql: str) -> Rows:
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
        rows = connection.execute(sql).fetchall()
    connection.close()
    return rows
