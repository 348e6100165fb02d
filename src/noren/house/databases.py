"""Databases of a home on PostgreSQL: which there are, who owns them, and what each zone's role may do in them.

One database and role per zone, deny by default: a role may connect to the databases named for it
in ``MAY`` and has there exactly the rights that stand beside each table or function. Like ``HOLDS`` for keys,
this table *is* the wall in terms of the server; the wall test reads the server's catalogue
against it. A role's password lies in ``keys/<zone>.pgpass`` and nowhere else.
"""

from __future__ import annotations

from typing import Final, Literal, LiteralString

from noren.house.home import Home, HomeProblem, Zone
from noren.house.passfiles import check_private, path_of
from noren.kernel.address import DatabaseAddress
from noren.kernel.say import Say

Database = Literal["ledger", "register", "vault", "member_keys", "governance"]

DATABASES: Final[dict[str, tuple[Database, ...]]] = {
    "ledger": ("ledger", "register"),
    "identity": ("vault", "member_keys"),
    "neither": ("governance",),
}
"""Which databases a side has; each side's are owned by a role of its own, in which nobody logs in.

In this order they are made: the roles that read the governance database must be there by then.
"""

CONNECT: Final = ""
"""Stands in ``MAY`` for the database itself."""

_APPEND: Final = ("SELECT", "INSERT")
_STANDING: Final = "UPDATE (state, points_only, pool, last_movement, last_purchase, lots)"
_WHAT_IS_LEFT: Final = "UPDATE (amount_left, base_left, used_left, earned_left)"
_TRAITS: Final = "UPDATE (sex, age_band, age_band_year, birth_month, prefecture, postal3, since, email_ok, post_ok)"
_CAMPAIGN: Final = "UPDATE (state, terms, public_key, key_version, seed, shares, started, stopped, revealed)"
_TOLD: Final = "SELECT (number, campaign, state, file, salt, terms, shares, last_day, started, stopped)"
_DRAWN: Final = "UPDATE (settled, day, drawn, last, issued)"
_ARRIVAL: Final = ("SELECT", "INSERT", "UPDATE")
_STAMP: Final[dict[LiteralString, tuple[LiteralString, ...]]] = {"alembic_version": ("SELECT",)}
"""Which revision a database is at: read by every zone that opens it, so that it refuses another's."""

MAY: Final[dict[Database, dict[Zone, dict[LiteralString, tuple[LiteralString, ...]]]]] = {
    "ledger": {
        "till": {
            CONNECT: ("CONNECT",),
            **_STAMP,
            "member": ("SELECT", _STANDING),
            "profile": ("SELECT",),
            "receipt": _APPEND,
            "purchase": (*_APPEND, _WHAT_IS_LEFT),
            "goods_return": _APPEND,
            "posting": _APPEND,
            "lot": (*_APPEND, "UPDATE (handle, points)"),
            "used_code": _APPEND,
            "coupon": (*_APPEND, "UPDATE (used)"),
            "redemption": (*_APPEND, "UPDATE (problem)"),
            "campaign": ("SELECT", _CAMPAIGN),
            "campaign_step": ("SELECT",),
            "campaign_count": (*_APPEND, "UPDATE (issued, spent, leaves)"),
            "campaign_day": (*_APPEND, "UPDATE (issued)"),
            "campaign_member": (*_APPEND, _DRAWN),
            "entered": ("SELECT",),
            "undrawn": _APPEND,
            "draw": _APPEND,
            "tier": ("SELECT",),
            "tier_month": ("SELECT",),
            "card": ("SELECT",),
            "stop": ("SELECT",),
            "product": ("SELECT",),
            "account": (*_APPEND, "UPDATE (points)"),
            "tally": ("SELECT", "UPDATE (count)"),
            "meta": ("SELECT", "UPDATE (value)"),
        },
        # What is named by a keyed index can be renamed: a rotation moves it to the key's next version.
        "ledger-worker": {
            CONNECT: ("CONNECT",),
            **_STAMP,
            "member": (*_APPEND, _STANDING, "DELETE"),
            "profile": (*_APPEND, _TRAITS, "DELETE"),
            "card": (*_APPEND, "UPDATE (card_index, handle, state)", "DELETE"),
            "receipt": (*_APPEND, "UPDATE (hash)", "DELETE"),
            "purchase": (
                *_APPEND,
                _WHAT_IS_LEFT,
                "UPDATE (handle, previous, lines, answer, hash, body_hash)",
                "DELETE",
            ),
            "goods_return": (*_APPEND, "UPDATE (lines, answer, body_hash)", "DELETE"),
            "posting": (*_APPEND, "DELETE"),
            "lot": (*_APPEND, "UPDATE (handle, points)", "DELETE"),
            "used_code": (*_APPEND, "DELETE"),
            "coupon": (*_APPEND, "UPDATE (coupon, handle, used)", "DELETE"),
            "redemption": (*_APPEND, "UPDATE (coupon)", "DELETE"),
            "opening": (*_APPEND, "UPDATE (natural_key)", "DELETE"),
            "stop": (*_APPEND, "DELETE"),
            "keeping": (*_APPEND, "DELETE"),
            "account": (*_APPEND, "UPDATE (points)"),
            "merge": (*_APPEND, "DELETE"),
            "closing": (*_APPEND, "UPDATE (points)"),
            "erasing": (*_APPEND, "UPDATE (rewritten)", "DELETE"),
            "forgetting": (*_APPEND, "UPDATE (done)", "DELETE"),
            "campaign": (*_APPEND, _CAMPAIGN),
            "campaign_step": (*_APPEND, "UPDATE (proof)"),
            "campaign_count": _APPEND,  # put back by a restore
            "campaign_day": _APPEND,
            "campaign_member": (*_APPEND, _DRAWN, "DELETE"),
            "entered": (*_APPEND, "DELETE"),
            "undrawn": (*_APPEND, "DELETE"),
            "draw": (*_APPEND, "UPDATE (entry, ticket, outcome, salt, previous)"),
            "tier": (*_APPEND, "UPDATE (month, level, since, was)", "DELETE"),
            "tier_month": _APPEND,
            "tier_rules": (*_APPEND, "UPDATE (state, file, author, approver, drafted, published)"),
            "product": (*_APPEND, "UPDATE (name, category, department, brand, maker, sensitivity)"),
            "tally": ("SELECT", "UPDATE (count)"),
            "meta": ("SELECT", "UPDATE (value)"),
            "turn_receipt_days(integer, integer, integer)": ("EXECUTE",),
        },
        "statement": {
            CONNECT: ("CONNECT",),
            **_STAMP,
            "member": ("SELECT",),
            "lot": ("SELECT",),
            "purchase": ("SELECT",),
            "forgetting": ("SELECT",),
            "product": ("SELECT",),
            "meta": ("SELECT",),
            # Her coupons and draws, and her draw number; of campaigns what a member may come to read: never the seed.
            "profile": ("SELECT (handle, draw_number)",),
            "coupon": ("SELECT",),
            "campaign": (_TOLD,),
            "campaign_member": ("SELECT",),
            "entered": ("SELECT",),
            "undrawn": ("SELECT",),
            "redemption": ("SELECT (coupon, partner, day, problem)",),
            "draw": ("SELECT",),
            # Her tier, the rules that it follows, and what came back and when, which it counts with.
            "tier": ("SELECT",),
            "tier_month": ("SELECT",),
            "tier_rules": ("SELECT",),
            "goods_return": ("SELECT (entry, purchase, at, amount)",),
            "posting": ("SELECT (entry, kind, points)",),
        },
    },
    "register": {
        "till": {
            CONNECT: ("CONNECT",),
            **_STAMP,
            "shop": ("SELECT",),
            "agreement": ("SELECT",),
            "terminal": ("SELECT",),
            "alert": ("SELECT", "INSERT", "UPDATE (count)"),
        },
        "ledger-worker": {
            CONNECT: ("CONNECT",),
            **_STAMP,
            "shop": ("SELECT", "INSERT", "UPDATE"),
            "agreement": ("SELECT", "INSERT", "UPDATE"),
            "terminal": ("SELECT", "INSERT", "UPDATE (key_hash, revoked, rate)"),
            "alert": ("SELECT", "INSERT", "DELETE"),  # put back by a restore
        },
        "statement": {CONNECT: ("CONNECT",), **_STAMP, "shop": ("SELECT",)},
    },
    # TEMPORARY and TRUNCATE: tables are laid anew, so that nothing tells in which order members came.
    "vault": {
        "vault": {
            CONNECT: ("CONNECT", "TEMPORARY"),
            **_STAMP,
            "member": ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE"),
            "contact": ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE"),
            "card": ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE"),
            "request": ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE"),
            "request_count": ("SELECT", "INSERT", "UPDATE", "TRUNCATE"),
            "total": ("SELECT", "INSERT", "UPDATE", "TRUNCATE"),
            "arrival": _ARRIVAL,
        }
    },
    "member_keys": {
        "vault": {
            CONNECT: ("CONNECT", "TEMPORARY"),
            **_STAMP,
            "member_key": ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE"),
            "arrival": _ARRIVAL,
        }
    },
    # Documents are added and never changed: not even the desk may. They name no member, so the ledger worker reads
    # them here; the vault, whose server may be another, and the front ask the desk.
    "governance": {
        "desk": {CONNECT: ("CONNECT",), **_STAMP, "document": _APPEND, "terms_text": _APPEND},
        "ledger-worker": {CONNECT: ("CONNECT",), **_STAMP, "document": ("SELECT",), "terms_text": ("SELECT",)},
    },
}


def side_of(database: Database) -> str:
    """Return the side on which a database stands."""
    return next(side for side, databases in DATABASES.items() if database in databases)


def database_name(home: Home, database: Database) -> str:
    """Return the name of a database on its server."""
    return f"{home.settings.postgresql.prefix}_{database}"


def role_name(home: Home, zone: Zone) -> str:
    """Return the name of a zone's role."""
    return f"{home.settings.postgresql.prefix}_{zone.replace('-', '_')}"


def owner_name(home: Home, side: str) -> str:
    """Return the name of the role that owns a side's databases and tables."""
    return f"{home.settings.postgresql.prefix}_{side}_owner"


def server_of(home: Home, side: str) -> tuple[str, int]:
    """Return host and port of the server that has a side's databases."""
    said = home.settings.postgresql
    if side == "identity":
        return said.identity_host or said.host, said.identity_port or said.port
    return said.host, said.port


def address_of(home: Home, zone: Zone, database: Database) -> DatabaseAddress:
    """Return a database's address as a zone's role.

    Raises:
        HomeProblem: the driver is not installed, or the zone's passfile is missing or open to others.
    """
    assert zone in MAY[database], f"zone {zone} may not connect to {database}"
    need_driver()
    path = path_of(home, zone)
    check_private(path)
    host, port = server_of(home, side_of(database))
    name, role = database_name(home, database), role_name(home, zone)
    return DatabaseAddress(host, port, name, role, path, home.settings.postgresql.sslmode)


def need_driver() -> None:
    """Raise ``HomeProblem`` when the PostgreSQL driver is not installed: the core install does without it."""
    try:
        import psycopg as driver
    except ImportError:
        raise HomeProblem(
            Say(
                "このホームはPostgreSQLを使いますが、ドライバーがありません。"
                "pip install 'noren[postgres]' で入ります。",
                "This home is on PostgreSQL and its driver is missing. Install it: pip install 'noren[postgres]'",
            )
        ) from None
    assert driver.threadsafety > 1, "the driver's connections can not be shared among threads"
