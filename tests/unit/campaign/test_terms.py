"""Public terms, what is committed to of a file, the leaves: one text each, and nothing in them that tells more."""

from __future__ import annotations

import json
import random
from typing import Final

import pytest
from tests.unit.campaign.test_reading import EXAMPLE

from noren.campaign.leaves import EMPTY, leaf_of, root_of
from noren.campaign.reading import read_campaign
from noren.campaign.spec import Campaign
from noren.campaign.terms import (
    campaign_in,
    condition_hash,
    file_hash,
    file_text,
    is_share,
    new_share,
    public_terms,
    terms_hash,
    terms_text,
)
from noren.governance.log.growing import Growing
from noren.governance.log.records import commitment

SEED: Final = 20261126
SALT: Final = bytes(range(16))


def example(text: str = EXAMPLE) -> Campaign:
    read = read_campaign(text)
    assert isinstance(read, Campaign)
    return read


def terms(campaign: Campaign) -> dict[str, object]:
    return public_terms(campaign, SALT, [bytes([each]) * 32 for each in range(3)], b"k" * 32)


def test_a_file_comes_back_from_its_one_text() -> None:
    read = example()
    assert campaign_in(file_text(read)) == read
    again = example(EXAMPLE.replace("priority = 10\n", "").replace("value = 50\n", "value = 50\npriority = 10\n", 1))
    assert file_text(again) == file_text(read), "the order of the keys is no matter"
    assert file_text(example(EXAMPLE.replace("per_day = 500", "per_day = 501"))) != file_text(read)


def test_the_terms_say_all_that_the_draw_is_bound_to_and_not_the_condition() -> None:
    said = terms(example())
    assert set(said) == {
        "campaign", "title", "from", "until", "partners", "draw", "rate", "holdout", "caps", "offer",
        "condition_hash", "share_hashes", "public_key",
    }  # fmt: skip
    text = terms_text(said).decode()
    assert "female" not in text
    assert "visits" not in text
    assert json.loads(text) == said
    assert all(kind in {str, int} for kind in kinds_in(said)), "readers in every language write them the same"


def test_shops_stand_in_the_terms_where_the_file_names_shops() -> None:
    said = terms(example(EXAMPLE.replace('partners = ["P1"]', 'shops = ["S2", "S1"]', 1)))
    assert (said["shops"], "partners" in said) == (["S1", "S2"], False)


@pytest.mark.parametrize(
    ("old", "new"), [('rate = "0.2"', 'rate = "0.3"'), (">= 5 in", ">= 6 in"), ("value = 50\n", "value = 60\n")]
)
def test_a_change_changes_the_hash(old: str, new: str) -> None:
    changed = example(EXAMPLE.replace(old, new, 1))
    assert terms_hash(terms_text(terms(changed))) != terms_hash(terms_text(terms(example())))


def test_what_is_committed_to_is_opened_by_the_salt_alone() -> None:
    read = example()
    assert condition_hash(SALT, read.condition) != condition_hash(b"x" * 16, read.condition)
    assert file_hash(SALT, file_text(read)) != file_hash(b"x" * 16, file_text(read))


def test_a_share_fits_its_own_commitment_alone() -> None:
    from noren.campaign.draw import commitment as committed

    share = new_share()
    assert is_share(share, committed(share))
    assert not is_share(new_share(), committed(share))
    assert not is_share(share[:31], committed(share))


def test_roots_are_those_of_the_audit_log() -> None:
    drawn = random.Random(SEED)
    commitments = [drawn.randbytes(32) for _ in range(70)]
    from noren.governance.log.hashing import leaf_hash

    leaves = [leaf_hash(each) for each in commitments]
    for size in range(71):
        growing = Growing.empty()
        list(growing.grow(commitments[:size]))
        assert root_of(leaves[:size]) == growing.root, f"size {size}, seed {SEED}"
    assert root_of([]) == EMPTY


def test_a_leaf_is_bound_to_all_that_it_says() -> None:
    one = leaf_of(SALT, campaign="c", seq=1, ticket=b"t" * 32, terms_hash=b"h" * 32, outcome="lost")
    others = [
        leaf_of(b"y" * 16, campaign="c", seq=1, ticket=b"t" * 32, terms_hash=b"h" * 32, outcome="lost"),
        leaf_of(SALT, campaign="d", seq=1, ticket=b"t" * 32, terms_hash=b"h" * 32, outcome="lost"),
        leaf_of(SALT, campaign="c", seq=2, ticket=b"t" * 32, terms_hash=b"h" * 32, outcome="lost"),
        leaf_of(SALT, campaign="c", seq=1, ticket=b"u" * 32, terms_hash=b"h" * 32, outcome="lost"),
        leaf_of(SALT, campaign="c", seq=1, ticket=b"t" * 32, terms_hash=b"i" * 32, outcome="lost"),
        leaf_of(SALT, campaign="c", seq=1, ticket=b"t" * 32, terms_hash=b"h" * 32, outcome="issued"),
    ]
    assert len({one, *others}) == 7
    assert commitment(SALT, b"") != one


def kinds_in(said: object) -> set[type]:
    if isinstance(said, dict):
        return {kind for each in said.values() for kind in kinds_in(each)}  # pyright: ignore
    if isinstance(said, list):
        return {kind for each in said for kind in kinds_in(each)}  # pyright: ignore
    return {type(said)}
