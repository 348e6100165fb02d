"""How long the vault keeps what, and the sweep that removes what nothing refers to any more.

``TERMS`` names every column of every table of the vault: a test fails when a column stands
in a table and not here, so that nothing is kept without a reason.
"""

from __future__ import annotations

from typing import Final

from noren.identity.members import WITH_WITHDRAWN
from noren.identity.vault import Vault
from noren.kernel.say import Say

_MEMBERSHIP: Final = Say(
    "会員でいる間。退会・統合のときに鍵ごと消えます。",
    "While she is a member. Withdrawal and merging destroy it with its key.",
)
_CARD: Final = Say(
    "会員でいる間。紛失・停止したカードも、使われないように番号を残します。",
    "While she is a member. Lost and blocked cards stay, so that nobody uses them.",
)
_TOMBSTONE: Final = Say(
    "統合後も。古い名簿の取り込みで復活しないための目印で、個人の情報は含みません。",
    "After a merge too: the mark that keeps an old import from bringing her back; it holds no datum of her.",
)
_TOTAL: Final = Say(
    "いつまでも。全体の枚数や月で、だれのことも表しません。",
    "For good: numbers and days of the whole programme, which say nothing of anybody.",
)
_MARK: Final = Say(
    "いつまでも。並べ直しが要るかどうかの印で、だれのことも表しません（PostgreSQLのときだけ）。",
    "For good: the mark that the rows are to be laid anew, which says nothing of anybody (on PostgreSQL alone).",
)
_STATUTORY: Final = Say(
    "消去のときに本人に示した月の終わりまで。法律が残させる項目だけで、月の鍵ごと消えます。",
    "Until the end of the month that she was told at her erasure: named fields that the law keeps; they go with the "
    "month's key.",
)
_REQUEST: Final = Say(
    "会員でいる間。消去のときに鍵ごと消えます(件数だけが残ります)。",
    "While she is a member. An erasure destroys it with her key; counts alone stay.",
)
_COUNT: Final = Say(
    "いつまでも。年ごとの件数で、だれのことも表しません。",
    "For good: numbers of a year, which say nothing of anybody.",
)
_LINK: Final = Say(
    "会員でいる間。取引台帳とのやりとりのためだけに使います。",
    "While she is a member. Used for the crossing to the ledger side alone.",
)

TERMS: Final[dict[str, dict[str, Say]]] = {
    "member": {
        "row": _TOMBSTONE,
        "number_index": _TOMBSTONE,
        "standing": _TOMBSTONE,
        "merged_into": _TOMBSTONE,
        "pending": _LINK,
        "link_index": _LINK,
        "link_token": _LINK,
        "told": _LINK,
        **dict.fromkeys(
            (
                "member_number",
                "family_name",
                "given_name",
                "family_kana",
                "given_kana",
                "birth_date",
                "sex",
                "since",
                "email_ok",
                "post_ok",
                "cards",
                "password",
                "choices",
                "chosen",
                "seen",
            ),
            _MEMBERSHIP,
        ),
    },
    "contact": dict.fromkeys(("member", "postal_code", "prefecture", "city", "street", "phone", "email"), _MEMBERSHIP),
    "card": dict.fromkeys(("row", "card_index", "member", "number", "state"), _CARD),
    "request": dict.fromkeys(("row", "member", "is_open", "body", "said", "reason"), _REQUEST),
    "request_count": dict.fromkeys(("row", "year", "kind", "word", "number"), _COUNT),
    "total": dict.fromkeys(("row", "inactive_cards", "looked", "heard_since"), _TOTAL),
    "statutory_record": dict.fromkeys(("row", "month", "sealed"), _STATUTORY),
    "month_key": dict.fromkeys(("month", "wrapped"), _STATUTORY),
    "arrival": dict.fromkeys(("row", "in_order"), _MARK),
    "member_key": dict.fromkeys(("member", "wrapped"), _MEMBERSHIP),
}
_PAGE: Final = 1_000


def remove_stray_keys(vault: Vault) -> int:
    """Destroy member keys to which no living row belongs (a crash left them); return how many."""
    with vault.writing:
        stray = stray_keys(vault)
        if stray:
            vault.keys.destroy(stray)
    return len(stray)


def stray_keys(vault: Vault) -> list[bytes]:
    """Return the member keys to which no living row belongs."""
    names, out = list(vault.keys.names()), list[bytes]()
    for start in range(0, len(names), _PAGE):
        page = names[start : start + _PAGE]
        with vault.store.reading() as batch:
            living = {row for row, m in batch.members(page).items() if m.standing in WITH_WITHDRAWN}
        out += [name for name in page if name not in living]
    return out
