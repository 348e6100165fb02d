"""M4: an extract holds who may take part and the flow's columns, sealed to its recipient, leased, recorded; no more."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from noren.activity.lake.arrow import pq
from noren.governance.clearing import Cleared, clear
from noren.governance.flows import Flow, Joins
from noren.governance.leases.errors import SpoiltCopy
from noren.governance.leases.model import CopyLease, CopyState
from noren.governance.notices import NoticeKind
from noren.governance.parties import Party, PartyKind
from noren.governance.ports import EntryKind
from noren.governance.refusing import Refused
from noren.governance.routes import Route
from noren.governance.running import Runner
from noren.governance.stopping import Rule
from noren.house.providing import goods_of, known_members, new_run, pseudonym_of
from noren.kernel.clock import FixedClock
from noren.kernel.keyring import KeyRing
from noren.kernel.say import Say
from noren.provision.attesting import accept, attest
from noren.provision.envelope import RecipientSecret, open_envelope
from noren.provision.model import ProvisionRecord, Window
from noren.provision.providing import Provided, Provider, provide
from noren.provision.store import ProvisionStore
from noren.testing.audience_house import COFFEE, MEDICINE, MILK, AudienceHouse, Bought, cards, grown_up
from noren.testing.governed import DAY, NOW, Governed, governed, notice
from noren.testing.journal import MemoryJournal

SEED = 20261126
GROUP, PARTNER = RecipientSecret.fresh(), RecipientSecret.fresh()
ITEMS = frozenset({"pseudonym", "sex", "age-band", "purchase-time", "shop", "purchase-line", "amount"})
JOINT = Flow("group-news", "group-marketing", "G9", ITEMS, Route.JOINT_USE, "joint-9")
SHOP = Flow("own-shop", "shop-operation", "P1", ITEMS, Route.THIRD_PARTY_CONSENT, "consent-9")


def a_register() -> Governed:
    made = governed()
    made.put(
        Party("G9", PartyKind.GROUP, Say("新しいグループ会社", "a new group company"), public_key=GROUP.public().text())
    )
    one = made.at().parties["P1"].value
    made.put(replace(one, public_key=PARTNER.public().text()))
    made.put(notice("joint-9", NoticeKind.JOINT_USE, ITEMS, frozenset({"G9"}), frozenset({"group-marketing"})))
    made.put(notice("consent-9", NoticeKind.THIRD_PARTY, ITEMS, frozenset({"P1"}), frozenset({"shop-operation"})))
    return made


@dataclass
class Registers:
    governed: Governed

    def at(self, at: Any) -> Any:
        return self.governed.at(at)


@dataclass
class Desk:
    """A ledger side that provides, its register, and what was agreed to."""

    house: AudienceHouse
    register: Governed
    store: ProvisionStore
    clock: FixedClock = field(default_factory=lambda: FixedClock(NOW))
    journal: MemoryJournal = field(default_factory=MemoryJournal)
    agreed: set[bytes] = field(default_factory=set[bytes])
    ring: KeyRing = field(default_factory=lambda: KeyRing("pseudonym", 1, {1: b"p" * 32}))

    def provider(self) -> Provider:
        room = self.house.room

        def consents(_: Cleared[str, str]) -> Collection[bytes]:
            return self.agreed

        return Provider(
            Runner(Registers(self.register), self.journal, self.clock, new_run),
            replace(room.copies, clock=self.clock),
            self.store,
            self.house.home.lake,
            lambda cleared: known_members(room.feed, room.today(), consents, cleared),
            lambda recipient: goods_of(room.directory, room.feed, (), recipient),
            lambda recipient, handle: pseudonym_of(self.ring, recipient, handle),
            room.today,
        )

    def cleared(self, flow: Flow) -> Cleared[str, str]:
        self.register.put(flow)
        found = clear(self.register.at(self.clock.now()), flow, at=self.clock.now())
        assert isinstance(found, Cleared), found
        return found

    def provide(self, flow: Flow) -> Any:
        today = self.house.today
        window = Window(today - timedelta(days=60), today)
        return provide(
            self.provider(), self.cleared(flow), window=window, owner="privacy", expires_at=self.clock.now() + 7 * DAY
        )

    def envelope(self, copy: CopyLease) -> bytes:
        return b"".join(replace(self.house.room.copies, clock=self.clock).open(copy.copy))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with AudienceHouse(tmp_path / "home") as house:
        drawn = cards(6, SEED)
        house.enrol({card: grown_up(number) for number, card in enumerate(drawn)})
        house.buy({card: [Bought(2, [COFFEE, MILK]), Bought(3, [MEDICINE, MILK], "S2")] for card in drawn})
        made = Desk(house, a_register(), ProvisionStore(tmp_path / "provision.db"))
        yield made
        made.store.close()


def opened(envelope: bytes, secret: RecipientSecret) -> tuple[dict[str, Any], dict[str, list[dict[str, Any]]]]:
    """Open an envelope as its recipient does; return the manifest and the rows of each table."""
    tables: dict[str, list[dict[str, Any]]] = {}
    manifest: dict[str, Any] = {}
    with tarfile.open(fileobj=io.BytesIO(b"".join(open_envelope(io.BytesIO(envelope), secret)))) as tar:
        for entry in tar.getmembers():
            file = tar.extractfile(entry)
            assert file is not None
            if entry.name.endswith(".json"):
                manifest = json.loads(file.read())
            else:
                tables[entry.name.removesuffix(".parquet")] = pq.read_table(io.BytesIO(file.read())).to_pylist()
    return manifest, tables


def rows(desk: Desk, flow: Flow, secret: RecipientSecret) -> dict[str, list[dict[str, Any]]]:
    done = desk.provide(flow)
    assert isinstance(done, Provided), done
    return opened(desk.envelope(done.copy), secret)[1]


def test_a_group_company_gets_traits_and_sums_of_others_sales_no_shop_no_product_no_medicine(desk: Desk) -> None:
    found = rows(desk, JOINT, GROUP)
    assert set(found) == {"members", "elsewhere"}
    assert set(found["members"][0]) == {"pseudonym", "sex", "age_band", "age_band_year"}
    assert len(found["members"]) == 6
    assert set(found["elsewhere"][0]) == {"pseudonym", "month", "department", "quantity", "amount"}
    assert {row["department"] for row in found["elsewhere"]} == {"DRINK"}, "medicine is sensitive"
    assert sum(row["quantity"] for row in found["elsewhere"]) == 6 * 3


def test_a_partner_gets_its_own_shops_purchases_of_who_agreed_and_nothing_of_others(desk: Desk) -> None:
    desk.agreed = set(list(desk.house.handles.values())[:4])
    found = rows(desk, SHOP, PARTNER)
    assert set(found) == {"members", "purchases"}
    assert len(found["members"]) == 4
    assert {row["shop"] for row in found["purchases"]} == {"S1"}
    assert {row["product"] for row in found["purchases"]} == {COFFEE, MILK}
    assert sum(row["amount"] for row in found["purchases"]) == 4 * 200
    desk.agreed = set()
    assert all(not many for many in rows(desk, SHOP, PARTNER).values()), "nobody agreed: nobody is in it"


def test_who_stopped_all_is_absent_from_a_flow_to_a_company_added_after_the_stop(desk: Desk) -> None:
    first, second, third = list(desk.house.handles)[:3]
    desk.house.stop(first)
    desk.house.stop(second, Rule(recipient="G9"))
    desk.house.stop(third, Rule(recipient="P1"))
    late = NOW + timedelta(days=3)
    added = RecipientSecret.fresh()
    desk.register.put(
        Party("G10", PartyKind.GROUP, Say("あとから加わった会社", "added later"), public_key=added.public().text()),
        late, NOW,
    )  # fmt: skip
    desk.register.put(
        notice("joint-10", NoticeKind.JOINT_USE, ITEMS, frozenset({"G10"}), frozenset({"group-marketing"})), late, NOW
    )
    later = replace(JOINT, id="group-later", recipient="G10", notice="joint-10")
    refused = clear(desk.register.at(NOW), later, at=NOW)
    assert isinstance(refused, Refused), "its notice takes effect in three days"
    desk.clock.instant = late
    assert len(rows(desk, later, added)["members"]) == 5, "only who stopped all is absent"
    assert len(rows(desk, JOINT, GROUP)["members"]) == 4


def test_a_recipient_that_is_removed_meanwhile_gets_nothing_and_the_refusal_is_written(desk: Desk) -> None:
    cleared = desk.cleared(JOINT)
    desk.register.remove(desk.register.at().parties["G9"].value, NOW)
    today = desk.house.today
    refused = provide(desk.provider(), cleared, window=Window(today, today), owner="privacy", expires_at=NOW + 7 * DAY)
    assert isinstance(refused, Refused)
    assert [entry.kind for entry in desk.journal.entries] == [EntryKind.FLOW_REFUSED]
    assert desk.store.records() == []
    assert desk.house.room.copies.census() == []


def test_no_two_recipients_can_join_and_no_handle_leaves(desk: Desk) -> None:
    desk.agreed = set(desk.house.handles.values())
    group, partner = rows(desk, JOINT, GROUP), rows(desk, SHOP, PARTNER)
    names = [{row["pseudonym"] for row in found["members"]} for found in (group, partner)]
    assert not names[0] & names[1]
    assert [len(each) for each in names] == [6, 6]
    again = rows(desk, JOINT, GROUP)
    assert {row["pseudonym"] for row in again["members"]} == names[0], "the recipient knows its own again"
    text = repr([group, partner])
    assert not any(handle.hex() in text or repr(handle)[2:-1] in text for handle in desk.house.handles.values())


def test_the_record_the_lease_and_the_log(desk: Desk) -> None:
    done = desk.provide(JOINT)
    assert isinstance(done, Provided)
    record = desk.store.records()[0]
    assert (record.flow, record.recipient, record.recipient_name) == ("group-news", "G9", "新しいグループ会社")
    assert (record.rows, record.members, record.copy) == (done.copy.rows, 6, done.copy.copy)
    assert record.completed_on == desk.house.today
    assert (done.copy.wanted.recipient, done.copy.state, done.copy.wanted.owner) == ("G9", CopyState.HERE, "privacy")
    kinds = [entry.kind for entry in desk.journal.entries]
    assert kinds == [EntryKind.FLOW_RUN_BEGUN, EntryKind.FLOW_RUN_COMPLETED]
    handle = next(iter(desk.house.handles.values()))
    assert desk.store.records_of(handle) == [record]
    assert desk.store.forget([handle], desk.house.today) == 1
    assert desk.store.records_of(handle) == []
    assert desk.store.records() == [record], "the record itself stays"


def test_nobody_else_opens_the_envelope(desk: Desk) -> None:
    done = desk.provide(JOINT)
    assert isinstance(done, Provided)
    envelope = desk.envelope(done.copy)
    changed = envelope[:40] + bytes([envelope[40] ^ 1]) + envelope[41:]
    for spoilt, secret in ((envelope, PARTNER), (envelope[:-1], GROUP), (changed, GROUP)):
        with pytest.raises(SpoiltCopy):
            opened(spoilt, secret)
    manifest, _ = opened(envelope, GROUP)
    assert manifest["delete_by"] == done.copy.wanted.expires_at.isoformat()


def test_what_breaks_off_is_a_record_begun_and_a_copy_that_is_swept(desk: Desk) -> None:
    provider = desk.provider()

    def no_lake(_: str) -> Any:
        raise OSError("the lake is away")

    today = desk.house.today
    with pytest.raises(OSError, match="away"):
        provide(
            replace(provider, goods=no_lake), desk.cleared(JOINT), window=Window(today, today), owner="privacy",
            expires_at=NOW + 7 * DAY,
        )  # fmt: skip
    assert [record.completed_on for record in desk.store.records()] == [None]
    assert [entry.kind for entry in desk.journal.entries] == [EntryKind.FLOW_RUN_BEGUN, EntryKind.FLOW_RUN_STOPPED]


@pytest.mark.parametrize(
    ("flow", "rule"),
    [
        (replace(JOINT, items=ITEMS | {"coupon"}), "extract-can-not-give"),
        (replace(JOINT, items=ITEMS - {"pseudonym"}), "extract-is-of-one-side"),
        (replace(JOINT, joins=Joins.CELLS), "extract-is-of-one-side"),
    ],
)
def test_what_is_no_extract_is_refused_by_name(desk: Desk, flow: Flow, rule: str) -> None:
    desk.register.put(replace(desk.register.at().notices["joint-9"].value, items=ITEMS | {"coupon"}))
    done = desk.provide(flow)
    assert isinstance(done, Refused)
    assert done.rule == rule
    assert done.says.ja
    assert done.fix.en


def test_without_the_recipients_key_nothing_can_be_sealed(desk: Desk) -> None:
    desk.register.put(replace(desk.register.at().parties["G9"].value, public_key=None))
    done = desk.provide(JOINT)
    assert isinstance(done, Refused)
    assert done.rule == "recipient-needs-key"


def test_the_recipients_signed_word_ends_its_copy_once_and_nobody_elses_does(desk: Desk) -> None:
    done = desk.provide(JOINT)
    assert isinstance(done, Provided)
    copies, today, run = replace(desk.house.room.copies, clock=desk.clock), desk.house.today, done.record.run
    yesterday, keys = today - timedelta(days=1), {"G9": GROUP.public(), "P1": PARTNER.public()}

    def taken(secret: RecipientSecret, *, edit: tuple[str, str] = ("", ""), **said: Any) -> Any:
        asked: dict[str, Any] = {"run": run, "recipient": "G9", "deleted_on": today} | said
        word = attest(secret, **asked).replace(*edit)
        return accept(word, desk.store.records(), keys.get, copies, today=today)

    assert taken(GROUP).rule == "attestation-not-due", "it has not been given yet"
    copies.give(done.copy.copy)
    assert taken(PARTNER).rule == "attestation-not-signed"
    assert taken(GROUP, edit=('"recipient":"G9"', '"recipient":"P1"')).rule == "attestation-of-nothing"
    assert taken(GROUP, edit=(today.isoformat(), yesterday.isoformat())).rule == "attestation-not-signed"
    assert taken(GROUP, deleted_on=today + timedelta(days=1)).rule == "attestation-unfit"
    assert taken(GROUP, deleted_on=today - timedelta(days=2)).rule == "attestation-unfit"
    assert taken(GROUP, run="00" * 16).rule == "attestation-of-nothing"
    unread = accept("no word at all", desk.store.records(), keys.get, copies, today=today)
    assert not isinstance(unread, ProvisionRecord)
    assert unread.rule == "attestation-unfit"
    assert [lease.state for lease in copies.census()] == [CopyState.GIVEN]
    assert taken(GROUP) == desk.store.records()[0]
    assert [(lease.state, lease.attested_by) for lease in copies.census()] == [(CopyState.GONE, "G9")]
    assert taken(GROUP).rule == "attestation-not-due"


def test_control_a_reader_of_stops_that_is_broken_is_seen(desk: Desk) -> None:
    """If stops were not read, who stopped all would be in it: the test above would be red."""
    desk.house.stop(next(iter(desk.house.handles)))
    room, provider = desk.house.room, desk.provider()

    def blind(cleared: Cleared[str, str]) -> Any:
        for known in known_members(room.feed, room.today(), lambda _: (), cleared):
            yield replace(known, member=replace(known.member, stops=()))

    today = desk.house.today
    window = Window(today - timedelta(days=60), today)
    done = provide(
        replace(provider, members=blind), desk.cleared(JOINT), window=window, owner="privacy", expires_at=NOW + 7 * DAY
    )
    assert isinstance(done, Provided)
    assert len(opened(desk.envelope(done.copy), GROUP)[1]["members"]) == 6
    assert len(rows(desk, JOINT, GROUP)["members"]) == 5
