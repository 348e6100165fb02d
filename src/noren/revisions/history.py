"""The chain of one store's revisions, as its folder tells it, and the way from one to another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData

from noren.kernel.say import Say
from noren.revisions.opening import layout_of
from noren.revisions.stamp import FIRST

_ENVIRONMENT: Final = Path(__file__).parent

Engine = Literal["sqlite", "postgresql"]


@dataclass(frozen=True, slots=True)
class Step:
    """One revision up or down. ``loses``: what the older layout has no place for."""

    revision: str
    up: bool
    says: Say
    loses: Say | None = None
    hindrance: Callable[..., Say | None] | None = None
    """From a connection and ``up``: why the step can not be taken, told before anything is changed."""


@dataclass(frozen=True, slots=True)
class History:
    """A store's revisions. ``folder`` holds their files, ``head`` is the revision of the tables in code.

    ``known``: a table of the first revision, by which a store of before there were revisions is recognised.
    ``mark``: from a revision's number and the engine, the statement that tells the layout to a noren of before there
    were revisions, which then refuses the store; empty: none. ``page_bytes``: what a SQLite file's pages should have.
    """

    store: str
    folder: Path
    head: str
    known: str
    mark: Callable[[int, str], str] | None = None
    page_bytes: int | None = None

    def config(self) -> Config:
        """Return Alembic's settings: two folders and no address."""
        config = Config()
        config.set_main_option("path_separator", "newline")
        config.set_main_option("script_location", _plain(_ENVIRONMENT))
        config.set_main_option("version_locations", _plain(self.folder))
        return config

    def revisions(self) -> list[str]:
        """Return the chain's numbers, oldest first."""
        return [script.revision for script in self._scripts()]

    def before(self, revision: str) -> str:
        """Return the revision below another, which is not the first."""
        known = self.revisions()
        assert revision != known[0], "below the first revision there is nothing"
        return known[known.index(revision) - 1]

    def steps(self, found: str | None, wanted: str) -> list[Step]:
        """Return the way from one revision to another; ``found`` None: an empty store.

        ``wanted`` is at least the first: a store without tables is no revision.
        """
        known = self.revisions()
        assert wanted in known, f"{self.store} has no revision {wanted}"
        here, there = (-1 if found is None else known.index(found)), known.index(wanted)
        scripts = self._scripts()
        if here <= there:
            return [_step(each, up=True) for each in scripts[here + 1 : there + 1]]
        return [_step(each, up=False) for each in reversed(scripts[there + 1 : here + 1])]

    def _scripts(self) -> list[Any]:
        scripts = list(ScriptDirectory.from_config(self.config()).walk_revisions())[::-1]
        assert scripts, f"{self.store} has no revisions in {self.folder}"
        assert scripts[0].revision == FIRST
        return scripts


def history_of(tables: MetaData, folder: Path) -> History:
    """Return the history of a store that SQLAlchemy's tables describe."""
    layout = layout_of(tables)
    return History(layout.store, folder, layout.revision, layout.known, layout.mark)


def _step(script: Any, *, up: bool) -> Step:
    module = script.module
    loses = None if up else getattr(module, "LOSES", None)
    return Step(script.revision, up, _said(module, "SAYS"), loses, getattr(module, "hindrance", None))


def _said(module: Any, name: str) -> Say:
    said = getattr(module, name, None)
    assert isinstance(said, Say), f"{module.__file__} does not say what it changes ({name})"
    return said


def _plain(path: Path) -> str:
    return str(path).replace("%", "%%")
