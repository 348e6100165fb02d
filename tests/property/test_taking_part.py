"""Who takes part in a cleared flow: as the policy file says; no company that is added brings a stopped member in."""

from __future__ import annotations

import os
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from noren.governance.clearing import Cleared, clear
from noren.governance.flows import Flow
from noren.governance.parties import PROGRAMME, Party, PartyKind
from noren.governance.policy import entities_of, policy
from noren.governance.purposes import ITEMS, PURPOSES
from noren.governance.register import Register
from noren.governance.routes import Route
from noren.governance.stopping import EVERYTHING, Rule, stopped_by
from noren.governance.taking_part import Member, consented, members_allowed, takes_part, use_of
from noren.kernel.say import Say
from noren.testing.governed import CONSENT, JOINT, NOTICES, NOW, governed

EXAMPLES = 3_000 if os.environ.get("NOREN_NIGHT") else 120
SETTINGS = settings(max_examples=EXAMPLES, deadline=None, print_blob=True)
COMPANIES = st.sampled_from(["", PROGRAMME, "G1", "P1", "NEW"])
RULES = st.builds(Rule, st.sampled_from(["", *PURPOSES]), COMPANIES, st.sampled_from(["", "email", "post", "till"]))
MEMBERS = st.builds(
    Member,
    st.lists(RULES, max_size=3).map(tuple),
    st.sets(st.tuples(st.sampled_from(["consent", "joint"]), COMPANIES), max_size=2).map(frozenset),
    st.booleans(),
)
OWN = Flow("", "mail", PROGRAMME, frozenset({"email"}), Route.OWN_USE, "acquisition", channel="email")
LAW = Flow("", "law", "A1", frozenset({"name"}), Route.LAW, evidence={"instrument": "I", "scope-decided": "D"})
FLOWS = st.one_of(
    st.builds(lambda channel: replace(JOINT, channel=channel), st.sampled_from([None, "email", "post"])),
    st.just(CONSENT),
    st.just(LAW),
    st.builds(
        lambda purpose, young: replace(
            OWN, purpose=purpose, with_minors=young, evidence={"guardian-consent": "G"} if young else {}
        ),
        st.sampled_from(sorted(PURPOSES)),
        st.booleans(),
    ),
)
ITEM_SETS = st.sets(st.sampled_from(sorted(ITEMS)), min_size=1, max_size=4).map(frozenset)


def cleared_of(register: Register, flow: Flow) -> Cleared[str, str]:
    answer = clear(register, flow, at=NOW)
    assert isinstance(answer, Cleared), answer
    return answer


@SETTINGS
@given(FLOWS, MEMBERS)
def test_a_member_takes_part_exactly_as_the_policy_file_says(flow: Flow, member: Member) -> None:
    cleared = cleared_of(governed().at(), flow)
    context = {
        "route": flow.route.value,
        "essential": cleared.essential,
        "stopped": stopped_by(member.stops, use_of(cleared)) is not None,
        "stopped_everything": EVERYTHING in member.stops,
        "needs_consent": cleared.needs_consent,
        "consented": consented(cleared, member),
        "minor": member.minor,
        "contacts": cleared.contacts,
        "with_minors": flow.with_minors,
    }
    refusing = policy("members").refusing(
        {"type": "Recipient", "id": flow.recipient},
        "include",
        {"type": "Purpose", "id": flow.purpose},
        context,
        entities_of([]),
    )
    assert takes_part(cleared, member) == (refusing is None)


@SETTINGS
@given(FLOWS, st.lists(MEMBERS, max_size=6), st.sampled_from(list(PartyKind)), st.booleans())
def test_adding_a_company_brings_nobody_into_a_flow_who_was_not_in_it(
    flow: Flow, members: list[Member], kind: PartyKind, consent_too: bool
) -> None:
    numbered = list(enumerate(members))
    before = members_allowed(cleared_of(governed().at(), flow), numbered)
    after = members_allowed(cleared_of(with_company(kind, consent_too=consent_too), flow), numbered)
    assert after == before


@SETTINGS
@given(FLOWS, MEMBERS, st.sampled_from(list(PartyKind)), ITEM_SETS)
def test_who_stopped_all_flows_to_no_company_that_is_added(
    flow: Flow, member: Member, kind: PartyKind, items: frozenset[str]
) -> None:
    register = with_company(kind, consent_too=True)
    stopped = replace(member, stops=(*member.stops, EVERYTHING))
    for asked in (replace(flow, recipient="NEW", items=items), replace(JOINT, recipient="NEW"), CONSENT):
        answer = clear(register, asked, at=NOW)
        if isinstance(answer, Cleared) and asked.route is not Route.LAW:
            assert not takes_part(answer, stopped)


def test_the_company_that_is_added_does_get_who_stopped_nothing() -> None:
    """Control: its flow runs, so that the property above is about something."""
    cleared = cleared_of(with_company(PartyKind.GROUP, consent_too=False), replace(JOINT, recipient="NEW"))
    assert members_allowed(cleared, [("stops", Member((EVERYTHING,))), ("none", Member())]) == ["none"]


def with_company(kind: PartyKind, *, consent_too: bool) -> Register:
    """Return the register with a company more, announced in the notices."""
    house = governed().put(Party("NEW", kind, Say("新しい会社", "new company")))
    for notice in NOTICES[1:3] if consent_too else NOTICES[1:2]:
        house.put(replace(notice, scope=notice.scope | {"NEW"}))
    return house.at()
