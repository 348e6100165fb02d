"""docs/reference/cli.md says what the command line is."""

from __future__ import annotations

from tools.cli_reference import PAGE, page

from noren.doors.cli.files.kinds import KINDS


def test_the_reference_page_is_fresh() -> None:
    assert PAGE.read_text("utf-8") == page(), "stale; write it again with: .venv/bin/python -m tools.cli_reference"


def test_the_guides_name_every_column_and_kind() -> None:
    for guide in ("import.md", "import.ja.md"):
        text = (PAGE.parent.parent / "how-to" / guide).read_text("utf-8")
        for kind in KINDS.values():
            assert f"`{kind.name}`" in text, (guide, kind.name)
