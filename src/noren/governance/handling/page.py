"""Making the page of the register: one function a question, each saying what is so at that instant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from noren.governance.handling import keeping, rights, sharing
from noren.governance.handling.model import Answered, Change, Facts, Footnote, Page
from noren.governance.handling.sharing import HANDLE_MARK, SHOP_MARK
from noren.governance.handling.words import handling_shops, items_of, listed
from noren.governance.register import Document, Register, register_at
from noren.kernel.say import Say

MAKERS: Final = (
    sharing.given,
    sharing.apart,
    sharing.joint,
    sharing.partners,
    sharing.combined,
    keeping.copies,
    keeping.analysts,
    keeping.library,
    keeping.uses,
    keeping.coupons,
    rights.stops,
    rights.kept,
    rights.own,
    rights.authorities,
    rights.checked,
)
"""One for each question, in the page's order."""


def page_at(documents: Sequence[Document], facts: Facts, at: datetime) -> Page:
    """Return the page as it is, or was, at an instant."""
    register = register_at(documents, at)
    answers = tuple(make(register, facts) for make in MAKERS)
    return Page(at, facts.programme, answers, _footnotes(register))


def changes(documents: Sequence[Document], facts: Facts, until: datetime) -> list[Change]:
    """Return what changed and when, the newest first: also what is announced and takes effect after ``until``."""
    instants = sorted({each.effective_at for each in documents})
    found, before = list[Change](), dict[str, Answered]()
    for at in instants:
        after = {each.id: each for each in page_at(documents, facts, at).answers}
        names = [name for name in {**before, **after} if _said(before.get(name)) != _said(after.get(name))]
        if names:
            found.append(Change(at, {name: (before.get(name), after.get(name)) for name in names}))
        before = after
    return [each for each in reversed(found) if each.at <= until or _announced(documents, each.at) <= until]


def _said(answered: Answered | None) -> tuple[Say, ...] | None:
    return answered.answer if answered is not None else None


def _announced(documents: Iterable[Document], effective: datetime) -> datetime:
    return min(each.announced_at for each in documents if each.effective_at == effective)


def _footnotes(register: Register) -> tuple[Footnote, ...]:
    shops = handling_shops(register)
    notes = list[Footnote]()
    if shops:
        named = listed(
            Say(
                f"{each.name.ja}({items_of(each.handles.items).ja})",
                f"{each.name.en} ({items_of(each.handles.items).en})",
            )
            for each in shops
            if each.handles is not None
        )
        notes.append(
            Footnote(
                SHOP_MARK,
                Say(
                    f"会員情報取扱店: 入会の受付やご本人確認のために、会員情報を扱う店舗。{named.ja}",
                    f"Shops handling member information, to enrol or to confirm who you are: {named.en}",
                ),
            )
        )
    notes.append(
        Footnote(
            HANDLE_MARK,
            Say(
                "内部識別子: 取引台帳の中だけで使う、でたらめな番号。外へ出ることはありません。",
                "Handle: a random number used within the ledger's side alone. It never leaves it.",
            ),
        )
    )
    return tuple(notes)
