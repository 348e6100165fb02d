"""What a row of the till's table expects: status, problem word and the pointers that may be named."""

from __future__ import annotations

from dataclasses import dataclass

from tests.spec.till_edits import Edit

from noren.testing.till_http import Answer


@dataclass(frozen=True, slots=True)
class Outcome:
    """One outcome. ``fields``: pointers of which one must be named; empty: any or none."""

    status: int
    problem: str = ""
    fields: tuple[str, ...] = ()

    def fits(self, answer: Answer) -> bool:
        """Return whether the answer is this outcome."""
        if answer.status != self.status or answer.problem != self.problem:
            return False
        return not self.fields or answer.json.get("field") in self.fields

    def __str__(self) -> str:
        return " ".join([str(self.status), self.problem, "|".join(self.fields)]).strip()


@dataclass(frozen=True, slots=True)
class Expect:
    """Outcomes that the contract allows: one, save where it leaves two readings open."""

    outcomes: tuple[Outcome, ...]

    def __or__(self, other: Expect) -> Expect:
        return Expect(self.outcomes + other.outcomes)

    def fits(self, answer: Answer) -> bool:
        """Return whether the answer is one of them."""
        return any(outcome.fits(answer) for outcome in self.outcomes)

    def __str__(self) -> str:
        return " / ".join(map(str, self.outcomes))


@dataclass(frozen=True, slots=True)
class Row:
    """One row: what is changed in a good body, and what comes of it."""

    edit: Edit
    expect: Expect


def refused(status: int, problem: str, *fields: str) -> Expect:
    """Expect a refusal."""
    return Expect((Outcome(status, problem, fields),))


def bad(*fields: str) -> Expect:
    """Expect 422 `bad-field`."""
    return refused(422, "bad-field", *fields)


def unknown(*fields: str) -> Expect:
    """Expect 422 `unknown-field`."""
    return refused(422, "unknown-field", *fields)


def duplicate(*fields: str) -> Expect:
    """Expect 422 `duplicate-key`."""
    return refused(422, "duplicate-key", *fields)


BAD_JSON = refused(400, "bad-json")
TAKEN = Expect((Outcome(201),))
"""Stored: 201 for a purchase and a return, 200 for what only reads."""
