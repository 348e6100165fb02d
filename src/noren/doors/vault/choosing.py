"""The inner door's ``/choices``: what members chose, on the operator's counter or by another system's files."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from litestar import Response, post
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK

from noren.doors.vault.bodies import (
    CardBody,
    ChoicesBody,
    PasswordBody,
    Results,
    WishesBody,
    as_result,
)
from noren.doors.vault.operator import refuse
from noren.governance.stop_texts import Names
from noren.governance.stopping import spell
from noren.house.vault import VaultRoom
from noren.identity.acknowledging import in_force_says, standing
from noren.identity.choosing import import_consents, import_stops
from noren.identity.deciding import Decided, Wish, decide, preview
from noren.identity.model import Refused
from noren.identity.sign_in import set_password
from noren.kernel.ids import CardNumber
from noren.kernel.say import Say

WHO = Say(
    "card か member_number のどちらか一方を書いてください。",
    "Name the member by card or by member_number, one of the two.",
)


def choice_handlers(room: VaultRoom) -> list[Any]:
    """Return the handlers of ``/choices``."""
    return [*_own_word(room), *_imported(room)]


def _own_word(room: VaultRoom) -> list[Any]:
    vault = room.vault

    @post("/choices/show", status_code=HTTP_200_OK, sync_to_thread=True)
    def show(data: JSONBody[CardBody]) -> Response[Any]:
        return _told(room, preview(vault, who=CardNumber(data.card), wishes=()))

    @post("/choices/preview", status_code=HTTP_200_OK, sync_to_thread=True)
    def look_ahead(data: JSONBody[WishesBody]) -> Response[Any]:
        return _told(room, preview(vault, who=CardNumber(data.card), wishes=_wishes(data)))

    @post("/choices/decide", status_code=HTTP_200_OK, sync_to_thread=True)
    def take(data: JSONBody[WishesBody]) -> Response[Any]:
        return _told(room, decide(vault, who=CardNumber(data.card), wishes=_wishes(data)))

    @post("/choices/password", status_code=HTTP_200_OK, sync_to_thread=True)
    def password(data: JSONBody[PasswordBody]) -> Response[Any]:
        who = data.who
        refused = Refused(WHO) if who is None else set_password(vault, who=who, password=data.password)
        return Response({"ok": True}) if refused is None else refuse(refused.reason)

    return [show, look_ahead, take, password]


def _imported(room: VaultRoom) -> list[Any]:
    """Return the handlers of consents and stops from another system."""
    vault = room.vault

    @post("/choices/consents", status_code=HTTP_200_OK, sync_to_thread=True)
    def consents(data: JSONBody[ChoicesBody]) -> Results:
        return Results([as_result(outcome) for outcome in import_consents(vault, rows=data.rows, dry=data.dry)])

    @post("/choices/stops", status_code=HTTP_200_OK, sync_to_thread=True)
    def stops(data: JSONBody[ChoicesBody]) -> Results:
        return Results([as_result(outcome) for outcome in import_stops(vault, rows=data.rows, dry=data.dry)])

    return [consents, stops]


def _wishes(data: WishesBody) -> list[Wish]:
    return [Wish(each.what, each.value) for each in data.wishes]


def _told(room: VaultRoom, decided: Decided | Refused) -> Response[Any]:
    if isinstance(decided, Refused):
        return refuse(decided.reason)
    choices = decided.choices
    received = choices.received
    file = None if received is None else room.acknowledgement(decided.row, choices)
    holds = None if received is None else in_force_says(received)
    return Response(
        {
            **standing(choices, Names()),
            "points_only": decided.points_only,
            "lifted": [
                {"rule": spell(each.rule), "since": each.since, "resumed": each.resumed}
                for each in choices.stops
                if each.resumed
            ],
            "consents": [asdict(each) for each in choices.consents],
            "changed": not decided.same,
            "waiting": decided.waiting,
            "holds": None if holds is None else {"ja": holds.ja, "en": holds.en},
            "acknowledgement": None if file is None else file.decode(),
        }
    )
