"""How changes are classed, and what is not announced: tables a lawyer can read."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.spec.announcing_world import (
    CONSENT,
    DAY,
    GROUP,
    JOINT,
    LEFT,
    NOW,
    PARTNER,
    TERMS,
    TEXT,
    WHO,
    put,
    wanted,
    world,
)  # fmt: skip

from noren.governance.announced.announcing import Planned, Wanted, plan
from noren.governance.announced.changes import MEANS, TOLD, Change
from noren.governance.announced.founding import founding_documents
from noren.governance.announced.refusals import NotAnnounced, Rule
from noren.governance.announced.store import text_sha256
from noren.governance.announced.wording import lint
from noren.governance.flows import Flow
from noren.governance.notices import Notice, NoticeKind, Responsible
from noren.governance.parties import Handling, PartyKind
from noren.governance.regimes import CLOCKS, ROUTES, Regime
from noren.governance.register import Document, DocumentKind, register_at
from noren.governance.routes import Route
from noren.kernel.say import Say

SCOPE = JOINT.scope
CLASSES = {
    "an item more": (replace(JOINT, items=JOINT.items | {"points"}), Change.NEW_CONSENT),
    "an item fewer": (replace(JOINT, items=JOINT.items - {"amount"}), Change.NARROWER),
    "an item for another": (replace(JOINT, items=JOINT.items - {"amount"} | {"points"}), Change.NEW_CONSENT),
    "a group company more": (replace(JOINT, scope=SCOPE | {"C06"}), Change.INSIDE_SCOPE),
    "a company that has left the group": (replace(JOINT, scope=SCOPE | {"C07"}), Change.NEW_CONSENT),
    "a partner in a joint use": (replace(JOINT, scope=SCOPE | {"P1"}), Change.NEW_CONSENT),
    "another purpose": (replace(JOINT, purposes=JOINT.purposes | {"shop-operation"}), Change.ADVANCE),
    "a purpose fewer": (replace(JOINT, purposes=frozenset({"statistics"})), Change.NARROWER),
    "another party responsible": (replace(JOINT, responsible=replace(WHO, name="別の会社")), Change.ADVANCE),
    "another address": (replace(JOINT, responsible=replace(WHO, address="京都市")), Change.WITHOUT_DELAY),
    "another representative": (replace(JOINT, responsible=replace(WHO, representative="次")), Change.WITHOUT_DELAY),
    "wording": (replace(JOINT, text=Say("共に利用します。", "Used jointly.")), Change.WORDING),
    "another kind of notice": (replace(JOINT, kind=NoticeKind.OPT_OUT), Change.NEW_CONSENT),
    "what was consented to, for more purposes": (
        replace(CONSENT, purposes=CONSENT.purposes | {"shop-operation"}), Change.NEW_CONSENT,
    ),
    "what was consented to, to a group company": (replace(CONSENT, scope=CONSENT.scope | {"C05"}), Change.NEW_CONSENT),
    "a new notice": (replace(JOINT, id="second"), Change.FIRST),
    "the terms' text": (replace(TERMS, text_sha256=text_sha256(Say("第2条", "Article 2"))), Change.ADVANCE),
    "the terms' scope": (replace(TERMS, scope_rule=Say("どの会社でも", "any company")), Change.NEW_CONSENT),
    "a party's address": (replace(GROUP, address="神戸市"), Change.WITHOUT_DELAY),
    "a partner becomes a group company": (replace(PARTNER, kind=PartyKind.GROUP), Change.ADVANCE),
    "a party's key": (replace(GROUP, public_key="age1"), Change.RECORD),
    "what a shop handles": (replace(GROUP, handles=Handling(frozenset({"name"}), "counter")), Change.RECORD),
}  # fmt: skip


@pytest.mark.parametrize("name", CLASSES)
def test_a_change_is_classed(name: str) -> None:
    body, change = CLASSES[name]
    planned = put(wanted(body, new_consent=change is Change.NEW_CONSENT))
    assert isinstance(planned, Planned), planned
    assert planned.change is change
    assert planned.changes
    assert MEANS[change].ja != TOLD[change].ja


def test_the_same_party_under_another_name_is_told_without_delay() -> None:
    renamed = replace(JOINT, responsible=replace(WHO, name="新のれん株式会社"))
    planned = put(wanted(renamed, 0, renamed=True))
    assert isinstance(planned, Planned)
    assert planned.change is Change.WITHOUT_DELAY


@pytest.mark.parametrize("name", [name for name, (_, change) in CLASSES.items() if change is Change.NEW_CONSENT])
def test_what_needs_a_new_consent_says_so_itself(name: str) -> None:
    refused = put(wanted(CLASSES[name][0]))
    assert isinstance(refused, NotAnnounced)
    assert refused.rule is Rule.NEEDS_NEW_CONSENT


SPECIAL = replace(JOINT, id="o", kind=NoticeKind.OPT_OUT, items=frozenset({"health"}))
FLOW = Flow("f", "statistics", "C05", frozenset({"shop"}), Route.JOINT_USE, "joint")
BLANK = Responsible("", " ", "代表")
REFUSED: dict[str, tuple[Wanted, Rule]] = {
    "yesterday": (wanted(replace(JOINT, text=Say("あ", "a")), -1), Rule.BACK_DATED),
    "29 days before a new purpose": (
        wanted(replace(JOINT, purposes=JOINT.purposes | {"shop-operation"}), 29), Rule.NOTICE_TOO_SHORT,
    ),
    "29 days before a new company": (wanted(replace(JOINT, scope=SCOPE | {"C06"}), 29), Rule.NOTICE_TOO_SHORT),
    "a first joint use, at once": (wanted(replace(JOINT, id="second"), 0), Rule.NOTICE_TOO_SHORT),
    "terms, at once": (wanted(replace(TERMS, text_sha256=text_sha256(Say("第2条", "Article 2"))), 0),
                       Rule.NOTICE_TOO_SHORT),
    "terms without their text": (wanted(replace(TERMS, text_sha256="00" * 32)), Rule.TEXT_MISSING),
    "an unknown company": (wanted(replace(JOINT, scope=frozenset({"C99"})), new_consent=True), Rule.UNKNOWN_PARTY),
    "an unknown item": (wanted(replace(JOINT, items=frozenset({"shoe-size"})), new_consent=True), Rule.UNKNOWN_ITEM),
    "an unknown purpose": (wanted(replace(JOINT, purposes=frozenset({"fun"}))), Rule.UNKNOWN_PURPOSE),
    "nothing changes": (wanted(JOINT), Rule.NOTHING_CHANGES),
    "nothing to remove": (Wanted(DocumentKind.PARTY, "C99", None), Rule.NOTHING_TO_REMOVE),
    "a joint use without its five": (wanted(replace(JOINT, responsible=BLANK)), Rule.INCOMPLETE),
    "a joint use with nobody": (wanted(replace(JOINT, scope=frozenset())), Rule.INCOMPLETE),
    "special care by opt-out": (wanted(SPECIAL), Rule.SPECIAL_CARE_OPT_OUT),
    "a handle is not anonymous": (wanted(replace(JOINT, text=Say("匿名で使います。", TEXT.en))), Rule.WORDING),
    "a flow to nobody known": (
        Wanted(DocumentKind.FLOW, "f", replace(FLOW, recipient="C99")), Rule.UNKNOWN_PARTY,
    ),
    "a flow under no known notice": (Wanted(DocumentKind.FLOW, "f", replace(FLOW, notice="n9")), Rule.UNKNOWN_NOTICE),
    "a shop that handles what is no item": (
        wanted(replace(GROUP, handles=Handling(frozenset({"blood"}), "counter"))), Rule.UNKNOWN_ITEM,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_a_version_is_not_announced(name: str) -> None:
    one, rule = REFUSED[name]
    refused = put(one)
    assert isinstance(refused, NotAnnounced), refused
    assert refused.rule is rule
    assert all((refused.says.ja, refused.says.en, refused.fix.ja, refused.fix.en))


def test_every_rule_has_a_row() -> None:
    assert {rule for _, rule in REFUSED.values()} | {Rule.NEEDS_NEW_CONSENT} == set(Rule)


def test_on_the_last_day_of_the_notice_period_it_may() -> None:
    planned = put(wanted(replace(JOINT, scope=SCOPE | {"C06"}), 30))
    assert isinstance(planned, Planned)
    assert planned.document.effective_at == NOW + 30 * DAY


def test_without_a_date_it_takes_effect_as_soon_as_it_may() -> None:
    soon = put(wanted(replace(JOINT, text=Say("あ", "a")), None))
    later = put(wanted(replace(JOINT, scope=SCOPE | {"C06"}), None))
    assert isinstance(soon, Planned)
    assert isinstance(later, Planned)
    assert (soon.document.effective_at, later.document.effective_at) == (NOW, NOW + 30 * DAY)


def test_removing_and_announcing_it_wider_is_no_way_around() -> None:
    gone = Document(DocumentKind.NOTICE, "joint", 2, NOW - DAY, NOW - DAY, None)
    refused = put(wanted(replace(JOINT, items=JOINT.items | {"points"})), [*world(), gone])
    assert isinstance(refused, NotAnnounced)
    assert refused.rule is Rule.NEEDS_NEW_CONSENT


def test_what_was_removed_comes_back_as_something_new() -> None:
    gone = Document(DocumentKind.NOTICE, "joint", 2, NOW - DAY, NOW - DAY, None)
    back = put(wanted(JOINT), [*world(), gone])
    assert isinstance(back, Planned)
    assert (back.change, back.document.version) == (Change.FIRST, 3)


def test_the_regime_in_force_says_how_long_before() -> None:
    rules = {**ROUTES, Route.JOINT_USE: replace(ROUTES[Route.JOINT_USE], minimum_notice_days=7)}
    changed = [*world(), Document(DocumentKind.REGIME, "japan", 2, NOW, NOW, Regime(rules))]
    one = wanted(replace(JOINT, scope=SCOPE | {"C06"}), 7)
    assert isinstance(put(one, changed), Planned)
    assert isinstance(put(one), NotAnnounced)


def test_what_is_announced_together_sees_what_stands_before_it() -> None:
    new = replace(LEFT, id="C08", group_until=None)
    both = [wanted(new, 0), wanted(replace(JOINT, scope=SCOPE | {"C08"}))]
    assert all(isinstance(each, Planned) for each in plan(world(), both, now=NOW))
    assert isinstance(put(both[1]), NotAnnounced)


def test_the_shipped_regime_is_the_codes_and_its_exception_is_closed() -> None:
    regime = register_at(founding_documents(NOW), NOW).regime
    assert regime is not None
    assert dict(regime.value.routes) == dict(ROUTES)
    assert dict(CLOCKS).items() <= dict(regime.value.clocks).items()
    assert not regime.value.routes[Route.STATISTICS_EXCEPTION].enabled


LINTED = {
    "これは個人情報ではありません。": "not-personal-information",
    "個人情報に該当しません。": "not-personal-information",
    "個人情報を含みません。": "not-personal-information",
    "This is not personal information.": "not-personal-information",
    "It contains no personal data.": "not-personal-information",
    "仮名加工情報として使います。": "pseudonymised-or-anonymised",
    "匿名化して渡します。": "pseudonymised-or-anonymised",
    "It is anonymised first.": "pseudonymised-or-anonymised",
    "individuals under pseudonyms": "pseudonymised-or-anonymised",
    "個人を特定できません。": "identifies-nobody",
    "You cannot be identified.": "identifies-nobody",
    "提携先などに渡します。": "vague-scope",
    "グループ会社等と利用します。": "vague-scope",
    "with companies of the group etc.": "vague-scope",
}
CLEAN = (
    "氏名・住所・連絡先は含みません。当社は会員情報と結びつけることができます。",
    "It contains no name or address; we can link it to the member.",
    "個人情報の取り扱いについて、連結対象会社と共同で利用します。",
    "Personal information is used jointly with the consolidated companies.",
    "当社の内部識別子のもとで扱います。",
)


def noticed(text: str, items: frozenset[str] = JOINT.items, kind: NoticeKind = JOINT.kind) -> Notice:
    return replace(JOINT, items=items, kind=kind, text=Say(text, text))


@pytest.mark.parametrize("text", LINTED)
def test_a_wording_that_can_not_stand_is_found(text: str) -> None:
    assert LINTED[text] in {found.word for found in lint(noticed(text))}


@pytest.mark.parametrize("text", CLEAN)
def test_a_true_wording_stands(text: str) -> None:
    assert lint(noticed(text)) == []


def test_of_statistics_alone_it_may_be_said() -> None:
    assert lint(noticed("個人を特定できません。", frozenset({"figure"}))) == []
    assert lint(noticed("匿名加工情報です。", JOINT.items, NoticeKind.ANONYMISED)) == []
