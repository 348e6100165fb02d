"""Whether other companies' purchases may decide what a recipient does: by a registered flow that is cleared now.

A flow that needs each member's consent does not count: consents are with the vault, and who qualifies is found on the
ledger side, which can not leave out who did not agree.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Final

from noren.governance.clearing import Cleared, clear
from noren.governance.flows import Flow
from noren.governance.register import Register

PURCHASES: Final = frozenset({"purchase-line", "purchase-time", "shop", "amount"})
"""The items that a condition may look at: a flow that lets purchases decide names them all."""


class RegisteredFlows:
    """Fills ``ports.ClearedFlows``. ``reading`` gives the register as it is at that moment; None: there is none."""

    def __init__(
        self,
        reading: Callable[[], AbstractContextManager[Callable[[datetime], Register] | None]],
        now: Callable[[], datetime],
    ) -> None:
        self._reading = reading
        self._now = now

    def cleared(self, purpose: str, recipient: str) -> bool:
        """See ``ClearedFlows``."""
        now = self._now()
        with self._reading() as register_at:
            return register_at is not None and lets_purchases_decide(register_at(now), purpose, recipient, now)


def lets_purchases_decide(register: Register, purpose: str, recipient: str, at: datetime) -> bool:
    """Return whether some registered flow of all purchases, to this recipient for this purpose, is cleared."""
    flows = (dated.value for dated in register.flows.values())
    return any(_lets(register, flow, at) for flow in flows if (flow.purpose, flow.recipient) == (purpose, recipient))


def _lets(register: Register, flow: Flow, at: datetime) -> bool:
    if not flow.items >= PURCHASES:
        return False
    answer = clear(register, flow, at=at)
    return isinstance(answer, Cleared) and not answer.needs_consent
