"""Clearing a flow: what is refused, by which rule's name, and what is cleared; asked again at the last instant."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from noren.governance.clearing import Cleared, Versions, bound_to, clear, clear_flow, rules, still
from noren.governance.flows import Flow, Joins
from noren.governance.parties import PROGRAMME
from noren.governance.purposes import ITEMS
from noren.governance.refusing import Refused
from noren.governance.regimes import ROUTES, Regime
from noren.governance.routes import Route
from noren.governance.stopping import EVERYTHING
from noren.governance.taking_part import Member, members_allowed
from noren.testing.governed import CONSENT, DAY, JOINT, NOTICES, NOW, PARTIES, Governed, governed

SMALLEST = timedelta(microseconds=1)
OWN = Flow("", "mail", PROGRAMME, frozenset({"email", "name"}), Route.OWN_USE, "acquisition")
ENTRUSTED = Flow(
    "", "joint-analysis", "E1", frozenset({"amount"}), Route.ENTRUSTMENT, evidence={"contract": "K", "supervision": "S"}
)
OPT_OUT = replace(
    CONSENT, route=Route.THIRD_PARTY_OPT_OUT, notice="opt-out", evidence={"filing": "F", "ppc-publication": "P"}
)
LAW = Flow("", "law", "A1", frozenset({"name", "shop"}), Route.LAW, evidence={"instrument": "I", "scope-decided": "D"})
RELATED = Flow(
    "",
    "shop-operation",
    "P1",
    frozenset({"pseudonym"}),
    Route.PERSONAL_RELATED,
    joins=Joins.PERSON,
    evidence={"recipient-consent-confirmed": "C"},
)
PSEUDONYMISED = Flow("", "statistics", PROGRAMME, frozenset({"shop"}), Route.PSEUDONYMISED, "pseudonymised")
ANONYMISED = Flow(
    "", "statistics", "P1", frozenset({"shop"}), Route.ANONYMISED, "anonymised", evidence={"recipient-told": "T"}
)
STATISTICS = Flow("", "statistics", "P1", frozenset({"figure"}), Route.STATISTICS)
ROOM = replace(ENTRUSTED, recipient="P1", room=True, joins=Joins.CELLS)


def rule(answer: Cleared[str, str] | Refused) -> str:
    """Return the rule that refused; empty: cleared."""
    return answer.rule if isinstance(answer, Refused) else ""


@pytest.mark.parametrize(
    "flow",
    [JOINT, CONSENT, OWN, ENTRUSTED, OPT_OUT, LAW, RELATED, PSEUDONYMISED, ANONYMISED, STATISTICS, ROOM],
    ids=lambda flow: flow.route.value,
)
def test_each_route_can_be_cleared(flow: Flow) -> None:
    cleared = clear(governed().at(), flow, at=NOW)
    assert isinstance(cleared, Cleared), cleared
    assert cleared.flow == flow
    assert cleared.recipient.id == flow.recipient
    assert cleared.keeps_record == ROUTES[flow.route].record
    assert cleared.needs_consent == ROUTES[flow.route].consent


SHORT = replace(NOTICES[1], id="nobody", responsible=replace(NOTICES[1].responsible, representative=" "))
REFUSALS: list[tuple[str, Flow]] = [
    ("route-open", replace(STATISTICS, route=Route.STATISTICS_EXCEPTION)),
    ("route-open", replace(CONSENT, recipient="X1", route=Route.ABROAD, evidence={"foreign-system-information": "I"})),
    ("recipient-unknown", replace(JOINT, recipient="G9")),
    ("purpose-unpublished", replace(JOINT, purpose="whatever")),
    ("items-named", replace(JOINT, items=frozenset())),
    ("items-named", replace(JOINT, items=frozenset({"shop", "mood"}))),
    ("entrustment-no-person-join", replace(ROOM, joins=Joins.PERSON)),
    ("entrustment-no-person-join", replace(ENTRUSTED, joins=Joins.PERSON)),
    ("entrustment-needs-contract", replace(ENTRUSTED, evidence={"supervision": "S"})),
    ("entrustee-only", replace(ENTRUSTED, recipient="P1")),
    ("own-use-is-the-operators", replace(OWN, recipient="G1")),
    ("joint-use-needs-notice", replace(JOINT, notice=None)),
    ("joint-use-needs-notice", replace(JOINT, notice="acquisition")),
    ("joint-use-needs-notice", replace(JOINT, notice="nobody")),
    ("partner-is-a-third-party", replace(JOINT, recipient="P1")),
    ("consent-needs-its-text", replace(CONSENT, notice="joint")),
    ("opt-out-needs-filing", replace(OPT_OUT, evidence={"filing": "F"})),
    ("law-needs-instrument", replace(LAW, evidence={})),
    ("authority-by-law-only", replace(STATISTICS, recipient="A1")),
    ("stays-in-japan", replace(CONSENT, recipient="X1")),
    ("personal-related-confirmed", replace(RELATED, evidence={})),
    ("pseudonymised-stays", replace(PSEUDONYMISED, recipient="P1")),
    ("pseudonymised-no-contact", replace(PSEUDONYMISED, purpose="mail")),
    ("no-re-identification", replace(ANONYMISED, items=frozenset({"name"}))),
    ("statistics-identify-nobody", replace(STATISTICS, items=frozenset({"shop"}))),
    ("no-person-join", replace(OPT_OUT, joins=Joins.PERSON)),
    ("notice-missing", replace(OPT_OUT, notice=None)),
    ("items-outside-notice", replace(JOINT, items=frozenset({"shop", "coupon"}))),
    ("purpose-outside-notice", replace(JOINT, purpose="statistics")),
    ("recipient-outside-notice", replace(CONSENT, recipient="P2")),
    ("special-care-needs-consent", replace(OPT_OUT, items=frozenset({"health"}))),
    ("shops-hold-no-identity", replace(CONSENT, items=frozenset({"name"}))),
    ("names-and-purchases-apart", replace(OWN, items=frozenset({"email", "shop"}))),
    ("room-needs-vetting", replace(ROOM, recipient="P2")),
    ("minors-not-targeted", replace(OWN, with_minors=True)),
    ("evidence-missing", replace(ENTRUSTED, evidence={"contract": "K"})),
]


@pytest.mark.parametrize(("name", "flow"), REFUSALS, ids=[f"{n}-{i}" for i, (n, _) in enumerate(REFUSALS)])
def test_a_flow_is_refused_by_the_name_of_its_rule(name: str, flow: Flow) -> None:
    answer = clear(governed().put(SHORT).at(), flow, at=NOW)
    assert isinstance(answer, Refused)
    assert answer.rule == name
    assert answer.says.ja
    assert answer.fix.en


def test_a_flow_that_is_refused_names_all_the_other_rules_too() -> None:
    answer = clear(governed().at(), replace(JOINT, recipient="G9", items=frozenset({"mood"})), at=NOW)
    assert isinstance(answer, Refused)
    assert {"items-named", "items-outside-notice", "recipient-outside-notice"} <= set(answer.also)


def test_every_rule_is_met_by_some_flow_of_these_tests() -> None:
    elsewhere = {
        "regime-in-force", "terms-in-force", "flow-in-force", "recipient-removed", "recipient-not-yet",
        "in-the-group-now", "notice-not-yet", "notice-ended",
    }  # fmt: skip
    assert {each.name for each in rules()} == {name for name, _ in REFUSALS} | elsewhere


def test_a_notice_that_takes_effect_tomorrow_refuses_today_and_lets_run_tomorrow() -> None:
    house = governed().put(replace(NOTICES[1], id="coming"), at=NOW + DAY)
    flow = replace(JOINT, notice="coming")
    today = clear(house.at(NOW), flow, at=NOW)
    assert isinstance(today, Refused)
    assert today.rule == "notice-not-yet"
    assert "2026-11-27 12:00 (Japan time)" in today.what.en
    assert "2026-11-27 12:00(日本時間)" in today.what.ja
    assert rule(clear(house.at(NOW), flow, at=NOW + DAY - SMALLEST)) == "notice-not-yet"
    assert rule(clear(house.at(NOW + DAY), flow, at=NOW + DAY)) == ""


def test_a_version_that_widens_a_notice_counts_from_its_own_instant_on() -> None:
    wider = replace(NOTICES[1], items=NOTICES[1].items | {"coupon"})
    house = governed().put(wider, at=NOW + DAY)
    flow = replace(JOINT, items=frozenset({"coupon"}))
    assert rule(clear(house.at(NOW), flow, at=NOW)) == "items-outside-notice"
    assert rule(clear(house.at(NOW + DAY), flow, at=NOW + DAY)) == ""


def test_an_old_view_of_the_register_does_not_outlive_its_documents() -> None:
    house = governed().put(NOTICES[1], at=NOW + DAY)
    assert rule(clear(house.at(NOW), JOINT, at=NOW + DAY)) == "notice-ended"


def test_a_removed_company_is_refused_at_once_and_one_to_come_not_before() -> None:
    house = governed().remove(PARTIES[1], NOW)
    assert rule(clear(house.at(NOW), JOINT, at=NOW)) == "recipient-removed"
    assert rule(clear(house.at(NOW - SMALLEST), JOINT, at=NOW - SMALLEST)) == ""
    coming = governed().put(replace(PARTIES[1], id="G2"), at=NOW + DAY)
    coming.put(replace(NOTICES[1], scope=frozenset({"G2"})))
    assert rule(clear(coming.at(NOW), replace(JOINT, recipient="G2"), at=NOW)) == "recipient-not-yet"


def test_a_company_that_left_the_group_is_refused_from_then_on() -> None:
    house = governed().put(replace(PARTIES[1], group_until=NOW))
    assert rule(clear(house.at(), JOINT, at=NOW)) == "in-the-group-now"
    assert rule(clear(house.at(), JOINT, at=NOW - SMALLEST)) == ""


@pytest.mark.parametrize(("kind", "name"), [("terms", "terms-in-force"), ("regime", "regime-in-force")])
def test_nothing_flows_without_terms_or_a_regime(kind: str, name: str) -> None:
    house = Governed([each for each in governed().documents if each.kind != kind])
    assert rule(clear(house.at(), JOINT, at=NOW)) == name


def test_a_regime_to_come_opens_nothing_yet() -> None:
    house = Governed([each for each in governed().documents if each.kind != "regime"]).put(Regime(), at=NOW + DAY)
    assert rule(clear(house.at(), JOINT, at=NOW)) == "regime-in-force"


def test_a_regime_opens_a_route_from_its_date_on_without_a_release() -> None:
    opened = {**ROUTES, Route.STATISTICS_EXCEPTION: replace(ROUTES[Route.STATISTICS], enabled=True)}
    house = governed().put(Regime(opened), at=NOW + DAY)
    flow = replace(STATISTICS, route=Route.STATISTICS_EXCEPTION)
    assert rule(clear(house.at(NOW), flow, at=NOW)) == "route-open"
    assert rule(clear(house.at(NOW + DAY), flow, at=NOW + DAY)) == ""


def test_no_regime_opens_a_person_level_join_under_entrustment() -> None:
    loose = {**ROUTES, Route.ENTRUSTMENT: replace(ROUTES[Route.ENTRUSTMENT], person_level_match=True)}
    house = governed().put(Regime(loose))
    assert rule(clear(house.at(), replace(ROOM, joins=Joins.PERSON), at=NOW)) == "entrustment-no-person-join"


def test_a_registered_flow_runs_as_it_was_registered() -> None:
    flow = replace(JOINT, id="f1")
    house = governed().put(flow)
    cleared = clear_flow(house.at(), "f1", at=NOW)
    assert isinstance(cleared, Cleared)
    assert cleared.versions == Versions(recipient=1, purpose=1, terms=1, regime=1, notice=1, flow=1)
    other = replace(flow, items=frozenset({"amount"}))
    assert rule(clear(house.at(), other, at=NOW)) == "flow-in-force"
    assert rule(clear_flow(house.at(), "f2", at=NOW)) == "flow-unknown"


def test_it_is_asked_again_at_the_last_instant() -> None:
    house = governed()
    cleared = clear(house.at(), JOINT, at=NOW)
    assert isinstance(cleared, Cleared)
    assert isinstance(still(cleared, house.at(), at=NOW + SMALLEST), Cleared)
    assert rule(still(cleared, house.remove(PARTIES[1], NOW + SMALLEST).at(NOW + SMALLEST), at=NOW + SMALLEST)) == (
        "recipient-removed"
    )


def test_a_clearance_is_bound_to_its_purpose_and_recipient() -> None:
    cleared = clear(governed().at(), OWN, at=NOW)
    assert isinstance(cleared, Cleared)
    assert bound_to(cleared, purpose="mail", recipient=PROGRAMME) is cleared
    with pytest.raises(AssertionError):
        bound_to(cleared, purpose="statistics", recipient=PROGRAMME)


def test_nobody_else_makes_a_clearance() -> None:
    cleared = clear(governed().at(), JOINT, at=NOW)
    assert isinstance(cleared, Cleared)
    with pytest.raises(AssertionError):
        Cleared(JOINT, cleared.recipient, cleared.versions, NOW, False, False, False, False, maker=object())
    with pytest.raises((TypeError, ValueError)):
        replace(cleared, flow=OWN)


def test_who_stopped_all_is_not_in_a_flow_to_a_company_added_afterwards() -> None:
    house = governed().put(replace(PARTIES[1], id="G2"), at=NOW)
    house.put(replace(NOTICES[1], scope=frozenset({"G1", "G2"})), at=NOW)
    members = [("stopped", Member(stops=(EVERYTHING,))), ("other", Member())]
    cleared = clear(house.at(), replace(JOINT, recipient="G2"), at=NOW)
    assert isinstance(cleared, Cleared)
    assert members_allowed(cleared, members) == ["other"]


def test_items_and_their_catalogue_are_the_registers() -> None:
    assert set(governed().at().items) == set(ITEMS)


def test_what_was_parsed_for_one_flow_and_register_answers_for_no_other() -> None:
    house = governed()
    register = house.at()
    assert rule(clear(register, JOINT, at=NOW)) == ""
    wider = replace(JOINT, items=frozenset(ITEMS))
    assert rule(clear(register, wider, at=NOW)) != "", "another flow by the same id"
    assert rule(clear(register, JOINT, at=NOW)) == ""
    without = replace(register, notices={})
    assert rule(clear(without, JOINT, at=NOW)) != "", "the same flow, of another register"
