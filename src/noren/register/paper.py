"""What a slip's paper says: its lines, its barcode, and the code by which any phone checks the draw. Pure.

The code stands in an effect of its own: a slip's signature is over the slip's effect, and the link holds both.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from html import escape
from typing import Any, Final

from noren.campaign.printed import qr_rows, slip_link
from noren.campaign.spec import Campaign
from noren.kernel.say import Say
from noren.kernel.values import value
from noren.register.barcodes import EAN13, coupon_number, ean13, ean13_modules

PRINT_QR: Final = "print_qr"
CHECK: Final = Say("スマホで読むと、抽選を確かめられます", "Scan it to check the draw")
"""Beside the code; it fits the paper's columns."""

_WIDTH, _MARGIN, _LINE = 360, 18, 22
_BARS, _QR = 70, 240


@value
class Paper:
    """How a till prints slips.

    ``check_at``: the public pages' origin, empty: no code for phones; ``reference``: the issuer's 12 digits of GS1
    coupon numbers, empty: EAN-13 in the in-store range.
    """

    english: bool = False
    check_at: str = ""
    reference: str = ""


def lines_of(file: Campaign, until: str, paper: Paper) -> list[str]:
    """Return a slip's lines: English where the paper is and the campaign has such lines, else Japanese."""
    slip = file.text.slip
    if paper.english and slip.en:
        return [*slip.en, f"Valid until {until}"]
    return [*slip.ja, f"有効期限 {until}"]


def barcode_for(paper: Paper, source: bytes, taken: Container[str]) -> str:
    """Return the number of a new coupon's barcode, none of those ``taken``."""
    return coupon_number(paper.reference, source, taken) if paper.reference else ean13(source, taken)


def checking(paper: Paper, effect: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the effect that lets a till print a slip's code for phones, if the paper has one."""
    if not paper.check_at:
        return []
    said = CHECK.en if paper.english else CHECK.ja
    return [{"type": PRINT_QR, "coupon": effect["coupon"], "lines": [said], "value": slip_link(paper.check_at, effect)}]


def slip_svg(effect: Mapping[str, Any], link: str = "") -> str:
    """Return a slip as a picture to print, from the till's effect: lines, barcode, and the code for phones."""
    barcode = effect["barcode"]
    drawn, y = list[str](), _MARGIN + _LINE
    for line in effect["print"]:
        drawn.append(_text(line, y))
        y += _LINE
    picture, y = _bars(barcode["value"], y) if barcode["symbology"] == EAN13 else _code(barcode["value"], y)
    drawn += [picture, _text(barcode["value"], y)]
    y += _LINE
    if link:
        picture, y = _code(link, y)
        drawn.append(picture)
    height = y + _MARGIN
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="72mm" font-size="15"'
        f' font-family="sans-serif"><path fill="#fff" d="M0 0h{_WIDTH}v{height}H0z"/>{"".join(drawn)}</svg>'
    )


def _text(line: str, y: int) -> str:
    return f'<text x="{_WIDTH // 2}" y="{y}" text-anchor="middle">{escape(line)}</text>'


def _bars(digits: str, y: int) -> tuple[str, int]:
    modules = ean13_modules(digits)
    left = (_WIDTH - 2 * len(modules)) // 2
    path = "".join(f"M{left + 2 * at} {y}h2v{_BARS}h-2z" for at, dark in enumerate(modules) if dark == "1")
    return f'<path shape-rendering="crispEdges" d="{path}"/>', y + _BARS + _LINE


def _code(text: str, y: int) -> tuple[str, int]:
    rows = qr_rows(text)
    dot = max(1, _QR // len(rows))
    left, y = (_WIDTH - dot * len(rows)) // 2, y + 4 * dot
    path = "".join(
        f"M{left + dot * x} {y + dot * down}h{dot}v{dot}h-{dot}z"
        for down, row in enumerate(rows)
        for x, dark in enumerate(row)
        if dark
    )
    return f'<path shape-rendering="crispEdges" d="{path}"/>', y + dot * len(rows) + 4 * dot + _LINE
