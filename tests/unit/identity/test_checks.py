"""The table of checks on enrolment: what each field takes, and what it refuses. Reasons come in both languages."""

from __future__ import annotations

from datetime import date

import pytest

from noren.identity.checks import check_application
from noren.identity.model import CONTACT_FIELDS, PERSON_FIELDS, Application, Refused

TODAY = date(2026, 11, 22)

# column, value, what is stored (None: unknown)
TAKEN = [
    ("member_number", "M-0001.a_b", "M-0001.a_b"),
    ("family_name", "髙橋", "髙橋"),
    ("given_name", "はなこ Ann-Marie", "はなこ Ann-Marie"),
    ("given_name", "", None),
    ("family_kana", "タカハシ", "タカハシ"),
    ("given_kana", "ハナ・コ", "ハナ・コ"),
    ("given_kana", "ヴェー", "ヴェー"),
    ("birth_date", "1900-01-01", "1900-01-01"),
    ("birth_date", "2024-02-29", "2024-02-29"),
    ("birth_date", "2026-11-22", "2026-11-22"),
    ("birth_date", None, None),
    ("sex", "female", "female"),
    ("sex", "male", "male"),
    ("sex", "other", "other"),
    ("sex", "unknown", None),
    ("sex", "", None),
    ("since", "2019-05", "2019-05"),
    ("since", "2019-05-04", "2019-05-04"),
    ("postal_code", "1500001", "1500001"),
    ("prefecture", "東京都", "東京都"),
    ("prefecture", "沖縄県", "沖縄県"),
    ("city", "渋谷区", "渋谷区"),
    ("street", "神宮前1-2-3 のれんビル101", "神宮前1-2-3 のれんビル101"),
    ("phone", "0312345678", "0312345678"),
    ("phone", "090-1234-5678", "090-1234-5678"),
    ("phone", "+819012345678", "+819012345678"),
    ("email", "a..b.@example.ne.jp", "a..b.@example.ne.jp"),
    ("email", "hanako+noren@mail.example.jp", "hanako+noren@mail.example.jp"),
    ("email_ok", True, "yes"),
    ("email_ok", False, "no"),
    ("post_ok", None, None),
    ("post_ok", "", None),
]
REFUSED = [
    ("member_number", ""),
    ("member_number", None),
    ("member_number", "a" * 33),
    ("member_number", "M 1"),
    ("member_number", "Ｍ1"),
    ("member_number", 1),
    ("card", "1234567"),
    ("card", "1" * 41),
    ("card", "29800012３４567890"),
    ("card", "2980-0012-3456-7890"),
    ("card", 29800012),
    ("family_name", "架空2"),
    ("family_name", "a" * 101),
    ("given_name", " 花子"),
    ("given_name", "花\u0000子"),
    ("given_name", "花\n子"),
    ("given_name", "花\u202e子"),
    ("given_name", 3),
    ("family_kana", "高橋"),
    ("family_kana", "ﾀｶﾊｼ"),
    ("given_kana", "ハナコ1"),
    ("birth_date", "1899-12-31"),
    ("birth_date", "2026-11-23"),
    ("birth_date", "2023-02-29"),
    ("birth_date", "昭和50年1月1日"),
    ("birth_date", "1975/01/01"),
    ("birth_date", "１９７５-01-01"),
    ("birth_date", "19750101"),
    ("sex", "f"),
    ("sex", "女"),
    ("sex", "Female"),
    ("since", "2027-01"),
    ("since", "2019-13"),
    ("since", "2019"),
    ("postal_code", "150-0001"),
    ("postal_code", "15000"),
    ("postal_code", "１５０0001"),
    ("postal_code", 1500001),
    ("prefecture", "東京"),
    ("prefecture", "Tokyo"),
    ("city", "あ" * 201),
    ("street", "1\t2"),
    ("phone", "12345"),
    ("phone", "９０1234567"),
    ("phone", "312345678"),
    ("phone", "03-1234-5678 内線"),
    ("phone", "0" * 30),
    ("email", "hanako"),
    ("email", "hanako@localhost"),
    ("email", "a@b@example.jp"),
    ("email", "花子@example.jp"),
    ("email", "a@example.jp\nBcc: x@example.jp"),
    ("email", "a b@example.jp"),
    ("email", "<a@example.jp>"),
    ("email", "a@-example.jp"),
    ("email", "a" * 65 + "@example.jp"),
    ("email_ok", "true"),
    ("post_ok", 1),
    ("nickname", "x"),
    ("points", "12"),
]


def check(column: str, value: object) -> tuple[Application | Refused, int]:
    found, doubts = check_application({"member_number": "M1", column: value}, today=TODAY)
    return found, len(doubts)


@pytest.mark.parametrize(("column", "value", "stored"), TAKEN)
def test_taken(column: str, value: object, stored: str | None) -> None:
    found, doubts = check(column, value)
    assert isinstance(found, Application)
    assert found.given[column] == stored
    assert doubts == 0


@pytest.mark.parametrize(("column", "value"), REFUSED)
def test_refused(column: str, value: object) -> None:
    found, _ = check(column, value)
    assert isinstance(found, Refused)
    assert column in found.reason.en
    assert column in found.reason.ja
    if isinstance(value, str) and len(value) > 3 and value != "true":
        assert value not in found.reason.ja + found.reason.en


@pytest.mark.parametrize(
    ("column", "value"), [("postal_code", "0001234"), ("postal_code", "9990000"), ("phone", "09000001234")]
)
def test_taken_with_a_doubt(column: str, value: str) -> None:
    found, doubts = check(column, value)
    assert isinstance(found, Application)
    assert found.given[column] == value
    assert doubts == (0 if value.startswith("999") else 1)


def test_a_column_that_looks_like_a_datum_is_not_repeated() -> None:
    found, _ = check("山田太郎", "x")
    assert isinstance(found, Refused)
    assert "山田" not in found.reason.ja + found.reason.en


def test_what_a_row_leaves_out_is_not_given() -> None:
    found, _ = check_application({"member_number": "M1"}, today=TODAY)
    assert isinstance(found, Application)
    assert set(found.given) == {"member_number"}


def test_every_field_has_its_rows_in_these_tables() -> None:
    assert {column for column, _, _ in TAKEN} == {*PERSON_FIELDS, *CONTACT_FIELDS}
    assert {*PERSON_FIELDS, *CONTACT_FIELDS} <= {column for column, _ in REFUSED}
