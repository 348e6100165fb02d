"""M4 on real processes: a partner gets the rows of who agreed, from the moment she agreed until she takes it back."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.store.test_provision import opened

from noren.doors.cli.demo.announced import PAPERS
from noren.doors.cli.governance.desk import as_body
from noren.doors.cli.governance.files import read_file
from noren.governance.announced.announcing import Wanted
from noren.governance.announced.papers import Paper
from noren.governance.flows import Flow
from noren.governance.parties import Party
from noren.governance.register import DocumentKind
from noren.governance.routes import Route
from noren.house.inner import CallRefused, InnerClient
from noren.house.keys import open_keys
from noren.house.passes import Porter
from noren.provision.envelope import RecipientSecret
from noren.testing.member_house import CARD, MemberHouse
from noren.testing.ports import port_block

SECRET = RecipientSecret.fresh()
ITEMS = frozenset({"pseudonym", "age-band", "amount"})
FLOW = Flow("cj-members", "shop-operation", "CJ", ITEMS, Route.THIRD_PARTY_CONSENT, "partner-consent")
CONSENT = {"card": CARD, "kind": "third-party", "recipient": "CJ", "text_version": "partner-consent-1"}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MemberHouse]:
    with port_block(5) as first, MemberHouse(tmp_path_factory.mktemp("home"), first) as running:
        running.start("desk")
        running.wait("desk")
        announce(running)
        yield running


def announce(house: MemberHouse) -> None:
    """Put forward what the demo makes public, with the partner's key, and a flow that needs consent."""
    then = (datetime.now(house.home.zone) - timedelta(days=90)).isoformat()
    papers = [paper for file in sorted(PAPERS.glob("*.toml")) for paper in read_file(file, house.home.zone)]
    papers = [_with_key(paper) for paper in papers]
    papers.append(Paper(Wanted(DocumentKind.FLOW, FLOW.id, FLOW)))
    answer = house.ask("desk", "/announce", {"papers": [as_body(paper) for paper in papers], "now": then})
    assert answer["announced"], answer


def _with_key(paper: Paper) -> Paper:
    body = paper.wanted.body
    if not isinstance(body, Party) or body.id != "CJ":
        return paper
    return replace(paper, wanted=replace(paper.wanted, body=replace(body, public_key=SECRET.public().text())))


def run(house: MemberHouse, *, sealed: str | None = None) -> list[dict[str, Any]]:
    """Provide as the command does; return the members in the extract."""
    needs = house.ask("ledger-worker", "/provide/needs", {"flow": FLOW.id})
    assert (needs["consents"], needs["recipient"], needs["texts"]) == (True, "CJ", ["partner-consent-1"])
    asked = {"recipient": needs["recipient"], "texts": needs["texts"]}
    consents = house.ask("vault", "/agreed", asked)["sealed"] if sealed is None else sealed
    today = datetime.now(house.home.zone).date().isoformat()
    body = {"flow": FLOW.id, "first": today, "last": today, "days": 7, "owner": "privacy", "consents": consents}
    record = house.ask("ledger-worker", "/provide/run", body)
    with closing(
        InnerClient(house.home, Porter(house.home, open_keys(house.home, "operator")), "ledger-worker")
    ) as door:
        envelope = io.BytesIO(b"".join(door.stream("/provide/take", {"run": record["run"]})))
    return opened(envelope.getvalue(), SECRET)[1]["members"]


def test_who_agreed_is_in_it_until_she_takes_it_back(house: MemberHouse) -> None:
    assert run(house) == [], "nobody agreed yet"
    house.ask("vault", "/choices/consent", CONSENT)
    assert len(run(house)) == 1
    house.ask("vault", "/choices/decide", {"card": CARD, "wishes": [{"what": "stop", "value": "recipient=CJ"}]})
    assert run(house) == [], "a stop weighs more than a consent"
    house.ask("vault", "/choices/decide", {"card": CARD, "wishes": [{"what": "resume", "value": "recipient=CJ"}]})
    assert len(run(house)) == 1
    house.ask("vault", "/choices/withdraw", {**CONSENT, "text_version": ""})
    assert run(house) == [], "what was taken back is taken back"


def test_without_the_vaults_word_nothing_is_provided(house: MemberHouse) -> None:
    for forged in ("", "bm8gd29yZA=="):
        with pytest.raises(CallRefused, match="consents-not-read"):
            run(house, sealed=forged)
