"""A register to announce into, for the tables of tests: a group company, a partner, a joint use, member terms."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from noren.governance.announced.announcing import Planned, Wanted, plan
from noren.governance.announced.founding import founding_documents
from noren.governance.announced.refusals import NotAnnounced
from noren.governance.announced.store import text_sha256
from noren.governance.notices import Notice, NoticeKind, Responsible, Terms
from noren.governance.parties import Party, PartyKind
from noren.governance.register import Body, Document, DocumentKind
from noren.kernel.say import Say

FOUNDED = datetime(2026, 4, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 26, 3, tzinfo=UTC)
DAY = timedelta(days=1)
TEXT = Say("グループ会社と共同で利用します。", "We use it jointly with companies of the group.")
WHO = Responsible("のれん株式会社", "東京都千代田区1-1", "代表取締役 暖簾太郎")
GROUP = Party("C05", PartyKind.GROUP, Say("グループ五", "Group Five"), "大阪市", "代表")
LATER = replace(GROUP, id="C06", name=Say("グループ六", "Group Six"))
LEFT = replace(GROUP, id="C07", group_until=FOUNDED + DAY)
PARTNER = Party("P1", PartyKind.PARTNER, Say("提携先一", "Partner One"), "名古屋市", "代表")
JOINT = Notice(
    "joint",
    NoticeKind.JOINT_USE,
    frozenset({"pseudonym", "shop", "amount"}),
    frozenset({"C05"}),
    frozenset({"group-marketing", "statistics"}),
    WHO,
    TEXT,
)
CONSENT = replace(JOINT, id="consent", kind=NoticeKind.THIRD_PARTY, scope=frozenset({"P1"}))
TERMS_TEXT = Say("第1条 …", "Article 1 …")
TERMS = Terms(Say("連結対象会社と持分法適用会社", "consolidated and equity-method companies"), text_sha256(TERMS_TEXT))
KINDS = {Notice: DocumentKind.NOTICE, Party: DocumentKind.PARTY, Terms: DocumentKind.TERMS}
TEXTS = frozenset({TERMS.text_sha256, text_sha256(Say("第2条", "Article 2"))})


def world() -> list[Document]:
    """Return the documents of a programme that has run for half a year."""
    bodies: list[Body] = [GROUP, LATER, LEFT, PARTNER, JOINT, CONSENT, TERMS]
    made = [Document(KINDS[type(body)], body.id, 1, FOUNDED, FOUNDED, body) for body in bodies]
    return [*founding_documents(FOUNDED), *made]


def wanted(body: Body, days: int | None = 30, *, new_consent: bool = False, renamed: bool = False) -> Wanted:
    """Return a version put forward, in force in so many days."""
    effective = None if days is None else NOW + days * DAY
    return Wanted(KINDS[type(body)], body.id, body, effective, new_consent, renamed)


def put(one: Wanted, documents: list[Document] | None = None) -> Planned | NotAnnounced:
    """Return what becomes of one version."""
    return plan(world() if documents is None else documents, [one], now=NOW, texts=TEXTS)[0]
