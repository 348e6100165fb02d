"""A till looks for rings of garbage among what is new; among what has stood for long, once an hour."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
import gc, weakref
from noren.doors.till.collecting import Collecting

class Ring:
    def __init__(self):
        self.me = self

now = [0.0]
collecting = Collecting(lambda: now[0])
young = weakref.ref(Ring())
gc.collect(1)
assert young() is None, "a new ring is found"
ring = Ring()
old = weakref.ref(ring)
gc.collect(1)
del ring
gc.collect()
assert old() is not None, "what has outlived a look is not looked at"
now[0] = 3599.0
collecting.look()
assert old() is not None
now[0] = 3600.0
collecting.look()
assert old() is None, "once an hour it is"
gc.collect()
assert gc.get_freeze_count() > 1000, "what stands is spared again"
print("seen")
"""


def test_once_an_hour_everything_is_looked_through() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "seen"), done.stderr
