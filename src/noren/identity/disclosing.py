"""What the vault holds of a member, whole: for her own document, and for who looks while a request of hers is open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any, Final

from noren.governance.disclosing.model import Document, Section, both
from noren.governance.log import Told
from noren.governance.ports import SAYS, Entry, EntryKind
from noren.governance.staff import Action, Circumstances, Role, refusing
from noren.governance.stop_texts import Names
from noren.identity.acknowledging import standing
from noren.identity.cards import UNKNOWN_CARD
from noren.identity.erasing import what_would_stay
from noren.identity.members import Member
from noren.identity.model import CardState, Refused
from noren.identity.requests import (
    CHECKED_SAYS,
    KIND_SAYS,
    STATE_SAYS,
    Request,
    RequestKind,
    State,
    find_member,
    open_of,
    requests_of,
)
from noren.identity.statutory.model import KINDS, Kept
from noren.identity.vault import Vault
from noren.kernel.ids import CardNumber
from noren.kernel.say import Say

FIELD_SAYS: Final[Mapping[str, Say]] = {
    "member_number": Say("会員番号", "member number"),
    "family_name": Say("姓", "family name"),
    "given_name": Say("名", "given name"),
    "family_kana": Say("姓(フリガナ)", "family name in kana"),
    "given_kana": Say("名(フリガナ)", "given name in kana"),
    "birth_date": Say("生年月日", "date of birth"),
    "sex": Say("性別", "sex"),
    "since": Say("入会", "joined"),
    "email_ok": Say("メールの受け取り", "e-mail welcome"),
    "post_ok": Say("郵便の受け取り", "post welcome"),
    "postal_code": Say("郵便番号", "postal code"),
    "prefecture": Say("都道府県", "prefecture"),
    "city": Say("市区町村", "city"),
    "street": Say("番地・建物", "street"),
    "phone": Say("電話番号", "telephone"),
    "email": Say("メールアドレス", "e-mail address"),
}
_STATES: Final = {
    CardState.ACTIVE: Say("使えます", "active"),
    CardState.LOST: Say("紛失", "lost"),
    CardState.BLOCKED: Say("停止", "blocked"),
}
_NONE: Final = Say("(なし)", "(none)")
ASK_FIRST: Final = Refused(
    Say(
        "この会員の、対応中のご請求がありません。本人の請求を受け付けてから開いてください"
        "(規則 officer-answers-requests)。",
        "No request of this member is open. Open her registration after her request was taken in "
        "(rule officer-answers-requests).",
    )
)


def look(vault: Vault, *, card: CardNumber, by: str) -> dict[str, Any] | Refused:
    """Show a member's registration to a privacy officer, only while a request of hers is open; she sees that."""
    with vault.store.reading() as batch:
        member = find_member(vault, batch, card)
        if isinstance(member, Refused):
            return member
        request = open_of(batch, member, RequestKind)
    circumstances = Circumstances(request_open=request is not None)
    if request is None or refusing({Role.PRIVACY_OFFICER}, Action.LOOK, "member-record", circumstances) is not None:
        return ASK_FIRST
    if vault.journal is not None:
        facts = {"by": by, "request": request.id}
        vault.journal.append([Entry(EntryKind.LOOK, vault.clock.now(), facts, vault.journal.subject(member.row))])
    return registration(member)


def registration(member: Member) -> dict[str, Any]:
    """Return a member's fields and cards, as data."""
    cards = [{"card": card.number.reveal(), "state": card.state.name.lower()} for card in member.cards]
    return {"person": asdict(member.person), "contact": asdict(member.contact), "cards": cards}


def own_document(
    vault: Vault, *, who: CardNumber | bytes, programme: Say, names: Names, entries: Sequence[tuple[Told, Any]]
) -> Document | Refused:
    """Return all that the vault holds of a member. ``entries``: what its log says of her, each with its proof."""
    with vault.store.reading() as batch:
        member = find_member(vault, batch, who)
    if isinstance(member, Refused):
        return member
    requests = requests_of(vault, who=member.row)
    assert not isinstance(requests, Refused), "she was found just now"
    stays = what_would_stay(vault, member)
    stands = standing(member.choices, names)
    content = {
        **registration(member),
        "has_password": member.password is not None,
        "last_heard_of": _day(member.seen.day),
        "to_be_erased_on": _day(member.seen.goes_on),
        "traits_told_to_the_ledger_side": member.told,
        "choices": stands,
        "consents": [asdict(each) for each in member.choices.consents],
        "requests": [_request(each) for each in requests],
        "log": [proof for _, proof in entries],
        "would_outlive_an_erasure": [_kept(each) for each in stays],
    }
    sections = (
        _person(member), _cards(member), _stops(stands), _consents(member), _requests(requests), _log(entries),
        _stays(stays),
    )  # fmt: skip
    return Document("identity", vault.today(), programme, content, sections)


def note_disclosure(vault: Vault, member: bytes, *, by: str, digest: str) -> None:
    """Write into the log that a document was made. ``digest``: the SHA-256 of its data."""
    if vault.journal is not None:
        facts = {"by": by, "document": digest}
        vault.journal.append([Entry(EntryKind.DISCLOSURE, vault.clock.now(), facts, vault.journal.subject(member))])


def _kept(each: Kept) -> dict[str, Any]:
    says, law = both(each.kind.says), both(each.kind.law)
    return {"record": says, "fields": list(each.fields), "until": each.until, "law": law}


def _request(each: Request) -> dict[str, Any]:
    return {
        "id": each.id, "kind": each.kind.value, "received": each.received.isoformat(), "due": each.due.isoformat(),
        "taken_by": each.taken_by, "checked": each.checked.value, "state": each.state.value, "said": each.said,
        "answered": None if each.answered is None else each.answered.isoformat(), "reason": each.reason,
    }  # fmt: skip


def _person(member: Member) -> Section:
    values = {**asdict(member.person), **asdict(member.contact)}
    rows = [[FIELD_SAYS[name], value or _NONE] for name, value in values.items()]
    rows.append([Say("最後にお手続きやログインをした日", "last heard of"), _day(member.seen.day) or _NONE])
    note = Say(
        "会員情報庫が、あなたの鍵で封をして持っている項目のすべてです。",
        "All the fields that the vault holds of you, each sealed under a key of your own.",
    )
    return Section(Say("登録", "Registration"), note, (Say("項目", "item"), Say("内容", "content")), rows)


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _cards(member: Member) -> Section:
    rows = [[card.number.reveal(), _STATES[card.state]] for card in member.cards]
    note = Say("あなたのカードです。", "Your cards.")
    return Section(Say("カード", "Cards"), note, (Say("番号", "number"), Say("状態", "state")), rows)


def _stops(stands: Mapping[str, Any]) -> Section:
    rows = [[each["since"][:10], Say(each["covers"]["ja"], each["covers"]["en"])] for each in stands["stops"]]
    note = Say(
        f"ポイントだけモード: {'はい' if stands['points_only'] else 'いいえ'}。"
        f"自動削除: {stands['keep_months'] or 'なし'}{'か月' if stands['keep_months'] else ''}。",
        f"Points-only mode: {'yes' if stands['points_only'] else 'no'}. "
        f"Deletion by itself: {stands['keep_months'] or 'none'}{' months' if stands['keep_months'] else ''}.",
    )
    return Section(Say("停止と選択", "Stops and choices"), note, (Say("日", "since"), Say("止めたもの", "what")), rows)


def _consents(member: Member) -> Section:
    rows = [
        [each.kind, each.recipient or "-", each.given_at[:10], each.text_version or "-", each.withdrawn_at[:10] or "-"]
        for each in member.choices.consents
    ]
    heads = (
        Say("何への同意か", "to what"), Say("提供先", "recipient"), Say("日", "given"), Say("文面の版", "text"),
        Say("撤回", "withdrawn"),
    )  # fmt: skip
    return Section(Say("同意", "Consents"), Say("同意の証拠です。", "The evidence of consents."), heads, rows)


def _requests(requests: Sequence[Request]) -> Section:
    rows = [
        [each.id, KIND_SAYS[each.kind], each.received.isoformat(), each.due.isoformat(), CHECKED_SAYS[each.checked],
         STATE_SAYS[each.state], each.reason or "-"]
        for each in requests
    ]  # fmt: skip
    heads = (
        Say("番号", "number"), Say("種類", "kind"), Say("受付", "received"), Say("期限", "due"),
        Say("ご本人の確認", "identity checked by"), Say("状態", "state"), Say("お答え", "answer"),
    )  # fmt: skip
    return Section(Say("ご請求", "Requests"), Say("法に基づくご請求です。", "Requests under the law."), heads, rows)


def _log(entries: Sequence[tuple[Told, Any]]) -> Section:
    rows = [
        [told.when, SAYS[told.entry.kind], " ".join(f"{k}={v}" for k, v in told.entry.body.items()), str(told.place)]
        for told, _ in entries
        if told.entry is not None
    ]
    heads = (Say("日", "day"), Say("できごと", "what"), Say("内容", "facts"), Say("項目の番号", "entry"))
    note = Say(
        "監査ログのうち、あなたについての項目です。証明はデータのファイルに入っています。",
        "Entries of the audit log about you. Their proofs are in the file of data.",
    )
    return Section(Say("記録", "Log"), note, heads, rows)


def _stays(stays: Sequence[Kept]) -> Section:
    rows = [
        [each.kind.says, Say("、".join(each.kind.fields[n].ja for n in each.fields),
                             ", ".join(each.kind.fields[n].en for n in each.fields)), each.until, each.kind.law]
        for each in stays
    ]  # fmt: skip
    heads = (Say("記録", "record"), Say("項目", "fields"), Say("いつまで", "until"), Say("法律", "law"))
    note = Say(
        "今日消去したら、法律により法定保管庫に残るもの。ほかは残りません。",
        "What would stay in the statutory vault by law, were you erased today. Nothing else would.",
    )
    return Section(Say("消去の後に残るもの", "What outlives an erasure"), note, heads, rows)


def open_disclosure_request(vault: Vault, *, card: CardNumber) -> tuple[Member, Request] | Refused:
    """Return the member and her open request for documents; staff make none without one."""
    with vault.store.reading() as batch:
        member = find_member(vault, batch, card)
        if isinstance(member, Refused):
            return _nobody_now() if member == UNKNOWN_CARD else member
        request = open_of(batch, member, (RequestKind.DISCLOSURE, RequestKind.PROVISION_RECORDS))
    return ASK_FIRST if request is None or request.state is not State.OPEN else (member, request)


def _nobody_now() -> Refused:
    """Return what is said of a card that leads to nobody: also what is kept, were she erased, and for how long."""
    kinds = KINDS.values()
    ja = "、".join(f"{kind.says.ja}は消去または記録から{kind.months}か月後の月末" for kind in kinds)
    en = "; ".join(f"{kind.says.en}: the end of month {kind.months} after it" for kind in kinds)
    return Refused(
        Say(
            f"{UNKNOWN_CARD.reason.ja}消去された会員であれば、カードからはもうたどれません。"
            f"法律で残るものと期限: {ja}。"
            "消去のときの受付証に、残るものと期限があります。提供記録は noren provision of 会員番号 で確かめられます。",
            f"{UNKNOWN_CARD.reason.en} If she was erased, no card leads to her any more. What the law keeps, until "
            f"when: {en}. Her acknowledgement of the erasure names what stayed. Her records of provision: "
            "noren provision of MEMBER.",
        )
    )
