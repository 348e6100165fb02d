"""Staff at the desk's door: accounts tended, signing in and out, what waits for approval.

Before anybody's account is active, who holds the home adds accounts. Later a host or a privacy officer does, and
another of them approves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec
import structlog
from litestar import Request, Response, post
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK

from noren.doors.desk import staff_bodies as bodies
from noren.doors.desk.deciding import Perform, approve_one, may, refuse_one
from noren.doors.inner_door import refusal
from noren.governance.staff import Action, Role
from noren.governance.staffing import approving, recovering, tending
from noren.governance.staffing.model import Account, Session, SignedIn, Waiting
from noren.governance.staffing.refusing import NOT_SIGNED_IN, Refused, unknown
from noren.governance.staffing.room import StaffRoom
from noren.house.staff_token import TOKEN_HEADER
from noren.kernel.say import Say

Asked = Request[Any, Any, Any]
LOG: Final[Any] = structlog.get_logger("desk")


def staff_handlers(
    room: StaffRoom,
    performers: Mapping[str, Perform],
    issuer: str,
    told: Callable[[Waiting], list[bodies.DocumentTold]],
) -> list[Any]:
    """Return the handlers of ``/staff`` and ``/standing``.

    ``performers``: do what was approved, by its act. ``told``: what the documents that wait say.
    """
    others = [*_signing(room), *_taking(room, issuer), *_tending(room), *_telling(room)]
    return [*others, *_approving(room, performers, told)]


def signed_in(room: StaffRoom, request: Asked) -> SignedIn | None:
    """Return who is signed in at the terminal that asks."""
    token = request.headers.get(TOKEN_HEADER, "")
    return room.session(token) if token else None


def _signing(room: StaffRoom) -> list[Any]:
    @post("/staff/sign-in", status_code=HTTP_200_OK, sync_to_thread=True)
    def sign_in(data: JSONBody[bodies.SignInBody]) -> Response[Any]:
        found = room.begin_password(data.id, data.password, data.code)
        if isinstance(found, Refused):
            return refusal(found)
        account = room.account(found.account)
        assert account is not None, "who signed in has an account"
        return Response(_session(account, found))

    @post("/staff/sign-out", status_code=HTTP_200_OK, sync_to_thread=True)
    def sign_out(request: Asked) -> Response[Any]:
        who = signed_in(room, request)
        if who is not None:
            room.end_session(who)
        return Response({"ended": who is not None})

    @post("/staff/whoami", status_code=HTTP_200_OK, sync_to_thread=True)
    def whoami(request: Asked) -> Response[Any]:
        who = signed_in(room, request)
        if who is None:
            return refusal(NOT_SIGNED_IN)
        return Response(bodies.SessionAnswer(bodies.shown(who.account), who.how.value, who.ends_at))

    @post("/standing", status_code=HTTP_200_OK, sync_to_thread=True)
    def standing(data: JSONBody[bodies.TokenBody]) -> bodies.StandingAnswer:
        who = room.session(data.token)
        if who is None:
            return bodies.StandingAnswer(None, [])
        return bodies.StandingAnswer(who.account.id, sorted(role.value for role in who.account.roles))

    return [sign_in, sign_out, whoami, standing]


def _session(account: Account, found: Session) -> bodies.SessionAnswer:
    return bodies.SessionAnswer(bodies.shown(account), found.how.value, found.ends_at, found.token)


def _taking(room: StaffRoom, issuer: str) -> list[Any]:
    @post("/staff/offer", status_code=HTTP_200_OK, sync_to_thread=True)
    def offer(data: JSONBody[bodies.CodeBody]) -> Response[Any]:
        found = tending.offer(room, data.code, issuer)
        if isinstance(found, Refused):
            return refusal(found)
        return Response(bodies.OfferAnswer(found.account.id, found.account.name, found.uri))

    @post("/staff/accept", status_code=HTTP_200_OK, sync_to_thread=True)
    def accept(data: JSONBody[bodies.AcceptBody]) -> Response[Any]:
        found = tending.accept(room, data.code, data.password, data.totp)
        return refusal(found) if isinstance(found, Refused) else Response(bodies.shown(found))

    return [offer, accept]


def _tending(room: StaffRoom) -> list[Any]:
    @post("/staff/add", status_code=HTTP_200_OK, sync_to_thread=True)
    def add(request: Asked, data: JSONBody[bodies.AddBody]) -> Response[Any]:
        wrong = tending.judge_new(room, data.id, data.name, data.roles)
        roles = ", ".join(sorted(data.roles))
        says = Say(f"{data.id}({data.name})を登録する: {roles}", f"add {data.id} ({data.name}): {roles}")
        return _tend(room, request, "staff-add", data, says, wrong)

    @post("/staff/roles", status_code=HTTP_200_OK, sync_to_thread=True)
    def roles(request: Asked, data: JSONBody[bodies.RolesBody]) -> Response[Any]:
        wrong = tending.judge_roles(room, data.id, data.roles)
        given = ", ".join(sorted(data.roles))
        says = Say(f"{data.id} の役割を変える: {given}", f"roles of {data.id}: {given}")
        return _tend(room, request, "staff-roles", data, says, wrong)

    @post("/staff/close", status_code=HTTP_200_OK, sync_to_thread=True)
    def close(request: Asked, data: JSONBody[bodies.IdBody]) -> Response[Any]:
        wrong = tending.judge_close(room, data.id)
        says = Say(f"{data.id} を閉じる", f"close {data.id}")
        return _tend(room, request, "staff-close", data, says, wrong)

    @post("/staff/invite", status_code=HTTP_200_OK, sync_to_thread=True)
    def invite(request: Asked, data: JSONBody[bodies.IdBody]) -> Response[Any]:
        wrong = None if room.account(data.id) else unknown(data.id)
        says = Say(f"{data.id} を改めて招待する", f"invite {data.id} anew")
        return _tend(room, request, "staff-invite", data, says, wrong)

    return [add, roles, close, invite, _recovering(room)]


def _recovering(room: StaffRoom) -> Any:
    @post("/staff/recover", status_code=HTTP_200_OK, sync_to_thread=True)
    def recover(data: JSONBody[bodies.IdBody]) -> Response[Any]:
        found = recovering.recover(room, data.id)
        if not isinstance(found, Refused):
            LOG.error("staff_recovery")  # an alert: asked for, or done
        if isinstance(found, Waiting):
            return Response(bodies.DoneAnswer(waiting=bodies.waiting_shown(found)))
        return _done(found)

    return recover


def _tend(
    room: StaffRoom, request: Asked, act: str, data: msgspec.Struct, says: Say, wrong: Refused | None
) -> Response[Any]:
    """Do it, let it wait for another's approval, or refuse it."""
    who = signed_in(room, request)
    if room.is_governed():
        barred = NOT_SIGNED_IN if who is None else may(who, Action.PUBLISH, "accounts")
        if barred is not None:
            return refusal(barred)
    if wrong is not None:
        return refusal(wrong)
    author, body = (who.account.id if who else ""), msgspec.json.encode(data).decode()
    if who is not None and _other_tends(room, author):
        kept = approving.wait(room, author, act, body, says, approving.ONE)
        return Response(bodies.DoneAnswer(waiting=bodies.waiting_shown(kept)))
    return _ACTS[act](room, author, body)


def _other_tends(room: StaffRoom, author: str) -> bool:
    """Return whether there is somebody else who could approve."""
    tenders = [each for each in room.active() if tending.TENDING & each.roles and Role.AUDITOR not in each.roles]
    return any(not approving.same_person(room, author, each.id) for each in tenders)


def _add(room: StaffRoom, by: str, body: str) -> Response[Any]:
    data = msgspec.json.decode(body, type=bodies.AddBody)
    return _done(tending.add(room, data.id, data.name, data.roles, by))


def _roles(room: StaffRoom, by: str, body: str) -> Response[Any]:
    data = msgspec.json.decode(body, type=bodies.RolesBody)
    return _done(tending.set_roles(room, data.id, data.roles, by))


def _close(room: StaffRoom, by: str, body: str) -> Response[Any]:
    return _done(tending.close(room, msgspec.json.decode(body, type=bodies.IdBody).id, by))


def _invite(room: StaffRoom, by: str, body: str) -> Response[Any]:
    return _done(tending.invite(room, msgspec.json.decode(body, type=bodies.IdBody).id, by))


_ACTS: Final = {"staff-add": _add, "staff-roles": _roles, "staff-close": _close, "staff-invite": _invite}


def staff_performers(room: StaffRoom) -> Mapping[str, Perform]:
    """Return what does approved acts on accounts."""

    def performing(act: str) -> Perform:
        return lambda waiting: _ACTS[act](room, waiting.author, waiting.body)

    return {act: performing(act) for act in _ACTS}


def _done(found: tending.Invited | Account | Refused) -> Response[Any]:
    if isinstance(found, Refused):
        return refusal(found)
    if isinstance(found, tending.Invited):
        return Response(bodies.DoneAnswer(bodies.shown(found.account), found.code))
    return Response(bodies.DoneAnswer(bodies.shown(found)))


def _telling(room: StaffRoom) -> list[Any]:
    @post("/staff/list", status_code=HTTP_200_OK, sync_to_thread=True)
    def accounts() -> list[bodies.AccountAnswer]:
        return [_told(room, each) for each in room.accounts()]

    @post("/staff/show", status_code=HTTP_200_OK, sync_to_thread=True)
    def account(data: JSONBody[bodies.IdBody]) -> Response[Any]:
        found = room.account(data.id)
        return refusal(unknown(data.id)) if found is None else Response(_told(room, found))

    return [accounts, account]


def _told(room: StaffRoom, account: Account) -> bodies.AccountAnswer:
    return bodies.shown(account, sorted(each.means.value for each in room.credentials(account)))


def _approving(
    room: StaffRoom, performers: Mapping[str, Perform], told: Callable[[Waiting], list[bodies.DocumentTold]]
) -> list[Any]:
    @post("/staff/approvals", status_code=HTTP_200_OK, sync_to_thread=True)
    def approvals() -> list[bodies.WaitingAnswer]:
        return [bodies.waiting_shown(each, told(each)) for each in room.store.all_waiting(room.clock.now())]

    @post("/staff/approve", status_code=HTTP_200_OK, sync_to_thread=True)
    def approve(request: Asked, data: JSONBody[bodies.NumberBody]) -> Response[Any]:
        who = signed_in(room, request)
        found = NOT_SIGNED_IN if who is None else approve_one(room, performers, who, data.number)
        return found if isinstance(found, Response) else _decided(found)

    @post("/staff/refuse", status_code=HTTP_200_OK, sync_to_thread=True)
    def refuse(request: Asked, data: JSONBody[bodies.NumberBody]) -> Response[Any]:
        who = signed_in(room, request)
        return _decided(NOT_SIGNED_IN if who is None else refuse_one(room, who, data.number))

    return [approvals, approve, refuse]


def _decided(found: Refused | Waiting) -> Response[Any]:
    if isinstance(found, Refused):
        return refusal(found)
    return Response(bodies.DoneAnswer(waiting=bodies.waiting_shown(found)))
