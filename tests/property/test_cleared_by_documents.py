"""From documents to a clearance: what is cleared is covered by the documents themselves, whatever versions there are.

The policies are proved over facts (tests/proofs); this holds the facts against the documents, by an oracle that knows
neither Cedar nor the register's windows.
"""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from noren.governance.clearing import Cleared, clear, still
from noren.governance.flows import Flow, Joins
from noren.governance.notices import Notice
from noren.governance.parties import Party
from noren.governance.register import Body, Document, DocumentKind, register_at
from noren.governance.routes import Route
from noren.testing.governed import DAY, JOINT, NOTICES, NOW, PARTIES, governed

EXAMPLES = 4_000 if os.environ.get("NOREN_NIGHT") else 150
SETTINGS = settings(max_examples=EXAMPLES, deadline=None, print_blob=True)
COMPANY, NOTICE = PARTIES[1], NOTICES[1]
DAYS = st.integers(0, 4)
NOTICE_BODIES = st.sampled_from(
    [
        *[NOTICE] * 6,  # so that about one in four is covered
        None,
        replace(NOTICE, items=frozenset({"pseudonym"})),
        replace(NOTICE, scope=frozenset({"P1"})),
        replace(NOTICE, purposes=frozenset({"statistics"})),
        replace(NOTICE, responsible=replace(NOTICE.responsible, address="")),
    ]
)
COMPANY_BODIES = st.sampled_from(
    [*[COMPANY] * 9, None, replace(COMPANY, country="US"), replace(COMPANY, group_until=NOW + DAY)]
)


def versions(
    kind: DocumentKind, name: str, bodies: st.SearchStrategy[Body | None]
) -> st.SearchStrategy[list[Document]]:
    """Return versions of one document, each taking effect on some day, in whatever order."""
    pairs = st.lists(st.tuples(DAYS, bodies), min_size=1, max_size=4)
    return pairs.map(
        lambda found: [
            Document(kind, name, number, NOW, NOW + day * DAY, body) for number, (day, body) in enumerate(found, 1)
        ]
    )


FLOWS = st.sampled_from(
    [
        *[JOINT] * 5,
        replace(JOINT, items=frozenset({"pseudonym"})),
        replace(JOINT, items=frozenset({"coupon"})),
        replace(JOINT, joins=Joins.PERSON),
        replace(
            JOINT,
            joins=Joins.PERSON,
            route=Route.ENTRUSTMENT,
            room=True,
            evidence={"contract": "K", "supervision": "S"},
        ),
        replace(JOINT, purpose="statistics"),
    ]
)


def in_force(documents: list[Document], at: datetime) -> Body | None:
    """Return what holds by the rule of the house: of the versions that have begun, the one with the highest number."""
    begun = [each for each in documents if each.effective_at <= at]
    return max(begun, key=lambda each: each.version).body if begun else None


def covered(flow: Flow, notice: Body | None, company: Body | None, at: datetime) -> bool:
    """Return whether a joint use is covered, from the documents' own values."""
    if flow.route is not Route.JOINT_USE or not isinstance(notice, Notice) or not isinstance(company, Party):
        return False
    who = notice.responsible
    return (
        flow.items <= notice.items
        and flow.recipient in notice.scope
        and flow.purpose in notice.purposes
        and all((who.name, who.address, who.representative))
        and company.country == "JP"
        and (company.group_until is None or at < company.group_until)
    )


@SETTINGS
@given(
    versions(DocumentKind.NOTICE, NOTICE.id, NOTICE_BODIES),
    versions(DocumentKind.PARTY, COMPANY.id, COMPANY_BODIES),
    FLOWS,
    DAYS,
    st.sampled_from([-1, 0, 1]),
)
def test_what_is_cleared_is_covered_and_what_is_covered_is_cleared(
    notices: list[Document], companies: list[Document], flow: Flow, day: int, beside: int
) -> None:
    at = NOW + day * DAY + beside * (DAY / 86_400_000_000)
    others = [each for each in governed().documents if each.id not in (NOTICE.id, COMPANY.id)]
    register = register_at([*others, *notices, *companies], at)
    wanted = covered(flow, in_force(notices, at), in_force(companies, at), at)
    answer = clear(register, flow, at=at)
    assert isinstance(answer, Cleared) == wanted, answer


@SETTINGS
@given(versions(DocumentKind.NOTICE, NOTICE.id, NOTICE_BODIES), DAYS, DAYS)
def test_an_older_view_of_the_same_documents_clears_nothing_that_they_do_not_cover_later(
    notices: list[Document], seen: int, day: int
) -> None:
    others = [each for each in governed().documents if each.id != NOTICE.id]
    view, at = register_at([*others, *notices], NOW + seen * DAY), NOW + max(seen, day) * DAY
    if isinstance(clear(view, JOINT, at=at), Cleared):
        assert covered(JOINT, in_force(notices, at), COMPANY, at)


def test_the_last_look_sees_what_was_put_meanwhile() -> None:
    house = governed()
    cleared = clear(house.at(), JOINT, at=NOW)
    assert isinstance(cleared, Cleared)
    assert not isinstance(still(cleared, house.put(replace(NOTICE, items=frozenset()), at=NOW).at(), at=NOW), Cleared)
