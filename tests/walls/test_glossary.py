"""The glossary word is the code word: each code word of what stands is used in the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def words(section: str) -> list[str]:
    """Return the code words of a section of the glossary: the third column, between backticks."""
    text = (ROOT / "GLOSSARY.md").read_text("utf-8").split(f"\n## {section}\n")[1].split("\n## ")[0]
    rows = [row.split("|") for row in text.splitlines() if row.startswith("|")][2:]
    return [word for row in rows for word in re.findall(r"`([^`]+)`", row[3])]


@pytest.fixture(scope="module")
def names() -> set[str]:
    """Return every word of the code, names of rooms included."""
    source = ROOT / "src" / "noren"
    used = {path.name.removesuffix(".py") for path in source.rglob("*")}
    for path in source.rglob("*.py"):
        used |= set(re.findall(r"\w+", path.read_text("utf-8")))
    return used


@pytest.mark.parametrize("word", words("Words that stand"))
def test_a_word_that_stands_is_used_in_the_code(word: str, names: set[str]) -> None:
    assert word in names, f"GLOSSARY.md says that the code calls it `{word}`; it does not"


def test_a_word_is_not_in_both_tables() -> None:
    assert not set(words("Words that stand")) & set(words("Words that come with their rooms"))


def test_an_unused_word_would_be_seen(names: set[str]) -> None:
    assert "Shibboleth" not in names
