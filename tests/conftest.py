"""For all tests: started in the background, a shell has SIGINT ignored, and every child would ignore it too."""

from __future__ import annotations

import signal

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
