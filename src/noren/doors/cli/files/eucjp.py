"""EUC-JP as Japanese systems really write it: CP51932 and eucJP-ms, which Python's codec does not know.

Python's ``euc_jp`` refuses NEC's row 13 (① ㈱) and both vendors' places of 髙 and 﨑. Two-byte codes
are therefore moved to their Shift_JIS form and read by cp932, so that one text reads equal from
either encoding; three-byte codes are JIS X 0212 or eucJP-ms' own rows 83 and 84.
"""

from __future__ import annotations

from typing import Final

_HALF_WIDTH_LEAD: Final = 0x8E
_THREE_BYTE_LEAD: Final = 0x8F
_FIRST, _LAST = 0xA1, 0xFE

# eucJP-ms places these, in this order, from 8F F3 F3 on (generated with glibc's EUC-JP-MS).
_IBM: Final = (
    "\u2170\u2171\u2172\u2173\u2174\u2175\u2176\u2177\u2178\u2179\u2160\u2161\u2162\u2163\u2164\u2165"
    "\u2166\u2167\u2168\u2169\uff07\uff02\u3231\u2116\u2121\u70bb\u4efc\u50f4\u51ec\u5307\u5324\ufa0e"
    "\u548a\u5759\ufa0f\ufa10\u589e\u5bec\u5cf5\u5d53\ufa11\u5fb7\u6085\u6120\u654e\u663b\u6665\ufa12"
    "\uf929\u6801\ufa13\ufa14\u6a6b\u6ae2\u6df8\u6df2\u7028\ufa15\ufa16\u7501\u7682\u769e\ufa17\u7930"
    "\ufa18\ufa19\ufa1a\ufa1b\u7ae7\ufa1c\ufa1d\u7da0\u7dd6\ufa1e\u8362\ufa1f\u85b0\ufa20\ufa21\u8807"
    "\ufa22\u8b7f\u8cf4\u8d76\ufa23\ufa24\ufa25\u90de\ufa26\u9115\ufa27\ufa28\u9592\uf9dc\ufa29\u973b"
    "\u974d\u9751\ufa2a\ufa2b\ufa2c\u999e\u9ad9\u9b72\ufa2d\u9ed1"
)
_IBM_START: Final = (0xF3 - _FIRST) * 94 + (0xF3 - _FIRST)

# Six signs that Python's two codecs read differently; cp932's reading is ours.
_AS_CP932: Final = str.maketrans("\u301c\u2016\u2212\u00a2\u00a3\u00ac", "\uff5e\u2225\uff0d\uffe0\uffe1\uffe2")


def decode_euc_jp(raw: bytes) -> str:
    """Return the text of EUC-JP bytes.

    Raises:
        UnicodeDecodeError: bytes that are no EUC-JP of any of the three vendors.
    """
    try:
        return raw.decode("euc_jp").translate(_AS_CP932)
    except UnicodeDecodeError:
        return _unit_by_unit(raw)


def _unit_by_unit(raw: bytes) -> str:
    out: list[str] = []
    at = 0
    while at < len(raw):
        width = _width(raw[at])
        unit = raw[at : at + width]
        out.append(_character(unit, at))
        at += width
    return "".join(out)


def _width(lead: int) -> int:
    if lead == _THREE_BYTE_LEAD:
        return 3
    return 2 if lead == _HALF_WIDTH_LEAD or lead >= _FIRST else 1


def _character(unit: bytes, at: int) -> str:
    """Decode one unit of 1, 2 or 3 bytes."""
    if len(unit) == 1 and unit[0] < 0x80:
        return chr(unit[0])
    trail = unit[1:]
    if len(unit) != _width(unit[0]) or len(unit) == 1 or not all(_FIRST <= byte <= _LAST for byte in trail):
        raise UnicodeDecodeError("euc_jp", unit, 0, len(unit), f"not EUC-JP at byte {at}")
    if unit[0] == _HALF_WIDTH_LEAD:
        return trail.decode("cp932")
    if unit[0] == _THREE_BYTE_LEAD:
        return _supplement(unit)
    return _as_shift_jis(unit[0] - 0x80, unit[1] - 0x80).decode("cp932")


def _supplement(unit: bytes) -> str:
    number = (unit[1] - _FIRST) * 94 + (unit[2] - _FIRST) - _IBM_START
    return _IBM[number] if 0 <= number < len(_IBM) else unit.decode("euc_jp")


def _as_shift_jis(row: int, cell: int) -> bytes:
    """Move a JIS code (both bytes 0x21-0x7E) to its Shift_JIS form."""
    lead = (row + 1) // 2 + (0x70 if row < 0x5F else 0xB0)
    trail = cell + (0x7E if row % 2 == 0 else 0x20 if cell >= 0x60 else 0x1F)
    return bytes((lead, trail))
