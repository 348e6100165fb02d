"""M16: the page "how we handle your data" says what the register says, at any instant, and nothing beside it."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import typst

from noren.governance.announced.wording import LINTS, look
from noren.governance.handling.model import Facts, Page
from noren.governance.handling.page import MAKERS, changes, page_at
from noren.governance.handling.papers import RECEIPT_COLUMNS, paper, receipt_lines
from noren.governance.notices import NoticeKind
from noren.governance.parties import Party, PartyKind
from noren.kernel.say import Say
from noren.testing.governed import BEGIN, NOW, Governed, governed, notice

FACTS = Facts(Say("のれんポイント", "Noren Points"), None, 400, 13, 35, 31)
THINNED = replace(FACTS, keep_months=36)
ADDRESS = "https://noren.example/handling"
FONTS = Path("/usr/share/fonts/opentype/noto")


def page(register: Governed, facts: Facts = FACTS, days: int = 0) -> Page:
    return page_at(register.documents, facts, NOW + timedelta(days=days))


def said(shown: Page, question: str) -> str:
    answer = next(each for each in shown.answers if each.id == question).answer
    return "\n".join(f"{each.ja}\n{each.en}" for each in answer)


def test_every_question_is_answered_in_both_languages() -> None:
    shown = page(governed())
    assert len(shown.answers) == len(MAKERS) == len({each.id for each in shown.answers})
    for each in shown.answers:
        assert each.answer
        assert all(say.ja and say.en and say.ja != say.en for say in (each.question, *each.answer)), each.id


def test_a_joint_use_is_told_with_its_five_items_and_without_one_it_says_so() -> None:
    text = said(page(governed()), "joint")
    for word in (
        "グループ会社",
        "利用店舗",
        "グループでのサービス向上",
        "株式会社暖簾",
        "joint 版1",
        "notice joint v1",
    ):
        assert word in text
    register = governed()
    register.remove(register.at().notices["joint"].value, NOW)
    assert said(page(register), "joint") == "共同利用は行っていません。\nThere is no joint use."


def test_a_company_is_named_while_it_is_in_force_and_not_a_moment_longer() -> None:
    register = governed()
    gone = register.at().parties["G1"].value
    register.remove(gone, NOW + timedelta(days=2))
    assert "グループ会社(グループ会社" in said(page(register, days=1), "joint")
    assert "グループ会社(グループ会社" not in said(page(register, days=2), "joint")


def test_what_is_to_come_is_shown_from_its_announcement_on_and_not_before() -> None:
    register, later = governed(), NOW + timedelta(days=40)
    register.put(Party("G7", PartyKind.GROUP, Say("次の会社", "the next company")), later, NOW)
    scope = frozenset({"G1", "G7"})
    register.put(
        notice("joint", NoticeKind.JOINT_USE, frozenset({"shop"}), scope, frozenset({"statistics"})), later, NOW
    )
    before = changes(register.documents, FACTS, NOW - timedelta(days=1))
    assert [each.at for each in before] == [BEGIN]
    now = changes(register.documents, FACTS, NOW)
    assert [each.at for each in now] == [later, BEGIN]
    old, new = now[0].questions["joint"]
    assert old is not None
    assert new is not None
    assert "次の会社" in new.answer[0].ja
    assert "次の会社" not in old.answer[0].ja
    assert "次の会社" not in said(page(register), "joint")
    assert "次の会社" in said(page(register, days=40), "joint")


def test_what_the_page_said_stays_said_whatever_is_announced_later() -> None:
    register = governed()
    before = page(register)
    register.put(replace(register.at().notices["joint"].value, items=frozenset({"shop"})), NOW + timedelta(days=1), NOW)
    assert page(register) == before


def test_nothing_is_promised_that_nothing_does() -> None:
    plain, thinned = page(governed()), page(governed(), replace(FACTS, keep_months=36))
    assert "会員でいるあいだ残ります" in said(plain, "kept")
    assert "36か月で、日と分類ごとの合計だけに" in said(thinned, "kept")
    assert "合計だけに" not in said(plain, "kept")
    assert "いまは行っていません" in said(plain, "combined")
    assert "いま行っていません" in said(plain, "coupons")
    assert "行っていません" not in said(page(governed(), replace(FACTS, mail=True)), "coupons")


def test_shops_that_handle_member_information_are_a_footnote_and_without_any_there_is_none() -> None:
    register = governed()
    assert [note.mark for note in page(register).footnotes] == ["※1", "※2"]
    register.remove(register.at().parties["S1"].value, NOW)
    assert [note.mark for note in page(register).footnotes] == ["※2"]
    assert "会員情報取扱店" not in said(page(register), "given")


def test_the_page_keeps_the_rules_of_wording() -> None:
    shown = page(governed())
    texts = [say for each in shown.answers for say in (each.question, *each.answer)]
    texts += [note.says for note in shown.footnotes]
    # Of statistics alone it may be said that they identify nobody.
    texts.remove(next(say for say in texts if say.ja.startswith("統計の作成")))
    assert [found for say in texts for found in look(say, LINTS)] == []


@pytest.mark.parametrize("lang", ["ja", "en"])
@pytest.mark.parametrize("kind", ["poster", "sticker"])
def test_papers_print(kind: str, lang: str) -> None:
    made = paper(page(governed()), THINNED, ADDRESS, kind, "ja" if lang == "ja" else "en")
    fonts = [str(FONTS)]
    printed = typst.compile(made.encode(), font_paths=fonts, ignore_system_fonts=True)  # type: ignore[arg-type]
    assert bytes(printed).startswith(b"%PDF-")  # type: ignore[arg-type]


def test_what_a_name_holds_is_never_typst() -> None:
    register = governed()
    odd = '#eval("1") *x* _y_ $z$ <a> @b [c] \\ ~ `d`'
    register.put(replace(register.at().parties["G1"].value, name=Say(odd, odd)))
    made = paper(page(register), FACTS, ADDRESS, "poster", "en")
    fonts = [str(FONTS)]
    assert bytes(typst.compile(made.encode(), font_paths=fonts, ignore_system_fonts=True))  # type: ignore[arg-type]
    assert "\\#eval" in made


def test_the_lines_of_a_receipt_fit() -> None:
    for line in receipt_lines(THINNED, ADDRESS):
        for text in (line.ja, line.en):
            assert sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text) <= RECEIPT_COLUMNS


def test_poster_sticker_and_receipt_tell_of_the_36_months_where_it_is_done() -> None:
    shown, plain = page(governed(), THINNED), page(governed())
    for kind in ("poster", "sticker"):
        assert "36か月で、日と分類ごとの合計だけに" in paper(shown, THINNED, ADDRESS, kind, "ja")
        assert "36 months" in paper(shown, THINNED, ADDRESS, kind, "en")
    assert "36 months" not in paper(plain, FACTS, ADDRESS, "sticker", "en")
    assert receipt_lines(THINNED, ADDRESS)[0].en == "After 36 months lines become sums of a day."
    assert len(receipt_lines(FACTS, ADDRESS)) == len(receipt_lines(THINNED, ADDRESS)) - 2


def test_who_is_dormant_is_told_of_only_where_it_is_done() -> None:
    plain, done = page(governed()), page(governed(), replace(FACTS, dormant_months=36, dormant_notice_days=60))
    assert "36か月のあいだ" not in said(plain, "kept")
    assert "36か月のあいだ、お買い物・ポイントの動き・ログイン・お手続きのいずれもなく" in said(done, "kept")
    assert "at least 60 days before" in said(done, "kept")
