"""What a cell must be: each cleaner returns the value for the zones, or says why there is none.

An empty cell never comes here: it means "unknown" and is sent as null. No reason repeats the
value, because reasons go to terminals and logs.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Final

from noren.doors.cli.files.dates import read_instant, read_trading_day
from noren.doors.cli.files.spelling import half_width, tidy
from noren.kernel.say import Say

MAX_TEXT_CHARACTERS: Final = 200
MAX_QUANTITY: Final = 999_999
MAX_AMOUNT: Final = 10**9
MAX_EMAIL_CHARACTERS: Final = 254
MAX_AHEAD: Final = timedelta(hours=48)


@dataclass(frozen=True, slots=True)
class Setting:
    """What a cleaner may need to know of where it runs: today, the instant, the programme's zone."""

    now: datetime
    zone: tzinfo

    @property
    def today(self) -> date:
        """The day in the programme's zone."""
        return self.now.astimezone(self.zone).date()


@dataclass(frozen=True, slots=True)
class Doubted:
    """A value that is taken, with a warning."""

    value: str
    doubt: Say


Value = str | int | bool | None
Cleaned = Value | Doubted | Say
Cleaner = Callable[[str, Setting], Cleaned]

_CODE: Final = re.compile(r"[0-9A-Za-z._-]{1,32}\Z", re.ASCII)
_CARD: Final = re.compile(r"[0-9]{8,40}\Z", re.ASCII)
_SCIENTIFIC: Final = re.compile(r"[0-9](\.[0-9]+)?[eE]\+[0-9]+\Z", re.ASCII)
_POINT_ZERO: Final = re.compile(r"[0-9]+\.0+\Z", re.ASCII)
_INTEGER: Final = re.compile(r"-?[0-9]{1,18}\Z", re.ASCII)
_EMAIL: Final = re.compile(
    r"[0-9A-Za-z.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[0-9A-Za-z](?:[0-9A-Za-z-]{0,61}[0-9A-Za-z])?\.)+"
    r"[A-Za-z][0-9A-Za-z-]{0,61}[0-9A-Za-z]\Z",
    re.ASCII,
)
_YES_WORDS: Final = "1 true t yes y on ok はい 可 有 あり 同意 希望 希望する 許可 ○ ◯ 〇"
_NO_WORDS: Final = "0 false f no n off ng いいえ 不可 無 なし 不同意 希望しない 拒否 × ✕ x"
_YES: Final = frozenset(_YES_WORDS.split())
_NO: Final = frozenset(_NO_WORDS.split())

_SPREADSHEET: Final = Say(
    "表計算ソフトが番号を数値に変え(1.23E+12 など)、桁が失われています。列を「文字列」にして書き出し直してください。",
    "a spreadsheet has turned the number into a figure (like 1.23E+12) and lost digits: export it again with the "
    "column as text.",
)
_FIGURE: Final = Say(
    "番号が小数(末尾が .0)になっています。列を「文字列」にして書き出し直してください。",
    "the number was written as a figure (it ends in .0): export it again with the column as text.",
)

_NUL: Final = Say(
    "文字でない符号(NUL)が入っています。ファイルを書き出し直してください。",
    "holds a NUL, which is no character: export the file again.",
)


def card(text: str, _setting: Setting) -> Cleaned:
    """A card number: 8 to 40 digits, kept as text."""
    text = half_width(text)
    if _CARD.match(text):
        return text
    return _as_a_figure(text) or Say("カード番号は8〜40桁の数字です。", "a card number has 8 to 40 digits.")


def code(text: str, _setting: Setting) -> Cleaned:
    """A member number, shop, terminal, receipt or product: up to 32 of ``0-9 A-Z a-z . _ -``, kept as text."""
    text = half_width(text)
    figure = _as_a_figure(text)
    if figure is not None or _CODE.match(text):
        return figure or text
    return Say("英数字と . _ - で32文字以内です。", "takes up to 32 of 0-9 A-Z a-z . _ -")


def _as_a_figure(text: str) -> Say | None:
    if _SCIENTIFIC.match(text):
        return _SPREADSHEET
    return _FIGURE if _POINT_ZERO.match(text) else None


def words(text: str, _setting: Setting) -> Cleaned:
    """Free text of one line."""
    text = tidy(text)
    if "\0" in text:
        return _NUL
    if len(text) <= MAX_TEXT_CHARACTERS:
        return text or None
    return Say(f"{MAX_TEXT_CHARACTERS}文字以内です。", f"takes at most {MAX_TEXT_CHARACTERS} characters.")


def yes_no(text: str, _setting: Setting) -> Cleaned:
    """Yes or no, in the words that are used for them."""
    word = half_width(text).lower()
    if word in _YES or word in _NO:
        return word in _YES
    return Say(
        "1・0、true・false、はい・いいえ、○・× のいずれかで書いてください。",
        "write 1 or 0, true or false, yes or no, はい or いいえ.",
    )


def email(text: str, _setting: Setting) -> Cleaned:
    """An e-mail address as the vault takes it."""
    text = half_width(text)
    if len(text) <= MAX_EMAIL_CHARACTERS and _EMAIL.match(text):
        return text
    return Say("メールアドレスは name@example.jp の形です。", "an e-mail address has the form name@example.jp")


def business_date(text: str, _setting: Setting) -> Cleaned:
    """A day of trade, as ISO text."""
    day = read_trading_day(half_width(text))
    return day if isinstance(day, Say) else day.isoformat()


def at(text: str, setting: Setting) -> Cleaned:
    """An instant, as RFC 3339 text; without an offset it is local to the programme's zone."""
    instant = read_instant(half_width(text), setting.zone)
    if isinstance(instant, Say):
        return instant
    if instant - setting.now > MAX_AHEAD:
        return Say("48時間より先の日時です。時計を確かめてください。", "is more than 48 hours ahead: check the clock.")
    return instant.isoformat()


def quantity(text: str, _setting: Setting) -> Cleaned:
    """Pieces, or thousandths of things sold by measure."""
    return whole_number(text, 1, MAX_QUANTITY)


def amount(text: str, _setting: Setting) -> Cleaned:
    """Minor units of the currency, as paid."""
    return whole_number(text, 0, MAX_AMOUNT)


def whole_number(text: str, least: int, most: int) -> int | Say:
    """A whole number within bounds; full-width digits are made half-width."""
    text = half_width(text)
    if not _INTEGER.match(text):
        return Say(
            "整数で書いてください(桁区切りのコンマ、小数点、単位は付けません)。",
            "must be a whole number, without separators, decimals or unit.",
        )
    if not least <= int(text) <= most:
        return Say(f"{least}から{most}までの整数です。", f"must be a whole number from {least} to {most}.")
    return int(text)
