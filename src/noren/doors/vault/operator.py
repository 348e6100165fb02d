"""The inner door: what the operator's imports and commands may ask of the vault. No operation reads a person out."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from litestar import Response, get, post
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK, HTTP_409_CONFLICT

from noren.doors.vault.bodies import (
    CardBody,
    CardsBody,
    CardStateBody,
    CheckAnswer,
    ChoicesBody,
    EnrolBody,
    FindingAnswer,
    MergeBody,
    PasswordBody,
    PointsOnlyBody,
    ReissueBody,
    Results,
    StopBody,
    SummaryAnswer,
    Warned,
    as_reason,
    as_result,
)
from noren.identity import audit, queries
from noren.identity.cards import add_cards, reissue_card, set_card_state
from noren.identity.choosing import choices_of, choose, import_consents, import_stops
from noren.identity.merging import merge_members
from noren.identity.model import Outcome, Refused
from noren.identity.operations import enrol
from noren.identity.sign_in import set_password
from noren.identity.vault import Vault
from noren.kernel.ids import CardNumber, LinkToken, MemberNumber
from noren.kernel.say import Say

WHO = Say(
    "card か member_number のどちらか一方を書いてください。",
    "Name the member by card or by member_number, one of the two.",
)


def operator_handlers(vault: Vault) -> list[Any]:
    """Return the handlers of ``/enrol``, ``/cards``, ``/choices``, ``/summary`` and ``/check``."""
    return [*_enrolment(vault), *_cards(vault), *_choices(vault), *_figures(vault)]


def _enrolment(vault: Vault) -> list[Any]:
    @post("/enrol", status_code=HTTP_200_OK, sync_to_thread=True)
    def enrol_members(data: JSONBody[EnrolBody]) -> Results:
        done = enrol(vault, rows=data.members)
        warnings = [Warned(row, doubt.ja, doubt.en) for row, doubt in done.doubts]
        return Results([as_result(outcome) for outcome in done.outcomes], warnings)

    @post("/cards/add", status_code=HTTP_200_OK, sync_to_thread=True)
    def add(data: JSONBody[CardsBody]) -> Results:
        return Results([as_result(outcome) for outcome in add_cards(vault, rows=data.rows)])

    return [enrol_members, add]


def _cards(vault: Vault) -> list[Any]:
    @post("/cards/state", status_code=HTTP_200_OK, sync_to_thread=True)
    def state(data: JSONBody[CardStateBody]) -> Response[Any]:
        return _answer(set_card_state(vault, card=CardNumber(data.card), state=data.value))

    @post("/cards/reissue", status_code=HTTP_200_OK, sync_to_thread=True)
    def reissue(data: JSONBody[ReissueBody]) -> Response[Any]:
        return _answer(reissue_card(vault, card=CardNumber(data.card), new_card=CardNumber(data.new_card)))

    @post("/cards/merge", status_code=HTTP_200_OK, sync_to_thread=True)
    def merge(data: JSONBody[MergeBody]) -> Response[Any]:
        return _answer(merge_members(vault, number=MemberNumber(data.member_number), into=MemberNumber(data.into)))

    return [state, reissue, merge]


def _choices(vault: Vault) -> list[Any]:
    @post("/choices/points-only", status_code=HTTP_200_OK, sync_to_thread=True)
    def points_only(data: JSONBody[PointsOnlyBody]) -> Response[Any]:
        token = queries.link_token_of(vault, card=CardNumber(data.card))
        if not isinstance(token, LinkToken):
            return _refuse(token.reason)
        since = vault.ledger.set_points_only(token, data.on)
        return Response({"ok": True, "points_only": data.on, "since": since})

    @post("/choices/get", status_code=HTTP_200_OK, sync_to_thread=True)
    def choices(data: JSONBody[CardBody]) -> Response[Any]:
        token = queries.link_token_of(vault, card=CardNumber(data.card))
        if not isinstance(token, LinkToken):
            return _refuse(token.reason)
        return Response({"points_only": vault.ledger.points_only(token)})

    @post("/choices/kept", status_code=HTTP_200_OK, sync_to_thread=True)
    def kept(data: JSONBody[CardBody]) -> Response[Any]:
        found = choices_of(vault, card=CardNumber(data.card))
        if isinstance(found, Refused):
            return _refuse(found.reason)
        return Response({"stops": list(map(asdict, found.stops)), "consents": list(map(asdict, found.consents))})

    @post("/choices/password", status_code=HTTP_200_OK, sync_to_thread=True)
    def password(data: JSONBody[PasswordBody]) -> Response[Any]:
        who = data.who
        refused = Refused(WHO) if who is None else set_password(vault, who=who, password=data.password)
        return Response({"ok": True}) if refused is None else _refuse(refused.reason)

    return [points_only, choices, kept, *_imported(vault), password]


def _imported(vault: Vault) -> list[Any]:
    """Return the handlers of stops, and of consents and stops from another system."""

    @post("/choices/stop", status_code=HTTP_200_OK, sync_to_thread=True)
    def stop(data: JSONBody[StopBody]) -> Response[Any]:
        return _answer(choose(vault, card=CardNumber(data.card), scope=data.scope, name=data.name, stop=data.on))

    @post("/choices/consents", status_code=HTTP_200_OK, sync_to_thread=True)
    def consents(data: JSONBody[ChoicesBody]) -> Results:
        return Results([as_result(outcome) for outcome in import_consents(vault, rows=data.rows, dry=data.dry)])

    @post("/choices/stops", status_code=HTTP_200_OK, sync_to_thread=True)
    def stops(data: JSONBody[ChoicesBody]) -> Results:
        return Results([as_result(outcome) for outcome in import_stops(vault, rows=data.rows, dry=data.dry)])

    return [stop, consents, stops]


def _figures(vault: Vault) -> list[Any]:
    @get("/summary", sync_to_thread=True)
    def summary() -> SummaryAnswer:
        sizes = queries.summary(vault)
        return SummaryAnswer(sizes.members, sizes.cards, sizes.active_cards, sizes.pending)

    @post("/check", status_code=HTTP_200_OK, sync_to_thread=True)
    def check() -> CheckAnswer:
        found = audit.audit(vault)
        return CheckAnswer(not found, [FindingAnswer(each.what.ja, each.what.en) for each in found])

    return [summary, check]


def _answer(outcome: Outcome) -> Response[Any]:
    return _refuse(outcome.reason) if isinstance(outcome, Refused) else Response({"ok": True, "result": outcome})


def _refuse(reason: Say) -> Response[Any]:
    return Response(as_reason(reason), status_code=HTTP_409_CONFLICT)
