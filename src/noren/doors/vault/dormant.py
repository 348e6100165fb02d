"""The inner door's part for dormant members: how many wait for which day, and a look at once. Numbers, never a name."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from litestar import get, post
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK

from noren.doors.vault.bodies import DryBody
from noren.house.home import Home
from noren.house.vault import VaultRoom
from noren.identity import dormancy


def terms_of(home: Home) -> dormancy.Terms:
    """Return the terms of a home."""
    settings = home.settings.retention
    return dormancy.Terms(settings.dormant_months, settings.dormant_notice_days)


def dormant_handlers(room: VaultRoom) -> list[Any]:
    """Return the handlers of ``/dormant``."""

    @get("/dormant/list", sync_to_thread=True)
    def waiting() -> dict[str, Any]:
        days = dormancy.waiting(room.vault)
        return {"days": [{"erased_on": day.isoformat(), "members": number} for day, number in days.items()]}

    @post("/dormant/run", status_code=HTTP_200_OK, sync_to_thread=True)
    def run(data: JSONBody[DryBody]) -> dict[str, Any]:
        return {**asdict(dormancy.look(room.vault, terms_of(room.home), dry=data.dry)), "dry": data.dry}

    return [waiting, run]
