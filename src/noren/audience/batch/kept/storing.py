"""What a crash leaves behind is the history before or the one after: new files first, then one name is switched."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import msgspec

from noren.activity.lake.disk import flush
from noren.audience.batch.given import Given, TraitCode
from noren.audience.batch.names import Columns
from noren.audience.language.words import Attribute

MANIFEST: Final = "manifest.json"
_NEXT: Final = "manifest.next"
PARTS: Final = "parts"
STATES: Final = "states"


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """Which files are the history, and what planning must know of them.

    ``reach``: so far can sums of amounts, quantities and points come, either way. ``replaced``: receipts of a part
    that count no more, by part; their places are a file of the state.
    """

    generation: int = 0
    zone: str = ""
    parts: tuple[str, ...] = ()
    replaced: dict[str, int] = {}
    reach: tuple[int, int, int] = (0, 0, 0)
    attributes: tuple[str, ...] = ()
    has_points: bool = True
    traits: tuple[int, ...] = ()
    values: dict[int, dict[str, int]] = {}
    messages: bool = False
    redemptions: bool = False
    balances: bool = False
    campaigns: dict[str, int] = {}
    lists: dict[str, tuple[str, ...]] = {}

    @property
    def state(self) -> str:
        """The folder of what is written anew each time."""
        return f"{self.generation:08d}"


def read_manifest(folder: Path) -> Manifest | None:
    """Return what a folder holds; None: nothing yet."""
    path = folder / MANIFEST
    return msgspec.json.decode(path.read_bytes(), type=Manifest) if path.exists() else None


def switch(folder: Path, manifest: Manifest, parts: Iterable[str]) -> None:
    """Make these files the history. All that is new of them, ``parts`` too, is on the disk before it is said so."""
    for written in (folder / STATES / manifest.state, *(folder / PARTS / part for part in parts)):
        _sync_all(written)
    flush(folder / PARTS)
    flush(folder / STATES)
    after = folder / _NEXT
    after.write_bytes(msgspec.json.encode(manifest))
    flush(after)
    after.rename(folder / MANIFEST)
    flush(folder)


def sweep(folder: Path, manifest: Manifest, former: str = "") -> None:
    """Delete what is not of the history: what a crash left, and what was replaced; a former state may be in use."""
    for kind, names in ((PARTS, manifest.parts), (STATES, (manifest.state, former))):
        (folder / kind).mkdir(exist_ok=True)
        for found in (folder / kind).iterdir():
            if found.name not in names:
                shutil.rmtree(found)


def _sync_all(folder: Path) -> None:
    for path in folder.iterdir():
        flush(path)
    flush(folder)


def given_of(manifest: Manifest, products: Columns, places: Columns) -> Given:
    """Return what planning needs."""
    return Given(
        products=products,
        places=places,
        attributes=frozenset(map(Attribute, manifest.attributes)),
        has_points=manifest.has_points,
        traits=frozenset(map(TraitCode, manifest.traits)),
        values={TraitCode(trait): values for trait, values in manifest.values.items()},
        messages=manifest.messages,
        redemptions=manifest.redemptions,
        balances=manifest.balances,
        campaigns=manifest.campaigns,
        lists={name: frozenset(values) for name, values in manifest.lists.items()},
    )


def following(before: Manifest, given: Given) -> Manifest:
    """Return the next manifest, of what was given now; of purchases, a column counts where it always was there."""
    attributes, has_points = given.attributes, given.has_points
    if before.generation:
        attributes &= frozenset(map(Attribute, before.attributes))
        has_points = has_points and before.has_points
    return Manifest(
        generation=before.generation + 1,
        zone=before.zone,
        parts=before.parts,
        attributes=tuple(sorted(one.value for one in attributes)),
        has_points=has_points,
        traits=tuple(sorted(one.value for one in given.traits)),
        values={trait.value: dict(values) for trait, values in given.values.items()},
        messages=given.messages,
        redemptions=given.redemptions,
        balances=given.balances,
        campaigns=dict(given.campaigns),
        lists={name: tuple(sorted(values)) for name, values in given.lists.items()},
    )
