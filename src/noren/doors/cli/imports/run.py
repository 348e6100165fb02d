"""One import from beginning to end."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from noren.doors.cli.files.cells import Setting
from noren.doors.cli.files.columns import REJECTS_COLUMNS, match_columns
from noren.doors.cli.files.entries import Reader
from noren.doors.cli.files.kinds import PURCHASES, Kind
from noren.doors.cli.files.rejects import write_rejects
from noren.doors.cli.files.rows import FileProblem, Table
from noren.doors.cli.files.tables import open_table
from noren.doors.cli.imports.findings import Findings
from noren.doors.cli.imports.items import Item, receipt_blocks, row_blocks
from noren.doors.cli.imports.journal import Journal, open_journal
from noren.doors.cli.imports.order import shuffled
from noren.doors.cli.imports.progress import Gauge, Quiet
from noren.doors.cli.imports.report import Report, make_report
from noren.doors.cli.imports.targets import BATCH_ITEMS, TARGETS, Call, Outcome, send
from noren.kernel.say import Lang, Say

_CHUNK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be imported, and how."""

    file: Path
    kind: Kind
    setting: Setting
    mapping: Mapping[str, str] = field(default_factory=dict[str, str])
    encoding: str | None = None
    rejects: Path | None = None
    lang: Lang = "ja"


@dataclass(frozen=True, slots=True)
class Opened:
    """The file of an order, opened; ``renewed``: it is a rejects file."""

    table: Table
    reader: Reader
    lines: int
    renewed: bool


def open_order(order: Order) -> Opened:
    """Open the file and understand its columns.

    Raises:
        FileProblem: it is no table, or its columns do not fit.
    """
    table = open_table(order.file, order.encoding)
    matching = match_columns(table.columns, order.kind.columns, order.mapping)
    reader = Reader(table, order.kind, matching, order.setting)
    lines = table.size if table.encoding == "Parquet" else _count_lines(order.file)
    return Opened(table, reader, lines, matching.renewed)


def try_out(order: Order, opened: Opened, gauge: Gauge | None = None) -> Report:
    """Read and check the whole file and send nothing (``--dry-run``)."""
    findings = Findings((gauge or Quiet()).read)
    for _block in _blocks(order, opened, findings):
        pass
    findings.finish()
    report = make_report(order.file, order.kind.name, opened.table.encoding, findings, None, resumed=False)
    return _with_rejects(order, opened, report)


def carry_out(order: Order, opened: Opened, *, call: Call, journals: Path, gauge: Gauge | None = None) -> Report:
    """Import the file.

    Raises:
        FileProblem: too many rows are wrong, or another command imports the same file.
        CallRefused, ZoneDown: a zone stopped answering; calling again goes on from there.
    """
    gauge = gauge or Quiet()
    findings = Findings(gauge.read)
    with open_journal(journals, order.file, order.kind.name, order.mapping) as journal:
        findings.refuse({line: Say(*reason) for line, reason in journal.state.refused.items()})
        for number, block in enumerate(_blocks(order, opened, findings)):
            if number >= journal.state.block:
                _send_block(order, number, block, journal, findings, call, gauge)
        findings.finish()
        resumed = journal.resumed
        report = make_report(order.file, order.kind.name, opened.table.encoding, findings, journal.state, resumed)
        report = _with_rejects(order, opened, report)
        journal.close()
    return report


def _blocks(order: Order, opened: Opened, findings: Findings) -> Iterator[list[Item]]:
    if order.kind is PURCHASES:
        return receipt_blocks(opened.reader, findings, opened.lines, order.setting.zone)
    return row_blocks(opened.reader, findings)


def _send_block(
    order: Order, number: int, block: list[Item], journal: Journal, findings: Findings, call: Call, gauge: Gauge
) -> None:
    state, target = journal.state, TARGETS[order.kind.name]
    if number > state.block:
        state.block, state.place = number, ""
    placed = shuffled(block, state.seed, state.place)
    gauge.block(len(placed))
    for start in range(0, len(placed), BATCH_ITEMS):
        batch = placed[start : start + BATCH_ITEMS]
        for outcome in send(call, target, [item for _, item in batch]):
            _enter(outcome, journal, findings)
        state.place = batch[-1][0]
        journal.save()
        gauge.sent(len(batch))


def _enter(outcome: Outcome, journal: Journal, findings: Findings) -> None:
    state = journal.state
    state.added += outcome.added
    state.changed += outcome.changed
    state.same += outcome.same
    if outcome.refused:
        findings.refuse(outcome.refused)
        state.refused.update({line: (say.ja, say.en) for line, say in outcome.refused.items()})
    for line, doubt in outcome.doubts:
        findings.doubt(line, doubt)


def _with_rejects(order: Order, opened: Opened, report: Report) -> Report:
    """Write the rejects; where there are none, take away an earlier import's."""
    path = order.rejects or order.file.with_name(f"{order.file.name}.rejects.csv")
    with _writing(path):
        if report.rejected:
            write_rejects(path, opened.table, report.findings.reasons, order.lang, opened.renewed)
            return replace(report, rejects=path)
        if not report.dry_run and _is_rejects_file(path):
            path.unlink()
    return report


def _is_rejects_file(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as stream:
        return stream.readline().decode("utf-8-sig", "replace").startswith(",".join(REJECTS_COLUMNS))


@contextmanager
def _writing(path: Path) -> Generator[None]:
    try:
        yield
    except OSError as wrong:
        raise FileProblem(
            Say(
                f"{path} に書けません({wrong.strerror})。--rejects で別の場所を指定して、もう一度実行してください。",
                f"{path} can not be written ({wrong.strerror}). Give another place with --rejects and run it again.",
            )
        ) from None


def _count_lines(path: Path) -> int:
    count = 1
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            count += chunk.count(b"\n") or chunk.count(b"\r")
    return count
