"""The inner door: what the operator's imports and commands may ask of the vault. No operation reads a person out."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK, HTTP_409_CONFLICT

from noren.doors.vault.bodies import (
    CardsBody,
    CardStateBody,
    CheckAnswer,
    EnrolBody,
    FindingAnswer,
    MergeBody,
    ReissueBody,
    Results,
    SummaryAnswer,
    Warned,
    as_reason,
    as_result,
)
from noren.identity import audit, queries
from noren.identity.cards import add_cards, reissue_card, set_card_state
from noren.identity.healing import tell_all_anew
from noren.identity.merging import merge_members
from noren.identity.model import Outcome, Refused
from noren.identity.operations import enrol
from noren.identity.vault import Vault
from noren.kernel.ids import CardNumber, MemberNumber
from noren.kernel.say import Say


def operator_handlers(vault: Vault) -> list[Any]:
    """Return the handlers of ``/enrol``, ``/cards``, ``/summary``, ``/check`` and ``/retell``."""
    return [*_enrolment(vault), *_cards(vault), *_figures(vault)]


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
        return answer(set_card_state(vault, card=CardNumber(data.card), state=data.value))

    @post("/cards/reissue", status_code=HTTP_200_OK, sync_to_thread=True)
    def reissue(data: JSONBody[ReissueBody]) -> Response[Any]:
        return answer(reissue_card(vault, card=CardNumber(data.card), new_card=CardNumber(data.new_card)))

    @post("/cards/merge", status_code=HTTP_200_OK, sync_to_thread=True)
    def merge(data: JSONBody[MergeBody]) -> Response[Any]:
        return answer(merge_members(vault, number=MemberNumber(data.member_number), into=MemberNumber(data.into)))

    return [state, reissue, merge]


def _figures(vault: Vault) -> list[Any]:
    @get("/summary", sync_to_thread=True)
    def summary() -> SummaryAnswer:
        sizes = queries.summary(vault)
        return SummaryAnswer(sizes.members, sizes.cards, sizes.active_cards, sizes.pending)

    @post("/check", status_code=HTTP_200_OK, sync_to_thread=True)
    def check() -> CheckAnswer:
        found = audit.audit(vault)
        return CheckAnswer(not found, [FindingAnswer(each.what.ja, each.what.en) for each in found])

    @post("/retell", status_code=HTTP_200_OK, sync_to_thread=True)
    def retell() -> dict[str, int]:
        return {"told": tell_all_anew(vault)}

    return [summary, check, retell]


def answer(outcome: Outcome) -> Response[Any]:
    """Answer an outcome."""
    return refuse(outcome.reason) if isinstance(outcome, Refused) else Response({"ok": True, "result": outcome})


def refuse(reason: Say) -> Response[Any]:
    """Answer a refusal."""
    return Response(as_reason(reason), status_code=HTTP_409_CONFLICT)
