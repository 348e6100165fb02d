"""The 25 conditions of a marketer: text, JSON and sentences are what the table says, and lead back to one another."""

from __future__ import annotations

import pytest
from tests.spec.condition_row import Row
from tests.spec.condition_rows_baskets import SECOND
from tests.spec.condition_rows_members import FIRST
from tests.spec.conditions_page import PAGE, render

from noren.audience.language import Condition, from_json, parse, to_json, to_text
from noren.audience.language.parsing import read
from noren.audience.language.problems import Refused
from noren.audience.language.review import Surroundings, cost_of, review
from noren.audience.language.speech import Wording, sentence

ROWS = FIRST + SECOND


def parsed(text: str) -> Condition:
    got = parse(text)
    assert isinstance(got, Condition), got
    return got


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.title.en)
def test_a_condition_has_one_text_one_json_and_a_sentence_for_each_listener(row: Row) -> None:
    condition = parsed(row.text)
    assert to_text(condition) == row.text
    assert to_json(condition).decode() == row.json
    assert from_json(row.json) == condition
    assert sentence(condition, "ja") == row.staff
    assert sentence(condition, "ja", "member") == row.member
    assert sentence(condition, "en") == row.english


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.title.en)
def test_a_condition_of_a_marketer_is_taken_without_an_error_and_costs_something(row: Row) -> None:
    got = read(row.text)
    assert not isinstance(got, Refused)
    said = review(got, Surroundings())
    assert said.errors == ()
    assert {warning.code for warning in said.warnings} <= {"till-only"}
    assert cost_of(got.condition) >= ("basket" not in row.text and "points_" not in row.text)


def test_there_are_25_and_the_first_is_the_page_s_own() -> None:
    assert len({row.text for row in ROWS}) == 25
    own = ROWS[0]
    assert own.text == 'sex = female and visits(category = "COFFEE") >= 5 in last 365 days'
    assert own.staff == "直近365日間に、分類『COFFEE』の商品を5会計以上で購入した女性"
    assert own.member == "直近365日間に、コーヒーを5回以上(お会計単位)お買い上げの女性のお客さま"
    assert own.english == "Women who bought category COFFEE on 5 or more visits in the last 365 days"


SAME = [
    ("sex = female", 'sex = "female"'),
    ("visits(any) >= 5", "visits(any)>=5 ever"),
    ("visits(any) >= 5.5000", "visits((any)) >= 5.5"),
    ("contacted and (contacted and sex = male)", "contacted and contacted and sex = male"),
    ("contacted in last 1 days", "contacted in last 1 day"),
    ("postal3 = 150", 'postal3 = "150"'),
    ("age 20..29", "\tage\r\n20..29 "),
    ("change(spend(any), 7 days) = 0%", "change(spend(any), 7 days) = -0.0%"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_two_writings_of_one_condition_are_one_condition(one: str, other: str) -> None:
    assert parsed(one) == parsed(other)
    assert to_json(parsed(one)) == to_json(parsed(other))


DIFFERENT = [
    ("sex = female", "sex != female"),
    ("sex = female and contacted", "contacted and sex = female"),
    ("contacted in last 7 days", "contacted in last 1 week"),
    ("postal3 = 7", "postal3 = 007"),
    ("contacted", "contacted or contacted"),
    ("not not contacted", "contacted"),
    ("(contacted or sex = male) and sex = male", "contacted or sex = male and sex = male"),
    ("not (contacted and sex = male)", "not contacted and sex = male"),
]


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_what_is_written_differently_stays_different(one: str, other: str) -> None:
    assert parsed(one) != parsed(other)
    assert to_json(parsed(one)) != to_json(parsed(other))


SAID_SO = [
    ("visits(any) < 3", "(0を含む)", "those who bought nothing included"),
    ("not visits(any) >= 3", "していない", "did not buy"),
    ("not days_since_last(any) >= 30", "購入がない場合を含む", "or never bought any"),
    ("not share(any of any) > 5%", "購入がない場合を含む", "those who spent nothing on it included"),
    ("top 5% by points(any)", "前日までの集計", "as of the day before"),
    ("not (contacted and sex = male)", "片方か両方に当てはまらない", "do not meet all of"),
    ("not (contacted or sex = male)", "どちらにも当てはまらない", "do not meet at least one of"),
]


@pytest.mark.parametrize(("text", "ja", "en"), SAID_SO)
def test_what_could_be_misheard_is_said(text: str, ja: str, en: str) -> None:
    assert ja in sentence(parsed(text), "ja")
    assert en in sentence(parsed(text), "en")


UNITS = [
    ("visits", "購入回数(会計単位)"), ("days", "購入日数"), ("lines", "明細行数"), ("units", "購入点数"),
    ("products", "商品種類数"), ("brands", "ブランド数"), ("shops", "利用店舗数"), ("partners", "利用企業数"),
    ("spend", "購入金額"), ("points", "獲得ポイント"),
]  # fmt: skip


@pytest.mark.parametrize(("measure", "unit"), UNITS)
def test_the_unit_of_a_measure_is_always_said(measure: str, unit: str) -> None:
    for text in (f"{measure}(any) <= 5", f"top 5% by {measure}(any)", f"every month for 2 ({measure}(any) < 7)"):
        assert unit in sentence(parsed(text), "ja")


def test_amounts_are_said_in_the_programme_s_currency() -> None:
    spend = parsed("spend(any) >= 123456")
    assert "123,456円" in sentence(spend, "ja")
    assert "¥123,456" in sentence(spend, "en")
    assert "$1,234.56" in sentence(spend, "en", "staff", Wording("USD"))


def test_the_same_measure_twice_costs_once() -> None:
    once, twice = cost_of(parsed("visits(any) >= 5")), cost_of(parsed("visits(any) >= 5 and visits(any) < 9"))
    assert (once, twice) == (1, 1)
    assert cost_of(parsed("visits(any) >= 5 and visits(any) < 9 in last 30 days")) == 2
    assert cost_of(parsed("sex = female")) == 0


def test_the_reference_page_is_what_the_tables_say() -> None:
    assert PAGE.read_text("utf-8") == render(), "write it anew: python -m tests.spec.conditions_page"
