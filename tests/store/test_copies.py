"""M6: every copy is a lease: entered before its first byte, gone at its end, its key first; killed anywhere too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from noren.governance.leases.copies import Copies, Refused, destroy_disclosures
from noren.governance.leases.errors import CopyEnded, SpoiltCopy
from noren.governance.leases.model import EXEMPT, LONGEST, CopyKind, CopyLease, CopyState, Proof, Wanted
from noren.governance.leases.sealed_file import SealedWriter
from noren.governance.leases.store import LeaseStore
from noren.kernel.clock import FixedClock
from noren.kernel.keyring import KeyRing

BEGIN = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
LINES = b"pseudonym,day,amount\n" * 5_000


class Killed(BaseException):
    """The process dies here."""


class Side:
    """A side's census and its folder of copies, opened anew as often as a process would."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.clock, self.heard = folder, FixedClock(BEGIN), list[CopyLease]()
        self.ring = KeyRing("copies", 1, {1: b"w" * 32})
        self.store = LeaseStore(folder / "copies.db")

    def copies(self, store: LeaseStore | None = None) -> Copies:
        return Copies(store or self.store, self.folder / "copies", self.ring, self.clock, self.heard.append)

    def files(self) -> list[Path]:
        return sorted((self.folder / "copies").glob("*"))

    def bytes(self) -> bytes:
        return b"".join(path.read_bytes() for path in self.folder.rglob("*") if path.is_file())


@pytest.fixture
def side(tmp_path: Path) -> Iterator[Side]:
    made = Side(tmp_path)
    yield made
    made.store.close()


def wanted(days: float = 7, kind: CopyKind = CopyKind.EXTRACT, recipient: str = "P1") -> Wanted:
    return Wanted(kind, "privacy", "shop-operation", ("day", "amount"), BEGIN + timedelta(days=days), recipient)


def lines(file: SealedWriter) -> int:
    file.write(LINES)
    return 5_000


def made(copies: Copies, days: float = 7) -> CopyLease:
    lease = copies.make(wanted(days), lines)
    assert isinstance(lease, CopyLease)
    return lease


def test_a_copy_is_made_read_and_told(side: Side) -> None:
    lease = made(side.copies())
    assert (lease.state, lease.rows, lease.proof) == (CopyState.HERE, 5_000, Proof.NONE)
    assert b"".join(side.copies().open(lease.copy)) == LINES
    assert side.copies().census() == [lease] == side.heard
    assert b"pseudonym" not in side.bytes()


def test_at_its_end_it_is_gone_and_never_before(side: Side) -> None:
    lease, other = made(side.copies()), made(side.copies(), days=8)
    side.clock.instant = BEGIN + timedelta(days=7, seconds=-1)
    assert side.copies().sweep().destroyed == ()
    side.clock.instant = BEGIN + timedelta(days=7)
    with pytest.raises(CopyEnded):  # from that instant on, swept or not
        next(iter(side.copies().open(lease.copy)))
    swept = side.copies().sweep()
    assert [(gone.copy, gone.state, gone.proof) for gone in swept.destroyed] == [
        (lease.copy, CopyState.GONE, Proof.DESTROYED)
    ]
    assert [path.name for path in side.files()] == [other.place]
    assert side.copies().sweep() == side.copies().sweep(), "a second sweep finds nothing"


def test_the_key_goes_first_and_leaves_no_byte_in_the_census(side: Side) -> None:
    lease = made(side.copies())
    wrapped = side.store.wrapped(lease.copy)
    assert wrapped is not None
    assert wrapped in side.bytes(), "a search that can not find it proves nothing"
    kept = side.folder / "kept-by-a-thief"
    kept.write_bytes((side.folder / "copies" / lease.place).read_bytes())
    side.copies().destroy(lease.copy)
    assert wrapped not in side.bytes()
    (side.folder / "copies" / lease.place).write_bytes(kept.read_bytes())  # the file comes back; nobody opens it
    with pytest.raises(CopyEnded):
        next(iter(side.copies().open(lease.copy)))


class DyingStore(LeaseStore):
    """Dies before or after its n-th writing."""

    def __init__(self, path: Path, at: int, *, after: bool) -> None:
        super().__init__(path)
        self._left, self._after = at, after

    def _count(self) -> bool:
        self._left -= 1
        return self._left == 0

    def put(self, lease: CopyLease, wrapped: bytes | None) -> None:
        dies = self._count()
        if dies and not self._after:
            raise Killed
        super().put(lease, wrapped)
        if dies:
            raise Killed

    def change(self, lease: CopyLease) -> None:
        dies = self._count()
        if dies and not self._after:
            raise Killed
        super().change(lease)
        if dies:
            raise Killed

    def destroy_key(self, lease: CopyLease) -> None:
        dies = self._count()
        if dies and not self._after:
            raise Killed
        super().destroy_key(lease)
        if dies:
            raise Killed


def lives_through(side: Side, store: LeaseStore) -> None:
    made(side.copies(store))
    side.clock.instant = BEGIN + timedelta(days=7)
    side.copies(store).sweep()


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", range(1, 5))
def test_killed_at_any_step_it_still_ends_gone(side: Side, at: int, *, after: bool) -> None:
    dying = DyingStore(side.folder / "copies.db", at, after=after)
    with pytest.raises(Killed):
        lives_through(side, dying)
    dying.close()
    side.clock.instant = BEGIN + timedelta(days=7)
    side.copies().sweep()
    assert side.files() == []
    assert all(lease.state is CopyState.GONE for lease in side.copies().census())


def test_a_writing_that_breaks_off_is_swept_and_nothing_lies_about_unknown(side: Side) -> None:
    def cut(file: SealedWriter) -> int:
        file.write(LINES)
        raise OSError("no space left on device")

    with pytest.raises(OSError, match="no space"):
        side.copies().make(wanted(), cut)
    assert [lease.state for lease in side.copies().census()] == [CopyState.MAKING]
    side.clock.instant += timedelta(hours=6)
    assert len(side.copies().sweep().destroyed) == 1
    assert side.files() == []


def test_a_file_of_which_the_census_does_not_know_goes(side: Side) -> None:
    made(side.copies())
    stray = side.folder / "copies" / "cp_stray.sealed"
    stray.write_bytes(b"from before a restore")
    side.copies().sweep()
    assert not stray.exists()
    assert len(side.files()) == 1


def test_given_away_only_its_recipients_word_ends_it_and_overdue_is_told(side: Side) -> None:
    lease = side.copies().give(made(side.copies()).copy)
    assert side.files() == []
    side.clock.instant = BEGIN + timedelta(days=7)
    swept = side.copies().sweep()
    assert swept.destroyed == ()
    assert [late.copy for late in swept.overdue] == [lease.copy]
    gone = side.copies().attest(lease.copy, by="P1")
    assert (gone.state, gone.proof, gone.attested_by) == (CopyState.GONE, Proof.ATTESTED, "P1")
    assert side.copies().sweep().overdue == ()
    with pytest.raises(CopyEnded):
        side.copies().attest(lease.copy, by="P1")


def test_no_copy_without_an_end_an_owner_a_purpose_and_items(side: Side) -> None:
    longest = LONGEST[CopyKind.EXTRACT] / timedelta(days=1)
    for asked in (
        wanted(days=0),
        wanted(days=-1),
        wanted(days=longest + 0.001),
        Wanted(CopyKind.EXTRACT, "", "p", ("a",), BEGIN + timedelta(days=1)),
        Wanted(CopyKind.EXTRACT, "o", "", ("a",), BEGIN + timedelta(days=1)),
        Wanted(CopyKind.EXTRACT, "o", "p", (), BEGIN + timedelta(days=1)),
    ):
        assert isinstance(side.copies().make(asked, lines), Refused)
    assert side.copies().census() == []
    assert isinstance(side.copies().make(wanted(days=longest), lines), CopyLease)


def test_a_changed_file_and_another_copys_do_not_open(side: Side) -> None:
    one, other = made(side.copies()), made(side.copies())
    folder = side.folder / "copies"
    (folder / one.place).write_bytes((folder / other.place).read_bytes())
    with pytest.raises(SpoiltCopy):
        b"".join(side.copies().open(one.copy))
    (folder / other.place).unlink()
    with pytest.raises(SpoiltCopy):
        b"".join(side.copies().open(other.copy))


def test_rotating_the_zones_key_moves_every_copys_key(side: Side) -> None:
    lease = made(side.copies())
    side.ring.renew(2, {1: b"w" * 32, 2: b"v" * 32})
    assert side.copies().rewrap() == (1, 1)
    assert side.copies().rewrap() == (1, 0)
    side.ring.renew(2, {2: b"v" * 32})
    assert b"".join(side.copies().open(lease.copy)) == LINES


def test_every_exception_says_what_it_is_and_why() -> None:
    assert all(each.what.ja and each.what.en and each.why.ja and each.why.en for each in EXEMPT)


def test_an_erasure_destroys_the_disclosures_that_lie_here_and_no_other_copy(side: Side) -> None:
    copies = side.copies()
    other, hers = made(copies), copies.make(wanted(kind=CopyKind.DISCLOSURE, recipient=""), lines)
    assert isinstance(hers, CopyLease)
    assert destroy_disclosures(copies) == 1
    assert {each.copy: each.state for each in copies.census()} == {
        other.copy: CopyState.HERE,
        hers.copy: CopyState.GONE,
    }
    assert len(side.files()) == 1
    assert side.store.wrapped(hers.copy) is None
    assert destroy_disclosures(copies) == 0, "again, nothing more happens"


def test_cut_off_between_key_and_bytes_a_disclosure_goes_at_the_next_try(side: Side) -> None:
    hers = side.copies().make(wanted(kind=CopyKind.DISCLOSURE, recipient=""), lines)
    assert isinstance(hers, CopyLease)
    side.store.destroy_key(replace(hers, state=CopyState.KEYLESS))
    assert len(side.files()) == 1
    with pytest.raises(CopyEnded):
        list(side.copies().open(hers.copy))
    assert destroy_disclosures(side.copies()) == 1
    assert side.files() == []
