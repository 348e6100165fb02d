"""The register of documents asked at the desk's door: for zones that do not read its store."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import Final

import msgspec

from noren.governance.documents import decode
from noren.governance.notices import Terms
from noren.governance.register import Dated, Document, Register, register_at
from noren.house.inner import InnerClient, ZoneDown
from noren.kernel.say import Say

FRESH_SECONDS: Final = 1.0
"""How old what was asked may be: a removal takes effect within that time where this door is used."""

KEPT_SECONDS: Final = 30.0
"""How long what was asked serves while the desk does not answer: nothing is announced or removed meanwhile."""


class RegisterDoor:
    """Reads the register from the desk. Thread-safe; keeps the last answer for a little while."""

    def __init__(self, client: InnerClient, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._read_at: float | None = None
        self._answered_at = 0.0
        self._documents: list[Document] = []
        self._texts: dict[str, Say] = {}

    def register(self, at: datetime) -> Register:
        """Return the register at an instant.

        Raises:
            ZoneDown: the desk does not answer and what is kept is too old.
            CallRefused: this zone may not ask.
        """
        return register_at(self.documents(), at)

    def terms_at(self, at: datetime) -> Dated[Terms] | None:
        """Return the member terms in force at an instant. Raises as ``register``."""
        terms = self.register(at).terms
        return terms if terms is not None and terms.holds(at) else None

    def documents(self) -> list[Document]:
        """Return every version of every document. Raises as ``register``."""
        with self._lock:
            self._read()
            return self._documents

    def texts(self) -> dict[str, Say]:
        """Return the texts of the member terms by the hashes that documents name. Raises as ``register``."""
        with self._lock:
            self._read()
            return self._texts

    def _read(self) -> None:
        now = self._monotonic()
        if self._read_at is not None and now - self._read_at <= FRESH_SECONDS:
            return
        try:
            if self._changed():
                self._read_whole()
        except ZoneDown:
            if self._read_at is None or now - self._answered_at > KEPT_SECONDS:
                raise
        else:
            self._answered_at = now
        self._read_at = now

    def _changed(self) -> bool:
        """Return whether there are other versions than those known: they are added, and never changed."""
        return not self._documents or self._client.call("/register/size", method="GET")["documents"] != len(
            self._documents
        )

    def _read_whole(self) -> None:
        answer = self._client.call("/register", method="GET")
        self._texts = {name: Say(text["ja"], text["en"]) for name, text in answer.get("texts", {}).items()}
        self._documents = [decode(msgspec.json.encode(row)) for row in answer["documents"]]
