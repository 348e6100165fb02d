"""The mark beside the store: how much was spent in each month. It is in no backup, so no restore lowers it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from noren.activity.lake.disk import flush
from noren.audience.errors import HighWaterLost
from noren.audience.figure.budget import highest

_MONTHS_KEPT: Final = 3


class _Kept(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    months: dict[str, dict[str, int]] = msgspec.field(default_factory=dict[str, dict[str, int]])


@dataclass(frozen=True, slots=True)
class SpentFile:
    """Fills ``ports.HighWater``: a small file, replaced whole and synced each time."""

    path: Path

    def read(self) -> Mapping[str, Mapping[str, int]]:
        """See ``HighWater``."""
        try:
            return msgspec.json.decode(self.path.read_bytes(), type=_Kept).months
        except (OSError, msgspec.DecodeError):
            raise HighWaterLost from None

    @property
    def exists(self) -> bool:
        """See ``HighWater``."""
        return self.path.exists()

    def begin(self, months: Mapping[str, Mapping[str, int]]) -> None:
        """See ``HighWater``."""
        self._write({month: dict(spent) for month, spent in months.items()})

    def raise_to(self, month: str, spent: Mapping[str, int]) -> None:
        """See ``HighWater``."""
        kept = dict(self.read())
        kept[month] = highest(kept.get(month, {}), spent)
        self._write({each: dict(kept[each]) for each in sorted(kept)[-_MONTHS_KEPT:]})

    def _write(self, months: dict[str, dict[str, int]]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        new = self.path.with_name(f"{self.path.name}.new")
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            out.write(msgspec.json.encode(_Kept(months)))
            out.flush()
            os.fsync(descriptor)
        new.replace(self.path)
        flush(self.path.parent)
