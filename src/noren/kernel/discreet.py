"""Values that name their kind and nothing else: for what carries a card, a key or a password through a door.

A mixin without fields, so that any class can take it: named first among the bases, its
``repr`` stands before that of the class it is mixed into. Reading a field is not guarded.
"""

from __future__ import annotations

from collections.abc import Iterator


class Discreet:
    """Prints as its type alone, in logs, tracebacks and f-strings."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def __rich_repr__(self) -> Iterator[object]:
        # Rich shows the locals of a traceback by this, not by repr.
        return iter(())
