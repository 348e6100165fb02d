"""What members were sent, what they redeemed, and their points: rows of history beside the purchases."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

from noren.audience.batch.errors import FileWrong
from noren.audience.batch.given import EventKind
from noren.audience.batch.loading.clock import changes, day_of, offset_of_instant
from noren.audience.batch.loading.inputs import Inputs
from noren.audience.batch.loading.source import Source, bad_cells, instants, literal, open_source, reach
from noren.audience.batch.spans import LATEST
from noren.kernel.say import Say


def load_events(connection: duckdb.DuckDBPyConnection, inputs: Inputs, zone: ZoneInfo) -> dict[str, int]:
    """Make ``events``; return the campaigns' numbers."""
    connection.execute("CREATE TABLE raw_events (member VARCHAR, campaign VARCHAR, kind VARCHAR, at_us BIGINT)")
    kinds = {"--messages": ("kind", inputs.messages), "--redemptions": (None, inputs.redemptions)}
    for option, (kind, path) in kinds.items():
        if path is not None:
            _load(connection, option, path, kind, zone)
    table = Source("--messages", Path(), "raw_events")
    local = f"(e.at_us + ({offset_of_instant('e.at_us', *changes(zone, *reach(connection, table, 'at_us')))}))"
    connection.execute(
        "CREATE TABLE campaigns AS SELECT campaign, row_number() OVER (ORDER BY campaign) - 1 AS campaign_no "
        "FROM (SELECT DISTINCT campaign FROM raw_events WHERE campaign IS NOT NULL)"
    )
    connection.execute(
        f"CREATE TABLE events AS SELECT m.member_no, CAST(CASE e.kind WHEN 'coupon' THEN {EventKind.COUPON.value} "
        f"WHEN 'message' THEN {EventKind.MESSAGE.value} ELSE {EventKind.REDEEMED.value} END AS INTEGER) AS kind, "
        "CAST(c.campaign_no AS INTEGER) AS campaign_no, e.at_us, "
        f"{day_of(local)} AS day "
        "FROM raw_events e JOIN members m ON e.member = m.member JOIN campaigns c ON e.campaign = c.campaign"
    )
    return {str(name): int(no) for name, no in connection.execute("SELECT * FROM campaigns").fetchall()}


def _load(connection: duckdb.DuckDBPyConnection, option: str, path: Path, kind: str | None, zone: ZoneInfo) -> None:
    source = open_source(connection, option, path)
    source.need("member", "campaign", "at", *((kind,) if kind else ()))
    kinds = source.text(kind) if kind else "'redeemed'"
    wanted = ("coupon", "message") if kind else ("redeemed",)
    try:
        at = instants(connection, source, "at", zone)
        wrong = connection.execute(
            f"SELECT count(*) FROM {source.sql} WHERE coalesce({kinds}, '') NOT IN ({', '.join(map(literal, wanted))}) "
            f"OR ({at}) IS NULL OR {source.text('campaign')} IS NULL OR {source.text('member')} IS NULL"
        ).fetchall()[0][0]
        connection.execute(
            f"INSERT INTO raw_events SELECT {source.text('member')}, {source.text('campaign')}, {kinds}, {at} "
            f"FROM {source.sql}"
        )
    except duckdb.Error as broken:
        raise bad_cells(source, broken) from None
    if wrong:
        raise FileWrong(
            Say(
                f"{option} に、member・campaign・at のない行か、kind が coupon・message 以外の行が{wrong}行あります。",
                f"{option} has {wrong} rows without member, campaign or at, or of a kind but coupon and message.",
            )
        )


def load_lots(connection: duckdb.DuckDBPyConnection, inputs: Inputs) -> None:
    """Make ``lots``: points with the last day on which they can be used; without one they do not expire."""
    connection.execute("CREATE TABLE lots (member_no INTEGER, points BIGINT, expires INTEGER)")
    if inputs.balances is None:
        return
    source = open_source(connection, "--balances", inputs.balances)
    source.need("member", "points", "expires")
    try:
        connection.execute(
            "INSERT INTO lots SELECT m.member_no, b.points, "
            f"coalesce(CAST(b.expires AS DATE) - DATE '1970-01-01', {LATEST}) FROM (SELECT "
            f"{source.text('member')} AS member, coalesce({source.whole('points')}, error('whole:points')) AS points, "
            f"{source.text('expires')} AS expires FROM {source.sql}) b JOIN members m ON b.member = m.member"
        )
    except duckdb.Error as wrong:
        raise bad_cells(source, wrong) from None
