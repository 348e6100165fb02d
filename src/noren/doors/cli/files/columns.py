"""The columns a kind of file may have, and which column of a file is which."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from noren.doors.cli.files.cells import Cleaner
from noren.doors.cli.files.rows import FileProblem
from noren.doors.cli.files.spelling import column_shown
from noren.kernel.say import Say

LEFT_OUT: Final = "-"
"""``--map source=-``: the column is not imported."""

REJECTS_COLUMNS: Final = ("line", "reason")


@dataclass(frozen=True, slots=True)
class Column:
    """A column by its name in the contract and in Japanese. ``required``: neither missing nor empty."""

    name: str
    ja: str
    clean: Cleaner
    required: bool = False


@dataclass(frozen=True, slots=True)
class Matching:
    """For each column of the source its meaning, None where it is left out; ``renewed``: it is a rejects file."""

    targets: tuple[Column | None, ...]
    renewed: bool


class ColumnProblem(FileProblem):
    """The columns of a file do not fit its kind: a mistake in the call, not in a row."""

    exit_code = 2


def match_columns(source: Sequence[str], known: Sequence[Column], mapping: Mapping[str, str]) -> Matching:
    """Return what each column of ``source`` means.

    Raises:
        ColumnProblem: an unknown, doubled or missing required column, or a mapping of none.
    """
    renewed = tuple(map(_normal, source[: len(REJECTS_COLUMNS)])) == REJECTS_COLUMNS
    wanted = {_normal(name): target for name, target in mapping.items()}
    _refuse_unused(wanted, source)
    by_word = {word: column for column in known for word in (_normal(column.name), _normal(column.ja))}
    targets: list[Column | None] = []
    for place, name in enumerate(source):
        skipped = renewed and place < len(REJECTS_COLUMNS)
        targets.append(None if skipped else _target(name, wanted, by_word, known))
    _refuse_doubled(targets)
    _refuse_missing(targets, known)
    return Matching(tuple(targets), renewed)


def _normal(name: str) -> str:
    """Widths, case, spaces and hyphens do not make a different column."""
    return unicodedata.normalize("NFKC", name).strip().casefold().replace(" ", "_").replace("-", "_")


def _target(
    name: str, wanted: Mapping[str, str], by_word: Mapping[str, Column], known: Sequence[Column]
) -> Column | None:
    meant = wanted.get(_normal(name), name)
    if meant == LEFT_OUT:
        return None
    found = by_word.get(_normal(meant))
    if found is None:
        raise ColumnProblem(_unknown(name if meant == name else meant, by_word, known))
    return found


def _unknown(name: str, by_word: Mapping[str, Column], known: Sequence[Column]) -> Say:
    near = difflib.get_close_matches(_normal(name), by_word, n=1, cutoff=0.5)
    shown = column_shown(name)
    hint_ja = f"「{by_word[near[0]].name}」のことですか? " if near else ""
    hint_en = f"Did you mean {by_word[near[0]].name}? " if near else ""
    names = ", ".join(column.name for column in known)
    return Say(
        f"「{shown}」という列は知りません。{hint_ja}--map '{shown}=列名' で対応づけるか、"
        f"--map '{shown}=-' で除いてください。使える列: {names}",
        f"Unknown column “{shown}”. {hint_en}Map it with --map '{shown}=NAME' or leave it out with --map '{shown}=-'. "
        f"Known columns: {names}",
    )


def _refuse_unused(wanted: Mapping[str, str], source: Sequence[str]) -> None:
    present = {_normal(name) for name in source}
    for name in wanted:
        if name not in present:
            has, shown = ", ".join(map(column_shown, source)), column_shown(name)
            raise ColumnProblem(
                Say(
                    f"--map の「{shown}」という列はファイルにありません。ファイルの列: {has}",
                    f"--map names “{shown}”, which the file does not have. It has: {has}",
                )
            )


def _refuse_doubled(targets: Sequence[Column | None]) -> None:
    seen: set[str] = set()
    for column in targets:
        if column is not None and column.name in seen:
            raise ColumnProblem(
                Say(
                    f"「{column.name}」にあたる列が2つあります。片方を --map '列名=-' で除いてください。",
                    f"Two columns mean {column.name}: leave one out with --map 'COLUMN=-'.",
                )
            )
        if column is not None:
            seen.add(column.name)


def _refuse_missing(targets: Sequence[Column | None], known: Sequence[Column]) -> None:
    present = {column.name for column in targets if column is not None}
    missing = [column for column in known if column.required and column.name not in present]
    if missing:
        names = ", ".join(f"{column.name}({column.ja})" for column in missing)
        raise ColumnProblem(
            Say(
                f"必要な列がありません: {names}。別の名前なら --map '列名={missing[0].name}' としてください。",
                f"Missing required column: {', '.join(column.name for column in missing)}. If it has another name, use "
                f"--map 'COLUMN={missing[0].name}'.",
            )
        )
