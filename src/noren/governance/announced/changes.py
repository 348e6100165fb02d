"""What a new version changes, and therefore who has to hear of it, and how long before.

The strongest of its changes decides. What gets narrower needs no word beforehand: nobody is handed more than before.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from noren.governance.notices import Notice, NoticeKind, Terms
from noren.governance.parties import Party, PartyKind
from noren.governance.register import Body, Register
from noren.kernel.say import Say


class Change(StrEnum):
    """What becomes of a change, the mildest first."""

    RECORD = "record"
    NARROWER = "narrower"
    WORDING = "wording"
    WITHOUT_DELAY = "without-delay"
    INSIDE_SCOPE = "inside-published-scope"
    ADVANCE = "advance"
    FIRST = "first"
    NEW_CONSENT = "new-consent"


MEANS: Final[dict[Change, Say]] = {
    Change.RECORD: Say("記録の変更(どなたにも知らせる必要はありません)", "a change of records; nobody has to be told"),
    Change.NARROWER: Say("今までより狭くなる変更", "narrower than before"),
    Change.WORDING: Say("言い回しだけの変更", "wording alone"),
    Change.WITHOUT_DELAY: Say("遅滞なく知らせる変更", "to be told without delay"),
    Change.INSIDE_SCOPE: Say(
        "公表した範囲の中での追加(事前に公表)", "inside the published scope; announced beforehand"
    ),
    Change.ADVANCE: Say("事前に知らせる変更", "to be told in advance"),
    Change.FIRST: Say("最初の公表", "announced for the first time"),
    Change.NEW_CONSENT: Say("改めて同意が要る変更", "in need of a new consent"),
}
"""What each class is called."""

TOLD: Final[dict[Change, Say]] = {
    Change.RECORD: Say("なし", "nobody"),
    Change.NARROWER: Say("公開ページに掲載", "the public page says it"),
    Change.WORDING: Say("公開ページに掲載", "the public page says it"),
    Change.WITHOUT_DELAY: Say("会員に遅滞なく: 公開ページに掲載", "members, without delay: on the public page"),
    Change.INSIDE_SCOPE: Say("会員に事前に: 公開ページに掲載", "members, beforehand: on the public page"),
    Change.ADVANCE: Say("会員に事前に: 公開ページに掲載し、通知する", "members, beforehand: on the page, and notified"),
    Change.FIRST: Say("会員に事前に: 公開ページに掲載", "members, beforehand: on the public page"),
    Change.NEW_CONSENT: Say("会員一人ひとりから、改めて同意を得る", "each member is asked for a new consent"),
}
"""Who must be told of each."""

WAITS: Final = frozenset({Change.FIRST, Change.ADVANCE, Change.INSIDE_SCOPE, Change.NEW_CONSENT})
"""Changes that stand announced for the notice period before they take effect."""

_ORDER: Final = tuple(Change)
_GROUP: Final = (PartyKind.OPERATOR, PartyKind.GROUP, PartyKind.AFFILIATE)


@dataclass(frozen=True, slots=True)
class Changed:
    """One thing that changes, and what class it is in."""

    change: Change
    says: Say


def strongest(changes: tuple[Changed, ...]) -> Change:
    """Return the class of a version: that of its strongest change."""
    return max((each.change for each in changes), key=_ORDER.index)


def changes_of(old: Body | None, new: Body | None, register: Register, *, at: datetime, renamed: bool) -> list[Changed]:
    """Return what a version changes; ``register``: as it will be at ``at``, when the version takes effect.

    ``renamed``: the responsible party is the same as before under another name. Both None is a programmer's error.
    """
    if new is None:
        assert old is not None, "what is not there can not be removed"
        return [Changed(Change.NARROWER, Say("なくなります", "it ends"))]
    if old is None or old == new:  # the same again: it had been removed
        return [_first(new)]
    match old, new:
        case Notice(), Notice():
            return list(_of_notice(old, new, register, at=at, renamed=renamed))
        case Terms(), Terms():
            return list(_of_terms(old, new))
        case Party(), Party():
            return list(_of_party(old, new))
        case _:
            return [Changed(Change.RECORD, Say("内容が変わります", "what it says changes"))]


def _first(new: Body) -> Changed:
    public = isinstance(new, Notice | Terms)
    return Changed(Change.FIRST if public else Change.RECORD, Say("新しく加わります", "it is new"))


def _of_notice(old: Notice, new: Notice, register: Register, *, at: datetime, renamed: bool) -> Iterator[Changed]:
    if old.kind is not new.kind:
        yield Changed(Change.NEW_CONSENT, Say("種類が変わります", "it becomes another kind of notice"))
    consented = new.kind is NoticeKind.THIRD_PARTY
    yield from _set("項目", "items", old.items, new.items, Change.NEW_CONSENT)
    yield from _set("利用目的", "purposes", old.purposes, new.purposes, _wider(Change.ADVANCE, consented=consented))
    for party in sorted(new.scope - old.scope):
        inside = new.kind is NoticeKind.JOINT_USE and _in_group(register, party, at)
        yield Changed(
            Change.INSIDE_SCOPE if inside else Change.NEW_CONSENT,
            Say(f"{party} が加わります", f"{party} is added"),
        )
    yield from _gone("提供・共同利用の相手", "scope", old.scope - new.scope)
    if old.responsible != new.responsible:
        another = old.responsible.name != new.responsible.name and not renamed
        said = Say("責任を持つ者が変わります", "another party is responsible")
        details = Say("責任を持つ者の名称・住所・代表者が変わります", "its name, address or representative changes")
        yield Changed(Change.ADVANCE, said) if another else Changed(Change.WITHOUT_DELAY, details)
    if old.text != new.text:
        yield Changed(Change.WORDING, Say("文言が変わります", "its wording changes"))


def _wider(change: Change, *, consented: bool) -> Change:
    """A text that members consented to covers nothing that it did not say."""
    return Change.NEW_CONSENT if consented else change


def _set(ja: str, en: str, old: frozenset[str], new: frozenset[str], wider: Change) -> Iterator[Changed]:
    if added := ", ".join(sorted(new - old)):
        yield Changed(wider, Say(f"{ja}が加わります: {added}", f"{en} added: {added}"))
    yield from _gone(ja, en, old - new)


def _gone(ja: str, en: str, gone: frozenset[str]) -> Iterator[Changed]:
    if gone:
        said = ", ".join(sorted(gone))
        yield Changed(Change.NARROWER, Say(f"{ja}が減ります: {said}", f"{en} taken away: {said}"))


def _in_group(register: Register, party: str, at: datetime) -> bool:
    """Return whether a company is in the published scope: of the group, at the instant at which it would be added."""
    dated = register.parties.get(party)
    if dated is None or not dated.holds(at) or dated.value.kind not in _GROUP:
        return False
    since, until = dated.value.group_since, dated.value.group_until
    return (since is None or since <= at) and (until is None or at < until)


def _of_terms(old: Terms, new: Terms) -> Iterator[Changed]:
    if old.scope_rule != new.scope_rule:
        says = Say("後から加わる会社の範囲が変わります", "which companies may join later changes")
        yield Changed(Change.NEW_CONSENT, says)
    if old.text_sha256 != new.text_sha256:
        yield Changed(Change.ADVANCE, Say("規約の本文が変わります", "the text of the terms changes"))


def _of_party(old: Party, new: Party) -> Iterator[Changed]:
    if (old.name, old.address, old.representative) != (new.name, new.address, new.representative):
        says = Say("名称・住所・代表者が変わります", "its name, address or representative changes")
        yield Changed(Change.WITHOUT_DELAY, says)
    if old.kind is not new.kind or old.country != new.country:
        yield Changed(Change.ADVANCE, Say("種類または国が変わります", "its kind or its country changes"))
    if old.handles != new.handles:
        yield Changed(Change.RECORD, Say("扱う会員情報・扉が変わります", "what it handles, and where, changes"))
    rest = ("vetted", "public_key", "group_since", "group_until")
    if any(getattr(old, name) != getattr(new, name) for name in rest):
        yield Changed(
            Change.RECORD, Say("審査・鍵・グループの期間が変わります", "its vetting, key or time in the group")
        )
