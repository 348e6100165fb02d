"""Reading audiences: definitions, never members."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from noren.audience.kept import condition_of
from noren.audience.language import to_text
from noren.audience.language.speech import Wording, sentence
from noren.audience.model import State, Version
from noren.audience.ports import Definitions
from noren.audience.refusals import Refusal, unknown
from noren.kernel.say import Say


@dataclass(frozen=True, slots=True)
class Told:
    """A version as it is shown: with its state, its text and its sentence."""

    version: Version
    state: State
    text: str
    sentence: Say


def every(store: Definitions, today: date, currency: str) -> list[Told]:
    """Return the newest version of every audience, by name."""
    return [
        tell(versions[-1], versions, today, currency) for name in store.names() if (versions := store.versions(name))
    ]


def one(store: Definitions, name: str, today: date, currency: str) -> list[Told] | Refusal:
    """Return all versions of an audience, newest first."""
    versions = store.versions(name)
    if not versions:
        return unknown(name)
    return [tell(version, versions, today, currency) for version in reversed(versions)]


def tell(version: Version, versions: Sequence[Version], today: date, currency: str) -> Told:
    """Return a version as it is shown."""
    condition = condition_of(version.condition)
    wording = Wording(currency)
    said = Say(sentence(condition, "ja", "staff", wording), sentence(condition, "en", "staff", wording))
    return Told(version, version.state(today, versions[-1].number), to_text(condition), said)
