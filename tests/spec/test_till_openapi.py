"""The till does what its OpenAPI document says, and the document says what it does: schemathesis judges.

It is run as a vendor would run it (``st run``), against a real till, with every check it has; what
stands in ``till_hooks.py`` is what no schema can say. `tests/property/test_till_fuzz.py` throws what
no schema would make: broken bytes, odd paths. Longer at night.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
import pytest
from tests.spec.till_double import Said, lying_till
from tests.spec.till_hooks import Known

from noren.doors.till.problems import MEDIA_TYPE
from noren.testing.till import TillHouse
from noren.testing.till_bodies import line, purchase

ROOT = Path(__file__).parents[2]
NIGHT = bool(os.environ.get("NOREN_NIGHT"))
EXAMPLES = 2_000 if NIGHT else 25
MUCH = 10**9
CONFIG = """\
base-url = "http://127.0.0.1:{port}"
hooks = "tests.spec.till_hooks"
color = false
continue-on-failure = true
[headers]
Authorization = "Bearer {key}"
[checks]
enabled = true
[reports.json]
path = "report.json"
# A batch is answered line by line: what is wrong with a line does not refuse the batch.
[[operations]]
include-operation-id = "sendBatch"
[operations.checks]
negative_data_rejection.enabled = false
"""


@dataclass(frozen=True)
class Judgement:
    """What schemathesis found: kinds of failure with their operations; how many calls; and all that it printed."""

    failures: dict[str, list[str]]
    calls: int
    printed: str


@pytest.fixture(scope="module")
def house() -> Iterator[TillHouse]:
    with TillHouse.temporary() as made:
        yield made


def judge(house: TillHouse, folder: Path, port: int, *options: str) -> Judgement:
    """Let schemathesis judge what answers at ``port``."""
    terminal, card = house.terminal(), house.shopper().card
    body = purchase(card, line("A", 999_999, MUCH))
    with house.client(terminal) as client:
        sold = client.purchase(body).json["purchase"]
    known = Known(card, sold, terminal.shop, terminal.terminal, body["business_date"], body["receipt"])
    (folder / "known").write_bytes(msgspec.json.encode(known))
    (folder / "st.toml").write_text(CONFIG.format(port=port, key=terminal.key), "utf-8")
    command = [str(Path(sys.executable).parent / "st"), "--config-file", "st.toml", "run", *options]
    done = subprocess.run(
        [*command, f"http://127.0.0.1:{port}/openapi.json"],
        cwd=folder, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert (folder / "report.json").exists(), done.stdout + done.stderr
    report = msgspec.json.decode((folder / "report.json").read_bytes())
    assert report["errors"] == [], done.stdout
    failures = {found["type"]: found["operations"] for found in report["failures"]}
    return Judgement(failures, report["test_cases"]["generated"], done.stdout)


def test_the_till_and_its_document_agree(house: TillHouse, tmp_path: Path) -> None:
    seed = random.SystemRandom().randrange(2**32)
    print(f"seed {seed}")
    found = judge(house, tmp_path, house.port, "--max-examples", str(EXAMPLES), "--seed", str(seed))
    assert found.failures == {}, found.printed
    assert found.calls > 500
    assert house.findings() == []


@dataclass(frozen=True)
class Lie:
    """One respect in which the double is not the till: at which door and status, what it says, what must be found."""

    path: str
    status: int
    said: Callable[[Said], Said]
    found: str


def _body(old: bytes, new: bytes) -> Callable[[Said], Said]:
    return lambda said: replace(said, body=said.body.replace(old, new))


def _answer(body: bytes) -> Callable[[Said], Said]:
    return lambda said: replace(said, status=200, headers={"content-type": "application/json"}, body=body)


LIES = {
    "a field is renamed": Lie("/v1/balance", 200, _body(b'"points"', b'"score"'), "JsonSchemaError"),
    "a number is text": Lie("/readyz", 200, _body(b"true", b'"true"'), "JsonSchemaError"),
    "a good body breaks it": Lie("/v1/purchases/preview", 200, lambda s: replace(s, status=500), "ServerError"),
    "a status that nobody told": Lie(
        "/v1/purchases/find", 422, lambda s: replace(s, status=418), "UndefinedStatusCode"
    ),
    "a word of another door": Lie("/v1/purchases", 422, _body(b"bad-field", b"over-return"), "JsonSchemaError"),
    "a refusal of another type": Lie(
        "/returns", 422, lambda s: replace(s, headers={"content-type": "text/html"}), "UndefinedContentType"
    ),
    "bad bodies are taken": Lie(
        "/v1/sandbox/clock", 422, _answer(b'{"now":"2026-11-25T10:00:00+09:00"}'), "AcceptedNegativeData"
    ),
    "no key is needed": Lie("/v1/purchases/batch", 401, _answer(b""), "IgnoredAuth"),
    "a wrong method is told no other": Lie(
        "/healthz", 405, lambda s: replace(s, headers={"content-type": MEDIA_TYPE}), "UnsupportedMethodResponse"
    ),
}


def test_a_till_that_does_otherwise_is_found(house: TillHouse, tmp_path: Path) -> None:
    """The negative control: a double asks the real till and lies once at each door; each lie is found at its door."""

    def lies(said: Said) -> Said:
        told = [lie for lie in LIES.values() if said.path.endswith(lie.path) and said.status == lie.status]
        return told[0].said(said) if told else said

    with lying_till(house.port, lies) as port:
        options = ("--phases", "coverage,fuzzing", "--max-examples", "5", "--seed", "1", "--no-shrink")
        found = judge(house, tmp_path, port, *options)
    missed = [
        name
        for name, lie in LIES.items()
        if not any(operation.endswith(lie.path) for operation in found.failures.get(lie.found, []))
    ]
    assert missed == [], found.printed
