"""The inner door's ``/choices``: what members chose, on the operator's counter or by another system's files."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from litestar import Response, post
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK
from msgspec import structs

from noren.doors.vault.bodies import (
    AgreedBody,
    CardBody,
    ChoicesBody,
    ConsentBody,
    PasswordBody,
    Results,
    TextsBody,
    WishesBody,
    as_result,
)
from noren.doors.vault.operator import refuse
from noren.governance.consent_texts import texts_in_force
from noren.governance.stopping import spell
from noren.house.consents import seal_consents
from noren.house.vault import VaultRoom
from noren.identity.acknowledging import in_force_says, standing
from noren.identity.agreeing import agreed_tokens
from noren.identity.choices import Guardian
from noren.identity.choosing import import_consents, import_stops
from noren.identity.consenting import TEXTS_AWAY, Agreed, consent, withdraw
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
    """Return the handlers of ``/choices`` and ``/agreed``."""
    return [*_own_word(room), *_consents(room), *_imported(room), _agreed(room)]


def _agreed(room: VaultRoom) -> Any:
    @post("/agreed", status_code=HTTP_200_OK, sync_to_thread=True)
    def agreed(data: JSONBody[AgreedBody]) -> Response[Any]:
        tokens = agreed_tokens(room.vault, recipient=data.recipient, texts=data.texts)
        at = room.clock.now()
        sealed = seal_consents(room.home, room.keys, tokens, recipient=data.recipient, texts=data.texts, at=at)
        return Response({"sealed": sealed})

    return agreed


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


def _consents(room: VaultRoom) -> list[Any]:
    vault = room.vault

    @post("/choices/texts", status_code=HTTP_200_OK, sync_to_thread=True)
    def texts(data: JSONBody[TextsBody]) -> Response[Any]:
        found = texts_in_force(room.register_now(), data.kind, data.recipient)
        if found is None:
            return refuse(TEXTS_AWAY.reason)
        said = [{"version": version, "ja": text.ja, "en": text.en} for version, text in sorted(found.items())]
        return Response({"texts": said})

    @post("/choices/consent", status_code=HTTP_200_OK, sync_to_thread=True)
    def agree(data: JSONBody[ConsentBody]) -> Response[Any]:
        guardian = None if data.guardian is None else Guardian(**structs.asdict(data.guardian))
        agreed = Agreed(data.kind, data.text_version, data.recipient, guardian)
        return _told(room, consent(vault, who=CardNumber(data.card), agreed=agreed, register=room.register_now()))

    @post("/choices/withdraw", status_code=HTTP_200_OK, sync_to_thread=True)
    def take_back(data: JSONBody[ConsentBody]) -> Response[Any]:
        return _told(room, withdraw(vault, who=CardNumber(data.card), kind=data.kind, recipient=data.recipient))

    return [texts, agree, take_back]


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
            **standing(choices, room.names()),
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
