"""A home's very first start: no zone looks for a store before the zone that makes it has answered."""

from __future__ import annotations

from pathlib import Path

from noren.doors.cli.demo.stage import make_home
from noren.doors.cli.supervisor import ORDER, Kept, Supervisor
from noren.house.home import Home, Zone
from noren.testing.ports import port_block


class Watched(Supervisor):
    """Notes at each start of a zone whether the register is there."""

    def __init__(self, home: Home) -> None:
        super().__init__(home, lambda _: None)
        self.watched = home
        self.there: dict[Zone, bool] = {}

    def _spawned(self, zone: Zone) -> Kept:
        self.there[zone] = self.watched.register_db.exists()
        return super()._spawned(zone)


def test_the_ledger_sides_stores_are_made_before_others_look(tmp_path: Path) -> None:
    with port_block(5) as port:
        home = make_home(tmp_path / "home", port)
        zones, again = Watched(home), Watched(home)
        with zones:
            zones.start()
        assert zones.there == {zone: zone != ORDER[0] for zone in ORDER}
        with again:
            again.start()
        assert all(again.there.values())
