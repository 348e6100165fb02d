"""What a person may meet is documented: problem words, settings, zones, promises with guards that exist."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from noren.activity.campaigns import CampaignState
from noren.audience.model import State
from noren.audience.refusals import Word
from noren.campaign.audit.findings import Wrong
from noren.campaign.entering import NotTaken
from noren.campaign.refusals import Word as Refused
from noren.governance.announced.changes import Change
from noren.governance.announced.refusals import Rule
from noren.governance.announced.wording import LINTS
from noren.governance.ports import SAYS
from noren.house.home import Settings, Zone
from noren.house.keys import HOLDS
from noren.register.refusals import PROBLEMS

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def rows(page: Path, section: str | None = None) -> list[list[str]]:
    """Return the cells of the table rows of a page, or of one of its sections."""
    text = page.read_text("utf-8")
    if section is not None:
        text = text.split(f"\n## {section}\n")[1].split("\n## ")[0]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in text.splitlines() if row.startswith("|")]


def test_every_problem_word_is_documented() -> None:
    said = {row[0].strip("`"): row[1] for row in rows(DOCS / "reference/till-problems.md") if len(row) > 2}
    assert {word: said.get(word) for word in PROBLEMS} == {word: str(p.status) for word, p in PROBLEMS.items()}


def test_every_setting_is_documented_with_its_default() -> None:
    said = {row[0].strip("`"): row[1] for row in rows(DOCS / "reference/settings.md")[2:]}
    nested: dict[str, dict[str, object]] = msgspec.to_builtins(Settings())
    assert said == {f"{part}.{key}": str(value) for part, keys in nested.items() for key, value in keys.items()}


def test_every_kind_of_entry_is_documented_with_its_words() -> None:
    said = {row[0].strip("`"): (row[1], row[2]) for row in rows(DOCS / "reference/log.md", "Kinds of entries")[2:]}
    assert said == {kind.value: (says.ja, says.en) for kind, says in SAYS.items()}


def test_every_word_of_audiences_is_documented() -> None:
    page = DOCS / "reference/audiences.md"
    assert {row[0].strip("`") for row in rows(page, "Refusals / 断り")[2:]} == {word.value for word in Word}
    assert {row[0].strip("`") for row in rows(page, "States / 状態")[2:]} == {state.value for state in State}


def test_every_word_of_campaigns_is_documented() -> None:
    page = DOCS / "reference/campaigns.md"
    assert [row[0].strip("`") for row in rows(page, "States / 状態")[2:]] == [s.name.lower() for s in CampaignState]
    assert [row[0].strip("`") for row in rows(page, "Refusals / 断り")[2:]] == [each.value for each in Refused]
    refused = rows(page, "Entries not taken / 受け付けないエントリー")[2:]
    assert [row[0].strip("`") for row in refused] == [each.value for each in NotTaken]
    found = rows(page, "What an audit finds / 監査で見つかること")[2:]
    assert [row[0].strip("`") for row in found] == [each.value for each in Wrong]


def test_every_class_and_refusal_of_announcing_is_documented() -> None:
    page = DOCS / "reference/announcing.md"
    assert [row[0].strip("`") for row in rows(page, "Classes / 分類")[2:]] == [change.value for change in Change]
    said = [word for row in rows(page, "Refusals / 断り")[2:] for word in row[0].replace("`", "").split()]
    assert sorted(said) == sorted(rule.value for rule in Rule)
    wordings = [row[0].strip("`") for row in rows(page, "Wordings that can not stand / 書けない言い回し")[2:]]
    assert wordings == [lint.word for lint in LINTS]


@pytest.mark.parametrize("zone", HOLDS)
def test_every_zone_stands_in_the_design(zone: Zone) -> None:
    assert zone in {row[0].strip("`") for row in rows(DOCS / "design/overview.md", "Zones")}


def test_every_guard_of_a_promise_exists() -> None:
    named = re.findall(r"`((?:tests|tools)/[\w./-]+)`", (ROOT / "PROMISES.md").read_text("utf-8"))
    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_every_guard_of_the_walls_is_named_by_a_promise() -> None:
    promises = (ROOT / "PROMISES.md").read_text("utf-8")
    paths = [*(ROOT / "tests" / "walls").glob("test_*.py"), *(ROOT / "tests" / "crash").glob("test_*.py")]
    guards = [str(path.relative_to(ROOT)) for path in paths]
    assert [name for name in sorted(guards) if name not in promises] == []


PAGES = [*ROOT.glob("*.md"), *DOCS.rglob("*.md")]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_within_the_house_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text("utf-8"))
    inside = [link for link in links if "//" not in link]
    assert [link for link in inside if not (page.parent / link).exists()] == []
