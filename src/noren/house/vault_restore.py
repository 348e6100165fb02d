"""Restoring the vault, in a process of its own: unpacked, erasures replayed, and only then put in its place.

The member keys are not in the backup: they are in the home (its store, its second custodian or its newest snapshot).
Rows of members whom the list names go by row, since nothing of them opens any more; a row without a key that the list
does not name is counted and goes too, because nobody can ever read it.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from noren.governance.erasure_list import ErasureList
from noren.house.backup_file import open_backup, unpack
from noren.house.home import Home, HomeProblem
from noren.house.keys import open_keys
from noren.house.log_backup import known_until, note_restored, refuse_other_log
from noren.house.reconciling import Reconciling, shut
from noren.house.restored import Restored, cleared, put_in_place, refuse_over, refuse_without_list
from noren.house.vault import member_keys_of
from noren.house.vault_backup import SIDE
from noren.identity.cards_at_rest import open_cards
from noren.identity.custodians import KeptKeys
from noren.identity.model import CardState, Standing
from noren.identity.sealed import Owners, open_field
from noren.identity.sqlite import SqliteEngine
from noren.identity.store import SqlBatch, SqlVault
from noren.identity.tables import MEMBER, VAULT
from noren.identity.vault import ROW
from noren.kernel.say import Say

_PAGE: Final = 500


def restore(home: Home, file: Path, now: datetime, *, drill: bool, replay: bool = True) -> Restored:
    """Restore the vault's rows, or (``drill``) do all of it but the last step. ``replay`` False: for a control alone.

    Raises:
        HomeProblem: the backup, the list, the keys or the home do not allow it; nothing was changed.
    """
    begun, keys = time.monotonic(), open_keys(home, "vault")
    path, second = home.erasures("vault")
    erasures = ErasureList(path, keys.ring("vault-erasures"), second)
    if not erasures.exists:
        raise refuse_without_list(path)
    opened = open_backup(file, SIDE, keys.ring("vault-backup"), now)
    if not drill:
        _refuse_rows(home)
    work = cleared(home.work("vault"))
    try:
        files = unpack(opened, work)
        refuse_other_log(home, "identity", work)
        unpacked = work / home.vault_db.relative_to(home.path)
        erased, members = 0, 0
        if replay:
            member_keys = member_keys_of(home, keys.ring("member-wrap"))
            try:
                if next(iter(member_keys.names()), None) is None:
                    raise _no_keys(home)
                erased, members = _replayed(unpacked, erasures, Owners(keys.ring("member-wrap")), member_keys)
            finally:
                member_keys.close()
        if not drill:
            until = known_until(home, "identity", work)
            note_restored(home, keys, opened, work, erased)
            shut(home, Reconciling(opened.head.made_at, until or 0, until is None))
            _put_rows(home, unpacked)
            if not home.statutory_db.exists():  # one that is there knows more
                put_in_place([(work / home.statutory_db.relative_to(home.path), home.statutory_db)])
    finally:
        cleared(work)
    return Restored(SIDE, opened.head.made_at, time.monotonic() - begun, files, members, erased, drill)


def _refuse_rows(home: Home) -> None:
    refuse_over([home.vault_db])
    if home.on_postgresql:
        from noren.house.server_copies import refuse_rows  # the driver is in no core install

        refuse_rows(home, "vault")


def _put_rows(home: Home, unpacked: Path) -> None:
    """Put the rows, erased from already, where they belong."""
    if not home.on_postgresql:
        put_in_place([(unpacked, home.vault_db)])
        return
    from noren.house.server_copies import copy_in

    copy_in(home, "vault", unpacked)


def _replayed(path: Path, erasures: ErasureList, owners: Owners, keys: KeptKeys) -> tuple[int, int]:
    """Delete the rows of whoever was erased; return how many there were, and how many members stay."""
    store, known, held = SqlVault(SqliteEngine(path, VAULT)), erasures.all(), set(keys.names())
    try:
        gone = {row for row in _rows(store) if erasures.any_of(known, ROW, row)}
        gone |= {row for row in _living(store) if row not in held}
        with store.batch() as batch:
            cards, after = list[bytes](), b""
            while page := batch.all_cards(after, _PAGE):
                cards += [card.row for card in page if owners.open(card) in gone]
                after = page[-1].row
            batch.remove_cards(cards)
            batch.remove_contacts(list(gone))
            batch.remove_requests(list(gone))
            batch.remove_members(list(gone))
            batch.remove_strays()
            if cards:
                _count_inactive_anew(batch, keys, sorted(held - gone))
        store.lay_anew()
        store.forget_deleted()
        with store.reading() as batch:
            return len(gone), batch.summary().members
    finally:
        store.close()


def _count_inactive_anew(batch: SqlBatch, keys: KeptKeys, rows: Sequence[bytes]) -> None:
    """Count the cards that are lost or blocked: of those that went nobody can read the state."""
    inactive = 0
    for start in range(0, len(rows), _PAGE):
        found = batch.members(rows[start : start + _PAGE])
        opened = keys.open(found)
        cards = {
            row: (
                key,
                int(open_field(key, found[row].sealed["cards"], table=MEMBER.name, column="cards", row=row) or 0),
            )
            for row, key in opened.items()
        }
        mine = open_cards(batch, cards).values()
        inactive += sum(card.state is not CardState.ACTIVE for each in mine for card in each)
    sizes = batch.summary()
    batch.count_inactive(inactive - (sizes.cards - sizes.active_cards))


def _rows(store: SqlVault) -> Iterable[bytes]:
    after = b""
    while True:
        with store.reading() as batch:
            page = batch.all_rows(after, _PAGE)
        yield from page
        if len(page) < _PAGE:
            return
        after = page[-1]


def _living(store: SqlVault) -> Iterable[bytes]:
    rows = list(_rows(store))
    for start in range(0, len(rows), _PAGE):
        with store.reading() as batch:
            found = batch.members(rows[start : start + _PAGE])
        yield from (row for row, member in found.items() if member.standing not in (Standing.MERGED, Standing.ERASING))


def _no_keys(home: Home) -> HomeProblem:
    return HomeProblem(
        Say(
            f"会員鍵のストア({home.member_keys_db})がありません。バックアップに会員鍵は入っていません。第二の保管先か"
            "1時間ごとの控えを先に戻してください。",
            f"The member keys ({home.member_keys_db}) are not there, and no backup holds them. Bring back the second "
            "custodian or the newest hourly snapshot first.",
        )
    )
