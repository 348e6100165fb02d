"""Names of who writes, approves and asks: one person is one, however her name is typed.

Letters of two scripts that look alike stay two: who is who comes with governance.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_NAME: Final = re.compile(r"\A[^\x00-\x1f\x7f]{1,64}\Z")
_UNSEEN: Final = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\ufe00-\ufe0f\U000e0100-\U000e01ef]")
"""Signs that are not seen, though Unicode counts them among letters, marks and symbols."""


def is_name(text: str) -> bool:
    """Return whether a text is a name: not too long, no control characters, and something to be seen."""
    return _NAME.match(text) is not None and plain(text) != ""


def same_person(one: str, other: str) -> bool:
    """Return whether two names are of one person, whatever their width, capitals, blanks and unseen signs."""
    return plain(one) == plain(other)


def plain(name: str) -> str:
    """Return a name without its width, capitals, blanks and unseen signs."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return "".join(sign for sign in _UNSEEN.sub("", folded) if unicodedata.category(sign)[0] not in "CZ")
