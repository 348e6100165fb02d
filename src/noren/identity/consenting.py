"""A member's consent as evidence: to which text, seen in which version, when, and for a child by whom and how.

A consent to a text that is not in force is refused, and a child's without a guardian. A consent lifts no stop.
What is withdrawn counts from that moment on; its evidence stays.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

from noren.governance.consent_texts import CHILD_YEARS, ConsentKind, texts_in_force
from noren.governance.register import Register
from noren.identity.choices import Choices, Consent, Guardian, with_consent, withdrawn
from noren.identity.choosing import changed
from noren.identity.deciding import Decided, Who, find, received, settle
from noren.identity.members import put_members
from noren.identity.model import Person, Refused
from noren.identity.vault import Vault
from noren.kernel.say import Say

Change = Callable[[Choices], Choices]
MAX_GUARDIAN_CHARACTERS: Final = 100

NOT_IN_FORCE: Final = Refused(
    Say(
        "この版の文面はいま有効ではありません(consent-needs-text-in-force)。いまの文面を見てから同意してください。",
        "This version of the text is not in force (consent-needs-text-in-force). Agree to the text of now.",
    )
)
TEXTS_AWAY: Final = Refused(
    Say(
        "有効な文面を確かめられません(公表文の登録簿が応答しません)。少し待ってからお試しください。",
        "It can not be told which text is in force: the register of notices does not answer. Try again in a moment.",
    )
)
GUARDIAN_NEEDED: Final = Refused(
    Say(
        f"{CHILD_YEARS}歳未満の方の同意には、保護者の同意が必要です(minor-needs-guardian)。"
        "保護者のお名前・続柄・確認の方法を添えてください。",
        f"Under {CHILD_YEARS} a guardian agrees (minor-needs-guardian). Say who, what to the child, and how it came.",
    )
)
UNFIT_GUARDIAN: Final = Refused(
    Say(
        f"保護者のお名前・続柄・確認の方法は、それぞれ1文字から{MAX_GUARDIAN_CHARACTERS}文字です。",
        f"A guardian's name, relation and way of consent take 1 to {MAX_GUARDIAN_CHARACTERS} characters each.",
    )
)


@dataclass(frozen=True, slots=True)
class Agreed:
    """To what somebody agrees: ``text_version`` is that of the text on the screen or paper."""

    kind: ConsentKind
    text_version: str
    recipient: str = ""
    guardian: Guardian | None = None


def consent(vault: Vault, *, who: Who, agreed: Agreed, register: Register | None) -> Decided | Refused:
    """Keep a consent; ``register``: at this instant, None: it does not answer."""
    texts = texts_in_force(register, agreed.kind, agreed.recipient)
    if texts is None:
        return TEXTS_AWAY
    if agreed.text_version not in texts:
        return NOT_IN_FORCE
    if agreed.guardian is not None and not _fits(agreed.guardian):
        return UNFIT_GUARDIAN
    at = _now(vault)
    given = Consent(agreed.kind, agreed.recipient, at, agreed.text_version, guardian=agreed.guardian)
    what = "terms" if agreed.kind == "terms" else "consent"
    said = (what, _spelled(agreed.kind, agreed.recipient))

    def change(choices: Choices) -> Choices:
        if any(_same(each, given) for each in choices.consents):
            return choices
        return received(vault, with_consent(choices, given), [said], agreed.text_version)

    return _keep(vault, who, change, child_needs=agreed.guardian is None)


def withdraw(vault: Vault, *, who: Who, kind: ConsentKind, recipient: str = "") -> Decided | Refused:
    """Withdraw a consent: from now on it does not count."""
    at = _now(vault)
    said = ("withdraw", _spelled(kind, recipient))

    def change(choices: Choices) -> Choices:
        after = withdrawn(choices, kind, recipient, at)
        return choices if after == choices else received(vault, after, [said], "")

    return _keep(vault, who, change, child_needs=False)


def is_child(vault: Vault, person: Person) -> bool:
    """Return whether a guardian agrees for a person."""
    if person.birth_date is None:
        return False
    born, today = date.fromisoformat(person.birth_date), vault.today()
    years = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    return years < CHILD_YEARS


def _keep(vault: Vault, who: Who, change: Change, *, child_needs: bool) -> Decided | Refused:
    with vault.writing:
        with vault.store.batch() as batch:
            member = find(vault, batch, who)
            if isinstance(member, Refused):
                return member
            if child_needs and is_child(vault, member.person):
                return GUARDIAN_NEEDED
            after = changed(vault, member, change)
            if isinstance(after, Refused):
                return after
            if after is not member:
                put_members(vault, batch, [after])
        return settle(vault, after, same=after is member)


def _same(one: Consent, other: Consent) -> bool:
    """Whether a consent that stands says the same: agreeing twice makes no second evidence."""
    parts = (one.kind, one.recipient, one.text_version, one.withdrawn_at)
    return parts == (other.kind, other.recipient, other.text_version, "")


def _spelled(kind: ConsentKind, recipient: str) -> str:
    return f"{kind},recipient={recipient}" if recipient else kind


def _fits(guardian: Guardian) -> bool:
    said = (guardian.name, guardian.relation, guardian.how)
    return all(each.strip() and len(each) <= MAX_GUARDIAN_CHARACTERS for each in said)


def _now(vault: Vault) -> str:
    return vault.clock.now().astimezone(vault.zone).isoformat(timespec="seconds")
