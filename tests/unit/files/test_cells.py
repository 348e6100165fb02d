"""What a cell must be, and that the vault takes what the importer gives it."""

from __future__ import annotations

from datetime import date

import pytest
from tests.unit.files.reading import SETTING

from noren.doors.cli.files import cells, personal
from noren.doors.cli.files.cells import Cleaner, Doubted, Value
from noren.doors.cli.files.kinds import MEMBERS
from noren.identity.checks import check_application
from noren.identity.model import Refused
from noren.kernel.say import Say

GOOD: list[tuple[Cleaner, str, Value]] = [
    (cells.card, "０００１２３４５６７８９", "000123456789"),
    (cells.code, "0001", "0001"),
    (cells.code, " Ａ-1 ", "A-1"),
    (cells.words, " ㈱①　髙\n島屋 ", "㈱①　髙 島屋"),
    (cells.words, "か\u3099き\u200b", "がき"),
    (cells.words, "~〜−", "~～－"),
    (cells.yes_no, "はい", True),
    (cells.yes_no, "０", False),
    (cells.yes_no, "TRUE", True),
    (cells.yes_no, "×", False),
    (cells.email, "ａ@example.jp", "a@example.jp"),
    (cells.email, "a..b.@docomo.ne.jp", "a..b.@docomo.ne.jp"),
    (cells.amount, "0", 0),
    (cells.amount, "１２３", 123),
    (cells.quantity, "999999", 999_999),
    (cells.at, "2026/11/22 10:15", "2026-11-22T10:15:00+09:00"),
    (cells.business_date, "R8.11.22", "2026-11-22"),
    (personal.name, "髙橋", "髙橋"),
    (personal.kana, "ﾀｶﾊｼ", "タカハシ"),
    (personal.kana, "たかはし", "タカハシ"),
    (personal.kana, "ﾏﾂﾓﾄ ｹﾝｲﾁ", "マツモト ケンイチ"),
    (personal.birth_date, "昭和60年1月2日", "1985-01-02"),
    (personal.since, "2020/4", "2020-04"),
    (personal.since, "令和2年4月", "2020-04"),
    (personal.since, "2020-04-01", "2020-04-01"),
    (personal.sex, "女性", "female"),
    (personal.sex, "Ｍ", "male"),
    (personal.sex, "不明", "unknown"),
    (personal.postal_code, "〒１５０−０００２", "1500002"),
    (personal.prefecture, "東京", "東京都"),
    (personal.prefecture, "北海道", "北海道"),
    (personal.phone, "０３（１２３４）５６７８", "03(1234)5678"),
    (personal.phone, "090ー1234ー5678", "090-1234-5678"),
]

BAD: list[tuple[Cleaner, str]] = [
    (cells.card, "1.23E+12"),
    (cells.card, "12345678.0"),
    (cells.card, "1234567"),
    (cells.card, "1" * 41),
    (cells.card, "①２３４５６７８"),
    (cells.code, "4.90178E+12"),
    (cells.code, "a b"),
    (cells.code, "x" * 33),
    (cells.code, "商品"),
    (cells.words, "あ" * 201),
    (cells.yes_no, "2"),
    (cells.email, "a@b"),
    (cells.email, "a b@c.jp"),
    (cells.email, "a@example.jp\nBcc: b@c.jp"),
    (cells.amount, "1,234"),
    (cells.amount, "-1"),
    (cells.amount, "1.0"),
    (cells.amount, "￥100"),
    (cells.amount, "1000000001"),
    (cells.quantity, "0"),
    (cells.quantity, "1000000"),
    (cells.quantity, "٣"),
    (cells.at, "2026-11-25T10:00:00+09:00"),
    (cells.at, "2026-11-22"),
    (personal.kana, "山田"),
    (personal.name, "①郎"),
    (personal.birth_date, "1899-12-31"),
    (personal.birth_date, "2026-11-23"),
    (personal.since, "2026-12"),
    (personal.since, "2020-13"),
    (personal.sex, "x"),
    (personal.postal_code, "150000"),
    (personal.prefecture, "北海"),
    (personal.prefecture, "Tokyo"),
    (personal.phone, "312345678"),
    (personal.phone, "119"),
]


@pytest.mark.parametrize(("clean", "text", "value"), GOOD)
def test_good_cells(clean: Cleaner, text: str, value: Value) -> None:
    found = clean(text, SETTING)
    assert (found.value if isinstance(found, Doubted) else found) == value
    assert type(found if not isinstance(found, Doubted) else found.value) is type(value)


@pytest.mark.parametrize(("clean", "text"), BAD)
def test_bad_cells_are_refused_in_both_languages(clean: Cleaner, text: str) -> None:
    found = clean(text, SETTING)
    assert isinstance(found, Say)
    assert found.ja
    assert found.en


def test_an_unknown_postal_code_is_a_warning() -> None:
    assert isinstance(personal.postal_code("000-0000", SETTING), Doubted)
    assert personal.postal_code("100-0001", SETTING) == "1000001"


def test_the_vault_takes_every_value_that_the_importer_gives() -> None:
    by_cleaner = {column.clean: column.name for column in MEMBERS.columns}
    for clean, text, value in GOOD:
        column = by_cleaner.get(clean)
        if column is not None and column not in ("member_number", "card"):
            application, _ = check_application({"member_number": "M1", column: value}, today=date(2026, 11, 22))
            assert not isinstance(application, Refused), (column, text)
