"""What hangs in the shop, as text: the poster and the sticker as typst sources, and the lines of a receipt. Pure."""

from __future__ import annotations

from typing import Final

from noren.governance.handling.model import Facts, Page
from noren.kernel.say import Lang, Say

RECEIPT_COLUMNS: Final = 48
"""Columns of a receipt printer: 24 full-width signs."""

SHOWN: Final = ("given", "joint", "partners", "stops", "kept")
"""The questions on a poster: of each its first paragraph."""

_INDIGO: Final = "#1b3558"
_FONT: Final = '"Noto Sans CJK JP"'


def paper(page: Page, facts: Facts, address: str, kind: str, lang: Lang) -> str:
    """Return a poster's or a sticker's typst source, in one language."""
    return _poster(page, address, lang) if kind == "poster" else _sticker(page, facts, address, lang)


def receipt_lines(facts: Facts, address: str) -> list[Say]:
    """Return the lines at a receipt's foot; each fits its columns, the address apart, which is printed as it is."""
    months = facts.keep_months
    kept = Say(f"明細は{months}か月で日ごとの合計だけになります", f"After {months} months lines become sums of a day.")
    not_kept = Say("残さないお買い物は会員のページで選べます", "A purchase not to be kept? Say so on your page.")
    return [
        *([kept, not_kept] if months else []),
        Say("情報の取り扱いと停止のお申し出は", "How we handle your data, and how to stop it:"),
        Say(address, address),
    ]


def _poster(page: Page, address: str, lang: Lang) -> str:
    chosen = [each for each in page.answers if each.id in SHOWN]
    parts = [f"== {_text(each.question(lang))}\n{_text(each.answer[0](lang))}\n" for each in chosen]
    title = Say("お買い物の情報の取り扱い", "How we handle what you buy")
    more = Say("すべての質問と、停止のお申し出:", "All questions, and how to stop it:")
    made = Say(f"{page.at:%Y年%m月%d日}の内容", f"As of {page.at:%Y-%m-%d}")
    return (
        f'#set page(paper: "a3", margin: 28mm)\n#set text(font: {_FONT}, size: 18pt, lang: "{lang}")\n'
        f'#set par(leading: 0.9em)\n#show heading: set text(fill: rgb("{_INDIGO}"))\n'
        f'#rect(width: 100%, height: 10mm, fill: rgb("{_INDIGO}"))\n'
        f"#text(size: 15pt)[{_text(page.programme(lang))}]\n\n= {_text(title(lang))}\n\n"
        + "\n".join(parts)
        + f'\n#v(1fr)\n#text(weight: "bold")[{_text(more(lang))}]\n\n#text(size: 22pt)[{_text(address)}]\n\n'
        + f"#text(size: 12pt)[{_text(made(lang))}]\n"
    )


def _sticker(page: Page, facts: Facts, address: str, lang: Lang) -> str:
    months = facts.keep_months
    kept = Say(
        f"明細は{months}か月で、日と分類ごとの合計だけになります。",
        f"After {months} months only sums by day and category are left of the lines.",
    )
    line = Say(
        "カードを示すと、日時・店舗・金額・商品が当社に届きます。お名前は届きません。停止はいつでも。",
        "Show your card, and date, shop, amounts and goods come to us; your name does not. Stop it at any time.",
    )
    return (
        "#set page(width: 90mm, height: 55mm, margin: 5mm)\n"
        f'#set text(font: {_FONT}, size: 9pt, lang: "{lang}")\n'
        f'#rect(width: 100%, height: 3mm, fill: rgb("{_INDIGO}"))\n'
        f'#text(size: 11pt, weight: "bold", fill: rgb("{_INDIGO}"))[{_text(page.programme(lang))}]\n\n'
        f"{_text(line(lang))}\n\n" + (f"{_text(kept(lang))}\n\n" if months else "") + f"#v(1fr)\n{_text(address)}\n"
    )


def _text(words: str) -> str:
    """Return words so that typst takes none of their signs for its own."""
    return "".join(f"\\{sign}" if sign in "\\#*_`$<>@=-+/[]~\"'" else sign for sign in words)
