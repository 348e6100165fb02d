"""The closed words of the language, as the text spells them."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Cmp(StrEnum):
    """A comparison with a number."""

    AT_LEAST = ">="
    MORE = ">"
    EXACTLY = "="
    AT_MOST = "<="
    LESS = "<"


class Measure(StrEnum):
    """What is counted over the lines where a filter is true."""

    VISITS = "visits"
    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"
    LINES = "lines"
    UNITS = "units"
    PRODUCTS = "products"
    BRANDS = "brands"
    SHOPS = "shops"
    PARTNERS = "partners"
    SPEND = "spend"
    POINTS = "points"


class Trait(StrEnum):
    """A coarse registered attribute of a member that is compared with values."""

    SEX = "sex"
    PREFECTURE = "prefecture"
    POSTAL3 = "postal3"
    TIER = "tier"


class Channel(StrEnum):
    """How a member may be reached."""

    EMAIL = "email"
    POST = "post"


class Attribute(StrEnum):
    """An attribute of a purchase's line."""

    CATEGORY = "category"
    DEPARTMENT = "department"
    BRAND = "brand"
    MAKER = "maker"
    PRODUCT = "product"
    PARTNER = "partner"
    SHOP = "shop"
    INDUSTRY = "industry"


class Weekday(StrEnum):
    """A day of the week; weeks begin on Monday."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


class Unit(StrEnum):
    """What ``in last N`` counts."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Which(StrEnum):
    """Which calendar period."""

    THIS = "this"
    PREVIOUS = "previous"


class Period(StrEnum):
    """A local calendar period; a fiscal year begins in April."""

    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    FISCAL_YEAR = "fiscal year"


class Rhythm(StrEnum):
    """The period of ``every``."""

    WEEK = "week"
    MONTH = "month"


CHANGING: Final = frozenset({Measure.VISITS, Measure.DAYS, Measure.LINES, Measure.UNITS, Measure.SPEND, Measure.POINTS})
"""The measures whose change can be asked for."""

PRODUCT_ATTRIBUTES: Final = frozenset(
    {Attribute.CATEGORY, Attribute.DEPARTMENT, Attribute.BRAND, Attribute.MAKER, Attribute.PRODUCT}
)

_RESERVED: Final = """
or and not at least of sex prefecture postal3 tier in age member_for days birth_month this reachable by email post
visits weeks months lines units products brands shops partners spend points never days_since_last days_since_first
overdue share change top bought followed within every week month for received redeemed contacted points_balance
points_expiring basket total has lacks together any category department brand maker product partner shop industry
list weekday hour basket_total mon tue wed thu fri sat sun last day quarter year fiscal previous ever
"""

KEYWORDS: Final = frozenset(_RESERVED.split())
"""Reserved words: none of them is a value unless it stands in quotes."""
