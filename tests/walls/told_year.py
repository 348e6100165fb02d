"""A member of whom every table of the ledger side holds something, in a room of the real worker, without processes."""

from __future__ import annotations

HER, OTHER, STRANGER = "2980000000000001", "2980000000000002", "2980000000000003"
