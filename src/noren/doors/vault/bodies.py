"""What the vault's inner door takes and gives. Rows are checked one by one in the room: one bad row, one reason.

What names a member or carries a secret prints as its type alone (:class:`Discreet`).
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from noren.governance.consent_texts import ConsentKind
from noren.identity.deciding import MAX_WISHES
from noren.identity.model import MAX_ROWS_PER_CALL, CardState, Outcome, Refused
from noren.kernel.discreet import Discreet
from noren.kernel.ids import CardNumber, MemberNumber
from noren.kernel.say import Say

CardText = Annotated[str, msgspec.Meta(pattern="^[0-9]{8,40}$")]
NumberText = Annotated[str, msgspec.Meta(pattern="^[0-9A-Za-z._-]{1,32}$")]
Rows = Annotated[list[dict[str, Any]], msgspec.Meta(max_length=MAX_ROWS_PER_CALL)]


class EnrolBody(Discreet, msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Members to enrol; columns that a row leaves out stay as they are."""

    members: Rows


class CardsBody(Discreet, msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Cards to give to members."""

    rows: Rows


class CardStateBody(Discreet, msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A card's new state."""

    card: CardText
    state: Literal["active", "lost", "blocked"]

    @property
    def value(self) -> CardState:
        """The state as the room's."""
        return CardState[self.state.upper()]


class ReissueBody(Discreet, msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A card and the one that takes its place."""

    card: CardText
    new_card: CardText


class MergeBody(Discreet, msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Two members that are one person."""

    member_number: NumberText
    into: NumberText


class DryBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether only to say what would become of it."""

    dry: bool = False


class CardBody(Discreet, msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A card."""

    card: CardText


class WishBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One choice; ``value``: a rule as it is spelled, on or off, months."""

    what: Literal["stop", "resume", "points-only", "auto-delete"]
    value: Annotated[str, msgspec.Meta(max_length=130)]


class WishesBody(Discreet, msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A member's choices, taken all or none."""

    card: CardText
    wishes: Annotated[list[WishBody], msgspec.Meta(min_length=1, max_length=MAX_WISHES)]


class GuardianBody(Discreet, msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who agreed for a child."""

    name: str
    relation: str
    how: str


class ConsentBody(Discreet, msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A consent to a text as it was seen, or its withdrawal."""

    card: CardText
    kind: ConsentKind
    recipient: Annotated[str, msgspec.Meta(pattern="^[0-9A-Za-z._-]{0,32}$")] = ""
    text_version: Annotated[str, msgspec.Meta(max_length=64)] = ""
    guardian: GuardianBody | None = None


class TextsBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which texts are in force."""

    kind: ConsentKind
    recipient: Annotated[str, msgspec.Meta(pattern="^[0-9A-Za-z._-]{0,32}$")] = ""


class ChoicesBody(Discreet, msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Consents or stops from another system; ``dry``: only say what would become of them."""

    rows: Rows
    dry: bool = False


class PasswordBody(Discreet, msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A member's new password; she is named by a card or by her number."""

    password: str
    card: CardText | None = None
    member_number: NumberText | None = None

    @property
    def who(self) -> CardNumber | MemberNumber | None:
        """The member meant; None when none or two are named."""
        if self.card is not None and self.member_number is None:
            return CardNumber(self.card)
        return MemberNumber(self.member_number) if self.member_number is not None and self.card is None else None


class Reason(msgspec.Struct, frozen=True):
    """Why something was refused."""

    reason_ja: str
    reason_en: str


class Warned(msgspec.Struct, frozen=True):
    """A doubt about a row that was taken."""

    row: int
    ja: str
    en: str


class Results(msgspec.Struct, frozen=True):
    """An outcome per row, in their order."""

    results: list[str | Reason]
    warnings: list[Warned] = []


class SummaryAnswer(msgspec.Struct, frozen=True):
    """Sizes."""

    members: int
    cards: int
    active_cards: int
    pending: int


class FindingAnswer(msgspec.Struct, frozen=True):
    """Something that an audit found."""

    what_ja: str
    what_en: str


class CheckAnswer(msgspec.Struct, frozen=True):
    """An audit's result."""

    ok: bool
    findings: list[FindingAnswer]


def as_reason(say: Say) -> Reason:
    """Return a reason as it is sent."""
    return Reason(say.ja, say.en)


def as_result(outcome: Outcome) -> str | Reason:
    """Return an outcome as it is sent."""
    return as_reason(outcome.reason) if isinstance(outcome, Refused) else outcome


class AgreedBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who agreed to be provided to a recipient, to one of these texts (``NOTICE-VERSION``)? The answer is sealed."""

    recipient: str
    texts: list[str]
