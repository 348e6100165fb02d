"""What clearing a flow costs beside a bare Cedar decision: microseconds of CPU, in one thread, best of several rounds.

The register holds 5,600 companies. Prepared: the flow's facts are parsed and asked again and again, as a runner or a
till does; in one call: from register and flow to the answer; the first time: of a register read anew, of which nothing
was asked yet.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Final

import cedarpy

from noren.governance.clearing import Cleared, clear, clear_prepared, prepare, still
from noren.governance.facts import facts_of
from noren.governance.parties import Party, PartyKind
from noren.governance.policy import entities_of, policy
from noren.governance.refusing import Refused
from noren.governance.register import Register
from noren.governance.staff import Action, Circumstances, Role, refusing
from noren.governance.stopping import EVERYTHING, Rule
from noren.governance.taking_part import Member, members_allowed
from noren.kernel.clock import microseconds
from noren.kernel.say import Say
from noren.testing.governed import DAY, JOINT, NOTICES, NOW, governed

ROUNDS: Final = 15
CALLS: Final = 200
COMPANIES: Final = 5_600
MEMBERS: Final = 100_000


def main() -> None:
    """Measure and print."""
    house = governed()
    for number in range(COMPANIES):
        house.put(Party(f"C{number}", PartyKind.PARTNER, Say("会社", "company")))
    house.put(replace(NOTICES[1], id="coming"), at=NOW + DAY)
    register = house.at()
    print(f"register of {COMPANIES} companies from its documents: {best(house.at, 1, 3) / 1e3:.0f} ms")
    _bare(register)
    _clearing(register)
    _members(register)


def _bare(register: Register) -> None:
    request = {
        "principal": {"type": "Recipient", "id": "G1"},
        "action": {"type": "Action", "id": "flow"},
        "resource": {"type": "Flow", "id": "asked"},
        "context": f'{{"at": {microseconds(NOW)}}}',
    }
    one = cedarpy.PolicySet.from_str("permit (principal, action, resource) when { context.at > 0 };")
    text = policy("flows").text
    ours = cedarpy.PolicySet.from_str(text)
    nothing = entities_of([])
    flow = entities_of([{"uid": request["resource"], "attrs": facts_of(register, JOINT), "parents": []}])
    print(f"bare Cedar, one policy: {best(lambda: cedarpy.is_authorized(request, one, nothing)):.0f} µs", end="")
    print(
        f"; our {len(policy('flows').rules)} rules: {best(lambda: cedarpy.is_authorized(request, ours, flow)):.0f} µs",
        end="",
    )
    print(
        f"; with their text parsed at each call: {best(lambda: cedarpy.is_authorized(request, text, flow), 20):.0f} µs"
    )


def _clearing(register: Register) -> None:
    prepared, refused = prepare(register, JOINT), prepare(register, replace(JOINT, notice="coming"))
    cleared = clear_prepared(prepared, at=NOW)
    assert isinstance(cleared, Cleared)
    assert isinstance(clear_prepared(refused, at=NOW), Refused)
    print(f"cleared, prepared: {best(lambda: clear_prepared(prepared, at=NOW)):.0f} µs", end="")
    print(f"; refused, prepared: {best(lambda: clear_prepared(refused, at=NOW)):.0f} µs", end="")
    print(f"; cleared in one call: {best(lambda: clear(register, JOINT, at=NOW)):.0f} µs", end="")
    print(f"; asked again: {best(lambda: still(cleared, register, at=NOW)):.0f} µs", end="")
    print(f"; the first time of a register: {best(lambda: clear(replace(register), JOINT, at=NOW)):.0f} µs", end="")
    staff = best(lambda: refusing({Role.ANALYST, Role.HOST}, Action.LOOK, "contacts", Circumstances()))
    print(f"; of staff: {staff:.0f} µs")


def _members(register: Register) -> None:
    cleared = clear(register, JOINT, at=NOW)
    assert isinstance(cleared, Cleared)
    kinds = (Member(), Member((EVERYTHING,)), Member((Rule("mail"), Rule(recipient="C7"))), Member(minor=True))
    members = [(number, kinds[number % len(kinds)]) for number in range(MEMBERS)]
    took = best(lambda: members_allowed(cleared, members), 1, 5)
    print(f"members of a flow: {took / MEMBERS:.2f} µs each")


def best(call: Callable[[], object], calls: int = CALLS, rounds: int = ROUNDS) -> float:
    """Return the microseconds of CPU of one call."""
    found = float("inf")
    for _ in range(rounds):
        begun = time.process_time()
        for _ in range(calls):
            call()
        found = min(found, (time.process_time() - begun) / calls * 1e6)
    return found


if __name__ == "__main__":
    main()
