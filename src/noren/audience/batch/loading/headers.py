"""What files hold by their headers alone: what a condition lacks is said before minutes of loading, not after."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import duckdb

from noren.audience.batch.given import Given
from noren.audience.batch.loading.inputs import Inputs
from noren.audience.batch.loading.lists import read_lists
from noren.audience.batch.loading.source import Source, open_source
from noren.audience.batch.loading.who import traits_of
from noren.audience.batch.names import Columns, Index
from noren.audience.language.words import Attribute

_PRODUCT_COLUMNS: Final = (Attribute.CATEGORY, Attribute.DEPARTMENT, Attribute.BRAND, Attribute.MAKER)
_PLACE_COLUMNS: Final = (Attribute.SHOP, Attribute.PARTNER, Attribute.INDUSTRY)
PURCHASE_COLUMNS: Final = ("member", "receipt", "at", "product", "quantity", "amount")


class _Unread:
    """Columns of which only the header was read."""

    def column(self, name: str) -> Iterable[str | None]:  # noqa: ARG002 - there is nothing to read
        return ()

    def index(self, name: str) -> Index:  # noqa: ARG002 - there is nothing to read
        return Index(())

    def count(self) -> int:
        return 0


_UNREAD: Final[Columns] = _Unread()


def headers(inputs: Inputs) -> Given:
    """Return which columns, files and lists there are; no value is read. Raises FileWrong."""
    with duckdb.connect() as connection:
        members = open_source(connection, "--members", inputs.members)
        purchases = open_source(connection, "--purchases", inputs.purchases)
        products = open_source(connection, "--products", inputs.products) if inputs.products else None
    members.need("member")
    purchases.need(*PURCHASE_COLUMNS)
    if products is not None:
        products.need("product")
    return Given(
        products=_UNREAD,
        places=_UNREAD,
        attributes=attributes_of(purchases, products),
        has_points=purchases.has("points"),
        traits=frozenset(traits_of(members)),
        messages=inputs.messages is not None,
        redemptions=inputs.redemptions is not None,
        balances=inputs.balances is not None,
        lists=read_lists(inputs.lists),
    )


def attributes_of(purchases: Source, products: Source | None) -> frozenset[Attribute]:
    """Return the attributes that the columns of purchases and products give."""
    found = {Attribute.PRODUCT}
    found.update(column for column in _PRODUCT_COLUMNS if products is not None and products.has(column.value))
    found.update(column for column in _PLACE_COLUMNS if purchases.has(column.value))
    return frozenset(found)
