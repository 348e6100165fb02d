"""Checks of an enrolment's fields. The vault is strict: the importer puts widths, eras and spellings right before.

A check returns the value as it will be stored, or says in both languages what is wrong. No
message repeats the value: it would carry it into logs and reject files of other processes.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from noren.identity import areas
from noren.identity.model import CONTACT_FIELDS, PERSON_FIELDS, Application, Field, Refused
from noren.kernel.ids import CardNumber, MalformedId, MemberNumber
from noren.kernel.say import Say

EARLIEST_BIRTH: Final = date(1900, 1, 1)
MAX_NAME_CHARACTERS: Final = 100
MAX_ADDRESS_CHARACTERS: Final = 200
MAX_EMAIL_CHARACTERS: Final = 254
SEXES: Final = ("female", "male", "other")

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z", re.ASCII)
_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}\Z", re.ASCII)
_POSTAL = re.compile(r"[0-9]{7}\Z", re.ASCII)
_PHONE = re.compile(r"\+?[0-9][0-9()-]{5,24}\Z", re.ASCII)
# Looser than RFC 5322 on dots (Japanese carriers issued a..b.@), stricter on all that could become a header.
_EMAIL = re.compile(
    r"[0-9A-Za-z.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[0-9A-Za-z](?:[0-9A-Za-z-]{0,61}[0-9A-Za-z])?\.)+"
    r"[A-Za-z][0-9A-Za-z-]{0,61}[0-9A-Za-z]\Z",
    re.ASCII,
)
_KANA = re.compile(r"[ぁ-ゖァ-ヺー・゛゜ 　A-Za-z'.-]+\Z")


@dataclass(frozen=True, slots=True)
class Warned:
    """A value that is taken, with a doubt."""

    value: Field
    doubt: Say


Checked = Field | Warned | Refused
Check = Callable[[str, date], Checked]


def check_application(row: Mapping[str, object], *, today: date) -> tuple[Application | Refused, list[Say]]:
    """Check one row of an enrolment; return it, or the first thing wrong with it, and its warnings.

    Fields that the row leaves out stay as they are; an empty or null one becomes unknown.
    """
    ids = _ids(row)
    if isinstance(ids, Refused):
        return ids, []
    number, card = ids
    given: dict[str, Field] = {"member_number": number.reveal()}
    doubts: list[Say] = []
    for column, value in row.items():
        if column in ("member_number", "card"):
            continue
        checked = _check(column, value, today)
        if isinstance(checked, Refused):
            return checked, []
        if isinstance(checked, Warned):
            doubts.append(checked.doubt)
            checked = checked.value
        given[column] = checked
    return Application(number, card, given), doubts


def _ids(row: Mapping[str, object]) -> tuple[MemberNumber, CardNumber | None] | Refused:
    number, card = row.get("member_number"), row.get("card")
    try:
        known = MemberNumber(number if isinstance(number, str) else "")
    except MalformedId:
        return _wrong("会員番号", "member_number", "1〜32文字の英数字と . _ -", "1 to 32 of 0-9 A-Z a-z . _ -")
    try:
        return known, CardNumber(card if isinstance(card, str) else "!") if card not in (None, "") else None
    except MalformedId:
        return _wrong("カード番号", "card", "8〜40桁の半角数字", "8 to 40 digits 0-9")


def _check(column: str, value: object, today: date) -> Checked:
    if column in ("email_ok", "post_ok"):
        return _consent(column, value)
    check = CHECKS.get(column)
    if check is None:
        return Refused(
            Say(
                f"「{_shown(column)}」という項目はありません。項目名を確かめてください。",
                f"There is no field {_shown(column)}. Check the name of the column.",
            )
        )
    if value is None or value == "":
        return None
    if not isinstance(value, str) or not _clean(value):
        return _wrong(column, column, "制御文字のない文字列", "text without control characters")
    return check(value, today)


def _shown(column: str) -> str:
    """A column's name may itself be somebody's datum: it is shown only when it looks like a name of a column."""
    return column if re.fullmatch(r"[a-z_]{1,32}", column) else "?"


def _clean(value: str) -> bool:
    return value == value.strip() and (value.isprintable() or all(unicodedata.category(c)[0] != "C" for c in value))


def _wrong(ja: str, column: str, form_ja: str, form_en: str) -> Refused:
    return Refused(
        Say(
            f"{ja}({column})の形が正しくありません。{form_ja}で書いてください。",
            f"{column} is malformed. Write it as {form_en}.",
        )
    )


def _consent(column: str, value: object) -> Checked:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "yes" if value else "no"
    return _wrong("同意", column, "true か false", "true or false")


def _name(ja: str, column: str) -> Check:
    def check(value: str, _today: date) -> Checked:
        if len(value) > MAX_NAME_CHARACTERS:
            return _wrong(ja, column, f"{MAX_NAME_CHARACTERS}文字以内", f"at most {MAX_NAME_CHARACTERS} characters")
        if any(c.isdigit() for c in value):
            return _wrong(ja, column, "数字を含まない文字", "text without digits")
        return value

    return check


def _kana(ja: str, column: str) -> Check:
    def check(value: str, _today: date) -> Checked:
        if len(value) > MAX_NAME_CHARACTERS or not _KANA.match(value):
            return _wrong(ja, column, "全角カナ(かな)", "full-width kana")
        return value

    return check


def _birth(value: str, today: date) -> Checked:
    day = _day(value)
    if day is None or not EARLIEST_BIRTH <= day <= today:
        return _wrong(
            "生年月日",
            "birth_date",
            "1900年から今日までの実在する日(YYYY-MM-DD)",
            "an existing day from 1900 to today (YYYY-MM-DD)",
        )
    return value


def _since(value: str, today: date) -> Checked:
    day = _day(f"{value}-01" if _MONTH.match(value) else value)
    if day is None or not EARLIEST_BIRTH <= day <= today:
        return _wrong(
            "入会日",
            "since",
            "今日までの実在する日(YYYY-MM-DD または YYYY-MM)",
            "an existing day up to today (YYYY-MM-DD or YYYY-MM)",
        )
    return value


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(value) if _DATE.match(value) else None
    except ValueError:
        return None


def _sex(value: str, _today: date) -> Checked:
    if value == "unknown":
        return None
    return (
        value
        if value in SEXES
        else _wrong("性別", "sex", "female・male・other・unknown のどれか", "female, male, other or unknown")
    )


def _postal_code(value: str, _today: date) -> Checked:
    if not _POSTAL.match(value):
        return _wrong("郵便番号", "postal_code", "7桁の半角数字", "7 digits 0-9")
    if areas.is_known(value):
        return value
    return Warned(
        value,
        Say(
            "郵便番号の上3桁にあたる地域が見つかりません。そのまま登録しました。",
            "No area is known for the first three digits of postal_code. It was taken as it is.",
        ),
    )


def _prefecture(value: str, _today: date) -> Checked:
    return (
        value
        if value in areas.prefectures()
        else _wrong(
            "都道府県",
            "prefecture",
            "正式な都道府県名(例: 東京都)",
            "one of the 47 prefectures in Japanese, like 東京都",
        )
    )


def _address(ja: str, column: str) -> Check:
    def check(value: str, _today: date) -> Checked:
        if len(value) > MAX_ADDRESS_CHARACTERS:
            return _wrong(
                ja, column, f"{MAX_ADDRESS_CHARACTERS}文字以内", f"at most {MAX_ADDRESS_CHARACTERS} characters"
            )
        return value

    return check


def _phone(value: str, _today: date) -> Checked:
    # Imported here: 0.3 s and 30 MB that only an enrolment needs, not a sign-in.
    import phonenumbers

    wrong = _wrong(
        "電話番号", "phone", "市外局番からの半角数字(例: 03-1234-5678)", "digits with the area code, like 03-1234-5678"
    )
    if not _PHONE.match(value):
        return wrong
    try:
        number = phonenumbers.parse(value, "JP")
    except phonenumbers.NumberParseException:
        return wrong
    if not phonenumbers.is_possible_number(number) or (value[0] not in "+0"):
        return wrong
    # A number of a range that is not in use may be a mistake or newer than our tables.
    return (
        value
        if phonenumbers.is_valid_number(number)
        else Warned(
            value,
            Say(
                "電話番号は使われていない番号帯です。そのまま登録しました。",
                "phone is of a range that is not in use. It was taken as it is.",
            ),
        )
    )


def _email(value: str, _today: date) -> Checked:
    if len(value) > MAX_EMAIL_CHARACTERS or not _EMAIL.match(value):
        return _wrong("メールアドレス", "email", "name@example.jp の形", "name@example.jp")
    return value


CHECKS: Final[dict[str, Check]] = {
    "family_name": _name("姓", "family_name"),
    "given_name": _name("名", "given_name"),
    "family_kana": _kana("姓カナ", "family_kana"),
    "given_kana": _kana("名カナ", "given_kana"),
    "birth_date": _birth,
    "sex": _sex,
    "since": _since,
    "postal_code": _postal_code,
    "prefecture": _prefecture,
    "city": _address("市区町村", "city"),
    "street": _address("番地・建物", "street"),
    "phone": _phone,
    "email": _email,
}
assert {*CHECKS, "member_number", "email_ok", "post_ok"} == {*PERSON_FIELDS, *CONTACT_FIELDS}, "a field has no check"
