"""Reference tables: products and shops as they are now, written whole when anything in them changed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from noren.activity.lake.arrow import ArrowTable, column, pa
from noren.activity.lake.log import LakeTable
from noren.activity.lake.parts import write_part
from noren.activity.lake.tables import TableForm

FINGERPRINT: Final = "noren.fingerprint"
"""Mark: 63 bits of a hash of the table's content, so that the same content is not written again."""


class ProductRow(NamedTuple):
    """A product, in the order of the ledger's own columns. ``sensitivity``: class of the operator's list, if any."""

    product: str
    name: str | None = None
    category: str | None = None
    department: str | None = None
    brand: str | None = None
    maker: str | None = None
    sensitivity: str | None = None


class ShopRow(NamedTuple):
    """A shop: whose it is, what it is, where it stands, and whether it may hold personal information."""

    shop: str
    partner: str
    name: str | None = None
    industry: str | None = None
    postal_code: str | None = None
    prefecture: str | None = None
    handles_personal_information: bool = False


@dataclass(frozen=True, slots=True)
class Reference:
    """Where the present products and shops can be asked for."""

    products: Callable[[], Iterable[ProductRow]]
    shops: Callable[[], Iterable[ShopRow]]


def replace_rows(table: LakeTable, rows: Sequence[tuple[object, ...]]) -> bool:
    """Make ``table`` hold exactly ``rows``, tuples in the order of its columns; tell whether anything changed."""
    columns = _table(table.form, rows)
    print_now = _fingerprint(columns)
    if print_now == table.mark(FINGERPRINT):
        return False
    added = [write_part(table.folder, table.form, columns, None)] if rows else []
    table.commit(marks={FINGERPRINT: print_now}, added=added, removed=table.parts())
    return True


def _table(form: TableForm, rows: Sequence[tuple[object, ...]]) -> ArrowTable:
    lists = list(zip(*rows, strict=True)) if rows else [()] * len(form.columns)
    columns = [column(values, kind) for values, (_, kind) in zip(lists, form.columns, strict=True)]
    table = pa.Table.from_arrays(columns, schema=form.stored())
    return table.sort_by([(name, "ascending") for name in form.sorted_by])


def _fingerprint(rows: ArrowTable) -> int:
    """Return 63 bits that differ when the content differs. Not against forgery: only to save writing."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, rows.schema) as stream:
        stream.write_table(rows.combine_chunks())
    digest = hashlib.blake2b(sink.getvalue(), digest_size=8).digest()
    return int.from_bytes(digest) >> 1
