"""What an operator's command does to which holding, in one table: what is not in it is refused.

Each inner operation that the operator may call has its row. An act needs somebody signed in whose role may do it
(``policies/staff.cedar``) once the home has accounts. The rest says why it needs nobody: it runs unattended, it
reads what names no member, or its own handler asks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from noren.governance.staff import Action, Circumstances
from noren.house.home import Zone


@dataclass(frozen=True, slots=True)
class Act:
    """An act. ``named``: the field of a request that names who does it. ``about``: what the operation itself knows."""

    action: Action
    holding: str
    named: str = ""
    about: Circumstances = field(default_factory=Circumstances)


class Open(StrEnum):
    """Why an operation needs nobody signed in."""

    UNATTENDED = "it runs by a timetable, with the operator's own key: imports, backups, rotation, audits"
    READS = "it reads definitions, counts and texts that name no member"
    ASKS_ITSELF = "its handler asks who is signed in"


_REQUESTED: Final = Circumstances(request_open=True)
"""The command is the taking in of a member's request: she shows her card."""
_PUBLISH: Final = Act(Action.PUBLISH, "register")
_CASE: Final = Act(Action.PUBLISH, "cases", "who")
_PROVIDE: Final = Act(Action.PUBLISH, "copies")
_MEMBER: Final = Act(Action.LOOK, "member-record", about=_REQUESTED)
_RIGHT: Final = Act(Action.LOOK, "member-record", "who", _REQUESTED)
_COUNT: Final = Act(Action.COUNT, "figures", "asker")
_CAMPAIGN: Final = Act(Action.DRAFT, "definitions", "by")
"""What two others approved is started by whoever drafts, and stopped: to stop must be easy."""
_BOOKS: Final = Act(Action.AUDIT, "log")
"""Exact sums of a company's day: not for who draws up campaigns."""
_TERMINAL: Final = Act(Action.OPERATE, "register")
_GLASS: Final = Act(Action.BREAK_GLASS, "member-record", about=Circumstances(approvals=2, loud=True))
"""Her roles; the desk says at each look whether two others approved, and the vault asks the policy again."""
_UNATTENDED, _READS, _ITSELF = Open.UNATTENDED, Open.READS, Open.ASKS_ITSELF

ACTS: Final[Mapping[Zone, Mapping[str, Act | Open]]] = {
    "desk": {
        "/register": _READS,
        "/register/size": _READS,
        "/announce": _PUBLISH,
        "/clear": Act(Action.AUDIT, "register"),
        "/check": _UNATTENDED,
        "/backup/make": _UNATTENDED,
        "/backup/ended": _UNATTENDED,
        "/copies/list": _READS,
        "/copies/destroy": _PROVIDE,
        "/transparency": _READS,
        "/incidents/open": _CASE,
        "/incidents/facts": _CASE,
        "/incidents/step": _CASE,
        "/incidents/list": _READS,
        "/incidents/show": _READS,
        "/requests/open": _CASE,
        "/requests/approve": Act(Action.APPROVE, "cases", "who"),
        "/requests/give": _CASE,
        "/requests/refuse": _CASE,
        "/requests/list": _READS,
        "/requests/show": _READS,
        **dict.fromkeys(
            (
                f"/staff/{name}"
                for name in (
                    *("add", "offer", "accept", "list", "show", "roles", "close", "invite", "sign-in", "sign-out"),
                    *("whoami", "approvals", "approve", "refuse", "break-glass", "glass", "seen", "recover"),
                )
            ),
            _ITSELF,
        ),
    },
    "ledger-worker": {
        "/audiences/check": _READS,
        "/audiences/save": Act(Action.DRAFT, "definitions", "author"),
        "/audiences/approve": Act(Action.APPROVE, "definitions", "approver"),
        "/audiences/list": _READS,
        "/audiences/show": _READS,
        "/audiences/count": _COUNT,
        "/audiences/overlap": _COUNT,
        "/audiences/budget": _READS,
        "/audiences/commit": Act(Action.DRAFT, "definitions"),
        "/audiences/reopen": _READS,
        "/campaigns/draft": Act(Action.DRAFT, "definitions", "author"),
        "/campaigns/approve": Act(Action.APPROVE, "definitions", "approver"),
        "/campaigns/start": _CAMPAIGN,
        "/campaigns/stop": _CAMPAIGN,
        "/campaigns/reveal": _CAMPAIGN,
        "/campaigns/simulate": _COUNT,
        "/campaigns/result": Act(Action.COUNT, "results"),
        "/campaigns/audit": Act(Action.AUDIT, "log"),
        "/campaigns/list": _READS,
        "/campaigns/show": _READS,
        "/tiers/draft": Act(Action.DRAFT, "definitions", "author"),
        "/tiers/approve": Act(Action.APPROVE, "definitions", "approver"),
        "/tiers/show": _READS,
        "/settlement": _BOOKS,
        "/claims": Act(Action.LOOK, "slips"),
        "/provide/needs": _READS,
        "/provide/run": Act(Action.PUBLISH, "copies", "owner"),
        "/provide/take": _PROVIDE,
        "/provide/given": _PROVIDE,
        "/provide/attest": _PROVIDE,
        "/provide/list": _READS,
        "/provide/beyond": _RIGHT,
        "/copies/list": _READS,
        "/copies/destroy": _PROVIDE,
        "/reference/partner": _PUBLISH,
        "/reference/partner/end": _PUBLISH,
        "/reference/products": _UNATTENDED,
        "/reference/shops": _UNATTENDED,
        "/terminals/add": _TERMINAL,
        "/terminals/rate": _TERMINAL,
        "/terminals/revoke": _TERMINAL,
        "/terminals/list": _READS,
        "/alerts": _READS,
        "/purchases/import": _UNATTENDED,
        "/cutover/coupons": _UNATTENDED,
        "/cutover/coupons-listed": _UNATTENDED,
        "/cutover/lots": _UNATTENDED,
        "/cutover/lots-listed": _UNATTENDED,
        "/cutover/sums": _UNATTENDED,
        "/export/member": _READS,  # sealed to the member by the ledger side: the vault's part asks who carries it
        "/erasures/waiting": _READS,
        "/erasures/finish": _UNATTENDED,
        "/backup/make": _UNATTENDED,
        "/backup/ended": _UNATTENDED,
        "/summary": _READS,
        "/check": _UNATTENDED,
        "/keys/work": _UNATTENDED,
    },
    "vault": {
        "/enrol": _UNATTENDED,
        "/cards/add": _UNATTENDED,
        "/cards/state": _MEMBER,
        "/cards/reissue": _MEMBER,
        "/cards/merge": _MEMBER,
        "/agreed": _READS,  # sealed to the ledger side: whoever fetches it can not read it
        "/choices/show": _MEMBER,
        "/choices/preview": _MEMBER,
        "/choices/decide": _MEMBER,
        "/choices/password": _MEMBER,
        "/choices/texts": _READS,
        "/choices/consent": _MEMBER,
        "/choices/withdraw": _MEMBER,
        "/choices/consents": _UNATTENDED,
        "/choices/stops": _UNATTENDED,
        "/copies/list": _READS,
        "/copies/destroy": _PROVIDE,
        "/erase/preview": _MEMBER,
        "/erase/member": _MEMBER,
        "/erase/withdraw": _MEMBER,
        "/erase/finish": _UNATTENDED,
        "/dormant/list": _READS,
        "/dormant/run": _UNATTENDED,
        "/rights/add": _RIGHT,
        "/rights/answer": _RIGHT,
        "/rights/list": _MEMBER,
        "/rights/show": _RIGHT,
        "/rights/due": _READS,
        "/rights/counts": _READS,
        "/rights/look": _RIGHT,
        "/rights/correct": _RIGHT,
        "/glass/look": _GLASS,
        "/rights/provided": _RIGHT,
        "/export/member": _RIGHT,
        "/backup/make": _UNATTENDED,
        "/backup/ended": _UNATTENDED,
        "/retell": _UNATTENDED,
        "/summary": _READS,
        "/check": _UNATTENDED,
        "/keys/work": _UNATTENDED,
    },
}
"""By zone, by path. An operator's call of any other path is refused."""
