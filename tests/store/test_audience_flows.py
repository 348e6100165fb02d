"""Other companies' purchases decide by a registered flow that is cleared at that moment, and by nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from noren.audience.registered_flows import PURCHASES, lets_purchases_decide
from noren.governance.announced.store import DocumentStore
from noren.governance.flows import Flow
from noren.governance.parties import PROGRAMME
from noren.governance.purposes import Purpose
from noren.governance.register import Body
from noren.governance.routes import Route
from noren.house.documents import open_documents
from noren.kernel.say import Say
from noren.testing.audience_house import COFFEE, AudienceHouse, Bought, cards, grown_up
from noren.testing.governed import BEGIN, NOTICES, NOW, PARTIES, Governed, governed

SEED = 20261127
EVERYWHERE = 'visits(category = "COFFEE") >= 1'
CAMPAIGN = Purpose("register-coupon", Say("企画", "campaign"), Say("企画のため", "for campaigns"))
COMPANY = replace(PARTIES[1], id="P1")
JOINT = replace(
    NOTICES[1], id="joint", items=PURCHASES, scope=frozenset({"P1"}), purposes=frozenset({"register-coupon"})
)
FLOW = Flow("f1", "register-coupon", "P1", PURCHASES, Route.JOINT_USE, "joint")


class House:
    """An audience house with a register beside it, as a desk keeps it."""

    def __init__(self, inside: AudienceHouse) -> None:
        self.inside = inside
        self.store: DocumentStore = open_documents(inside.home, "desk")
        self._known = governed()
        self._known.documents = [each for each in self._known.documents if each.id not in ("P1", "joint")]
        for body in (CAMPAIGN, COMPANY, JOINT):
            self._known.put(body)
        self.store.add(self._known.documents)

    def put(self, body: Body) -> None:
        """Announce a document, in force since the beginning of the year."""
        self._known.put(body, at=BEGIN)
        self.store.add(self._known.documents[-1:])

    def remove(self, body: Body) -> None:
        """Remove a document now."""
        self._known.remove(body, datetime.now(UTC))
        self.store.add(self._known.documents[-1:])

    def approve(self) -> str:
        """Approve the audience; return the word of the refusal, or nothing."""
        return self.inside.ask("/audiences/approve", {"name": "all", "approver": "ito"})[1].get("word") or ""

    def commit(self) -> str:
        """Commit to who qualifies; return the word of the refusal, or nothing."""
        return self.inside.ask("/audiences/commit", {"name": "all"})[1].get("word") or ""


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with AudienceHouse(tmp_path / "home") as inside:
        drawn = cards(30, SEED)
        inside.enrol({card: grown_up(number) for number, card in enumerate(drawn)})
        inside.buy({card: [Bought(2, [COFFEE])] for card in drawn})
        made = House(inside)
        inside.save("all", EVERYWHERE)
        yield made
        made.store.close()


def test_without_a_flow_it_is_refused_with_one_it_is_used_and_without_its_company_refused_at_once(house: House) -> None:
    assert house.approve() == "other-companies"
    house.put(FLOW)
    assert house.approve() == ""
    assert house.commit() == ""
    house.remove(COMPANY)
    house.inside.room.ledger.set_clock_offset_us(86_400_000_000)
    assert house.commit() == "other-companies"


def test_a_flow_for_another_purpose_or_company_or_of_fewer_items_lets_nothing_decide(house: House) -> None:
    for number, other in enumerate(
        (
            replace(FLOW, purpose="statistics"),
            replace(FLOW, recipient=PROGRAMME, route=Route.OWN_USE, notice="acquisition"),
            replace(FLOW, items=PURCHASES - {"purchase-line"}),
        )
    ):
        house.put(replace(other, id=f"other-{number}"))
    assert house.approve() == "other-companies"


@pytest.mark.parametrize(
    ("text", "others"),
    [
        ("points_balance >= 500", True),
        ("points_expiring(30 days) >= 1", True),
        ('redeemed("c1")', True),
        ('received("c1")', True),
        ('visits(partner = "P1") >= 1', False),
        ("sex = female", False),
    ],
)
def test_points_and_campaigns_show_other_companies_too(house: House, text: str, others: bool) -> None:
    assert house.inside.save("pooled", text)["audience"]["other_companies"] is others


def test_a_flow_that_needs_consent_does_not_count_because_nobody_here_knows_who_agreed() -> None:
    known = Governed(governed().documents)
    known.put(replace(NOTICES[2], id="text", items=PURCHASES, scope=frozenset({"P1"})))
    flow = Flow("f1", "shop-operation", "P1", PURCHASES, Route.THIRD_PARTY_CONSENT, "text")
    assert not lets_purchases_decide(known.put(flow).at(), "shop-operation", "P1", NOW)


def test_the_operators_own_use_lets_all_purchases_decide_what_it_does_itself() -> None:
    flow = Flow("f1", "register-coupon", PROGRAMME, PURCHASES, Route.OWN_USE, "acquisition")
    register = governed().put(flow).at()
    assert lets_purchases_decide(register, "register-coupon", PROGRAMME, NOW)
    assert not lets_purchases_decide(register, "mail", PROGRAMME, NOW)
    assert not lets_purchases_decide(register, "register-coupon", "P1", NOW)
