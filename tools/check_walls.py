"""Look at a demo's home as a thief would: nothing in clear in any file, nobody linked across the stores.

    python -m tools.check_walls HOME

The demo's persons are invented the same everywhere, so all their numbers, names, addresses,
telephone numbers and e-mails are known here, and each is searched for in every form.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.walls.join import main as join
from tools.byte_search import LIMIT, search_home

from noren.doors.cli.demo.people import Person, people
from noren.doors.cli.demo.year import find_year


def needles() -> dict[str, str]:
    """Return what must not stand in any file: the needle, and what kind of thing it is."""
    year = find_year()
    start = year.totals().first.date()
    out: dict[str, str] = {}
    for person in people(year.households(), start):
        for kind, values in _of(person).items():
            out |= dict.fromkeys(values, kind)
    return out


def _of(person: Person) -> dict[str, tuple[str, ...]]:
    family, given = person.family_name, person.given_name
    kana = (person.family_kana, person.given_kana)
    return {
        "card": person.cards,
        "member number": (person.member_number,),
        "name": (family, given, *(f"{family}{gap}{given}" for gap in ("", " ", "\u3000"))),
        "kana": (*kana, *(gap.join(kana) for gap in ("", " ", "\u3000"))),
        "street": (person.street, f"{person.city}{person.street}"),
        "phone": (person.phone, person.phone.replace("-", "")),
        "email": (person.email,),
    }


def main(home: str) -> int:
    """Search and join; 1 when anything was found."""
    kinds = needles()
    wanted = list(kinds)
    found = search_home(Path(home), wanted)
    for hit in found.hits:
        print(f"FOUND a {kinds[wanted[hit.needle - 1]]} as {hit.form} in {hit.where}")
    more = f" (the first {LIMIT} are shown)" if found.count > LIMIT else ""
    print(
        f"{found.files} files, {found.size:,} bytes in all layers, {found.needles:,} needles in {found.forms:,} forms"
        f" ({found.too_short:,} too short to tell from chance): {found.count} found{more}."
    )
    return max(join(home), 1 if found.count else 0)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
