"""One Delta table of the lake: its parts, its marks, and commits that change both in one step.

A mark is a Delta app transaction: a named number that the log keeps and that changes with the
rows or not at all. The cursor of the feed is a mark, and there is no other cursor anywhere.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from deltalake import CommitProperties, DeltaTable, PostCommitHookProperties, Transaction
from deltalake.transaction import AddAction, RemoveAction

from noren.activity.lake.arrow import values
from noren.activity.lake.disk import flush, make_folder
from noren.activity.lake.parts import Part
from noren.activity.lake.tables import MONTH, TableForm
from noren.activity.lake.torn import LOG, SEAL, entry_path, mend

CHECKPOINT_EVERY: Final = 50
"""Log entries between checkpoints: what a reader must replay at most."""

LOG_DAYS: Final = 1
"""Days that the log keeps entries older than a checkpoint. Older states of the lake are nobody's business."""

# Checkpoints are made by us, so that they are flushed before any log entry they replace can go.
_NO_HOOKS: Final = PostCommitHookProperties(create_checkpoint=False, cleanup_expired_logs=False)


class LakeTable:
    """A table opened by the lake's one writer."""

    def __init__(self, folder: Path, form: TableForm) -> None:
        self.folder = folder
        self.form = form
        self._partitions = [MONTH] if form.by_month else []
        make_folder(folder)
        mend(folder)
        self._delta = DeltaTable(str(folder)) if DeltaTable.is_deltatable(str(folder)) else self._make()
        self._checkpoint = self._delta.version()
        self._marks: dict[str, int] = {}

    def _make(self) -> DeltaTable:
        """Make the empty table, durably."""
        made = DeltaTable.create(
            str(self.folder),
            self.form.whole(),
            partition_by=self._partitions,
            configuration={
                "delta.dataSkippingStatsColumns": ",".join(self.form.bounded),
                "delta.logRetentionDuration": f"interval {LOG_DAYS} days",
                "delta.deletedFileRetentionDuration": f"interval {LOG_DAYS} days",
            },
            post_commithook_properties=_NO_HOOKS,
        )
        self._flush_entry(0)
        return made

    @property
    def version(self) -> int:
        """The table's version: how many entries its log has had, less one."""
        return self._delta.version()

    def mark(self, name: str) -> int:
        """Return a mark's number, 0 where it was never set."""
        if name not in self._marks:  # asking the log takes a millisecond, and an idle round asks for each
            self._marks[name] = self._delta.transaction_version(name) or 0
        return self._marks[name]

    def parts(self) -> list[Part]:
        """Return the parts that stand now."""
        return parts_of(self._delta)

    def commit(
        self,
        *,
        marks: Mapping[str, int],
        added: Sequence[Part] = (),
        removed: Sequence[Part] = (),
        new_rows: bool = True,
    ) -> None:
        """Add and remove parts and set marks in one durable step. ``new_rows`` False: the same rows, put together.

        Raises:
            deltalake.exceptions.CommitFailedError: another writer got in between; nothing was changed.
        """
        now_ms = int(time.time() * 1000)  # Delta's file times: for its vacuum, not the programme's clock
        words: list[AddAction | RemoveAction] = [
            *(part.removed(deleted_ms=now_ms, rows_gone=new_rows) for part in removed),
            *(part.added(modified_ms=now_ms, new_rows=new_rows) for part in added),
        ]
        self._delta.create_write_transaction(
            words,
            "append",
            self.form.whole(),
            self._partitions,
            commit_properties=_sealed(marks, len(words)),
            post_commithook_properties=_NO_HOOKS,
        )
        self._delta.update_incremental()
        self._marks.clear()
        self._flush_entry(self._delta.version())
        if self._delta.version() - self._checkpoint >= CHECKPOINT_EVERY:
            self.checkpoint()

    def checkpoint(self) -> None:
        """Write the table's state in one file, flush it, and let go of log entries past their days."""
        self._delta.create_checkpoint()
        self._checkpoint = self._delta.version()
        log = self.folder / LOG
        for path in (*log.glob(f"{self._checkpoint:020d}.checkpoint*.parquet"), log / "_last_checkpoint", log):
            flush(path)
        self._delta.cleanup_metadata()

    def stage(self, folder: Path) -> list[Path]:
        """Lay the table as it is now into an empty folder: its parts by links, its log by copies."""
        (folder / LOG).mkdir(parents=True, mode=0o700)
        out: list[Path] = []
        for part in self.parts():
            target = folder / part.path
            target.parent.mkdir(exist_ok=True, mode=0o700)
            os.link(self.folder / part.path, target)
            out.append(target)
        entries = sorted((self.folder / LOG).iterdir())
        return [*out, *(Path(shutil.copyfile(entry, folder / LOG / entry.name)) for entry in entries)]

    def vacuum(self, hours: int) -> int:
        """Delete files that have not been part of the table for ``hours``, those of killed writers too; count them."""
        gone = self._delta.vacuum(
            retention_hours=hours,
            dry_run=False,
            enforce_retention_duration=False,  # ours is a setting; readers open, read and leave
            full=True,  # a killed writer's file was never named by the log, and holds handles all the same
            post_commithook_properties=_NO_HOOKS,
        )
        self._delta.update_incremental()
        self._flush_entry(self._delta.version())
        return len(gone)

    def _flush_entry(self, version: int) -> None:
        flush(entry_path(self.folder, version))
        flush(self.folder / LOG)


def _sealed(marks: Mapping[str, int], words: int) -> CommitProperties:
    """Return a commit's marks, closed by the seal that counts all words before it (see ``torn``)."""
    named = [Transaction(name, number) for name, number in marks.items()]
    seal = Transaction(SEAL, words + len(named))
    return CommitProperties(app_transactions=[*named, seal], max_commit_retries=0)


def parts_of(delta: DeltaTable) -> list[Part]:
    """Return the parts of a table's snapshot. Paths are relative: Delta's own URIs escape the folder's name."""
    actions: Any = delta.get_add_actions()
    paths, sizes, counts = (values(actions.column(name)) for name in ("path", "size_bytes", "num_records"))
    months: list[str | None] = [None] * len(paths)
    if MONTH in delta.metadata().partition_columns:
        months = [partition[MONTH] for partition in values(actions.column("partition"))]
    return [Part(*words) for words in zip(paths, sizes, counts, months, strict=True)]
