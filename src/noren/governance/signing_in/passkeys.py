"""Passkeys: a key pair in a person's own device, made for this desk's origin and used with a finger, face or PIN.

Which device it is is not asked (no attestation). The relying party is the host of the desk's origin, and only that very
origin is taken. A sign count that does not go up, where a device counts, is taken for a copy.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, cast
from urllib.parse import urlsplit

from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from noren.governance.signing_in.keys import Passkey
from noren.governance.signing_in.pending import Pending
from noren.governance.signing_in.refusals import NotProved, Why
from noren.kernel.clock import Clock

MAX_ANSWER: Final = 32_768
MIN_ID, MAX_ID = 16, 1_023
"""A credential id is at least 16 bytes with 100 bits of chance in them (WebAuthn 4), and at most 1,023 (7.1)."""
ALGORITHMS: Final = (-7, -8, -257)
"""ES256, EdDSA, RS256, by COSE's numbers."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that a device was asked. ``whose``: who it is for; empty: whoever holds a passkey of ours."""

    state: Any = field(repr=False)
    whose: str


@dataclass(frozen=True, slots=True)
class Question:
    """What the page's script hands to the browser; ``name``: under which the answer comes back."""

    name: str
    options: str


class Passkeys:
    """Asks devices and reads their answers, for one origin; threads may share it."""

    def __init__(self, origin: str, programme: str, clock: Clock) -> None:
        host = urlsplit(origin).hostname
        assert host, "an origin has a host"
        entity = PublicKeyCredentialRpEntity(name=programme, id=host)
        server = Fido2Server(entity, attestation=None, verify_origin=lambda came: came == origin)
        server.allowed_algorithms = [each for each in server.allowed_algorithms if each.alg in ALGORITHMS]
        self._server: Any = server  # its types leave holes
        self._pending: Pending[Asked] = Pending(clock)

    def begin_adding(self, account: str, held: Sequence[Passkey], *, browser: str) -> Question:
        """Ask for a new passkey of an account. ``held``: those that it has, whose devices are not asked again."""
        # WebAuthn 14.6.1: the handle says nothing of the person. A device keeps one passkey a handle.
        handle = hashlib.sha256(f"noren desk {account}".encode()).digest()
        user = PublicKeyCredentialUserEntity(name=account, id=handle, display_name=account)
        known = [AttestedCredentialData(each.public) for each in held]
        options, state = self._server.register_begin(
            user, known, ResidentKeyRequirement.REQUIRED, UserVerificationRequirement.REQUIRED
        )
        return self._question(options, state, account, browser)

    def finish_adding(self, name: str, answer: str, *, account: str, browser: str) -> Passkey | NotProved:
        """Return the new passkey of an account."""
        asked = self._pending.take(name, browser=browser)
        if asked is None or asked.whose != account:
            return NotProved(Why.NOT_BEGUN_HERE)
        try:
            made = self._server.register_complete(asked.state, _decoded(answer))
        except (ValueError, TypeError, KeyError, AssertionError) as wrong:
            return NotProved(Why.NOT_PROVED, _check(wrong))
        data: AttestedCredentialData | None = made.credential_data
        if data is None or not MIN_ID <= len(data.credential_id) <= MAX_ID:
            return NotProved(Why.NOT_PROVED, "credential-id")
        if data.public_key.ALGORITHM not in ALGORITHMS:
            return NotProved(Why.NOT_PROVED, "algorithm")
        return Passkey(data.credential_id, bytes(data), made.counter)

    def begin(self, *, browser: str) -> Question:
        """Ask whoever is there for a passkey of ours; no account is named, so nothing tells who has one."""
        options, state = self._server.authenticate_begin(None, UserVerificationRequirement.REQUIRED)
        return self._question(options, state, "", browser)

    def credential_id(self, answer: str) -> bytes:
        """Return which passkey an answer says it is of; empty: none that could be."""
        try:
            found = AuthenticationResponse.from_dict(_decoded(answer)).raw_id
        except (ValueError, TypeError, KeyError):
            return b""
        return found if MIN_ID <= len(found) <= MAX_ID else b""

    def finish(self, name: str, answer: str, held: Passkey | None, *, browser: str) -> Passkey | NotProved:
        """Return the passkey with its new sign count. ``held``: what we keep under ``credential_id``."""
        asked = self._pending.take(name, browser=browser)
        if asked is None or asked.whose:
            return NotProved(Why.NOT_BEGUN_HERE)
        if held is None:
            return NotProved(Why.NOT_PROVED, "unknown-passkey")
        try:
            response = AuthenticationResponse.from_dict(_decoded(answer))
            self._server.authenticate_complete(asked.state, [AttestedCredentialData(held.public)], response)
        except (ValueError, TypeError, KeyError, AssertionError) as wrong:
            return NotProved(Why.NOT_PROVED, _check(wrong))
        count = response.response.authenticator_data.counter
        if (count or held.sign_count) and count <= held.sign_count:
            return NotProved(Why.COPIED, "sign-count")
        return Passkey(held.id, held.public, count)

    def _question(self, options: Any, state: Any, whose: str, browser: str) -> Question:
        return Question(self._pending.begin(Asked(state, whose), browser=browser), json.dumps(dict(options)))


def _decoded(answer: str) -> dict[str, Any]:
    if len(answer) > MAX_ANSWER:
        raise ValueError("too long")
    found = json.loads(answer)
    if not isinstance(found, dict):
        raise ValueError("not an object")
    return cast("dict[str, Any]", found)


def _check(wrong: Exception) -> str:
    """Return the library's word for a failed check, short: never what was sent."""
    said = str(wrong)
    known = ("origin", "challenge", "RP ID", "User Present", "User verification", "signature", "type")
    return next((word.lower().replace(" ", "-") for word in known if word.lower() in said.lower()), "malformed")
