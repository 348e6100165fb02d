"""What a version says, looked at before it is announced: whole, naming only what is there, worded as it may be."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from noren.governance.announced.refusals import NotAnnounced, Rule
from noren.governance.announced.wording import lint
from noren.governance.flows import Flow
from noren.governance.notices import Notice, NoticeKind, Terms
from noren.governance.parties import PROGRAMME, Party
from noren.governance.purposes import ITEMS
from noren.governance.register import Body, Register
from noren.governance.routes import Route
from noren.kernel.say import Say


def problems_in(body: Body | None, register: Register, at: datetime, texts: frozenset[str]) -> Iterator[NotAnnounced]:
    """Yield what is wrong with a body that would take effect at ``at``; ``register``: as it will be by then.

    ``texts``: the hashes of the texts of terms that there are.
    """
    match body:
        case Notice():
            yield from _in_notice(register, body, at)
        case Flow():
            yield from _in_flow(register, body, at)
        case Party():
            yield from _unknown_items(body.id, body.handles.items if body.handles is not None else frozenset[str]())
        case Terms():
            yield from _in_terms(body, texts)
        case _:
            return


def _in_notice(register: Register, notice: Notice, at: datetime) -> Iterator[NotAnnounced]:
    yield from _incomplete(notice)
    yield from _unknown_items(notice.id, notice.items)
    yield from _unknown_purposes(register, notice.id, notice.purposes, at)
    yield from _unknown_parties(register, notice.id, notice.scope, at)
    special = sorted(item for item in notice.items if item in ITEMS and ITEMS[item].special_care)
    if notice.kind is NoticeKind.OPT_OUT and special:
        yield NotAnnounced(
            notice.id,
            Rule.SPECIAL_CARE_OPT_OUT,
            Say(
                f"要配慮個人情報({', '.join(special)})は、オプトアウトでは提供できません(27条2項)。",
                f"Special care-required information ({', '.join(special)}) can not be provided by opt-out (27(2)).",
            ),
            Say("その項目を外すか、本人の同意によってください。", "Leave it out, or ask for consent."),
        )
    for found in lint(notice):
        yield NotAnnounced(
            notice.id,
            Rule.WORDING,
            Say(f"「{found.where}」とは書けません。{found.why.ja}", f"It can not say “{found.where}”. {found.why.en}"),
            found.fix,
        )


_FIVE: Final = Say(
    "共同利用には5つの事項の公表が要ります: 共同利用すること、項目、範囲、利用目的、"
    "責任者の名称・住所・代表者(27条5項3号)。",
    "A joint use needs five items made public: the fact, the items, the scope of users, the purposes, and the name,"
    " address and representative of who is responsible (27(5)(iii)).",
)


def _incomplete(notice: Notice) -> Iterator[NotAnnounced]:
    said = notice.responsible
    parts: tuple[tuple[str, object], ...] = (
        ("items", notice.items),
        ("purposes", notice.purposes),
        ("responsible.name", said.name.strip()),
        ("responsible.address", said.address.strip()),
        ("responsible.representative", said.representative.strip()),
        ("text.ja", notice.text.ja.strip()),
        ("text.en", notice.text.en.strip()),
    )
    if notice.kind in (NoticeKind.JOINT_USE, NoticeKind.THIRD_PARTY):
        parts = (("scope", notice.scope), *parts)
    if missing := ", ".join(name for name, value in parts if not value):
        why = _FIVE if notice.kind is NoticeKind.JOINT_USE else Say("", "")
        yield NotAnnounced(
            notice.id,
            Rule.INCOMPLETE,
            Say(f"{notice.id} に {missing} がありません。{why.ja}", f"{notice.id} lacks {missing}. {why.en}".strip()),
            Say(f"{missing} を書いてください。", f"Write {missing}."),
        )


def _in_flow(register: Register, flow: Flow, at: datetime) -> Iterator[NotAnnounced]:
    yield from _unknown_items(flow.id, flow.items)
    yield from _unknown_purposes(register, flow.id, frozenset({flow.purpose}), at)
    if flow.recipient != PROGRAMME or flow.route is not Route.OWN_USE:
        yield from _unknown_parties(register, flow.id, frozenset({flow.recipient}), at)
    if flow.notice is not None and flow.notice not in register.notices:
        yield _unknown(flow.id, Rule.UNKNOWN_NOTICE, "公表文", "notice", flow.notice, "noren notice announce FILE")


def _in_terms(terms: Terms, texts: frozenset[str]) -> Iterator[NotAnnounced]:
    if terms.text_sha256 not in texts:
        yield NotAnnounced(
            terms.id,
            Rule.TEXT_MISSING,
            Say("規約の本文がありません。", "The text of the terms is missing."),
            Say("text の ja と en に本文を書いてください。", "Write the text under text, ja and en."),
        )


def _unknown_items(name: str, items: frozenset[str]) -> Iterator[NotAnnounced]:
    for item in sorted(items - ITEMS.keys()):
        yield _unknown(name, Rule.UNKNOWN_ITEM, "項目", "item", item, "noren notice data")


def _unknown_purposes(register: Register, name: str, purposes: frozenset[str], at: datetime) -> Iterator[NotAnnounced]:
    for purpose in sorted(purposes):
        dated = register.purposes.get(purpose)
        if dated is None or not dated.holds(at):
            yield _unknown(name, Rule.UNKNOWN_PURPOSE, "利用目的", "purpose", purpose, "noren purpose list")


def _unknown_parties(register: Register, name: str, parties: frozenset[str], at: datetime) -> Iterator[NotAnnounced]:
    for party in sorted(parties):
        dated = register.parties.get(party)
        if dated is None or not dated.holds(at):
            yield _unknown(name, Rule.UNKNOWN_PARTY, "当事者", "party", party, "noren party list")


def _unknown(name: str, rule: Rule, ja: str, en: str, word: str, see: str) -> NotAnnounced:
    return NotAnnounced(
        name,
        rule,
        Say(
            f"{name} が挙げる{ja} {word} は、その日には登録されていません。",
            f"{name} names the {en} {word}, unknown then.",
        ),
        Say(f"先に登録するか、つづりを確かめてください: {see}", f"Register it first, or look at its spelling: {see}"),
    )
