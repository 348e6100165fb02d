"""Runs an evaluation from files to files; a wrong condition or file is told, and then nothing is written."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import typer
from pyroaring import BitMap

from noren.audience.batch.arrow import write_members
from noren.audience.batch.errors import CannotEvaluate
from noren.audience.batch.evaluating import evaluate
from noren.audience.batch.given import Moment
from noren.audience.batch.loading.headers import headers
from noren.audience.batch.loading.inputs import Inputs
from noren.audience.batch.loading.prepared import Prepared
from noren.audience.batch.loading.preparing import prepare
from noren.audience.batch.needing import require_all
from noren.audience.language import Condition
from noren.audience.language.review import Surroundings
from noren.doors.cli.audience.laboratory import condition_files, read_condition, read_instant, read_zone
from noren.doors.cli.audience.showing import Checked, tell_checked
from noren.doors.cli.here import Here, day_given, refuse
from noren.kernel.clock import microseconds

_ONE: Final = "condition"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is evaluated with, as the call spelt it."""

    inputs: Inputs
    as_of: str
    zone: str
    horizon: str | None
    engine: Literal["duckdb", "spark", "live"]


def run(at: Here, asked: Asked, condition: str | None, folder: Path | None, out: Path) -> None:
    """Evaluate one condition, or those of a folder, and write who qualifies. Raises Refusal, Exit."""
    zone = read_zone(asked.zone)
    as_of = read_instant(asked.as_of, zone)
    horizon = None if asked.horizon is None else day_given(asked.horizon, "--horizon")
    moment = Moment(microseconds(as_of), as_of.date(), horizon)
    files = {_ONE: condition} if condition is not None else {}
    found = _read(at, files if folder is None else condition_files(folder), moment)
    try:
        with tempfile.TemporaryDirectory(prefix="noren-evaluate-") as work:
            require_all(found.values(), headers(asked.inputs))
            prepared = prepare(asked.inputs, Path(work), zone)
            answers = evaluate(found, prepared, moment, asked.engine)
            counts = _write(answers, prepared, out, whole=folder is not None)
    except CannotEvaluate as wrong:
        refuse(wrong.say.ja, wrong.say.en)
    _tell(at, counts, prepared)


def _read(at: Here, files: Mapping[str, str], moment: Moment) -> dict[str, Condition]:
    around = Surroundings(horizon=moment.horizon, today=moment.today)
    found: dict[str, Condition] = {}
    wrong = False
    for name, file in files.items():
        text, read = read_condition(file, around)
        if isinstance(read, Checked):
            wrong = True
            at.aside(f"{file}:", f"{file}:")
            tell_checked(at, read, text)
        else:
            found[name] = read.condition
    if wrong:
        raise typer.Exit(1)
    return found


def _write(answers: Mapping[str, BitMap], prepared: Prepared, out: Path, whole: bool) -> dict[str, int]:
    counts: dict[str, int] = {}
    try:
        (out if whole else out.parent).mkdir(parents=True, exist_ok=True)
        for name, numbers in answers.items():
            members = [prepared.names[number] for number in numbers]
            counts[name] = len(members)
            write_members(members, out / f"{name}.parquet" if whole else out)
    except OSError as wrong:
        refuse(f"{out} に書けません({wrong.strerror})。", f"{out} can not be written ({wrong.strerror}).")
    return counts


def _tell(at: Here, counts: Mapping[str, int], prepared: Prepared) -> None:
    ignored = prepared.ignored
    if ignored.purchases:
        at.aside(
            f"会員の表にない人の購入 {ignored.purchases:,}会計({ignored.lines:,}明細)は数えていません。",
            f"Not counted: {ignored.purchases:,} purchases ({ignored.lines:,} lines) of members that are not listed.",
        )
    if at.as_json:
        at.answer({"members": counts, "ignored": {"purchases": ignored.purchases, "lines": ignored.lines}})
        return
    for name, count in counts.items():
        at.say(f"{name}: {count:,}人", f"{name}: {count:,} members")
