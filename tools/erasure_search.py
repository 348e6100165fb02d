"""P5 over a whole home: a canary member is taken through every feature, erased, and every file searched byte by byte.

    python -m tools.erasure_search HOME

HOME is a sandbox (the demo's, for one) with nothing running in it. Prints how often she was found before and after;
exit 1 when anything of her is left. Her needles are never printed.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from tools.byte_search import Found, search_home

from noren.doors.cli.supervisor import Supervisor
from noren.house.home import Home, open_home
from noren.house.inner import InnerClient
from noren.house.keys import open_keys
from noren.house.origins import origins
from noren.house.passes import Porter
from noren.testing.canary import Canary

_PARTNER, _SHOP = "P1", "CANARY"


def main(path: str) -> int:
    """Plant, erase, search."""
    home = open_home(Path(path))
    assert home.sandbox, "invented members go into a sandbox alone"
    with Supervisor(home, lambda said: print(said.en)) as zones:
        zones.start()
        canary = Canary(home, lambda zone, call, body: _ask(home, zone, call, body), origins(home).till, _key(home))
        canary.live()
        needles = canary.needles()
        print(f"before: {_told(search_home(home.path, needles))}")
        _ask(home, "vault", "/erase/member", {"card": canary.card})
        print(f"round: {_ask(home, 'ledger-worker', '/erasures/finish', {})}")
        _ask(home, "vault", "/erase/finish", {})
        running = search_home(home.path, needles)
        print(f"after, everything running: {_told(running)}")
    stopped = search_home(home.path, needles)
    print(f"after, stopped: {_told(stopped)}")
    for hit in (*running.hits, *stopped.hits):
        print(f"FOUND needle {hit.needle} as {hit.form} in {hit.where}")
    return 1 if running.count or stopped.count else 0


def _key(home: Home) -> str:
    """Return the key of a terminal of a shop made for this."""
    _ask(home, "ledger-worker", "/reference/shops", {"rows": [{"shop": _SHOP, "partner": _PARTNER}]})
    agreement = {"partner": _PARTNER, "route": "third-party-consent", "from": "2020-01-01"}
    _ask(home, "ledger-worker", "/reference/partner", agreement)
    terminal = {"shop": _SHOP, "terminal": "T1", "expires_days": 1, "test": True}
    return str(_ask(home, "ledger-worker", "/terminals/add", {"rows": [terminal]})["rows"][0]["key"])


def _ask(home: Home, zone: Any, path: str, body: object) -> Any:
    client = InnerClient(home, Porter(home, open_keys(home, "operator")), zone, timeout_seconds=600)
    try:
        return client.call(path, body)
    finally:
        client.close()


def _told(found: Found) -> str:
    return (
        f"{found.count:,} found; {found.files} files, {found.size:,} bytes in all layers, {found.needles} needles in "
        f"{found.forms:,} forms"
    )


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
