"""A coupon's barcode as a picture: EAN-13 as bars, anything else as a two-dimensional code."""

from __future__ import annotations

from typing import Final

from markupsafe import Markup

from noren.doors.statement.codes import code_picture
from noren.register.barcodes import EAN13, ean13_modules, symbology

_QUIET_BEFORE, _QUIET_AFTER = 11, 7
"""Modules that must stay white beside the bars."""

_HEIGHT: Final = 48


def barcode_picture(barcode: str) -> Markup:
    """Return a barcode as an inline SVG picture, without any style attribute; what it says is told beside it."""
    return ean13_picture(barcode) if symbology(barcode, ours=True) == EAN13 else code_picture(barcode)


def ean13_picture(digits: str) -> Markup:
    """Return 13 digits as bars."""
    modules = ean13_modules(digits)
    bars = "".join(f"M{_QUIET_BEFORE + at} 0h1v{_HEIGHT}h-1z" for at, dark in enumerate(modules) if dark == "1")
    width = _QUIET_BEFORE + len(modules) + _QUIET_AFTER
    return Markup(  # noqa: S704 - made of 13 digits
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {_HEIGHT}" shape-rendering="crispEdges">'
        f'<path fill="#fff" d="M0 0h{width}v{_HEIGHT}H0z"/><path fill="#000" d="{bars}"/></svg>'
    )
