"""What a database's schema says, in a form in which two of them can be compared."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import Connection

from noren.revisions.stamp import TABLE

Rows = list[tuple[Any, ...]]


def ask(connection: Connection, question: str) -> Rows:
    return [tuple(row) for row in connection.exec_driver_sql(question)]


def tables_of(connection: Connection) -> list[str]:
    """Return the store's own tables, the stamp's left out."""
    if connection.dialect.name == "sqlite":
        rows = ask(connection, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    else:
        rows = ask(
            connection,
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
            " AND NOT relispartition",
        )
    return sorted(row[0] for row in rows if row[0] != TABLE)


def of_sqlite(connection: Connection) -> dict[str, Any]:
    """Columns in order, keys, indexes, and what stands in a table's body beside the columns."""
    out: dict[str, Any] = {"mark": ask(connection, "PRAGMA user_version")}
    if "meta" in tables_of(connection):
        out["ledger's mark"] = ask(connection, "SELECT value FROM meta WHERE name = 'schema'")
    kinds = {row[1]: row[2:] for row in ask(connection, "PRAGMA table_list") if row[0] == "main"}
    for name in [*tables_of(connection), TABLE]:
        sql = ask(connection, f"SELECT sql FROM sqlite_schema WHERE name = '{name}'")[0][0]
        out[f"table {name}"] = (kinds[name], ask(connection, f"PRAGMA table_xinfo({name})"), body(sql))
        out[f"foreign keys of {name}"] = ask(connection, f"PRAGMA foreign_key_list({name})")
        for _, index, unique, origin, partial in ask(connection, f"PRAGMA index_list({name})"):
            columns = [row[2:] for row in ask(connection, f"PRAGMA index_xinfo({index})")]
            text = ask(connection, f"SELECT sql FROM sqlite_schema WHERE name = '{index}'")
            out[f"index {index}"] = (unique, origin, partial, columns, [plain(row[0] or "") for row in text])
    others = "SELECT type, name, sql FROM sqlite_schema WHERE type IN ('view', 'trigger')"
    out["views and triggers"] = ask(connection, others)
    return out


def body(sql: str) -> list[str]:
    """Return the definitions within ``CREATE TABLE (…)`` and what follows, sorted: a column added later stands last."""
    inside = plain(sql[sql.index("(") + 1 : sql.rindex(")")])
    parts, depth = [""], 0
    for sign in inside:
        depth += (sign == "(") - (sign == ")")
        if sign == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += sign
    return [*sorted(part.strip() for part in parts), plain(sql[sql.rindex(")") + 1 :])]


def plain(sql: str) -> str:
    """Return a statement without what means nothing: spaces, quotes, case."""
    return re.sub(r"\s*([(),])\s*", r"\1", re.sub(r"\s+", " ", sql.replace('"', "").lower())).strip()


_POSTGRESQL = {
    "tables": """
        SELECT relname, relkind, pg_get_userbyid(relowner), relpersistence, reloptions, pg_get_partkeydef(oid),
               pg_get_expr(relpartbound, oid), relacl::text[],
               (SELECT inhparent::regclass::text FROM pg_inherits WHERE inhrelid = pg_class.oid)
        FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'S')
        ORDER BY 1""",
    "columns": """
        SELECT relname, row_number() OVER (PARTITION BY relname ORDER BY attnum), attname,
               format_type(atttypid, atttypmod), attnotnull, attstattarget, attidentity, attgenerated, attacl::text[],
               attcollation::regcollation::text, attstorage,
               (SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef WHERE adrelid = attrelid AND adnum = attnum)
        FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND attnum > 0 AND NOT attisdropped
        ORDER BY 1, 2""",
    "constraints": """
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2""",
    "indexes": """
        SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1, 2""",
    "functions": """
        SELECT proname, pg_get_functiondef(oid), proacl::text[] FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace ORDER BY 1, 2""",
    "triggers": "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1, 2",
    "schema": "SELECT pg_get_userbyid(nspowner), nspacl::text[] FROM pg_namespace WHERE nspname = 'public'",
}


def of_postgresql(connection: Connection) -> dict[str, Any]:
    """Columns, constraints, indexes, partitions, functions, owners and what each role may."""
    out: dict[str, Any] = {}
    for kind, question in _POSTGRESQL.items():
        for row in ask(connection, question):
            name = row[0] if kind in ("tables", "columns", "constraints", "indexes") else ""
            out.setdefault(f"{kind} {name}", []).append([sorted(v) if isinstance(v, list) else v for v in row])
    return out
