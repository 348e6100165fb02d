"""Everything that members and tills do, going on while keys rotate: each kind counted, each error kept.

Plays tills, the operator's enrolments and a member who signs in, at the real doors of a
:class:`MemberHouse`. The bulk of the purchases comes from a load process beside it (bench).
"""

from __future__ import annotations

import base64
import itertools
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import httpx
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from noren.house.home import ZONES, Home
from noren.house.inner import InnerClient
from noren.house.keys import keyfile, open_keys
from noren.house.passes import Porter
from noren.testing.member_house import CARD, MemberHouse
from noren.testing.member_visit import MemberVisit

FIRST_CARD: Final = 2_980_100_000_000_000
_A_CALL: Final = 1_000
_RAW: Final = Encoding.Raw, PrivateFormat.Raw, NoEncryption()
_CHUNK: Final = 1 << 22


def enrol_members(house: MemberHouse, count: int, first: int = 0) -> None:
    """Enrol members with one card each, through the vault's own door."""
    for start in range(first, first + count, _A_CALL):
        rows = [_member(number) for number in range(start, min(start + _A_CALL, first + count))]
        results = house.ask("vault", "/enrol", {"members": rows})["results"]
        assert results == ["added"] * len(rows), "an enrolment was refused"


def _member(number: int) -> dict[str, str]:
    return {"member_number": f"R{number}", "card": str(FIRST_CARD + number), "family_name": "架空"}


class Traffic:
    """Threads that each do one kind of thing until told to stop. ``errors``: what went wrong, by kind.

    ``first``: where numbers of receipts and of new members begin.
    """

    def __init__(self, house: MemberHouse, key: str, *, first: int = 1_000_000) -> None:
        self.house = house
        self.done: Counter[str] = Counter()
        self.errors: list[str] = []
        self.bought = 0
        self._counting = threading.Lock()
        """Purchases that the till acknowledged (counted by several threads: never too many, perhaps a few too few)."""
        self._key = key
        self._http = httpx.Client(timeout=30, trust_env=False)
        self._vault = InnerClient(house.home, Porter(house.home, open_keys(house.home, "operator")), "vault")
        self._stop = threading.Event()
        self._numbers = itertools.count(first)
        self._sold = [self._buy(self._body(CARD)) for _ in range(20)]
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Traffic:
        kinds: dict[str, tuple[Callable[[], None], float]] = {
            "resend": (self._resend, 0.02),
            "purchase": (self._purchase, 0.02),
            "return": (self._return, 0.2),
            "balance": (self._balance, 0.05),
            "enrolment": (self._enrol, 0.1),
            "card state": (self._card_state, 0.2),
            "sign-in and code": (self._code, 0.5),
        }
        for name, (do, pause) in kinds.items():
            thread = threading.Thread(target=self._again, args=(name, do, pause), daemon=True)
            thread.start()
            self._threads.append(thread)
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()
        self._http.close()
        self._vault.close()

    def _again(self, name: str, do: Callable[[], None], pause: float) -> None:
        while not self._stop.is_set():
            try:
                do()
                self.done[name] += 1
            except Exception as wrong:  # whatever it is, it is what the test is about
                self.errors.append(f"{name}: {type(wrong).__name__}: {wrong}")
            time.sleep(pause)

    # Each of these must come out the same before, during and after a rotation

    def _resend(self) -> None:
        body, answer = self._sold[next(self._numbers) % len(self._sold)]
        again = self._post("/v1/purchases", body)
        assert again.status_code == httpx.codes.CREATED, f"a resend got {again.status_code}"
        assert again.headers.get("idempotent-replayed") == "true", "a resend was taken for a new purchase"
        assert again.content == answer, "a resend got another answer"

    def _purchase(self) -> None:
        self._sold.append(self._buy(self._body(str(FIRST_CARD + next(self._numbers) % 100))))

    def _return(self) -> None:
        body, answer = self._buy(self._body(CARD))
        del body
        name = httpx.Response(200, content=answer).json()["purchase"]
        lines = [{"line": 0, "quantity": 1, "amount": 100}]
        back = self._post(f"/v1/purchases/{name}/returns", {"return": f"r{next(self._numbers)}", "lines": lines})
        assert back.status_code == httpx.codes.CREATED, f"a return got {back.status_code}"

    def _balance(self) -> None:
        answer = self._post("/v1/balance", {"card": CARD})
        assert answer.status_code == httpx.codes.OK, f"a balance got {answer.status_code}"

    def _enrol(self) -> None:
        """Enrol a new member, and one that is there already: she must be the same."""
        number = next(self._numbers)
        new, known = _member(number), _member(number % 100)
        results = self._vault.call("/enrol", {"members": [new, known]})["results"]
        assert results == ["added", "same"], f"enrolment answered {results}"
        self._buy(self._body(str(FIRST_CARD + number)))

    def _card_state(self) -> None:
        card = str(FIRST_CARD + 100 + next(self._numbers) % 50)
        for state, status in (("lost", httpx.codes.CONFLICT), ("active", httpx.codes.CREATED)):
            self._vault.call("/cards/state", {"card": card, "state": state})
            got = self._post("/v1/purchases", self._body(card)).status_code
            assert got == status, f"a card made {state} got {got}"
        self._count()  # of the two, one was taken

    def _code(self) -> None:
        visit = MemberVisit(self.house)
        try:
            code = visit.code()
        finally:
            visit.close()
        self._buy(self._body(code))
        again = self._post("/v1/purchases", self._body(code))
        assert again.status_code == httpx.codes.CONFLICT, f"a used code got {again.status_code}"

    def _buy(self, body: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        answer = self._post("/v1/purchases", body)
        assert answer.status_code == httpx.codes.CREATED, f"a purchase got {answer.status_code}: {answer.text}"
        self._count()
        return body, answer.content

    def _count(self) -> None:
        """Count a purchase that was acknowledged: all of them must be stored in the end."""
        with self._counting:
            self.bought += 1

    def _body(self, card: str) -> dict[str, Any]:
        now = datetime.now(self.house.home.zone).replace(microsecond=0)
        return {
            "receipt": f"t{next(self._numbers)}", "business_date": now.date().isoformat(), "at": now.isoformat(),
            "card": card, "amount": 200, "lines": [{"product": "4901777018888", "quantity": 2, "amount": 200}],
        }  # fmt: skip

    def _post(self, path: str, body: dict[str, Any]) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self._key}"}
        port = self.house.home.settings.doors.till
        return self._http.post(f"http://127.0.0.1:{port}{path}", json=body, headers=headers)


def secrets_of(home: Home) -> dict[str, bytes]:
    """Return every secret of a home's key files by zone, name and version: what must be gone after a rotation."""
    out: dict[str, bytes] = {}
    for zone in ZONES:
        keys, content = open_keys(home, zone), keyfile.read(home, zone)
        out |= {f"{zone} {n} {v}": key for n, ring in keys.rings.items() for v, key in ring.versions.items()}
        out |= {
            f"{zone} signing": keys.signing.private_bytes(*_RAW),
            f"{zone} opening": keys.opening.private_bytes(*_RAW),
        }
        if content.kek.held.custody == "file":
            out[f"{zone} kek"] = content.kek.held.what
    return out


def standing_in(folder: Path, secrets: dict[str, bytes]) -> list[str]:
    """Return which secrets stand in which files of a folder, in bytes, hex or base64: stores, logs, mapped files."""
    needles = {form: name for name, secret in secrets.items() for form in _forms(secret)}
    found: set[str] = set()
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and not p.is_symlink()):
        for chunk in _chunks(path):
            found |= {f"{name} in {path.relative_to(folder)}" for form, name in needles.items() if form in chunk}
    return sorted(found)


def _forms(secret: bytes) -> Iterator[bytes]:
    """Yield a secret as it might stand: each form's certain middle, whatever stands before it."""
    yield secret
    yield secret.hex().encode()
    yield secret.hex().upper().encode()
    for shift in range(3):
        text = base64.b64encode(bytes(shift) + secret)[4 if shift else 0 : -4]
        yield text
        yield text.replace(b"+", b"-").replace(b"/", b"_")


def _chunks(path: Path) -> Iterator[bytes]:
    """Yield a file in pieces that overlap, so that nothing hides at a seam."""
    with path.open("rb") as stream:
        before = b""
        while piece := stream.read(_CHUNK):
            yield before + piece
            before = piece[-100:]
