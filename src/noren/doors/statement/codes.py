"""The one-time code as a picture for the till's scanner."""

from __future__ import annotations

import segno
from markupsafe import Markup

_GROUP = 4


def code_picture(code: str) -> Markup:
    """Return the code as an inline SVG QR symbol, without any style attribute (the pages' policy forbids them)."""
    symbol = segno.make_qr(code, error="m")
    picture = symbol.svg_inline(omitsize=True, border=4, dark="#000", light="#fff", svgclass=None, lineclass=None)
    return Markup(picture)  # noqa: S704 - made by us of 40 digits; its label is told by the page around it


def grouped(code: str) -> str:
    """Return the digits in groups of four, for reading aloud."""
    return " ".join(code[i : i + _GROUP] for i in range(0, len(code), _GROUP))
