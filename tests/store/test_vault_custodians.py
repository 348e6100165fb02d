"""Member keys with a second custodian and snapshots: a lost store comes back, a destroyed key comes back nowhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from tests.store.vault_cases import House

from noren.identity.custodians import KeptKeys
from noren.identity.member_keys import SqlMemberKeys
from noren.identity.merging import merge_members
from noren.identity.retention import remove_stray_keys
from noren.identity.snapshots import Snapshots
from noren.identity.sqlite import SqliteEngine
from noren.identity.tables import MEMBER_KEYS
from noren.kernel.ids import CardNumber, MemberNumber
from noren.testing.vault import NOW, a_ring, a_row

FIRST = CardNumber(str(a_row(0)["card"]))


def a_house(tmp_path: Path) -> House:
    house = House(tmp_path, kept=True)
    assert house.enrol(*(a_row(i) for i in range(6))) == ["added"] * 6
    return house


def lose_store(house: House) -> None:
    house.vault.close()
    for path in house.folder.glob("member-keys.db*"):
        path.unlink()
    house.vault = house.open()


def holding(house: House, needle: bytes) -> list[str]:
    """Return the names of all files of member keys in which some bytes stand."""
    files = [p for p in house.folder.rglob("*") if p.is_file() and not p.name.startswith("vault.db")]
    return sorted({path.name.removesuffix("-wal") for path in files if needle in path.read_bytes()})


def test_a_lost_store_comes_back_from_the_second_custodian_whole(tmp_path: Path) -> None:
    house = a_house(tmp_path)
    lose_store(house)
    assert house.findings() == []
    assert house.enrol(a_row(0)) == ["same"]


def test_without_a_custodian_a_lost_store_is_seen(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.enrol(a_row(0))
    lose_store(house)
    assert house.findings()


class Rooms:
    """A member-key store with snapshots and, where wanted, a second custodian, without a vault around them."""

    def __init__(self, folder: Path, kind: type[Snapshots] = Snapshots, *, second: bool = False) -> None:
        self.wrap = a_ring("member-wrap")
        self.store = self.opened(folder / "member-keys.db")
        self.second = self.opened(folder / "second.db") if second else None
        self.keys = KeptKeys(self.store, second=self.second, snapshots=kind(folder / "snapshots", self.opened))

    def opened(self, path: Path) -> SqlMemberKeys:
        return SqlMemberKeys(SqliteEngine(path, MEMBER_KEYS), self.wrap)

    def keep(self, *rows: bytes) -> None:
        self.keys.keep({row: self.keys.fresh() for row in rows})


def test_a_lost_store_comes_back_from_the_last_snapshot_but_for_the_last_hour(tmp_path: Path) -> None:
    rooms = Rooms(tmp_path)
    rooms.keep(b"a" * 16, b"b" * 16)
    assert rooms.keys.snapshot(NOW)
    assert not rooms.keys.snapshot(NOW + timedelta(minutes=59))
    before = rooms.keys.open([b"a" * 16])[b"a" * 16].key()
    rooms.keep(b"c" * 16)
    rooms.store.destroy([b"a" * 16, b"b" * 16, b"c" * 16])  # lost, past the custodians
    assert rooms.keys.mend() == 2
    assert rooms.keys.open([b"a" * 16])[b"a" * 16].key() == before
    assert list(rooms.keys.names()) == [b"a" * 16, b"b" * 16]


def test_snapshots_are_hourly_and_none_is_older_than_a_day(tmp_path: Path) -> None:
    house = a_house(tmp_path)
    for hour in range(30):
        assert house.vault.keys.snapshot(NOW + timedelta(hours=hour))
    assert len(list((tmp_path / "snapshots").glob("member-keys-*"))) <= 24 + 1
    assert not list((tmp_path / "snapshots").glob(".*"))


def test_a_destroyed_key_is_in_no_store_and_no_snapshot(tmp_path: Path) -> None:
    house = a_house(tmp_path)
    house.vault.keys.snapshot(NOW)
    house.vault.keys.snapshot(NOW + timedelta(hours=1))
    row = house.row_of(FIRST)
    assert len(holding(house, row)) == 4, "the look finds nothing"
    merge_members(house.vault, number=MemberNumber("M0000000"), into=MemberNumber("M0000001"))
    assert holding(house, row) == []
    assert house.findings() == []


class Interrupted(Snapshots):
    """Snapshots of a store in which somebody is erased just after it was copied."""

    erase: Callable[[], None] = staticmethod(lambda: None)

    def begin(self, store: SqlMemberKeys) -> SqlMemberKeys:
        draft = super().begin(store)
        self.erase()
        return draft


def test_a_key_destroyed_while_a_snapshot_is_taken_is_not_in_it(tmp_path: Path) -> None:
    class Erasing(Interrupted):
        erase = staticmethod(lambda: rooms.keys.destroy([b"a" * 16]))

    rooms = Rooms(tmp_path, Erasing)
    rooms.keep(b"a" * 16, b"b" * 16)
    assert rooms.keys.snapshot(NOW)
    (taken,) = (tmp_path / "snapshots").glob("member-keys-*.db")
    assert b"b" * 16 in taken.read_bytes()
    assert b"a" * 16 not in b"".join(p.read_bytes() for p in tmp_path.rglob("*") if p.is_file())


def test_a_crash_between_the_two_leaves_a_key_that_the_next_start_destroys(tmp_path: Path) -> None:
    house = a_house(tmp_path)
    house.vault.close()
    second = SqlMemberKeys(SqliteEngine(tmp_path / "second.db", MEMBER_KEYS), house.wrap)
    second.keep({b"x" * 16: second.fresh()})  # as far as the crash let it
    second.close()
    house.vault = house.open()
    assert b"x" * 16 in set(house.vault.keys.names())
    assert remove_stray_keys(house.vault) == 1
    assert holding(house, b"x" * 16) == []
