"""How the demo speaks to the person who started it: a bar on a terminal, plain lines otherwise, in her language.

With ``--json`` it is given the error stream, so that the output is one JSON object.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from typing import Final, Protocol, TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from noren.kernel.say import Lang, Say

_LINE_EVERY_SECONDS: Final = 5.0


class Watch(Protocol):
    """Told how far a piece of work is."""

    def __call__(self, done: int, note: str = "") -> None:
        """``done`` of the total; ``note``: what else is worth saying."""


class Screen:
    """Speaks to a person."""

    def __init__(self, lang: Lang, out: TextIO) -> None:
        self.lang: Lang = lang
        self._console = Console(file=out, highlight=False, soft_wrap=True)

    def say(self, text: Say) -> None:
        """Say one sentence."""
        self._console.print(text(self.lang), markup=False)

    def show(self, text: str) -> None:
        """Show something that is the same in every language, as it is: an address, a command."""
        self._console.print(text, markup=False)

    def table(self, rows: Iterable[tuple[Say, str]]) -> None:
        """Show figures, right-aligned beside what they are."""
        table = Table.grid(padding=(0, 2))
        table.add_column()
        table.add_column(justify="right")
        for name, figure in rows:
            table.add_row(name(self.lang), figure)
        self._console.print(table)

    def sheet(self, head: Sequence[Say], rows: Iterable[Sequence[Say]]) -> None:
        """Show a table with a head: what it is on the left, figures right-aligned."""
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="")
        for number, name in enumerate(head):
            table.add_column(name(self.lang), justify="right" if number else "left", no_wrap=True)
        for row in rows:
            table.add_row(*(cell(self.lang) for cell in row))
        self._console.print(table)

    @contextmanager
    def work(self, what: Say, total: int) -> Generator[Watch]:
        """Show how a piece of work goes on, with the time left."""
        if self._console.is_terminal:
            with self._bar() as bar:
                task = bar.add_task(what(self.lang), total=total, note="")
                yield lambda done, note="": bar.update(task, completed=done, note=note)
        else:
            yield _Lines(self, what, total)

    def _bar(self) -> Progress:
        return Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
            TextColumn("{task.fields[note]}", markup=False), console=self._console,
        )  # fmt: skip


class _Lines:
    """A line every few seconds, with the time left, and one at the end."""

    def __init__(self, screen: Screen, what: Say, total: int) -> None:
        self._screen, self._what, self._total = screen, what, total
        self._began = self._spoke = time.monotonic()
        self._ended = False

    def __call__(self, done: int, note: str = "") -> None:
        now = time.monotonic()
        if self._ended or (done < self._total and now - self._spoke < _LINE_EVERY_SECONDS):
            return
        self._spoke, self._ended = now, done >= self._total
        left = int((now - self._began) / done * (self._total - done)) if done else 0
        self._screen.say(
            Say(
                f"{self._what.ja}: {done:,} / {self._total:,} 残り約{left}秒 {note}".rstrip(),
                f"{self._what.en}: {done:,} / {self._total:,}, about {left} s left {note}".rstrip(),
            )
        )
