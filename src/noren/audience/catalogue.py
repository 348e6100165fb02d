"""What a programme's conditions are looked at with: its names, companies, lists and sensitive classes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from noren.audience.language.words import Attribute

ProductRow = Sequence[str | None]
"""(product, name, category, department, brand, maker, sensitivity)."""

_COLUMNS = (Attribute.PRODUCT, None, Attribute.CATEGORY, Attribute.DEPARTMENT, Attribute.BRAND, Attribute.MAKER)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Fills ``review.Names``. ``sensitive``: each value that a sensitive product has, and the operator's own list.

    ``tiers``: the levels that published rules name; none: there are no rules.
    """

    known: Mapping[Attribute, frozenset[str]]
    named_lists: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    sensitive: frozenset[tuple[Attribute, str]] = frozenset()
    tiers: frozenset[str] = frozenset()

    def values(self, attribute: Attribute) -> frozenset[str] | None:
        """See ``Names``."""
        return self.known.get(attribute, frozenset())

    def lists(self) -> frozenset[str] | None:
        """See ``Names``."""
        return frozenset(self.named_lists)

    @property
    def companies(self) -> frozenset[str]:
        """The programme's companies."""
        return self.known.get(Attribute.PARTNER, frozenset())

    def is_sensitive_list(self, attribute: Attribute, name: str) -> bool:
        """Return whether a list holds a value of a sensitive class."""
        return any((attribute, value) in self.sensitive for value in self.named_lists.get(name, ()))


def catalogue(
    products: Iterable[ProductRow],
    shops: Iterable[tuple[str, str, str | None]],
    lists: Mapping[str, frozenset[str]],
    operators: Iterable[str],
    tiers: Iterable[str] = (),
) -> Catalogue:
    """Return what is known. ``shops``: (shop, company, industry); ``operators``: the list of settings, ATTRIBUTE=VALUE.

    Where one product is sensitive, its category, brand and every other value of it are.
    """
    held: dict[Attribute, set[str]] = {attribute: set() for attribute in Attribute}
    sensitive: set[tuple[Attribute, str]] = set()
    for row in products:
        pairs = {(attribute, value) for attribute, value in zip(_COLUMNS, row, strict=False) if attribute and value}
        for attribute, value in pairs:
            held[attribute].add(value)
        if row[-1]:
            sensitive |= pairs
    for shop, company, industry in shops:
        held[Attribute.SHOP].add(shop)
        held[Attribute.PARTNER].add(company)
        held[Attribute.INDUSTRY] |= {industry} if industry else set()
    sensitive |= {pair for text in operators if (pair := class_of(text)) is not None}
    known = {attribute: frozenset(values) for attribute, values in held.items()}
    return Catalogue(known, dict(lists), frozenset(sensitive), frozenset(tiers))


def class_of(text: str) -> tuple[Attribute, str] | None:
    """Return the class that a line of the operator's list names, ``category=TOBACCO``; None: it names none."""
    attribute, equals, value = text.partition("=")
    if not equals or attribute.strip() not in set(Attribute) or not value.strip():
        return None
    return Attribute(attribute.strip()), value.strip()
