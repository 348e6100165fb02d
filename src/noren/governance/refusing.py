"""Why a flow is refused: the rule's name, what it says, what of this flow offends it, and how to mend it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from noren.governance.flows import Flow
from noren.governance.policy import Rule, policy
from noren.governance.register import Dated, Register
from noren.kernel.say import Say

FLOW_UNKNOWN: Final = "flow-unknown"
JAPAN: Final = ZoneInfo("Asia/Tokyo")
"""The law's own zone: its dates are read there."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A refusal: ``rule`` is the first that stops the flow, ``also`` the others; ``what`` is this flow's own fault."""

    rule: str
    says: Say
    what: Say
    fix: Say
    also: tuple[str, ...] = ()


def refused(forbidding: Sequence[Rule], register: Register, flow: Flow) -> Refused:
    """Return the refusal that the first of these rules gives; none: nothing permits the flow's route."""
    rule = forbidding[0] if forbidding else _permit()
    what = _WHAT.get(rule.name, _nothing)(register, flow)
    return Refused(rule.name, rule.says, what, rule.fix, tuple(each.name for each in forbidding[1:]))


def unknown_flow(name: str) -> Refused:
    """Return the refusal of a flow that the register does not know."""
    return Refused(
        FLOW_UNKNOWN,
        Say("登録されていない取扱いは動きません。", "A flow that is not registered does not run."),
        Say(f"『{name}』という取扱いはありません。", f"There is no flow “{name}”."),
        Say("取扱いを登録してください。", "Register the flow."),
    )


def _permit() -> Rule:
    return next(rule for rule in policy("flows").rules if rule.permits)


def _nothing(register: Register, flow: Flow) -> Say:
    del register, flow
    return Say("", "")


def _listed(ja: str, en: str, words: Iterable[str]) -> Say:
    names = sorted(words)
    return Say(f"{ja}: {'、'.join(names)}", f"{en}: {', '.join(names)}")


def _route(register: Register, flow: Flow) -> Say:
    del register
    return _listed("閉じている根拠", "The route that is closed", [flow.route.value])


def _recipient(register: Register, flow: Flow) -> Say:
    party = register.parties.get(flow.recipient)
    name = party.value.name if party else Say(flow.recipient, flow.recipient)
    return Say(f"相手: {name.ja}({flow.recipient})", f"The recipient: {name.en} ({flow.recipient})")


def _recipient_begins(register: Register, flow: Flow) -> Say:
    return _window(register.parties.get(flow.recipient))


def _notice_window(register: Register, flow: Flow) -> Say:
    return _window(register.notices.get(flow.notice or ""))


def _window(dated: Dated[Any] | None) -> Say:
    if dated is None:
        return Say("", "")
    name, version = dated.value.id, dated.version
    ja = f"『{name}』版{version}の適用開始: {_at(dated.effective_at)}"
    en = f"“{name}” version {version} takes effect at {_at(dated.effective_at)}"
    if dated.until is None:
        return Say(f"{ja}(日本時間)。", f"{en} (Japan time).")
    until = _at(dated.until)
    return Say(f"{ja}、終了: {until}(日本時間)。", f"{en} and ends at {until} (Japan time).")


def _at(instant: datetime) -> str:
    return f"{instant.astimezone(JAPAN):%Y-%m-%d %H:%M}"


def _items_outside(register: Register, flow: Flow) -> Say:
    notice = register.notices.get(flow.notice or "")
    return _listed(
        "公表文にない項目", "Items outside the notice", flow.items - (notice.value.items if notice else set())
    )


def _items_unknown(register: Register, flow: Flow) -> Say:
    return _listed("目録にない項目", "Items that the catalogue does not have", flow.items - set(register.items))


def _special_care(register: Register, flow: Flow) -> Say:
    careful = [name for name in flow.items if name in register.items and register.items[name].special_care]
    return _listed("要配慮個人情報", "Special care-required", careful)


def _evidence(register: Register, flow: Flow) -> Say:
    rule = register.regime.value.routes.get(flow.route) if register.regime else None
    needs: frozenset[str] = rule.needs if rule else frozenset()
    return _listed("足りない裏づけ", "Missing evidence", needs - set(flow.evidence))


_WHAT: Final[dict[str, Callable[[Register, Flow], Say]]] = {
    "route-open": _route,
    "recipient-unknown": _recipient,
    "recipient-removed": _recipient,
    "recipient-not-yet": _recipient_begins,
    "recipient-outside-notice": _recipient,
    "notice-not-yet": _notice_window,
    "notice-ended": _notice_window,
    "items-named": _items_unknown,
    "items-outside-notice": _items_outside,
    "special-care-needs-consent": _special_care,
    "evidence-missing": _evidence,
}
"""What of this flow offends a rule, for the rules that can say more than they do."""
