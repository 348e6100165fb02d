"""The form that every refusal of the till has."""

from __future__ import annotations

from noren.testing.till_http import PROBLEM_PREFIX, Answer

MEMBERS = {"type", "status", "title", "detail", "field", "fix", "instance"}
LONGEST = 4096


def well_formed(answer: Answer) -> None:
    """Assert the form of a problem: RFC 9457, with a sentence saying what, why and how to fix."""
    assert answer.headers["content-type"].split(";")[0] == "application/problem+json"
    problem = answer.json
    assert problem["type"].startswith(PROBLEM_PREFIX)
    assert problem["status"] == answer.status
    for member in ("title", "detail", "fix"):
        assert isinstance(problem[member], str)
        assert problem[member].strip(), member
    assert set(problem) <= MEMBERS
    assert len(answer.body) < LONGEST
