"""The desk as a relying party: what a good proof is, and that nothing else is one. Each refusal has its control."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from joserfc.jwk import OctKey, RSAKey

from noren.governance.signing_in.provider import Provider, ProviderWrong, metadata_of
from noren.governance.signing_in.refusals import NotProved, Why
from noren.governance.signing_in.relying import Back, RelyingParty, Subject
from noren.kernel.clock import FixedClock
from noren.kernel.say import Say
from noren.testing.provider import CLIENT, ISSUER, FakeProvider, asked_for

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
BACK_TO = "https://desk.company.example/company/back"


class Visit:
    """One browser's way to the provider and back."""

    def __init__(self, at: datetime = NOW) -> None:
        self.clock = FixedClock(at)
        self.fake = FakeProvider(at)
        self.party = RelyingParty(Provider(ISSUER, CLIENT, "s", Say("会社", "Company"), BACK_TO), self.fake, self.clock)

    def away(self, browser: str = "mine") -> dict[str, str]:
        where = self.party.begin(browser=browser, purpose="sign-in")
        assert isinstance(where, str)
        asked = asked_for(where)
        self.fake.claims["nonce"] = asked["nonce"]
        return asked

    def back(self, state: str, *, browser: str = "mine", **more: str) -> Subject | NotProved:
        return self.party.finish(Back(**({"state": state, "code": "c1"} | more)), browser=browser)


def test_the_right_way_names_a_subject() -> None:
    visit = Visit()
    asked = visit.away()
    assert (asked["response_type"], asked["redirect_uri"], asked["scope"]) == ("code", BACK_TO, "openid")
    assert asked["code_challenge_method"] == "S256"
    assert visit.back(asked["state"]) == Subject(ISSUER, "hanako", "sign-in")


def test_state_nonce_and_challenge_are_new_each_time() -> None:
    visit = Visit()
    first, second = visit.away(), visit.away()
    assert all(first[name] != second[name] for name in ("state", "nonce", "code_challenge"))


def test_a_state_counts_once_and_in_its_own_browser() -> None:
    visit = Visit()
    state = visit.away()["state"]
    assert visit.back(state, browser="another") == NotProved(Why.NOT_BEGUN_HERE)
    assert isinstance(visit.back(state), Subject), "another browser's try takes nothing away"
    assert visit.back(state) == NotProved(Why.NOT_BEGUN_HERE)
    assert visit.back("made-up") == NotProved(Why.NOT_BEGUN_HERE)


def test_a_code_counts_once() -> None:
    visit = Visit()
    assert isinstance(visit.back(visit.away()["state"]), Subject)
    assert visit.back(visit.away()["state"]) == NotProved(Why.PROVIDER_AWAY)


def test_a_state_is_over_after_ten_minutes() -> None:
    visit = Visit()
    state = visit.away()["state"]
    visit.clock.instant += timedelta(minutes=10)
    assert visit.back(state) == NotProved(Why.NOT_BEGUN_HERE)


FORGED: dict[str, dict[str, Any]] = {
    "another issuer": {"iss": "https://login.other.example"},
    "issuer with a slash": {"iss": ISSUER + "/"},
    "another audience": {"aud": "another-client"},
    "several audiences without us": {"aud": ["a", "b"]},
    "several audiences, no authorized party": {"aud": [CLIENT, "b"]},
    "another authorized party": {"azp": "another-client"},
    "no audience": {"aud": None},
    "another nonce": {"nonce": "another"},
    "no nonce": {"nonce": None},
    "expired": {"exp": int(NOW.timestamp()) - 60},
    "no expiry": {"exp": None},
    "issued in the future": {"iat": int(NOW.timestamp()) + 600},
    "not yet": {"nbf": int(NOW.timestamp()) + 600},
    "no instant": {"iat": None},
    "no subject": {"sub": None},
    "empty subject": {"sub": ""},
    "subject no text": {"sub": 7},
    "subject too long": {"sub": "x" * 256},
    "hash of another access token": {"at_hash": "AAAA"},
}


@pytest.mark.parametrize("what", FORGED)
def test_a_token_with_a_wrong_claim_is_refused(what: str) -> None:
    visit = Visit()
    state = visit.away()["state"]
    visit.fake.claims |= FORGED[what]
    found = visit.back(state)
    assert isinstance(found, NotProved)
    assert found.why is Why.NOT_PROVED


def _encoded(part: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def _tampered(fake: FakeProvider) -> str:
    head, body, signature = fake.signed().split(".")
    said = json.loads(base64.urlsafe_b64decode(body + "=="))
    return f"{head}.{_encoded(said | {'sub': 'taro'})}.{signature}"


def _hmac(fake: FakeProvider, secret: bytes) -> str:
    said = f"{_encoded({'alg': 'HS256', 'kid': fake.key.kid})}.{fake.signed().split('.')[1]}"
    return f"{said}.{base64.urlsafe_b64encode(hmac.digest(secret, said.encode(), 'sha256')).rstrip(b'=').decode()}"


SIGNED: dict[str, Callable[[FakeProvider], str]] = {
    "alg none": lambda fake: f"{_encoded({'alg': 'none'})}.{fake.signed().split('.')[1]}.",
    "the public key taken for a secret": lambda fake: _hmac(fake, fake.key.as_pem(private=False)),
    "our own secret": lambda fake: fake.signed(OctKey.import_key(b"s" * 32), alg="HS256"),
    "another's key under the same name": lambda fake: fake.signed(RSAKey.generate_key(2048)),
    "a key that came along": lambda fake: fake.signed(
        key := RSAKey.generate_key(2048), kid="new", jwk=key.as_dict(private=False)
    ),
    "an address of keys that came along": lambda fake: fake.signed(
        RSAKey.generate_key(2048), kid="new", jku="https://evil.example/keys"
    ),
    "changed after it was signed": _tampered,
    "no signature": lambda fake: fake.signed().rpartition(".")[0] + ".",
    "no token": lambda _: "token",
    "empty": lambda _: "..",
}


@pytest.mark.parametrize("what", SIGNED)
def test_a_token_that_the_provider_did_not_sign_is_refused(what: str) -> None:
    visit = Visit()
    state = visit.away()["state"]
    visit.fake.token = SIGNED[what](visit.fake)
    found = visit.back(state)
    assert isinstance(found, NotProved)
    assert found.why is Why.NOT_PROVED
    assert not [each for each in visit.fake.asked if "evil" in each], "an address of a token is never asked"


def test_a_symmetric_key_among_the_public_ones_signs_nothing() -> None:
    visit = Visit()
    state, secret = visit.away()["state"], OctKey.generate_key(256)
    visit.fake.published = [visit.fake.key.as_dict(private=False), secret.as_dict() | {"kid": "shared"}]
    visit.fake.token = visit.fake.signed(secret, alg="HS256", kid="shared")
    assert isinstance(visit.back(state), NotProved)


def test_a_new_key_of_the_provider_is_asked_for_but_not_by_every_stranger() -> None:
    visit = Visit()
    assert isinstance(visit.back(visit.away()["state"]), Subject)
    visit.fake.key, visit.fake.claims = RSAKey.generate_key(2048, auto_kid=True), {}
    before = len(visit.fake.asked)
    assert isinstance(visit.back(visit.away()["state"], code="c2"), NotProved), "asked less than a minute ago"
    assert visit.fake.asked[before:].count(f"{ISSUER}/keys") == 0
    visit.clock.instant += timedelta(minutes=2)
    visit.fake.now, visit.fake.claims = visit.clock.instant, {}
    assert isinstance(visit.back(visit.away()["state"], code="c3"), Subject)


def test_who_declines_or_comes_from_another_issuer_is_refused() -> None:
    visit = Visit()
    assert visit.back(visit.away()["state"], error="access_denied") == NotProved(Why.PROVIDER_DECLINED)
    mixed = visit.back(visit.away()["state"], issuer="https://login.other.example")
    assert mixed == NotProved(Why.NOT_PROVED, "another-issuer")


def test_a_provider_that_names_itself_must_be_named() -> None:
    visit = Visit()
    visit.fake.document = {"authorization_response_iss_parameter_supported": True}
    assert isinstance(visit.back(visit.away()["state"]), NotProved)
    assert isinstance(visit.back(visit.away()["state"], issuer=ISSUER), Subject)


def test_a_provider_that_is_away_lets_nobody_in() -> None:
    visit = Visit()
    visit.fake.down = True
    assert visit.party.begin(browser="mine", purpose="sign-in") == NotProved(Why.PROVIDER_AWAY)
    visit.fake.down = False
    assert visit.party.begin(browser="mine", purpose="sign-in") == NotProved(Why.PROVIDER_AWAY), "not asked at once"
    assert visit.fake.asked == []
    visit.clock.instant += timedelta(seconds=5)
    assert isinstance(visit.party.begin(browser="mine", purpose="sign-in"), str)


@pytest.mark.parametrize(
    "wrong",
    [
        {"issuer": "https://login.other.example"},
        {"token_endpoint": "http://login.company.example/token"},
        {"jwks_uri": "file:///etc/passwd"},
        {"authorization_endpoint": None},
    ],
)
def test_a_document_for_another_issuer_or_without_tls_is_refused(wrong: dict[str, Any]) -> None:
    fake = FakeProvider(NOW)
    assert metadata_of(fake.metadata(), ISSUER).token == f"{ISSUER}/token"
    fake.document = wrong
    with pytest.raises(ProviderWrong):
        metadata_of(fake.metadata(), ISSUER)
