"""The thing an engineer would otherwise build: caps and counters of campaigns by a Lua script in Redis (Debian's).

`python bench/bench_redis.py --campaigns 100` (needs Debian's `redis-server`). With `appendfsync always`, as a till must
not answer before it is durable: 64 clients, a script a purchase. It counts what the till's draw counts: a receipt once,
totals, days, and what a member had of each of the campaigns that fit her (one in ten). It asks no condition, earns no
points, keeps no lines, proves nothing; the till that does all of it runs beside, over HTTP, without and with campaigns.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.bench_campaigns import prepared, products
from bench.bench_till import measure, say
from bench.till_ground import CONNECTIONS

PORT = 18_390
SCRIPT = """
local member, campaigns, issued = ARGV[1], tonumber(ARGV[2]), 0
if not redis.call('SET', 'receipt:' .. redis.call('INCR', 'receipts'), member, 'NX') then return -1 end
for number = 1, campaigns do
  if (tonumber(member) + number) % 10 == 0 then
    local hers = 'hers:' .. member .. ':' .. number
    if redis.call('EXISTS', hers) == 0 then
      local total = tonumber(redis.call('GET', 'total:' .. number) or '0')
      local day = tonumber(redis.call('GET', 'day:' .. number) or '0')
      redis.call('INCR', 'leaves:' .. number)
      if total < 1000000 and day < 100000 then
        redis.call('INCR', 'total:' .. number)
        redis.call('INCR', 'day:' .. number)
        redis.call('SET', hers, 'issued')
        issued = issued + 1
      else
        redis.call('SET', hers, 'capped')
      end
    end
  end
end
return issued
"""


def redis(campaigns: int, members: int, seconds: float) -> float:
    """Return the peer's purchases per second."""
    with tempfile.TemporaryDirectory(prefix="noren-redis-") as folder:
        words = ["redis-server", "--port", str(PORT), "--bind", "127.0.0.1", "--dir", folder, "--save", ""]
        server = subprocess.Popen([*words, "--appendonly", "yes", "--appendfsync", "always"], stdout=subprocess.DEVNULL)
        try:
            return _driven(campaigns, members, seconds)
        finally:
            server.terminate()
            server.wait()


def _driven(campaigns: int, members: int, seconds: float) -> float:
    cli = ["redis-cli", "-p", str(PORT)]
    while subprocess.run([*cli, "ping"], capture_output=True, text=True, check=False).stdout.strip() != "PONG":
        time.sleep(0.05)
    digest = subprocess.run([*cli, "script", "load", SCRIPT], capture_output=True, text=True, check=True).stdout.strip()
    asked = ["redis-benchmark", "-p", str(PORT), "-c", str(CONNECTIONS), "-r", str(members), "-q", "-n"]
    call, wanted = ["evalsha", digest, "0", "__rand_int__", str(campaigns)], 20_000
    begun = time.perf_counter()
    while True:
        done = subprocess.run([*asked, str(wanted), *call], capture_output=True, text=True, check=True).stdout
        found = re.findall(r"([0-9.]+) requests per second, p50=([0-9.]+)", done)
        if time.perf_counter() - begun > seconds:
            say(f"redis {campaigns} campaigns: {float(found[-1][0]):9,.0f}/s, p50 {found[-1][1]} ms")
            return float(found[-1][0])


def main() -> None:
    """Measure both, side by side."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--campaigns", type=int, nargs="+", default=(0, 100, 1_000))
    words.add_argument("--members", type=int, default=20_000)
    words.add_argument("--seconds", type=float, default=10)
    given = words.parse_args()
    if shutil.which("redis-server") is None:
        sys.exit("This needs Debian's redis-server: apt install redis-server")
    rows = products()
    for count in given.campaigns:
        floor, tills = prepared(count, given.members, rows, 1)
        peer = redis(count, given.members, given.seconds)
        ours = measure(floor, tills, "sqlite", rate=0, seconds=given.seconds)
        say(f"    till : redis, {count} campaigns = {ours / peer:.2f}")
        tills.stop()
        floor.house.stop()


if __name__ == "__main__":
    main()
