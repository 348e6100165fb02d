"""Threads beside the till: they take their turn after it."""

from __future__ import annotations

import os
import threading
from typing import Final

NICENESS: Final = 10
"""How far work in the background steps back for the till."""


def step_back() -> None:
    """Lower this thread's place in the queue for the processor (on Linux a thread has its own)."""
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
