"""The public door: what this programme is, its live figures, its published shops, and the ways on.

This room promises to hold no member's data at all: it asks the ledger worker for totals and
shows them. When that does not answer, the pages stay up and say so.
"""

from noren.doors.front.app import front_app

__all__ = ["front_app"]
