"""How stores change from one noren to the next: each store's chain of revisions, and which one a store is at.

A revision is a numbered layout of one store's tables (`0001`, `0002`, …), on SQLite and on
PostgreSQL alike. This room knows the way from one to the next and nothing of what tables mean;
the revisions themselves stand beside each store's tables (`<context>/migrations/`). A running zone
loads only ``stamp`` and ``errors``: it never changes a layout, it refuses one that is not its own.
"""

from noren.revisions.errors import NotThisRevision

__all__ = ["NotThisRevision"]
