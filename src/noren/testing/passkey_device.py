"""A device that holds a passkey, in software: answers questions as a browser would, or wrongly where a test says so."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData

_PRESENT: Final = AuthenticatorData.FLAG.UP
_VERIFIED: Final = AuthenticatorData.FLAG.UV


@dataclass
class PasskeyDevice:
    """One passkey. ``verifies``: it asks for a finger or a PIN; ``count``: how often it was used."""

    origin: str
    rp_id: str
    verifies: bool = True
    count: int = 0
    id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: EllipticCurvePrivateKey = field(default_factory=lambda: generate_private_key(SECP256R1()))

    def make(self, options: str) -> str:
        """Answer the question for a new passkey."""
        made = AttestedCredentialData.create(bytes(16), self.id, ES256.from_cryptography_key(self.key.public_key()))
        data = self._data(AuthenticatorData.FLAG.AT, made)
        client = self._client("webauthn.create", options)
        return self._answer(client, attestationObject=bytes(AttestationObject.create("none", data, {})))

    def use(self, options: str) -> str:
        """Answer the question of a sign-in."""
        self.count += 1
        data, client = self._data(), self._client("webauthn.get", options)
        signature = self.key.sign(bytes(data) + hashlib.sha256(client).digest(), ECDSA(SHA256()))
        return self._answer(client, authenticatorData=bytes(data), signature=signature)

    def _data(self, flags: AuthenticatorData.FLAG = _PRESENT, made: bytes = b"") -> AuthenticatorData:
        said = _PRESENT | flags | (_VERIFIED if self.verifies else _PRESENT)
        library: Any = AuthenticatorData  # its types leave holes
        return library.create(hashlib.sha256(self.rp_id.encode()).digest(), said, self.count, made)

    def _client(self, kind: str, options: str) -> bytes:
        challenge = json.loads(options)["publicKey"]["challenge"]
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}).encode()

    def _answer(self, client: bytes, **response: bytes) -> str:
        said: dict[str, Any] = {name: websafe_encode(value) for name, value in response.items()}
        said["clientDataJSON"] = websafe_encode(client)
        name = websafe_encode(self.id)
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": said})
