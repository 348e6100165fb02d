"""A member's requests (art. 32-40): taken in, each with its clock, answered or refused with a reason.

Kept by the vault, since a request names her; sealed under her key, and gone with it. What stays is counts by year.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

import msgspec

from noren.governance.ports import Entry, EntryKind
from noren.identity.cards import UNKNOWN_CARD, UNKNOWN_MEMBER, find_by_card
from noren.identity.members import WITH_WITHDRAWN, Member, heard, open_members, put_members
from noren.identity.model import Refused, RequestRow
from noren.identity.ports import VaultBatch
from noren.identity.sealed import open_fields, seal_fields
from noren.identity.tables import REQUEST
from noren.identity.vault import Vault
from noren.kernel.ids import CardNumber
from noren.kernel.keyring import KeyRing
from noren.kernel.say import Say

MAX_OPEN: Final = 20
MAX_WORDS: Final = 1_000
MAX_LISTED: Final = 10_000
_PAGE: Final = 500
_ID_BYTES: Final = 5


class RequestKind(StrEnum):
    """What she asks for."""

    DISCLOSURE = "disclosure"
    PROVISION_RECORDS = "provision-records"
    CORRECTION = "correction"
    CEASE_USE = "cease-use"
    ERASE = "erase"
    COMPLAINT = "complaint"


class State(StrEnum):
    """Where a request stands."""

    OPEN = "open"
    ANSWERED = "answered"
    REFUSED = "refused"


class Checked(StrEnum):
    """How it was made sure that it is she who asks."""

    SIGNED_IN = "signed-in"
    CARD_AND_DETAILS = "card-and-details"
    DOCUMENT = "document"
    AGENT = "agent"


KIND_SAYS: Final[Mapping[RequestKind, Say]] = {
    RequestKind.DISCLOSURE: Say("開示(33条)", "disclosure (art. 33)"),
    RequestKind.PROVISION_RECORDS: Say("第三者提供記録の開示(33条5項)", "records of provision (art. 33(5))"),
    RequestKind.CORRECTION: Say("訂正・追加・削除(34条)", "correction (art. 34)"),
    RequestKind.CEASE_USE: Say("利用停止・第三者提供の停止(35条)", "cessation of use or provision (art. 35)"),
    RequestKind.ERASE: Say("消去(35条)", "erasure (art. 35)"),
    RequestKind.COMPLAINT: Say("苦情(40条)", "complaint (art. 40)"),
}
STATE_SAYS: Final[Mapping[State, Say]] = {
    State.OPEN: Say("対応中", "open"),
    State.ANSWERED: Say("対応済み", "answered"),
    State.REFUSED: Say("お応えできません", "refused"),
}
CHECKED_SAYS: Final[Mapping[Checked, Say]] = {
    Checked.SIGNED_IN: Say("会員のページにサインイン", "signed in on her page"),
    Checked.CARD_AND_DETAILS: Say("カードと登録内容の照合", "card and details compared"),
    Checked.DOCUMENT: Say("本人確認書類", "an identity document"),
    Checked.AGENT: Say("代理人(委任状)", "an agent with a power of attorney"),
}
BY_HERSELF: Final = "member"
DOCUMENTS: Final = frozenset({RequestKind.DISCLOSURE, RequestKind.PROVISION_RECORDS})

TOO_MANY: Final = Refused(
    Say(
        f"対応中のご請求が{MAX_OPEN}件あります。先にお答えするまでお待ちください。",
        f"{MAX_OPEN} requests are open already. Please wait until one of them is answered.",
    )
)
TOO_LONG: Final = Refused(
    Say(f"文章は{MAX_WORDS}文字までです。", f"A text has at most {MAX_WORDS} characters."),
)
NO_SUCH_REQUEST: Final = Refused(
    Say(
        "そのご請求はありません。noren member request list で番号を確かめてください。",
        "There is no such request. See noren member request list.",
    )
)
ENDED: Final = Refused(Say("そのご請求にはもうお答えしています。", "That request is answered already."))
REASON_NEEDED: Final = Refused(
    Say(
        "お応えできないときは、理由を書いてください(36条)。ご本人に示されます。",
        "A refusal needs a reason (art. 36): she is told it.",
    )
)


@dataclass(frozen=True, slots=True)
class Request:
    """A request. Days, no finer time. ``taken_by``: ``member`` or who of the staff; ``reason``: of the answer."""

    id: str
    kind: RequestKind
    received: date
    due: date
    taken_by: str
    checked: Checked
    state: State = State.OPEN
    answered: date | None = None
    answered_by: str = ""
    said: str = field(default="", repr=False)
    reason: str = field(default="", repr=False)
    row: bytes = field(default=b"", repr=False)

    def is_late(self, today: date) -> bool:
        """Whether it is open past its day."""
        return self.state is State.OPEN and today > self.due


@dataclass(frozen=True, slots=True, repr=False)
class Listed:
    """A request in the officer's list, with what she needs to find the member."""

    request: Request
    member_number: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What is taken in."""

    kind: RequestKind
    checked: Checked
    by: str = BY_HERSELF
    said: str = field(default="", repr=False)


class _Body(msgspec.Struct, frozen=True):
    kind: RequestKind
    received: date
    due: date
    taken_by: str
    checked: Checked
    state: State
    answered: date | None
    answered_by: str


def take_in(vault: Vault, *, who: CardNumber | bytes, asked: Asked, clocks: Mapping[str, int]) -> Request | Refused:
    """Take a request in; its day is the law's as it is configured now (``clocks``)."""
    if len(asked.said) > MAX_WORDS:
        return TOO_LONG
    with vault.writing, vault.store.batch() as batch:
        member = find_member(vault, batch, who)
        if isinstance(member, Refused):
            return member
        if sum(each.state is State.OPEN for each in _of(batch, member)) >= MAX_OPEN:
            return TOO_MANY
        today, row = vault.today(), vault.chance.row()
        clock = clocks["complaint" if asked.kind is RequestKind.COMPLAINT else "answer-a-right"]
        made = Request(
            id_of(row), asked.kind, today, today + timedelta(days=clock), asked.by, asked.checked, said=asked.said,
            row=row,
        )  # fmt: skip
        batch.put_requests([_sealed(made, member)])
        put_members(vault, batch, [heard(vault, member)])
        batch.count_request(today.year, asked.kind, "received")
    if vault.journal is not None and asked.kind is RequestKind.ERASE:
        subject = vault.journal.subject(member.row)
        vault.journal.append([Entry(EntryKind.ERASURE_ASKED, vault.clock.now(), {"by": _by(asked.by)}, subject)])
    return made


def answer(vault: Vault, *, request: str, state: State, reason: str, by: str) -> Request | Refused:
    """Answer an open request, or refuse it with a reason that she is told."""
    assert state is not State.OPEN, "an answer ends a request"
    if len(reason) > MAX_WORDS:
        return TOO_LONG
    if state is State.REFUSED and not reason.strip():
        return REASON_NEEDED
    with vault.writing, vault.store.batch() as batch:
        found = _named(batch, request)
        if found is None:
            return NO_SUCH_REQUEST
        member = open_members(vault, batch, [found.member], standing=WITH_WITHDRAWN)[found.member]
        before = _opened(found, member.key)
        if before.state is not State.OPEN:
            return ENDED
        after = replace(before, state=state, answered=vault.today(), answered_by=by, reason=reason.strip())
        batch.put_requests([_sealed(after, member)])
        count_end(batch, after, vault.today())
    return after


def count_end(batch: VaultBatch, request: Request, today: date) -> None:
    """Count the end of a request, and whether it came late."""
    batch.count_request(today.year, request.kind, request.state)
    if today > request.due:
        batch.count_request(today.year, request.kind, "late")


def requests_of(vault: Vault, *, who: CardNumber | bytes) -> list[Request] | Refused:
    """Return a member's requests, the newest first."""
    with vault.store.reading() as batch:
        member = find_member(vault, batch, who)
        return member if isinstance(member, Refused) else _of(batch, member)


def open_requests(vault: Vault) -> list[Listed]:
    """Return all that is open, what is due first in front: whoever answers must know whose they are."""
    with vault.store.reading() as batch:
        rows = batch.open_requests(MAX_LISTED)
        found: list[Listed] = []
        for start in range(0, len(rows), _PAGE):
            some = rows[start : start + _PAGE]
            members = open_members(vault, batch, {each.member for each in some}, standing=WITH_WITHDRAWN)
            found += [
                Listed(_opened(each, members[each.member].key), members[each.member].person.member_number or "")
                for each in some
                if each.member in members
            ]
    return sorted(found, key=lambda each: (each.request.due, each.request.id))


def late_requests(vault: Vault) -> tuple[int, int]:
    """Return how many requests are open, and how many of them past their day."""
    found = [each.request for each in open_requests(vault)]
    return len(found), sum(each.is_late(vault.today()) for each in found)


def counts(vault: Vault, year: int) -> dict[str, dict[str, int]]:
    """Return the year's counts by kind: received, answered, refused, late. Nobody stands in them."""
    with vault.store.reading() as batch:
        known = batch.request_counts(year)
    words = ("received", State.ANSWERED.value, State.REFUSED.value, "late")
    return {kind.value: {word: known.get((kind.value, word), 0) for word in words} for kind in RequestKind}


def find_member(vault: Vault, batch: VaultBatch, who: CardNumber | bytes) -> Member | Refused:
    """Return the member meant, also one who has left and is not erased yet."""
    if isinstance(who, bytes):
        return open_members(vault, batch, [who], standing=WITH_WITHDRAWN).get(who, UNKNOWN_MEMBER)
    found = find_by_card(vault, batch, who, standing=WITH_WITHDRAWN)
    return UNKNOWN_CARD if found is None else found[0]


def open_of(batch: VaultBatch, member: Member, kinds: Iterable[RequestKind]) -> Request | None:
    """Return her open request of one of these kinds; None: none is open."""
    wanted = set(kinds)
    return next((each for each in _of(batch, member) if each.state is State.OPEN and each.kind in wanted), None)


def end_with_her(batch: VaultBatch, member: Member, today: date) -> None:
    """Her erasure ends what is open: it answers a request to erase; the rows go."""
    for each in _of(batch, member):
        if each.state is State.OPEN:
            count_end(batch, replace(each, state=State.ANSWERED), today)
    batch.remove_requests([member.row])


def move_requests(batch: VaultBatch, source: Member, target: Member) -> None:
    """Let a merged member's requests be those of whom she became, sealed under that one's key."""
    mine = _of(batch, source)
    batch.remove_requests([source.row])
    batch.put_requests([_sealed(each, target) for each in mine])


def id_of(row: bytes) -> str:
    """Return the name of a request: eight signs."""
    return base64.b32encode(row[:_ID_BYTES]).decode().lower()


def _by(who: str) -> str:
    return "member" if who == BY_HERSELF else "staff"


def _of(batch: VaultBatch, member: Member) -> list[Request]:
    found = [_opened(row, member.key) for row in batch.requests_of([member.row])]
    return sorted(found, key=lambda each: (each.received, each.id), reverse=True)


def _named(batch: VaultBatch, request: str) -> RequestRow | None:
    return next((row for row in batch.requests_named(request, _ID_BYTES) if id_of(row.row) == request.lower()), None)


def _sealed(request: Request, member: Member) -> RequestRow:
    body = _Body(
        request.kind, request.received, request.due, request.taken_by, request.checked, request.state,
        request.answered, request.answered_by,
    )  # fmt: skip
    texts = {"body": msgspec.json.encode(body).decode(), "said": request.said, "reason": request.reason}
    sealed = seal_fields(member.key, texts, table=REQUEST.name, row=request.row)
    return RequestRow(request.row, member.row, request.state is State.OPEN, sealed)


def _opened(row: RequestRow, key: KeyRing) -> Request:
    texts = open_fields(key, row.sealed, table=REQUEST.name, row=row.row)
    body = msgspec.json.decode(texts["body"] or "", type=_Body)
    return Request(
        id=id_of(row.row), kind=body.kind, received=body.received, due=body.due, taken_by=body.taken_by,
        checked=body.checked, state=body.state, answered=body.answered, answered_by=body.answered_by,
        said=texts["said"] or "", reason=texts["reason"] or "", row=row.row,
    )  # fmt: skip
