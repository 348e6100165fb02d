"""Every mistake is told by its code, at its place, with what to write instead, in Japanese and English."""

from __future__ import annotations

import re

import pytest
from tests.spec.condition_errors import PROGRAMME, TEXTS, WARNED, Wrong

from noren.audience.language import Refused, from_json, parse, to_json
from noren.audience.language.codes import ERRORS, WARNINGS
from noren.audience.language.nodes import Condition
from noren.audience.language.parsing import read
from noren.audience.language.problems import Place, Problem
from noren.audience.language.refused_words import REFUSED_WORDS
from noren.audience.language.review import Surroundings, review
from noren.kernel.say import Say

ELSEWHERE = {"not-utf8": "tests/door/test_cli_audience.py", "bad-json": "below", "not-canonical": "below"}
JAPANESE = re.compile("[\u3041-\u30ff]")


def found(text: str) -> tuple[tuple[Problem, ...], tuple[Problem, ...]]:
    """Return errors and warnings of a text in the programme's surroundings."""
    got = read(text)
    if isinstance(got, Refused):
        return got.problems, ()
    said = review(got, PROGRAMME)
    return said.errors, said.warnings


def check_words(problem: Problem) -> None:
    assert JAPANESE.search(problem.say.ja), problem.say.ja
    quoted = re.sub('“[^”]*”|"[^"]*"|: \\S+ \\(U', "", problem.say.en)
    assert not JAPANESE.search(quoted), problem.say.en
    assert problem.say.en.endswith((".", "?", '"', "”"))


@pytest.mark.parametrize("wrong", TEXTS, ids=lambda wrong: f"{wrong.code}:{wrong.text[:30]}")
def test_a_mistake_is_told_at_its_place_with_what_to_write(wrong: Wrong) -> None:
    errors, _ = found(wrong.text)
    told = [(each.code, each.place.line, each.place.column, each.suggestion) for each in errors]
    assert told == [(wrong.code, wrong.line, wrong.column, wrong.suggestion)]
    check_words(errors[0])


@pytest.mark.parametrize("wrong", WARNED, ids=lambda wrong: f"{wrong.code}:{wrong.text[:30]}")
def test_a_doubt_is_told_at_its_place_with_what_to_write(wrong: Wrong) -> None:
    errors, warnings = found(wrong.text)
    assert errors == ()
    told = [(each.code, each.place.line, each.place.column, each.suggestion) for each in warnings]
    assert told == [(wrong.code, wrong.line, wrong.column, wrong.suggestion)]
    check_words(warnings[0])


def test_every_code_is_shown_by_a_row() -> None:
    assert {wrong.code for wrong in TEXTS} | ELSEWHERE.keys() == ERRORS.keys()
    assert {wrong.code for wrong in WARNED} == WARNINGS.keys()


def test_a_code_that_stands_in_no_table_can_not_be_said() -> None:
    with pytest.raises(AssertionError, match="stands in no table"):
        Problem("made-up", Place(1, 1, 0, 0), Say("あ", "a"))


def test_all_mistakes_of_meaning_are_told_at_once_in_the_order_of_the_text() -> None:
    errors, _ = found("age >= 18 and top 0% by spend(any) and spend(together(any, any)) >= 1 in last 0 days")
    assert [each.code for each in errors] == ["band-cut", "out-of-range", "together-not-here", "out-of-range"]


def test_a_name_that_does_not_exist_is_an_error_and_no_twin() -> None:
    errors, warnings = found('visits(partner = "CJ" and category = "cheese") >= 1')
    assert [each.code for each in errors] == ["unknown-name"]
    assert warnings == ()


def test_where_nothing_is_known_names_are_not_checked() -> None:
    got = read('visits(category = "NO SUCH") >= 5')
    assert not isinstance(got, Refused)
    assert review(got, Surroundings()).errors == ()


@pytest.mark.parametrize("word", sorted(REFUSED_WORDS))
def test_what_identifies_a_person_can_not_be_asked_for(word: str) -> None:
    for text in (f'{word} = "x"', f"{word} = 5", f'{word} in ("x", "y")', f'visits({word} = "x") >= 1'):
        got = parse(text)
        assert isinstance(got, Refused)
        assert "refused-by-design" in [problem.code for problem in got.problems]


@pytest.mark.parametrize("word", ["sex", "tier"])
def test_a_word_that_identifies_no_one_can_be_asked_for(word: str) -> None:
    """The negative control: the same texts with another word are read."""
    assert isinstance(parse(f'{word} = "x"'), Condition)
    assert isinstance(parse(f'{word} in ("x", "y")'), Condition)


FINE = [
    "\tvisits( any )>=5\r\nin last 30 days\n",
    "visits(any)>=5in last 30days",
    'visits(category="a\\"b\\\\c")>=1',
    'visits(category = "\t、全角も　使える") >= 1',
    "points_balance >= 999999999999",
    "share(any of any) > 0.0001%",
    "visits(any) >= 1 in 2016-02-29..2016-02-29",
    f"{'(' * 12}contacted{')' * 12}",
    f"visits({'not ' * 12}any) >= 1",
    " or ".join(["contacted"] * 64),
    f"contacted{' ' * 1991}",
    "at least 1 of (contacted)",
    "bought (any) not followed by (any) within 30 days in last 31 days",
    "change(visits(any), 1 days) > - 5.5%",
    "visits(together(any, not any or brand = x)) >= 1",
    "age >= 85 or age <= 84 or age 0..4",
    "sex = female_x1 and postal3 = 007",
]


@pytest.mark.parametrize("text", FINE, ids=lambda text: text[:30])
def test_what_the_grammar_allows_is_read(text: str) -> None:
    got = parse(text)
    assert isinstance(got, Condition), got


JSON = b'{"condition":{"is":"contacted"},"version":1}'
CHANGED = [
    (b'{"version":1,"condition":{"is":"contacted"}}', "not-canonical"),
    (b' {"condition":{"is":"contacted"},"version":1}', "not-canonical"),
    (b'{"condition":{"is":"contacted","is":"contacted"},"version":1}', "not-canonical"),
    (b'{"condition":{"is":"contacted"},"version":1.0}', "not-canonical"),
    (b'{"condition":{"is":"contacted"},"version":2}', "bad-json"),
    (b'{"condition":{"is":"contacted","who":"her"},"version":1}', "bad-json"),
    (b'{"condition":{"is":"any-line"},"version":1}', "bad-json"),
    (b'{"condition":{"is":"trait","trait":"name","value":"x"},"version":1}', "bad-json"),
    (b'{"condition":{"is":"age","cmp":">=","years":18},"version":1}', "band-cut"),
    (b'{"condition":{"is":"and","parts":[{"is":"contacted"}]},"version":1}', "out-of-range"),
    (b"[" * 100_000, "bad-json"),
    (b"", "bad-json"),
    (b"\xff", "bad-json"),
    (b"null", "bad-json"),
    (b'{"condition":{"is":["a"]},"version":1}', "bad-json"),
]


def test_the_json_that_is_changed_below_is_read() -> None:
    got = from_json(JSON)
    assert isinstance(got, Condition)
    assert to_json(got) == JSON


@pytest.mark.parametrize(("raw", "code"), CHANGED, ids=lambda value: str(value)[:50])
def test_a_json_that_is_not_canonical_is_refused(raw: bytes, code: str) -> None:
    got = from_json(raw)
    assert isinstance(got, Refused)
    assert [problem.code for problem in got.problems] == [code]
    check_words(got.problems[0])


def test_deep_nesting_costs_no_stack() -> None:
    for text in ("(" * 10_000, "not " * 10_000, f"visits({'(' * 10_000}"):
        for cut in (text, text[:1999]):
            got = parse(cut)
            assert isinstance(got, Refused)
            assert got.problems[0].code in ("too-long", "too-deep", "unfinished")
