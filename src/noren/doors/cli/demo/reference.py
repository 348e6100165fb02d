"""What stands in the shop company's books before anyone buys: its agreement, shops and products.

The source names its shops and their company by numbers only, so names and places are
invented here, the same on every machine. No person occurs.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date
from typing import Final

from noren.doors.cli.demo.places import some_place
from noren.doors.cli.demo.year import PARTNER, Product

_SEED: Final = "noren demo shops 1"
HANDLING: Final = 2
_ROUTE: Final = "third-party-consent"

# The operator's list of sensitive classes (law.md: special care-required data), by the source's categories.
_SENSITIVE: Final[dict[str, str]] = {
    **dict.fromkeys(
        ("ANALGESICS", "ANTACIDS", "COLD AND FLU", "EYE AND EAR CARE PRODUCTS", "FIRST AID PRODUCTS",
         "HOME HEALTH CARE", "LAXATIVES", "PHARMACY", "SINUS AND ALLERGY", "SMOKING CESSATIONS"), "medicine"),
    **dict.fromkeys(("ADULT INCONTINENCE", "FAMILY PLANNING", "FEMININE HYGIENE"), "adult"),
    **dict.fromkeys(
        ("BABY FOODS", "BABY HBC", "BABYFOOD", "DIAPERS & DISPOSABLES", "INFANT CARE PRODUCTS", "INFANT FORMULA"),
        "baby"),
}  # fmt: skip


def agreement_row(start: date) -> dict[str, object]:
    """Return the company's agreement: the route by which it provides purchases, from the year's first day on."""
    return {"partner": PARTNER, "route": _ROUTE, "from": start.isoformat()}


def shop_rows(shops: Sequence[str]) -> list[dict[str, object]]:
    """Return the shops under the column names of ``noren import shops``."""
    return [_shop(shop, handles=shop in handling_shops(shops)) for shop in shops]


def handling_shops(shops: Sequence[str]) -> Sequence[str]:
    """Return the shops that handle member information (会員情報取扱店): the first two."""
    return shops[:HANDLING]


def product_rows(products: Sequence[Product]) -> list[dict[str, object]]:
    """Return the products under the column names of ``noren import products``."""
    return [
        {"product": p.product, "name": p.name, "category": p.category, "department": p.department, "brand": p.brand,
         "maker": p.maker, "sensitivity": _SENSITIVE.get(p.category, "")}
        for p in products
    ]  # fmt: skip


def _shop(shop: str, *, handles: bool) -> dict[str, object]:
    place = some_place(random.Random(f"{_SEED}/{shop}"))
    return {
        "shop": shop, "partner": PARTNER, "name": f"CJマート {place.town}店({shop})", "industry": "grocery",
        "postal_code": place.postal_code, "prefecture": place.prefecture, "handles_personal_information": handles,
    }  # fmt: skip
