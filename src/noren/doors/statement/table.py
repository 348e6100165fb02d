"""The member's purchases as a file: CSV that spreadsheets open without running anything in it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from noren.activity.queries import OwnPurchase
from noren.kernel.say import Lang
from noren.kernel.spreadsheet import harmless

BOM: Final = "\ufeff"
_HEADS: Final[dict[Lang, tuple[str, ...]]] = {
    "ja": ("日付", "会社", "店舗", "お買い物番号", "商品コード", "商品", "数量", "金額", "返品額(全体)"),
    "en": (
        "date",
        "company",
        "shop",
        "purchase",
        "product code",
        "product",
        "quantity",
        "amount",
        "returned (whole purchase)",
    ),
}


def as_csv(
    purchases: Iterable[OwnPurchase], *, lang: Lang, shop_name: Callable[[str], str | None], name: Callable[[int], str]
) -> Iterator[str]:
    """Yield the file piece by piece: a row a line of a receipt; a purchase whose lines are not kept has one row.

    ``name`` makes a purchase's outer name of its entry number.
    """
    yield BOM + _row(_HEADS[lang])
    for one in purchases:
        head = (one.day.isoformat(), one.partner, shop_name(one.shop) or one.shop, name(one.entry))
        if one.lines is None:
            yield _row((*head, "", "", "", str(one.amount), str(one.returned)))
            continue
        yield "".join(
            _row((*head, line.product, line.name or "", str(line.quantity), str(line.amount), str(one.returned)))
            for line in one.lines
        )


def _row(cells: Iterable[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow([harmless(cell) for cell in cells])
    return out.getvalue()
