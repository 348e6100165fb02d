"""What a condition never asks for, by design: who she is, where she lives exactly, and lists of persons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from noren.kernel.say import Say


@dataclass(frozen=True, slots=True)
class RefusedWord:
    """Why a word is refused, and what may be asked for in its place, if anything."""

    say: Say
    instead: str | None = None


def _never(ja: str, en: str, instead: str | None = None, ja_hint: str = "", en_hint: str = "") -> RefusedWord:
    return RefusedWord(
        Say(
            f"{ja}は、条件に使えません。条件は、会員を特定しない項目だけで書きます。{ja_hint}",
            f"{en} can not be asked for: a condition speaks only of what identifies no one.{en_hint}",
        ),
        instead,
    )


_NAME: Final = _never("氏名", "A name")
_ADDRESS: Final = _never(
    "住所", "An address", "prefecture", "都道府県(prefecture)か郵便番号の上3桁(postal3)なら使えます。",
    " The prefecture and the first 3 digits of the postal code (postal3) can.",
)  # fmt: skip
_PHONE: Final = _never("電話番号", "A telephone number")
_EMAIL: Final = _never(
    "メールアドレス", "An e-mail address", "reachable by email", "届けられるかどうかは reachable by email で聞けます。",
    " Whether she can be reached is asked by: reachable by email.",
)  # fmt: skip
_POST: Final = _never(
    "送り先", "An address", "reachable by post", "届けられるかどうかは reachable by post で聞けます。",
    " Whether she can be reached is asked by: reachable by post.",
)  # fmt: skip
_NUMBER: Final = _never("会員番号・カード番号", "A member or card number")
_BIRTH: Final = _never(
    "生年月日", "A day of birth", "birth_month", "年齢(age)と生まれ月(birth_month)なら使えます。",
    " The age and the month of birth (birth_month) can.",
)  # fmt: skip
_PERSONS: Final = _never("個人を並べた一覧", "A list of persons")
_TEXT: Final = _never("自由な文章", "Free text")
_PATTERN: Final = _never(
    "正規表現や部分一致", "A pattern", None, "値は in (…) か in list で並べます。", " List values by in (…) or in list."
)

_WORDS: Final[dict[RefusedWord, str]] = {
    _NAME: "name full_name first_name last_name family_name given_name surname kana family_kana given_kana",
    _ADDRESS: "address street city town address_line zip postal_code postcode zipcode",
    _PHONE: "phone telephone tel mobile phone_number",
    _EMAIL: "email mail email_address mail_address e_mail",
    _POST: "post post_address",
    _NUMBER: "member member_number member_id card card_number customer customer_id user user_id id handle household_id",
    _BIRTH: "birth_date birthday birthdate date_of_birth birth_day dob",
    _PERSONS: "members persons people list customers",
    _TEXT: "note notes comment memo text remarks",
    _PATTERN: "like matches match regex regexp contains starts_with ends_with",
}
_BY_WORD: Final = {word: refused for refused, words in _WORDS.items() for word in words.split()}

REFUSED_WORDS: Final = frozenset(_BY_WORD)
"""What people may try to ask for, and never can."""


def refused_by_design(word: str) -> RefusedWord | None:
    """Return why a word is refused by design, if it is one of those."""
    return _BY_WORD.get(word)
