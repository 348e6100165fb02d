"""A member's choices as texts to be sealed: in two columns, so that an older revision finds what it knows in one.

``choices`` holds consents and the stops of at most one part, as before 0004; ``chosen`` all that came since.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final, cast

from noren.governance.stopping import Rule
from noren.identity.choices import SCOPES, Choices, Consent, Guardian, Received, Scope, Stop, rule_of
from noren.identity.sealed import MAX_FIELD_BYTES

MAX_TEXT_BYTES: Final = MAX_FIELD_BYTES
"""What each of the two texts may come to: about 60 consents and stops."""


def fits(choices: Choices) -> bool:
    """Return whether choices are few enough to be kept."""
    return all(len((text or "").encode()) <= MAX_TEXT_BYTES for text in texts_of(choices).values())


def texts_of(choices: Choices) -> dict[str, str | None]:
    """Return choices as they are sealed, by column; None where there is nothing to say."""
    return {"choices": _plain(choices), "chosen": _rest(choices)}


def choices_from(texts: Mapping[str, str | None]) -> Choices:
    """Return the choices that :func:`texts_of` wrote."""
    consents, stops = cast("list[list[list[Any]]]", json.loads(texts.get("choices") or "[[],[]]"))
    more = cast("dict[str, Any]", json.loads(texts.get("chosen") or "{}"))
    guardians = {tuple(each[:4]): Guardian(*each[4:]) for each in more.get("guardians", ())}
    kept = [Stop(rule_of(cast("Scope", scope), name), since, back) for scope, name, since, back in stops]
    kept += [Stop(Rule(*each[:3]), *each[3:]) for each in more.get("stops", ())]
    received = more.get("received")
    return Choices(
        tuple(Consent(*each, guardian=guardians.get(tuple(each[:4]))) for each in consents),
        tuple(sorted(kept, key=lambda stop: (-stop.rule.breadth, stop.rule))),
        more.get("points_only"),
        more.get("keep_months"),
        None if received is None else Received(tuple(map(tuple, received[0])), *received[1:]),
    )


def _plain(choices: Choices) -> str | None:
    stops = [[*_scope_of(s.rule), s.since, s.resumed] for s in choices.stops if s.rule.breadth > 1]
    if not (choices.consents or stops):
        return None
    consents = [[c.kind, c.recipient, c.given_at, c.text_version, c.withdrawn_at] for c in choices.consents]
    return _text([consents, sorted(stops, key=lambda each: (SCOPES.index(each[0]), each[1]))])


def _rest(choices: Choices) -> str | None:
    received = choices.received
    more: dict[str, Any] = {
        "stops": [_row(stop) for stop in choices.stops if stop.rule.breadth < 2],
        "guardians": list(_guardians(choices.consents)),
        "points_only": choices.points_only,
        "keep_months": choices.keep_months,
        "received": None
        if received is None
        else [received.said, received.text_version, received.received_at, received.in_force_at, received.logged],
    }
    said = {name: value for name, value in more.items() if value not in (None, [])}
    return _text(said) if said else None


def _guardians(consents: Iterable[Consent]) -> Iterable[list[str]]:
    for each in consents:
        if each.guardian is not None:
            who = each.guardian
            yield [each.kind, each.recipient, each.given_at, each.text_version, who.name, who.relation, who.how]


def _row(stop: Stop) -> list[str]:
    return [stop.rule.purpose, stop.rule.recipient, stop.rule.channel, stop.since, stop.resumed]


def _scope_of(rule: Rule) -> tuple[Scope, str]:
    for scope, name in (("purpose", rule.purpose), ("recipient", rule.recipient), ("channel", rule.channel)):
        if name:
            return cast("Scope", scope), name
    return "all", ""


def _text(said: object) -> str:
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))
