"""The vault's own audit: every row opens where it stands, every index is right, nothing is left over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from noren.identity.cards_at_rest import Card
from noren.identity.errors import KeyMissing
from noren.identity.members import WITH_WITHDRAWN, Member, open_members
from noren.identity.model import CardState, Finding, Summary
from noren.identity.retention import stray_keys
from noren.identity.vault import Vault
from noren.kernel.ids import MemberNumber
from noren.kernel.keyring import UnknownKeyVersion
from noren.kernel.say import Say
from noren.kernel.sealing import DoesNotOpen

_PAGE: Final = 500

DOES_NOT_OPEN: Final = Finding(
    Say(
        "開けない会員の行があります。会員情報庫か会員鍵のファイルが書き換えられたか、欠けています。バックアップから戻してください。",
        "Rows of members do not open: the vault's or the member-key file was changed or lacks rows. Restore a backup.",
    )
)
WRONG_INDEX: Final = Finding(
    Say(
        "索引と中身が合わない会員・カードがあります。会員情報庫のファイルが書き換えられています。バックアップから戻してください。",
        "Members or cards do not fit their index: the vault's file was changed. Restore a backup.",
    )
)


WRONG_TOTAL: Final = Finding(
    Say(
        "どの会員のものでもないカードの行があるか、カードの枚数の控えが合いません。会員情報庫のファイルが書き換えられています。"
        "バックアップから戻してください。",
        "There are rows of cards that are no member's, or the number of cards kept is wrong: the vault's file was "
        "changed. Restore a backup.",
    )
)


def audit(vault: Vault) -> list[Finding]:
    """Return everything found wrong; reads the whole vault."""
    findings = [*vault.store.audit(), *_rows(vault)]
    stray, pending = len(stray_keys(vault)), _sizes(vault).pending
    if stray:
        findings.append(
            Finding(
                Say(
                    f"持ち主のいない会員鍵が{stray}件あります。会員情報庫を再起動すると消えます。",
                    f"There are {stray} member keys without a member. A restart of the vault removes them.",
                )
            )
        )
    if pending:
        findings.append(
            Finding(
                Say(
                    f"取引台帳に伝わっていない会員が{pending}人います。同じ取り込みをもう一度行うか、会員情報庫を再起動してください。",
                    f"The ledger has not been told of {pending} members. Import the same again or restart the vault.",
                )
            )
        )
    return findings


def _sizes(vault: Vault) -> Summary:
    with vault.store.reading() as batch:
        return batch.summary()


def _rows(vault: Vault) -> list[Finding]:
    found: list[Finding] = []
    before, states = _sizes(vault), Counter[CardState]()
    for rows in _pages(vault):
        try:
            with vault.store.reading() as batch:
                members = open_members(vault, batch, rows, standing=WITH_WITHDRAWN)
            if not all(_fits(vault, member) for member in members.values()) and WRONG_INDEX not in found:
                found.append(WRONG_INDEX)
            states.update(card.state for member in members.values() for card in member.cards)
        except (DoesNotOpen, KeyMissing, UnknownKeyVersion):
            if DOES_NOT_OPEN not in found:
                found.append(DOES_NOT_OPEN)
    counted = states.total(), states[CardState.ACTIVE]
    # Where somebody wrote meanwhile, what was counted page by page need not be any one moment's number.
    if not found and counted != (before.cards, before.active_cards) and before == _sizes(vault):
        found.append(WRONG_TOTAL)
    return found


def _pages(vault: Vault) -> Iterator[list[bytes]]:
    after = b""
    while True:
        with vault.store.reading() as batch:
            rows = batch.all_rows(after, _PAGE)
        if rows:
            yield rows
        if len(rows) < _PAGE:
            return
        after = rows[-1]


def _fits(vault: Vault, member: Member) -> bool:
    number = MemberNumber(member.person.member_number or "")
    token, no_token = member.link_token, vault.indexes.no_link_token(member.row)
    return (
        vault.indexes.member_number(number) == _now(vault, member.at_rest.number_index)
        and (vault.indexes.link_token(token) if token else no_token) == _now(vault, member.at_rest.link_index)
        and all(_belongs(vault, member, card) for card in member.cards)
    )


def _belongs(vault: Vault, member: Member, card: Card) -> bool:
    return (
        vault.indexes.card(card.number) == _now(vault, card.at_rest.index)
        and vault.owners.open(card.at_rest) == member.row
    )


def _now(vault: Vault, index: bytes | None) -> bytes | None:
    """The index under the current key; None where there is none, or none of ours."""
    try:
        return None if index is None else vault.indexes.now(index)
    except UnknownKeyVersion:
        return None
