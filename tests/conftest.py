"""For all tests: started in the background, a shell has SIGINT ignored, and every child would ignore it too.

No test here measures time, and a machine that stalls is no failure: hypothesis has no deadline, a page may take long.
"""

from __future__ import annotations

import getpass
import signal
import tempfile

import hypothesis
import pytest
from playwright.sync_api import expect

PAGE_MS = 60_000
LONGEST_USER = 12

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

hypothesis.settings.register_profile("noren", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("noren")
expect.set_options(timeout=PAGE_MS)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Folders of tests bear the user's name: where that is long, give them another, for a socket's path is short."""
    if config.option.basetemp is None and len(getpass.getuser()) > LONGEST_USER:
        config.option.basetemp = tempfile.mkdtemp(prefix="noren-tests-")
