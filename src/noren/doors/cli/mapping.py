"""``--map``: what a source's columns are."""

from __future__ import annotations

from noren.doors.cli.here import refuse


def parse_map(given: list[str]) -> dict[str, str]:
    """Return ``--map`` options as a mapping from a source's column to ours. Raises Refusal."""
    mapping: dict[str, str] = {}
    for pair in given:
        source, equals, target = pair.rpartition("=")
        if not equals or not source or not target or source in mapping:
            refuse(
                f"--map は「ファイルの列名=列名」の形で、列ごとに1回だけ書きます: {pair}",
                f"--map has the form SOURCE=COLUMN, once per column: {pair}",
                code=2,
            )
        mapping[source] = target
    return mapping
