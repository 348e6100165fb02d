"""What a stored column holds: which item, for which purposes; and by which rule what it joins is parted again.

Every context fills this for its stores (``stored.py``), beside how long a column is kept (``retention.py``). A build
fails where a column of any store stands in neither, and the sentences here say what to add.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from noren.governance.purposes import ITEMS, PURPOSES
from noren.kernel.say import Say


@dataclass(frozen=True, slots=True)
class Stored:
    """What one column holds. ``link``: it joins rows or zones; how the join is deleted (None: it joins nothing)."""

    item: str
    purposes: tuple[str, ...]
    link: Say | None = None


Columns = Mapping[str, Mapping[str, Stored]]
"""By table, by column."""

Terms = Mapping[str, Mapping[str, Say]]
"""How long, by table, by column."""


@dataclass(frozen=True, slots=True)
class StoreMap:
    """One store: what its columns hold and how long. ``side``: of the zones; ``where``: the module to write in.

    ``links``: the columns that join rows or zones, as ``table.column``: each must have its deletion rule.
    """

    store: str
    name: Say
    side: str
    where: str
    columns: Columns
    terms: Terms
    links: frozenset[str] = frozenset()


def of(item: str, purposes: str, names: str, link: Say | None = None) -> dict[str, Stored]:
    """Return columns that hold one item for the same purposes; ``purposes`` and ``names`` are parted by spaces."""
    assert item in ITEMS, f"{item} is no item"
    unknown = [purpose for purpose in purposes.split() if purpose not in PURPOSES]
    assert not unknown, f"{unknown} is no purpose"
    return dict.fromkeys(names.split(), Stored(item, tuple(purposes.split()), link))


def joined(*parts: Mapping[str, Stored]) -> dict[str, Stored]:
    """Return the columns of a table from those of its parts; a column in two parts is a programmer's error."""
    out: dict[str, Stored] = {}
    for part in parts:
        assert not out.keys() & part.keys(), f"twice: {out.keys() & part.keys()}"
        out |= part
    return out


def problems(store: StoreMap, actual: Mapping[str, Iterable[str]]) -> list[str]:
    """Return a sentence for each column of a store, as it really is, that is not accounted for."""
    out = [each for table, names in actual.items() for name in names for each in _of_column(store, table, name)]
    return out + list(_gone(store, actual)) + list(_links(store))


def _of_column(store: StoreMap, table: str, name: str) -> Iterator[str]:
    place = f"The column {table}.{name} of the store {store.store}"
    if name not in store.columns.get(table, {}):
        yield (
            f"{place} has no item and no purpose. Add it to the table {table!r} in {store.where}, as"
            f' of("<item>", "<purpose> <purpose>", "{name}"): the items and purposes are those of'
            " src/noren/governance/purposes.py; if it joins rows or zones, give it its deletion rule as link."
        )
    if name not in store.terms.get(table, {}):
        where = store.where.replace("stored.py", "retention.py")
        yield f"{place} has no retention. Say in {where} how long it is kept, and how it goes."


def _gone(store: StoreMap, actual: Mapping[str, Iterable[str]]) -> Iterator[str]:
    for table, columns in store.columns.items():
        for name in columns:
            if name not in set(actual.get(table, ())):
                yield f"{store.where} speaks of {table}.{name}, which {store.store} does not have: take it out."


def _links(store: StoreMap) -> Iterator[str]:
    for place in sorted(store.links):
        table, _, name = place.partition(".")
        held = store.columns.get(table, {}).get(name)
        if held is not None and held.link is None:
            yield (
                f"The column {place} of the store {store.store} joins rows or zones and has no deletion rule."
                f" Say in {store.where} how the join is deleted: of(..., link=Say(ja, en))."
            )
