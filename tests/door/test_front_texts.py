"""Every text that a page says stands in both languages, and every word in the catalogues is said somewhere."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po
from jinja2.ext import babel_extract

import noren.doors as doors

ROOT = Path(doors.__file__).parent
ROOMS = sorted(path.parent for path in ROOT.glob("*/templates") if any(path.glob("*.html")))
JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龠]")


def said(room: Path) -> set[str]:
    out: set[str] = set()
    for template in room.glob("templates/*.html"):
        with template.open("rb") as lines:
            for _, _, message, _ in babel_extract(lines, ("_",), (), {}):  # type: ignore[arg-type]
                out.add(str(message[0] if isinstance(message, tuple) else message))
    return out


def catalogue(room: Path) -> dict[str, Any]:
    with (room / "texts" / "en.po").open("rb") as lines:
        return {str(message.id): message for message in read_po(lines, locale="en") if message.id}


def test_there_are_rooms() -> None:
    assert {"pages", "front", "statement"} <= {room.name for room in ROOMS}


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_every_text_has_a_translation(room: Path) -> None:
    translated = {m.id for m in catalogue(room).values() if m.string and not m.fuzzy}
    assert said(room) - translated == set(), "said, but not in texts/en.po"


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_no_catalogue_keeps_what_nobody_says(room: Path) -> None:
    assert set(catalogue(room)) - said(room) == set(), "in texts/en.po, but no template says it"


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_source_is_japanese_and_translation_is_not(room: Path) -> None:
    for source, message in catalogue(room).items():
        assert JAPANESE.search(source), f"not Japanese: {source}"
        assert not JAPANESE.search(str(message.string)), f"not English: {message.string}"


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_translations_name_the_same_things(room: Path) -> None:
    for source, message in catalogue(room).items():
        assert sorted(re.findall(r"{\w+}", source)) == sorted(re.findall(r"{\w+}", str(message.string))), source


def test_one_text_has_one_translation() -> None:
    known: dict[str, str] = {}
    for room in ROOMS:
        for source, message in catalogue(room).items():
            assert known.setdefault(source, str(message.string)) == message.string, source


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_templates_hold_no_bare_words(room: Path) -> None:
    """What is not wrapped in _() would be told in one language only."""
    for template in room.glob("templates/*.html"):
        text = re.sub(r"{#.*?#}|{{.*?}}|{%.*?%}|<[^>]*>", "", template.read_text("utf-8"), flags=re.DOTALL)
        bare = set(JAPANESE.findall(text)) - set("日本語言暖簾")
        assert not bare, f"{template.name}: {bare}"
