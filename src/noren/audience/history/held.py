"""A built history: the prepared tables, whose number is whose, and who is too young."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pyroaring import BitMap

from noren.audience.batch.loading.prepared import Prepared


class HistoryBehind(Exception):
    """The lake does not have all purchases yet."""


@dataclass(frozen=True, slots=True)
class Held:
    """``numbers``: of each active member's handle in this build. ``young``: who may be under 16."""

    prepared: Prepared = field(repr=False)
    numbers: Mapping[bytes, int] = field(repr=False)
    young: BitMap = field(repr=False)
