"""No handle in the lake's logs, checkpoints, file names or statistics: only in the rows, where it must be."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from tests.store.lake_model import TOKYO

from noren.activity.lake import LakeWriter
from noren.activity.lake.tables import PSEUDONYMS, TABLES
from noren.activity.lake.torn import LOG
from noren.testing.feed import MemoryFeed, invented_feed


def _filled(path: Path) -> MemoryFeed:
    """Write, put together, vacuum and checkpoint a lake with returns and merges."""
    feed = invented_feed(400, seed=7, minutes_apart=300)
    with LakeWriter(path) as lake:
        while lake.take(feed, TOKYO, batch_rows=1).more:
            continue
        lake.compact(thorough=True)
        lake.vacuum(0)
        lake.checkpoint()
    return feed


def _forms(handle: bytes) -> list[bytes]:
    escaped = json.dumps(handle.decode("latin-1"))[1:-1].encode()
    return [
        handle,
        handle.hex().encode(),
        handle.hex().upper().encode(),
        base64.b64encode(handle)[:21],
        base64.urlsafe_b64encode(handle)[:21],
        escaped,
        repr(handle)[2:-1].encode(),
        handle[:8],
    ]


def _handles(feed: MemoryFeed) -> set[bytes]:
    return {p.handle for p in feed.purchases} | {handle for _, *both in feed.merges for handle in both}


def _log_bytes(lake: Path) -> bytes:
    """Return all that the logs say, checkpoints decoded, and all file names."""
    raw: list[bytes] = [str(path.relative_to(lake)).encode() for path in lake.rglob("*")]
    for path in lake.rglob(f"{LOG}/*"):
        raw.append(path.read_bytes())
        if path.suffix == ".parquet":
            raw.append(repr(pq.read_table(path).to_pylist()).encode())
    return b"\n".join(raw)


def _columns_with_statistics(lake: Path) -> set[str]:
    found: set[str] = set()
    for path in lake.rglob("part-*"):
        metadata = pq.ParquetFile(path).metadata
        for group in range(metadata.num_row_groups):
            columns = [metadata.row_group(group).column(n) for n in range(metadata.num_columns)]
            found |= {column.path_in_schema for column in columns if column.statistics is not None}
    return found


def test_logs_and_names_tell_no_handle(tmp_path: Path) -> None:
    feed = _filled(tmp_path)
    said = _log_bytes(tmp_path)
    assert b"noren.entry" in said, "the search reads the logs"
    assert [form for handle in _handles(feed) for form in _forms(handle) if form in said] == []


def test_the_search_finds_a_handle_that_a_log_tells(tmp_path: Path) -> None:
    """Negative control: a log entry written with the bounds of a handle, as Delta would by default."""
    feed = _filled(tmp_path)
    handle = next(iter(_handles(feed)))
    entry = tmp_path / "purchase_lines" / LOG / "00000000000000009999.json"
    entry.write_text(json.dumps({"add": {"stats": json.dumps({"minValues": {"handle": handle.hex()}})}}))
    said = _log_bytes(tmp_path)
    assert any(form in said for form in _forms(handle))


def test_files_hold_statistics_of_everything_but_pseudonyms(tmp_path: Path) -> None:
    _filled(tmp_path)
    found = _columns_with_statistics(tmp_path)
    assert found & PSEUDONYMS == set()
    assert {"purchase", "day", "product", "at"} <= found


def test_the_search_finds_statistics_of_a_handle(tmp_path: Path) -> None:
    """Negative control: a file written as Parquet writers do by default."""
    pq.write_table(pa.table({"handle": [b"x" * 16]}), tmp_path / "part-default.parquet")
    assert _columns_with_statistics(tmp_path) == {"handle"}


def test_footers_tell_no_handle(tmp_path: Path) -> None:
    feed = _filled(tmp_path)
    footers = b""
    for path in tmp_path.rglob("part-*"):
        raw = path.read_bytes()
        footers += raw[-8 - int.from_bytes(raw[-8:-4], "little") :]
        assert pq.ParquetFile(path).metadata.metadata is None
    assert [handle for handle in _handles(feed) if handle in footers] == []


def test_every_table_says_which_columns_may_be_counted() -> None:
    for form in TABLES:
        assert not PSEUDONYMS & set(form.bounded)
        assert not PSEUDONYMS & set(form.counted())
