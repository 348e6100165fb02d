"""For all tests: started in the background, a shell has SIGINT ignored, and every child would ignore it too.

No test here measures time, and a machine that stalls is no failure: hypothesis has no deadline, a page may take long.
"""

from __future__ import annotations

import signal

import hypothesis
from playwright.sync_api import expect

PAGE_MS = 60_000

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

hypothesis.settings.register_profile("noren", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("noren")
expect.set_options(timeout=PAGE_MS)
