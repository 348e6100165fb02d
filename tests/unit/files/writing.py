"""Writing text in the encodings of Japanese files, as the systems do that write them."""

from __future__ import annotations

from collections.abc import Callable

from noren.doors.cli.files.eucjp import decode_euc_jp


def _back(lead: int, trail: int) -> bytes:
    """Move a Shift_JIS code to EUC-JP."""
    row = (lead - (0x70 if lead < 0xA0 else 0xB0)) * 2 - (trail < 0x9F)
    cell = trail - (0x7E if trail >= 0x9F else 0x20 if trail >= 0x80 else 0x1F)
    return bytes((row + 0x80, cell + 0x80))


def to_euc(text: str) -> bytes:
    """Return EUC-JP as Windows writes it (CP51932); raises UnicodeEncodeError where it has no code."""
    out = bytearray()
    for sign in text:
        raw = sign.encode("cp932")
        if len(raw) == 1:
            out += raw if raw < b"\x80" else b"\x8e" + raw
        else:
            out += _back(raw[0], raw[1])
    assert decode_euc_jp(bytes(out)) == text
    return bytes(out)


WRITERS: dict[str, Callable[[str], bytes]] = {
    "UTF-8": lambda text: text.encode(),
    "UTF-8 (BOM)": lambda text: text.encode("utf-8-sig"),
    "cp932": lambda text: text.encode("cp932"),
    "EUC-JP": to_euc,
}
