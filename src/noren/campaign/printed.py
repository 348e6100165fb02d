"""What is printed on a slip for the member: the QR code of its proof, or of a link that checks it. Pure."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping
from typing import Any, Final

import segno

from noren.campaign.canonical import canonical

_CORRECTION: Final = "m"
_MOST: Final = 2_300
"""Bytes: what a QR code of version 40 holds at its correction level."""


def slip_link(front: str, effect: Mapping[str, Any]) -> str:
    """Return the address of the public page that checks a slip. The slip stands behind ``#``: no server is sent it."""
    text = base64.urlsafe_b64encode(canonical(effect)).rstrip(b"=").decode()
    return f"{front.rstrip('/')}/slip#{text}"


def qr_svg(text: str) -> str:
    """Return the QR code of a proof, or of a slip's link, as an SVG picture without anything outside it."""
    assert len(text.encode()) <= _MOST, "more than a QR code holds"
    out = io.BytesIO()
    segno.make_qr(text, error=_CORRECTION).save(out, kind="svg", xmldecl=False, svgns=True, omitsize=True)
    return out.getvalue().decode()


def qr_rows(text: str) -> list[list[bool]]:
    """Return the QR code of a text, row by row without its quiet zone: for a printer that draws dots."""
    assert len(text.encode()) <= _MOST, "more than a QR code holds"
    return [[bool(dot) for dot in row] for row in segno.make_qr(text, error=_CORRECTION).matrix]
