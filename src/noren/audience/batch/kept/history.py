"""A history in a folder, refreshed by what is new: the port of whoever keeps one."""

from __future__ import annotations

import shutil
from array import array
from collections.abc import Collection
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import duckdb
import msgspec
import numpy as np
from pyroaring import BitMap

from noren.audience.batch.kept.adding import Added, take_in
from noren.audience.batch.kept.codes import codes_of, goods_of
from noren.audience.batch.kept.index import HistoryIndex
from noren.audience.batch.kept.merging import merge, to_merge
from noren.audience.batch.kept.numbering import KeptNames, forget_names, open_columns
from noren.audience.batch.kept.part import ATTRIBUTES, Part, open_part, save_part
from noren.audience.batch.kept.storing import PARTS, STATES, Manifest, given_of, read_manifest, sweep, switch
from noren.audience.batch.kept.vectors import Mask, Numbers
from noren.audience.batch.loading.inputs import Inputs
from noren.audience.batch.loading.prepared import Ignored, Prepared
from noren.audience.batch.loading.preparing import prepare

_WORK: Final = "work"


class History:
    """A kept history. One process at a time refreshes it.

    What ``prepared`` or ``refresh`` returned can be asked until the refresh after the next, or until ``compact``.
    """

    def __init__(self, folder: Path, zone: ZoneInfo) -> None:
        """Open or begin a history in a folder of its own. What a crash left there is deleted."""
        self._folder = folder
        self._zone = zone
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._manifest = read_manifest(folder) or Manifest(zone=zone.key)
        assert self._manifest.zone == zone.key, "a history is of one zone"
        self._former = ""
        shutil.rmtree(folder / _WORK, ignore_errors=True)
        sweep(folder, self._manifest)

    def refresh(self, inputs: Inputs, gone: Collection[str] = ()) -> Prepared:
        """Take in what is new, and return the history as it is then. Raises CannotEvaluate.

        ``inputs``: purchases that were not told yet, or are other than they were told: a receipt that is known is
        replaced by its rows here. All else is told whole, as it is now: products, messages, and the members; of who
        is no member (any more) no purchase counts, and one that came before she was must be told again. ``gone``:
        receipts that are no more.
        """
        work = self._folder / _WORK
        work.mkdir()
        try:
            added = prepare(inputs, work, self._zone)
            state = self._state(self._manifest.generation + 1)
            state.mkdir()
            with duckdb.connect(str(work / "loading.duckdb")) as connection:
                told = take_in(connection, added, self._manifest, self._numbers(), state, gone)
            self._put(told)
        finally:
            shutil.rmtree(work)
            sweep(self._folder, self._manifest, self._former)
        return self.prepared(added.ignored)

    def compact(self) -> Prepared:
        """Write anew the parts that hold receipts which count no more, without them: then they are in no file.

        Neither is the text of who is no member any more; her number stays unused.
        """
        manifest = self._manifest
        following = msgspec.structs.replace(manifest, generation=manifest.generation + 1)
        shutil.copytree(self._state(manifest.generation), self._state(following.generation))
        listed = self._listed(manifest)
        forget_names(self._state(following.generation) / "members.parquet", listed)
        names: list[str] = []
        dead: dict[str, Numbers] = {}
        for number, (name, (part, replaced)) in enumerate(zip(manifest.parts, self._parts(manifest), strict=True)):
            gone = ~listed[part.receipts["member_no"]]
            gone = gone if replaced is None else gone | replaced
            names.append(name)
            if bool(gone.any()):
                names[-1] = f"{following.state}-{number}"
                save_part(merge([(part, gone)], self._codes(following)), self._folder / PARTS / names[-1])
        self._switch(following, names, dead)
        sweep(self._folder, self._manifest)
        return self.prepared()

    @property
    def begun(self) -> bool:
        """Whether anything was told to it yet; before that there is nothing to evaluate."""
        return self._manifest.generation > 0

    def prepared(self, ignored: Ignored = Ignored()) -> Prepared:  # noqa: B008 - a value
        """Return the history as it is, to be evaluated."""
        manifest = self._manifest
        given = given_of(manifest, *(open_columns(path) for path in self._numbers()[1:]))
        names = KeptNames(open_columns(self._numbers()[0]))
        listed = self._listed(manifest)
        index = HistoryIndex(self._parts(manifest), goods_of(given), None if bool(listed.all()) else listed)
        everyone = BitMap(array("I", np.flatnonzero(listed).astype(np.uint32).tobytes()))
        return Prepared(self._state(manifest.generation), given, names, False, ignored, self._zone, index, everyone)

    def _put(self, told: Added) -> None:
        """Make what was taken in part of the history."""
        parts = self._parts(self._manifest)
        dead = [_with(mask, part.places_of(*told.keys), len(part)) for part, mask in parts]
        names = list(self._manifest.parts)
        if len(told.part):
            last = to_merge([len(part) for part, _ in parts], len(told.part))
            part = told.part
            if last:
                small = [(one, mask) for (one, _), mask in zip(parts[-last:], dead[-last:], strict=True)]
                part = merge([*small, (part, None)], told.codes)
                del names[-last:], dead[-last:]
            names.append(told.manifest.state)
            save_part(part, self._folder / PARTS / told.manifest.state)
        masks = zip(names, dead, strict=False)
        self._switch(told.manifest, names, {name: np.flatnonzero(mask) for name, mask in masks if mask is not None})

    def _switch(self, manifest: Manifest, names: list[str], dead: dict[str, Numbers]) -> None:
        state = self._state(manifest.generation)
        for name in self._manifest.replaced:
            (state / f"replaced-{name}.npy").unlink(missing_ok=True)
        for name, places in dead.items():
            np.save(state / f"replaced-{name}.npy", places)
        replaced = {name: len(places) for name, places in dead.items()}
        manifest = msgspec.structs.replace(manifest, parts=tuple(names), replaced=replaced)
        switch(self._folder, manifest, set(names) - set(self._manifest.parts))
        self._former, self._manifest = self._manifest.state, manifest

    def _state(self, generation: int) -> Path:
        return self._folder / STATES / f"{generation:08d}"

    def _numbers(self) -> tuple[Path, Path, Path]:
        state = self._state(self._manifest.generation)
        return state / "members.parquet", state / "products.parquet", state / "places.parquet"

    def _listed(self, manifest: Manifest) -> Mask:
        return np.load(self._state(manifest.generation) / "listed.npy", allow_pickle=False)

    def _codes(self, manifest: Manifest) -> dict[str, Numbers]:
        products = open_columns(self._state(manifest.generation) / "products.parquet")
        return {name: codes_of(products, name) for name in ATTRIBUTES}

    def _parts(self, manifest: Manifest) -> list[tuple[Part, Mask | None]]:
        found: list[tuple[Part, Mask | None]] = []
        for name in manifest.parts:
            part, mask = open_part(self._folder / PARTS / name), None
            if name in manifest.replaced:
                places = np.load(self._state(manifest.generation) / f"replaced-{name}.npy", allow_pickle=False)
                mask = _with(None, places, len(part))
            found.append((part, mask))
        return found


def _with(mask: Mask | None, places: Numbers, count: int) -> Mask | None:
    """Return a mask with these places in it."""
    if not len(places):
        return mask
    out = np.zeros(count, dtype=np.bool_) if mask is None else mask.copy()
    out[places] = True
    return out
