"""What the ledger-worker holds to provide: members as a flow looks at them, the recipient's pseudonyms, whose shops."""

from __future__ import annotations

import base64
import hmac
import secrets
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from noren.activity.ports import AuditFeed
from noren.audience.catalogue import class_of
from noren.audience.ledger_readings import is_young
from noren.governance.clearing import Cleared
from noren.governance.leases.sealed_file import ID_BYTES
from noren.governance.notices import Notice, NoticeKind
from noren.governance.register import Register
from noren.governance.running import Runner
from noren.governance.stopping import Rule
from noren.governance.store import Directory
from noren.governance.taking_part import Member
from noren.house.consents import open_consents
from noren.house.documents import open_documents, reading_register
from noren.house.home import Home, Zone
from noren.house.ledger_worker import WorkerRoom
from noren.kernel.clock import SystemClock
from noren.kernel.keyring import KeyRing
from noren.kernel.sealing import open_link_token
from noren.provision.model import Goods
from noren.provision.providing import Known, Provider

_PSEUDONYM_BYTES: Final = 20
_COLUMNS: Final = ("product", "name", "category", "department", "brand", "maker")


class ConsentsUnread(Exception):
    """A flow needs consents, and what came is not the vault's word of just now."""


def provider_of(room: WorkerRoom, consents: str) -> Provider:
    """Return what provides, over the ledger-worker's stores. ``consents``: the vault's sealed word, or empty."""
    settings = room.home.settings.audiences

    def members(cleared: Cleared[str, str]) -> Iterator[Known]:
        return known_members(room.feed, room.today(), lambda each: _agreed(room, each, consents), cleared)

    return Provider(
        runner=Runner(ReadRegister(room.home, "ledger-worker"), room.log, SystemClock(), new_run),
        copies=room.copies,
        store=room.provisions,
        lake=room.home.lake,
        members=members,
        goods=lambda recipient: goods_of(room.directory, room.feed, settings.sensitive, recipient),
        pseudonym=lambda recipient, handle: pseudonym_of(room.pseudonym, recipient, handle),
        today=room.today,
    )


def covering_texts(home: Home, cleared: Cleared[str, str], at: datetime) -> list[str]:
    """Return the texts by which a consent covers a flow: every version of its notice that speaks of all of it."""
    flow, recipient = cleared.flow, cleared.recipient.id
    documents = open_documents(home, "ledger-worker")
    try:
        versions = [each for each in documents.documents() if each.id == flow.notice and each.effective_at <= at]
    finally:
        documents.close()
    return [
        f"{each.id}-{each.version}"
        for each in versions
        if isinstance(each.body, Notice)
        and each.body.kind is NoticeKind.THIRD_PARTY
        and flow.items <= each.body.items
        and flow.purpose in each.body.purposes
        and recipient in each.body.scope
    ]


def _agreed(room: WorkerRoom, cleared: Cleared[str, str], consents: str) -> list[bytes]:
    """Return the handles of who agreed. Raises ConsentsUnread."""
    now = SystemClock().now()
    texts = covering_texts(room.home, cleared, now)
    recipient = cleared.recipient.id
    tokens = open_consents(room.home, room.zone_keys, consents, recipient=recipient, texts=texts, at=now)
    if tokens is None:
        raise ConsentsUnread
    return [open_link_token(room.link, token).reveal() for token in tokens]


@dataclass(frozen=True, slots=True)
class ReadRegister:
    """Fills ``running.Registers``: the register's store, read anew at each call."""

    home: Home
    zone: Zone

    def at(self, at: datetime) -> Register:
        """Return what the register knows at an instant; nothing where no desk has made one yet: then no flow runs.

        Raises:
            NotThisRevision: another version of noren made it.
        """
        with reading_register(self.home, self.zone) as register:
            return register(at) if register is not None else Register(at)


def new_run() -> str:
    """Return the id of a run."""
    return secrets.token_hex(ID_BYTES)


def pseudonym_of(ring: KeyRing, recipient: str, handle: bytes) -> str:
    """Return the recipient's own pseudonym of a member: no two recipients can join theirs, and none leads back."""
    own = hmac.digest(ring.key(), b"recipient\0" + recipient.encode(), "sha256")
    mark = hmac.digest(own, handle, "sha256")[:_PSEUDONYM_BYTES]
    return base64.b32encode(mark).decode().lower()


def known_members(
    feed: AuditFeed, today: date, consents: Callable[[Cleared[str, str]], Collection[bytes]], cleared: Cleared[str, str]
) -> Iterator[Known]:
    """Yield every active member with her stops, whether she agreed where the flow asks for it, and her traits."""
    stops: dict[bytes, list[Rule]] = {}
    for handle, rule in feed.all_stops():
        stops.setdefault(handle, []).append(rule)
    agreed = frozenset(consents(cleared)) if cleared.needs_consent else frozenset[bytes]()
    text = (cleared.flow.notice or "", cleared.flow.recipient)
    for profile in feed.profiles():
        handle = profile.handle
        given = frozenset([text]) if handle in agreed else frozenset[tuple[str, str]]()
        member = Member(tuple(stops.get(handle, ())), given, is_young(profile.traits, today))
        yield Known(handle, member, profile.traits)


def goods_of(directory: Directory, feed: AuditFeed, operators: Collection[str], recipient: str) -> Goods:
    """Return a recipient's own shops, and the goods of a sensitive kind: by their own class or the operator's list."""
    own = frozenset(shop.shop for shop in directory.shops() if shop.partner == recipient)
    classes = {(found[0].value, found[1]) for text in operators if (found := class_of(text)) is not None}
    sensitive = {
        str(row[0])
        for row in feed.products()
        if row[-1] or any((name, value) in classes for name, value in zip(_COLUMNS, row, strict=False))
    }
    return Goods(own, frozenset(sensitive))
