"""Texts of the pages in two languages.

Japanese is the source language: a template says ``_("お買い物")``. English stands in the
room's ``texts/en.po``, a Babel catalogue read once at start. A test fails when a template
says something that a catalogue does not translate, or a catalogue something nobody says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from babel.messages.pofile import read_po

from noren.kernel.say import Lang

Translate = Callable[..., str]
"""``translate(text, **values)``: the text in one language, its ``{names}`` filled in."""

LANGS: Final[tuple[Lang, ...]] = ("ja", "en")


def read_catalogue(path: Path) -> dict[str, str]:
    """Return msgid → English text of one catalogue; fuzzy and empty entries are left out."""
    with path.open("rb") as lines:
        catalogue = read_po(lines, locale="en")
    return {
        message.id: message.string
        for message in catalogue
        if isinstance(message.id, str)
        and message.id
        and isinstance(message.string, str)
        and message.string
        and not message.fuzzy
    }


class Texts:
    """All catalogues of one process, merged; the same words mean the same on each of its pages."""

    def __init__(self, *folders: Path) -> None:
        self._english: dict[str, str] = {}
        for folder in folders:
            self._english |= read_catalogue(folder / "texts" / "en.po")

    def told_in(self, lang: Lang) -> Translate:
        """Return the translating function for ``lang``. An untranslated text stays Japanese: a page never breaks."""
        known: Mapping[str, str] = self._english if lang == "en" else {}

        def translate(text: str, /, **values: object) -> str:
            told = known.get(text, text)
            return told.format_map(values) if values else told

        return translate
