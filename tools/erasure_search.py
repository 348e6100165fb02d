"""P5 over a whole home: a canary member is taken through every feature, erased, and every file searched byte by byte.

    python -m tools.erasure_search HOME [FOLDER]

HOME is a sandbox (the demo's, for one) with nothing running in it; FOLDER (default ``HOME.search``) is made for what
goes outside: backups and the homes that are restored from them. Searched are: the home before and after ``noren member
erase``, with everything running and stopped; the backups made before the erasure; and a home restored from them. Two
controls must find her: a restore without the replay of erasures, and her member key kept. Exit 1 when anything of her
is left, or when a control finds nothing. Her needles are never printed. Staff accounts of the home are set aside in
FOLDER meanwhile: nobody has to sign in for the canary.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tools.byte_search import Found, search_home

from noren.doors.cli.supervisor import Supervisor
from noren.house.home import Home, open_home
from noren.house.inner import InnerClient
from noren.house.keys import open_keys
from noren.house.origins import origins
from noren.house.passes import Porter
from noren.house.staff_mark import mark_path
from noren.revisions.copies import make_copy
from noren.testing.canary import Canary, Needle
from noren.testing.second_home import readable, replayed_off, second_home

_PARTNER, _SHOP = "P1", "CANARY"
_FLOW, _RECIPIENT = "travel-offers", "NT"


@dataclass(slots=True)
class _Search:
    """What was found so far; ``bad``: what should not be so."""

    home: Home
    folder: Path
    needles: list[Needle] = field(default_factory=list[Needle])
    bad: list[str] = field(default_factory=list[str])

    def look(self, what: str, path: Path, *, here: bool = False) -> None:
        """Search a folder; ``here``: she must be found, else nothing of her."""
        found = search_home(path, self.needles)
        print(f"{what}: {_told(found)}")
        if bool(found.count) is not here:
            self.bad.append(what)
            for hit in () if here else found.hits:
                print(f"FOUND needle {hit.needle} as {hit.form} in {hit.where}")


def main(path: str, beside: str = "") -> int:
    """Plant, back up, erase, search, restore, search."""
    home = open_home(Path(path))
    assert home.sandbox, "invented members go into a sandbox alone"
    folder = Path(beside or f"{home.path}.search")
    folder.mkdir()
    search = _Search(home, folder)
    with _without_accounts(home, folder):
        with Supervisor(home, lambda said: print(said.en)) as zones:
            zones.start()
            _lived_and_erased(search)
        search.look("after, stopped", home.path)
        _restored(search)
    print("as it must be" if not search.bad else f"NOT as it must be: {', '.join(search.bad)}")
    return 1 if search.bad else 0


@contextmanager
def _without_accounts(home: Home, folder: Path) -> Iterator[None]:
    """Let the sandbox be one without staff accounts: the canary is taken through what members and shops do."""
    moved: list[tuple[Path, Path]] = []
    for path in (home.staff_db, mark_path(home)):
        for each in path.parent.glob(f"{path.name}*"):
            moved.append((each, folder / f"aside-{each.name}"))
            shutil.move(*moved[-1])
    try:
        yield
    finally:
        for path in (home.staff_db, mark_path(home)):
            for each in path.parent.glob(f"{path.name}*"):
                each.unlink()
        for place, aside in moved:
            shutil.move(aside, place)


def _lived_and_erased(search: _Search) -> None:
    home, backups = search.home, search.folder / "backups"
    canary = Canary(home, lambda zone, call, body: _ask(home, zone, call, body), origins(home).till, _key(home))
    canary.place = (_SHOP, "T1")
    if _provides(home):
        canary.flow, canary.recipient, canary.extract = _FLOW, _RECIPIENT, search.folder / "extract.sealed"
    canary.live()
    search.needles = canary.needles()
    search.look("before", home.path, here=True)
    backups.mkdir()
    _noren(home.path, "backup", str(backups))
    search.look("the backups", backups)
    make_copy(home.member_keys_db, search.folder / "member-keys.db")
    told = _noren(home.path, "member", "erase", "-", "--now", "--yes", given=canary.card)
    print(f"erased: told {told['told']}, waiting {told['waiting']}")
    search.look("after, everything running", home.path)


def _restored(search: _Search) -> None:
    home, backups, folder = search.home, search.folder / "backups", search.folder
    restored = second_home(home, folder / "restored", logs=True)
    for each in _noren(restored, "restore", str(backups))["restored"]:
        again = f"{each['members']} members, {each['erased']} erased again"
        print(f"restored {each['side']}: {again}, in {each['seconds']:.1f} s")
    search.look("a home restored from a backup of before", restored)
    without = replayed_off(home, backups, folder / "without")
    search.look("control: without the replay", without, here=True)
    names = {each for each in search.needles if isinstance(each, str) and "金糸雀" in each}
    if readable(without) & names:
        search.bad.append("a name opens though her key is destroyed")
    shutil.copy(folder / "member-keys.db", without / "vault" / "member-keys.db")
    kept = len(readable(without) & names)
    print(f"control: her key kept: {kept} of her names can be read")
    if not kept:
        search.bad.append("the control with her key kept")


def _provides(home: Home) -> bool:
    """Whether the demo's company is there, with a key of its own."""
    documents: list[Any] = _ask(home, "desk", "/register", None)["documents"]
    keys = [each["body"].get("public_key") for each in documents if each["id"] == _RECIPIENT and each["body"]]
    return bool(keys and keys[-1])


def _noren(home: Path, *arguments: str, given: str = "") -> Any:
    command = [sys.executable, "-m", "noren.doors.cli.main", *arguments, "--json", "--home", str(home)]
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


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
        return client.call(path, method="GET") if body is None else client.call(path, body)
    finally:
        client.close()


def _told(found: Found) -> str:
    return (
        f"{found.count:,} found; {found.files} files, {found.size:,} bytes in all layers, {found.needles} needles in "
        f"{found.forms:,} forms"
    )


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
