"""A small register for tests: an operator, companies of each kind, an authority, and their notices."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Final

from noren.governance.flows import Flow
from noren.governance.notices import Notice, NoticeKind, Responsible, Terms
from noren.governance.parties import PROGRAMME, Handling, Party, PartyKind, Vetting
from noren.governance.purposes import ITEMS, PURPOSES
from noren.governance.regimes import Regime
from noren.governance.register import KINDS, Body, Document, Register, register_at
from noren.governance.routes import Route
from noren.kernel.say import Say

BEGIN: Final = datetime(2026, 1, 1, tzinfo=UTC)
NOW: Final = datetime(2026, 11, 26, 3, tzinfo=UTC)
DAY: Final = timedelta(days=1)
RESPONSIBLE: Final = Responsible("株式会社暖簾", "東京都", "代表取締役")
TEXT: Final = Say("公表文", "notice")
VETTED: Final = Vetting(date(2026, 2, 1), "officer", "V-1")

PARTIES: Final = (
    Party(PROGRAMME, PartyKind.OPERATOR, Say("運営者", "the operator")),
    Party("G1", PartyKind.GROUP, Say("グループ会社", "group company"), vetted=VETTED),
    Party("P1", PartyKind.PARTNER, Say("提携先", "partner"), vetted=VETTED),
    Party("P2", PartyKind.PARTNER, Say("審査前の提携先", "partner not vetted")),
    Party("E1", PartyKind.ENTRUSTEE, Say("委託先", "entrustee")),
    Party("A1", PartyKind.AUTHORITY, Say("官公署", "authority")),
    Party("X1", PartyKind.PARTNER, Say("外国の提携先", "partner abroad"), country="US"),
    Party(
        "S1", PartyKind.IDENTITY_SHOP, Say("取扱店", "shop"), handles=Handling(frozenset({"name", "phone"}), "counter")
    ),
)


def notice(
    name: str, kind: NoticeKind, items: frozenset[str], scope: frozenset[str], purposes: frozenset[str]
) -> Notice:
    """Return a notice."""
    return Notice(name, kind, items, scope, purposes, RESPONSIBLE, TEXT)


HISTORY: Final = frozenset({"pseudonym", "shop", "amount", "purchase-time"})
NOTICES: Final = (
    notice("acquisition", NoticeKind.ACQUISITION, frozenset(ITEMS), frozenset({PROGRAMME}), frozenset(PURPOSES)),
    notice("joint", NoticeKind.JOINT_USE, HISTORY, frozenset({"G1", "P1"}), frozenset({"group-marketing"})),
    notice(
        "consent",
        NoticeKind.THIRD_PARTY,
        HISTORY | {"name", "phone", "health"},
        frozenset({"P1", "S1", "X1"}),
        frozenset({"shop-operation", "counter-identity-check"}),
    ),
    notice("opt-out", NoticeKind.OPT_OUT, HISTORY | {"health"}, frozenset({"P1"}), frozenset({"shop-operation"})),
    notice("pseudonymised", NoticeKind.PSEUDONYMISED, HISTORY, frozenset(), frozenset(PURPOSES)),
    notice("anonymised", NoticeKind.ANONYMISED, HISTORY | {"name"}, frozenset(), frozenset(PURPOSES)),
)

JOINT: Final = Flow("", "group-marketing", "G1", frozenset({"pseudonym", "shop"}), Route.JOINT_USE, "joint")
CONSENT: Final = Flow("", "shop-operation", "P1", frozenset({"shop"}), Route.THIRD_PARTY_CONSENT, "consent")


@dataclass(slots=True)
class Governed:
    """A register's documents, which tests add to."""

    documents: list[Document] = field(default_factory=list[Document])

    def put(self, body: Body, at: datetime = BEGIN, announced: datetime = BEGIN) -> Governed:
        """Add a version of a document, effective at ``at``."""
        kind = next(kind for kind, of in KINDS.items() if isinstance(body, of))
        self._add(kind, body.id, body, at, announced)
        return self

    def remove(self, body: Body, at: datetime) -> Governed:
        """Add the removal of a document."""
        kind = next(kind for kind, of in KINDS.items() if isinstance(body, of))
        self._add(kind, body.id, None, at, at)
        return self

    def at(self, at: datetime = NOW) -> Register:
        """Return the register at an instant."""
        return register_at(self.documents, at)

    def _add(self, kind: object, name: str, body: Body | None, at: datetime, announced: datetime) -> None:
        number = sum((each.kind, each.id) == (kind, name) for each in self.documents) + 1
        found = next(each for each in KINDS if each == kind)
        self.documents.append(Document(found, name, number, min(announced, at), at, body))


def governed() -> Governed:
    """Return a register in which everything is in force since the beginning of the year."""
    made = Governed()
    for body in (*PARTIES, *NOTICES, *PURPOSES.values(), Regime(), Terms(TEXT, "ab" * 32)):
        made.put(body)
    return made
