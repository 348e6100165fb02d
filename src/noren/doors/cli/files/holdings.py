"""Cells of a cut-over: points and coupons held in another system, consents and stops given there."""

from __future__ import annotations

import re
from typing import Final

from noren.doors.cli.files.cells import MAX_AMOUNT, Cleaned, Setting, amount, code, whole_number
from noren.doors.cli.files.dates import read_instant, read_trading_day
from noren.doors.cli.files.spelling import half_width
from noren.kernel.say import Say

_BARCODE: Final = re.compile(r"[!-~]{1,128}\Z", re.ASCII)
_APART: Final = re.compile(r"[\s;,|/、・]+")
_SCOPES: Final[dict[str, str]] = {
    **dict.fromkeys(("all", "すべて", "全て", "すべて停止"), "all"),
    **dict.fromkeys(("purpose", "目的", "利用目的"), "purpose"),
    **dict.fromkeys(("recipient", "提供先"), "recipient"),
    **dict.fromkeys(("channel", "連絡手段", "配信"), "channel"),
}


def points(text: str, _setting: Setting) -> Cleaned:
    """Points; below zero: a debt."""
    return whole_number(text.replace("−", "-").replace("▲", "-").replace("△", "-"), -MAX_AMOUNT, MAX_AMOUNT)


def discount(text: str, _setting: Setting) -> Cleaned:
    """What a coupon takes off, in minor units."""
    return whole_number(text, 1, MAX_AMOUNT)


def min_spend(text: str, setting: Setting) -> Cleaned:
    """The least amount of a purchase that the coupon is for."""
    return amount(text, setting)


def day(text: str, _setting: Setting) -> Cleaned:
    """A day, as ISO text; it may lie in the future."""
    found = read_trading_day(half_width(text))
    return found if isinstance(found, Say) else found.isoformat()


def given(text: str, setting: Setting) -> Cleaned:
    """When a choice was made, as ISO text: an instant where the source knows one, else a day. Not in the future."""
    text = half_width(text)
    instant = read_instant(text, setting.zone)
    if not isinstance(instant, Say):
        return _not_ahead(instant.isoformat()) if instant > setting.now else instant.isoformat()
    found = read_trading_day(text)
    if isinstance(found, Say):
        return found
    return _not_ahead(found.isoformat()) if found > setting.today else found.isoformat()


def _not_ahead(_value: str) -> Say:
    return Say("未来の日時です。", "lies in the future.")


def barcode(text: str, _setting: Setting) -> Cleaned:
    """What the register reads of a coupon, kept as text."""
    text = half_width(text)
    return (
        text
        if _BARCODE.match(text)
        else Say("英数字と記号で128文字以内です。", "takes up to 128 printable ASCII signs.")
    )


def companies(text: str, setting: Setting) -> Cleaned:
    """Codes of companies, parted by spaces, ``;`` or the like; as text parted by one space."""
    found = [code(part, setting) for part in _APART.split(half_width(text)) if part]
    wrong = next((each for each in found if isinstance(each, Say)), None)
    return wrong or " ".join(sorted({str(each) for each in found}))


def scope(text: str, _setting: Setting) -> Cleaned:
    """What a stop covers."""
    return _SCOPES.get(half_width(text).casefold()) or Say(
        "all・purpose・recipient・channel(すべて・目的・提供先・連絡手段)のいずれかです。",
        "must be one of all, purpose, recipient, channel.",
    )
