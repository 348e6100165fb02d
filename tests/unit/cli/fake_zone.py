"""A zone that keeps rows in memory, as idempotent as the real ones; it can refuse, and can break on purpose."""

from __future__ import annotations

from typing import Any

import msgspec

from noren.house.inner import CallRefused, ZoneDown

KEYS = {
    "/enrol": ("members", "member_number"),
    "/cards/add": ("rows", "card"),
    "/reference/products": ("rows", "product"),
    "/purchases/import": ("purchases", "receipt"),
}


class FakeZone:
    """``calls`` holds the rows of each call; ``breaks_after`` calls it stops answering."""

    def __init__(self, refuse: set[str] | None = None, poison: str | None = None, breaks_after: int = -1) -> None:
        self.rows: dict[str, Any] = {}
        self.calls: list[list[Any]] = []
        self.breaks_after = breaks_after
        self._refuse = refuse or set()
        self._poison = poison

    def call(self, path: str, body: object) -> Any:
        """Answer like a zone."""
        if len(self.calls) == self.breaks_after:
            raise ZoneDown("the fake broke on purpose")
        field, key = KEYS[path]
        rows = msgspec.json.decode(msgspec.json.encode(body))[field]
        if self._poison is not None and any(row[key] == self._poison for row in rows):
            raise CallRefused(422, b'{"detail": "poison"}')
        self.calls.append(rows)
        results = [self._take(row[key], row) for row in rows]
        if path.startswith("/reference"):
            return {word: results.count(word) for word in ("added", "changed", "same")}
        return {"results": results}

    def _take(self, key: str, row: Any) -> Any:
        if key in self._refuse:
            return {"reason_ja": "断り", "reason_en": "no"}
        before = self.rows.get(key)
        self.rows[key] = row
        return "added" if before is None else "same" if before == row else "changed"
