"""What a document says, field by field, in words: for whoever has to approve it and did not write it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, Final

import msgspec

from noren.governance.flows import Flow, Joins
from noren.governance.notices import Notice, NoticeKind, Terms
from noren.governance.parties import KIND_SAYS, Party
from noren.governance.purposes import ITEMS, Purpose
from noren.governance.register import Body, DocumentKind, Register
from noren.governance.routes import ROUTE_SAYS
from noren.kernel.say import Say

Field = tuple[Say, Say]
"""What a field is called, and what it says."""

DOCUMENT_SAYS: Final[Mapping[DocumentKind, Say]] = {
    DocumentKind.PARTY: Say("会社", "Company"),
    DocumentKind.PURPOSE: Say("利用目的", "Purpose"),
    DocumentKind.NOTICE: Say("公表文", "Notice"),
    DocumentKind.TERMS: Say("会員規約", "Member terms"),
    DocumentKind.REGIME: Say("法令の設定", "Legal regime"),
    DocumentKind.FLOW: Say("データの流れ", "Flow"),
}
"""What a kind of document is called on screens."""
_NOTICE_SAYS: Final[Mapping[NoticeKind, Say]] = {
    NoticeKind.ACQUISITION: Say("取得の際の利用目的", "what is collected, and for what"),
    NoticeKind.JOINT_USE: Say("共同利用", "joint use"),
    NoticeKind.THIRD_PARTY: Say("第三者提供(同意の文面)", "third-party provision (the text of the consent)"),
    NoticeKind.OPT_OUT: Say("オプトアウトによる提供", "provision by opt-out"),
    NoticeKind.PSEUDONYMISED: Say("仮名加工情報", "pseudonymously processed information"),
    NoticeKind.ANONYMISED: Say("匿名加工情報", "anonymously processed information"),
}
_JOINS_SAYS: Final[Mapping[Joins, Say]] = {
    Joins.NONE: Say("なし", "nothing"),
    Joins.CELLS: Say("集計どうし", "counts of groups"),
    Joins.PERSON: Say("一人ひとり(突合)", "single persons"),
}
_YES: Final = Say("はい", "yes")


def fields_of(body: Body, register: Register, texts: Mapping[str, Say]) -> Iterator[Field]:
    """Yield what a document says. ``register``: knows names; ``texts``: of member terms, by their hash."""
    match body:
        case Flow():
            yield from _of_flow(body, register)
        case Notice():
            yield from _of_notice(body, register)
        case Party():
            yield from _of_party(body)
        case Purpose():
            yield Say("名称", "Name"), body.name
            yield Say("公表する文", "What is published"), body.says
            yield from _said("本人に働きかける", "It reaches out to members", body.contacts and _YES)
            yield from _said("運営に欠かせない(停止後も自社では続く)", "Goes on after a stop", body.essential and _YES)
        case Terms():
            yield Say("後から加わる会社の範囲", "Which companies may join later"), body.scope_rule
            yield from _said("規約の本文", "The text", texts.get(body.text_sha256))
        case _:
            for name, value in msgspec.to_builtins(body).items():
                yield _plain(name), _plain(value)


def _of_flow(flow: Flow, register: Register) -> Iterator[Field]:
    yield Say("相手", "Recipient"), _companies([flow.recipient], register)
    yield Say("目的", "Purpose"), _purposes([flow.purpose], register)
    yield Say("項目", "Items"), _items(flow.items)
    yield Say("法的な根拠", "Route"), ROUTE_SAYS[flow.route]
    yield from _said("公表文", "Notice", flow.notice)
    yield from _said("突き合わせるもの", "Brought together", flow.joins is not Joins.NONE and _JOINS_SAYS[flow.joins])
    yield from _said("届け方", "Channel", flow.channel)
    for what, record in sorted(flow.evidence.items()):
        yield Say(f"証拠: {what}", f"Evidence: {what}"), _plain(record)
    yield from _said("分析室のもの", "Of a clean room", flow.room and _YES)
    yield from _said("16歳未満を含む", "With those under 16", flow.with_minors and _YES)


def _of_notice(notice: Notice, register: Register) -> Iterator[Field]:
    yield Say("種類", "Kind"), _NOTICE_SAYS[notice.kind]
    yield Say("項目", "Items"), _items(notice.items)
    yield Say("目的", "Purposes"), _purposes(notice.purposes, register)
    yield from _said("範囲", "Scope", bool(notice.scope) and _companies(notice.scope, register))
    who = notice.responsible
    yield Say("責任を持つ者", "Responsible"), _plain(f"{who.name} {who.address} {who.representative}")
    yield Say("文面", "The text"), notice.text


def _of_party(party: Party) -> Iterator[Field]:
    yield Say("名称", "Name"), party.name
    yield Say("種類", "Kind"), KIND_SAYS[party.kind]
    yield from _said("住所・代表者", "Address, representative", f"{party.address} {party.representative}".strip())
    yield from _said("国", "Country", party.country != "JP" and party.country)
    if party.vetted is not None:
        on: date = party.vetted.on
        yield Say("審査", "Vetted"), _plain(f"{on.isoformat()} {party.vetted.by} {party.vetted.record}")
    if party.handles is not None:
        items, door = _items(party.handles.items), party.handles.door
        yield Say("扱う会員情報", "Handles"), Say(f"{items.ja}({door})", f"{items.en} ({door})")
    yield from _said("グループに入る日時", "In the group from", party.group_since and party.group_since.isoformat())
    yield from _said("グループを出る日時", "In the group until", party.group_until and party.group_until.isoformat())
    yield from _said("受け取りに使う鍵", "Key that it receives under", party.public_key)


def _said(ja: str, en: str, value: Say | str | bool | None) -> Iterator[Field]:
    """Yield a field that may say nothing."""
    if value:
        yield Say(ja, en), value if isinstance(value, Say) else _plain(value)


def _plain(value: Any) -> Say:
    return Say(str(value), str(value))


def _listed(names: Iterable[Say]) -> Say:
    every = list(names)
    return Say("、".join(each.ja for each in every), "; ".join(each.en for each in every))


def _items(names: Iterable[str]) -> Say:
    return _listed(ITEMS[name].name if name in ITEMS else _plain(name) for name in sorted(names))


def _purposes(names: Iterable[str], register: Register) -> Say:
    known = register.purposes
    return _listed(known[name].value.name if name in known else _plain(name) for name in sorted(names))


def _companies(names: Iterable[str], register: Register) -> Say:
    return _listed(_company(name, register) for name in sorted(names))


def _company(name: str, register: Register) -> Say:
    """Return a company's name with its id, and what it is; of one that is not there yet its id alone."""
    if name not in register.parties:
        return _plain(name)
    party: Party = register.parties[name].value
    kind = KIND_SAYS[party.kind]
    return Say(f"{party.name.ja} {name}({kind.ja})", f"{party.name.en} {name} ({kind.en})")
