"""docs/reference/policy.md is what the policy files say."""

from __future__ import annotations

from tools.policy_reference import PAGE, page


def test_the_page_is_what_the_policies_say() -> None:
    assert PAGE.read_text("utf-8") == page(), "stale; write it again with: .venv/bin/python -m tools.policy_reference"


def test_the_page_has_every_rule() -> None:
    assert page().count("| forbids |") + page().count("| permits |") > 50
