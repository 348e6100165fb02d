"""P6, P8: no operation lists members. By types, by imports, and by a planted member whom no answer, log or file tells.

Each look has its control: a type that could carry her, a room that reaches too far, a door that tells her.
"""

from __future__ import annotations

import base64
import re
import typing
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from types import ModuleType, NoneType, UnionType
from typing import Any

import msgspec
import pytest
import structlog
from litestar import Response, post
from litestar.status_codes import HTTP_200_OK
from litestar.testing import TestClient

from noren.audience import counting, operations, qualifying, queries, using
from noren.audience.model import Channel
from noren.doors.cli.main import app
from noren.doors.inner_door import inner_app
from noren.doors.worker import audience_bodies
from noren.doors.worker.audiences import audience_handlers
from noren.doors.worker.campaign_figures import campaign_figure_handlers
from noren.doors.worker.campaigns import campaign_handlers
from noren.doors.worker.turn import Turn
from noren.house.home import Audiences
from noren.house.passes import MAY_CALL
from noren.testing.audience_house import COFFEE, AudienceHouse, Bought, cards, grown_up

SOURCE = Path(__file__).parents[2] / "src" / "noren"
SEED = 20261126
EXACT = 137
"""How many really qualify: no answer says this number."""

PLAIN = (str, bool, float, date, NoneType, Channel)
TOLD_NUMBERS = {"version", "minimum", "about", "line", "column", "start", "end", "cost", "noise_band"}
"""Every whole number that an answer may hold, by the name of its field; ``about`` is noisy and rounded."""


def carriers(kind: Any, name: str = "") -> Iterator[str]:
    """Yield what in a type of answers could carry a member, a set or an exact number."""
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin in (list, Sequence, Response, UnionType, typing.Union):
        for part in inner:
            yield from carriers(part, name)
    elif origin is typing.Annotated:
        yield from carriers(inner[0], name)
    elif origin is typing.Literal:
        return
    elif isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        for field, part in typing.get_type_hints(kind, include_extras=True).items():
            yield from carriers(part, f"{kind.__name__}.{field}")
    elif kind is int and name.rpartition(".")[2] in TOLD_NUMBERS:
        return
    elif kind not in PLAIN:
        yield f"{name}: {kind}"


def routes(house: AudienceHouse) -> dict[str, Any]:
    """Return the type of each audience route's answer."""
    handlers = audience_handlers(Turn(house.room))
    return {path: handler.parsed_fn_signature.return_type.raw for handler in handlers for path in handler.paths}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AudienceHouse]:
    """A programme in which exactly EXACT members bought coffee, one of them the planted one."""
    settings = Audiences(asker_epsilon_a_month=10.0, programme_epsilon_a_month=10.0, figure_epsilon=0.5)
    drawn = cards(EXACT, SEED)
    with AudienceHouse(tmp_path_factory.mktemp("nobody") / "home", settings) as made:
        made.enrol({card: grown_up(number) for number, card in enumerate(drawn)})
        made.buy({card: [Bought(2, [COFFEE])] for card in drawn})
        yield made


def test_no_type_of_answer_can_carry_a_member(house: AudienceHouse) -> None:
    answers = routes(house)
    assert len(answers) >= 10
    assert {path: found for path, kind in answers.items() if (found := list(carriers(kind)))} == {}


CAMPAIGNS_NUMBERS = {
    *("place", "minimum", "noise_band"),  # of the log, of settings
    *("sales_needed", "days", "smallest_group"),  # of the file
    *("members", "draws", "slips", "cost"),  # made of private figures
    *("issued", "entered", "spent", "open", "used", "void", "reached", "holdout"),  # rounded, none where few
    *("difference", "low", "high", "counted_as"),  # of two groups of hundreds
}
"""Every whole number that an answer about a campaign may hold."""


def test_no_type_of_a_campaigns_answer_can_carry_a_member(house: AudienceHouse) -> None:
    handlers = [*campaign_handlers(Turn(house.room)), *campaign_figure_handlers(Turn(house.room))]
    answers = {path: handler.parsed_fn_signature.return_type.raw for handler in handlers for path in handler.paths}
    assert "dict" in str(list(carriers(answers.pop("/campaigns/audit")))), "the auditor's alone counts exactly"
    assert len(answers) >= 8
    found = {each for kind in answers.values() for each in carriers(kind)}
    assert {each for each in found if each.partition(":")[0].rpartition(".")[2] not in CAMPAIGNS_NUMBERS} == set()


class Listing(msgspec.Struct):
    """Control: what must not be there."""

    about: int
    handles: list[bytes]
    numbers: list[int]
    members: dict[str, str]
    count: int


def test_a_type_that_could_would_be_seen() -> None:
    found = list(carriers(Response[Listing] | Response[audience_bodies.RefusalAnswer]))
    assert [each.partition(":")[0] for each in found] == [
        "Listing.handles", "Listing.numbers", "Listing.members", "Listing.count",
    ]  # fmt: skip


MAY_MEET = {
    "noren.audience.qualifying": {"audience/counting.py", "audience/using.py"},
    "noren.audience.history": {"audience/counting.py", "audience/using.py", "audience/qualifying.py",
                               "audience/ports.py", "house/audiences.py"},
    "noren.audience.committing": {"audience/using.py", "house/ledger_owned.py"},
    "noren.audience.ledger_rules": {"house/audiences.py", "house/campaigns.py"},
}  # fmt: skip
"""Sets of members, and the rooms that may hold one: it ends in a figure, a commitment or her own answer."""


def strangers(sources: Mapping[str, str]) -> list[str]:
    """Return who reaches for sets of members and may not."""
    return sorted(
        f"{name} -> {room}"
        for name, text in sources.items()
        for room, friends in MAY_MEET.items()
        if re.search(rf"^\s*(from|import) {re.escape(room)}\b", text, re.MULTILINE)
        and name not in friends
        and not name.startswith((f"{room.removeprefix('noren.').replace('.', '/')}/", "testing/"))
    )


def sources() -> dict[str, str]:
    return {str(path.relative_to(SOURCE)): path.read_text("utf-8") for path in SOURCE.rglob("*.py")}


def test_only_counting_and_committing_meet_a_set() -> None:
    assert strangers(sources()) == []


def test_a_door_that_reached_for_a_set_would_be_seen() -> None:
    broken = sources() | {"doors/worker/audiences.py": "from noren.audience.qualifying import qualifying\n"}
    assert strangers(broken) == ["doors/worker/audiences.py -> noren.audience.qualifying"]


def returning_sets(*rooms: ModuleType) -> list[str]:
    """Return the public operations of some rooms whose answer could be a set of members."""
    found: list[str] = []
    for room in rooms:
        for name, made in vars(room).items():
            if name.startswith("_") or getattr(made, "__module__", "") != room.__name__:
                continue
            own = vars(made).items() if isinstance(made, type) else [(name, made)]
            returned = [str(getattr(m, "__annotations__", {}).get("return", "")) for n, m in own if n[0] != "_"]
            if re.search(r"BitMap|Held|Mapping|dict|bytes", " ".join(returned)):
                found.append(f"{room.__name__}.{name}")
    return found


def test_no_public_operation_returns_a_set() -> None:
    assert returning_sets(operations, queries, counting, using) == []


def test_an_operation_that_did_would_be_seen() -> None:
    assert returning_sets(qualifying) == ["noren.audience.qualifying.qualifying"]


def test_no_command_and_no_zone_asks_for_members(house: AudienceHouse) -> None:
    """Every route stands under the one operation; the operator alone may call it; no command calls another."""
    called = set(
        re.findall(r'"(/audiences/[a-z]+)"', "".join(sources()[n] for n in sources() if n.startswith("doors/cli")))
    )
    assert called <= set(routes(house))
    assert MAY_CALL["ledger-worker"]["audiences"] == ("operator",)
    assert [zone for zone in MAY_CALL if zone != "ledger-worker" and "audiences" in MAY_CALL[zone]] == []
    assert app.registered_groups


def forms(secret: bytes) -> list[bytes]:
    """Return how a secret might be written."""
    coded = base64.b64encode(secret)
    return [
        secret, secret.hex().encode(), secret.hex().upper().encode(), coded.rstrip(b"="),
        base64.urlsafe_b64encode(secret).rstrip(b"="), base64.b32encode(secret).rstrip(b"="),
    ]  # fmt: skip


def whole_numbers(said: Any) -> Iterator[int]:
    if isinstance(said, Mapping):
        for part in typing.cast("Mapping[str, Any]", said).values():
            yield from whole_numbers(part)
    elif isinstance(said, list):
        for part in typing.cast("list[Any]", said):
            yield from whole_numbers(part)
    elif isinstance(said, int) and not isinstance(said, bool):
        yield said


def told(house: AudienceHouse, heard: Sequence[tuple[Any, bytes]]) -> list[str]:
    """Return what answers or logs tell of the members: a handle, a card, the exact number."""
    secrets = [form for handle in house.handles.values() for form in forms(handle)]
    secrets += [card.encode() for card in house.handles]
    found = [f"a member in {raw[:60]!r}" for _, raw in heard if any(secret in raw for secret in secrets)]
    return found + [f"the exact number in {raw[:60]!r}" for said, raw in heard if EXACT in whole_numbers(said)]


def everything(house: AudienceHouse) -> list[tuple[Any, bytes]]:
    """Call every route, and hear every log line."""
    text, other = 'visits(category = "COFFEE") >= 1', 'visits(category = "COFFEE") >= 1 and not so'
    own = 'visits(partner = "P1" and category = "COFFEE") >= 1'
    draft = {"text": own, "purpose": "register-coupon", "recipient": "P1", "channel": "till"}
    body = {
        "text": own, "purpose": "register-coupon", "recipient": "P1", "channel": "till", "author": "aoki",
        "expires": (house.today + timedelta(days=9)).isoformat(),
    }  # fmt: skip
    calls: list[tuple[str, Any]] = [
        ("check", {"text": text}),
        ("check", {"text": other}),
        ("save", body | {"name": "one"}),
        ("save", body | {"name": "two", "text": text}),
        ("approve", {"name": "one", "approver": "ito"}),
        ("list", {}),
        ("show", {"name": "one"}),
        ("show", {"name": "nobody"}),
        ("count", {"name": "one", "asker": "aoki", "reach": True}),
        ("count", {"asker": "aoki", "draft": draft}),
        ("count", {"asker": "aoki", "draft": draft | {"text": 'shop = "'}}),
        ("overlap", {"name": "one", "other": "two", "asker": "aoki"}),
        ("budget", {"asker": "aoki"}),
        ("commit", {"name": "one"}),
        ("commit", {"name": "two"}),
        ("reopen", {"name": "one", "version": 1, "day": (house.today - timedelta(days=1)).isoformat()}),
        ("nonsense", {}),
        ("count", {"asker": 1, "name": ["one"]}),
    ]
    with structlog.testing.capture_logs() as logged:
        heard = [house.ask(f"/audiences/{name}", given)[1:] for name, given in calls]
    assert {f"/audiences/{name}" for name, _ in calls} >= set(routes(house)), "a route that was not called"
    return [*heard, *((None, repr(line).encode()) for line in logged)]


def test_no_answer_log_or_file_tells_a_member(
    house: AudienceHouse, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    heard = everything(house)
    written = [(None, "".join(capfd.readouterr()).encode()), (None, caplog.text.encode())]
    kept = [(None, path.read_bytes()) for path in house.home.audiences.rglob("*") if path.is_file()]
    assert any(path.parent.name == "states" for path in house.home.audiences.rglob("*")), "what is kept is looked at"
    assert told(house, [*heard, *written, *kept]) == []
    house.room.audiences.history.forget()
    assert not (house.home.audiences / "history").exists()


@contextmanager
def leaking(house: AudienceHouse) -> Iterator[TestClient[Any]]:
    """Control: a door with one route more."""

    @post("/audiences/members", status_code=HTTP_200_OK, sync_to_thread=False)
    def members() -> dict[str, Any]:
        return {"handles": [handle.hex() for handle in house.handles.values()], "count": len(house.handles)}

    with TestClient(inner_app(house.room.porter, [members])) as client:
        yield client


def test_a_door_that_told_them_would_be_seen(house: AudienceHouse) -> None:
    with leaking(house) as client:
        answer = client.post("/audiences/members", headers=house.operators_pass("audiences"))
    assert len(told(house, [(answer.json(), answer.content)])) == 2
