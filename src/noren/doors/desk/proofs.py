"""Passkeys and subjects as the staff room keeps them."""

from __future__ import annotations

import segno

from noren.doors.desk.troubles import refused
from noren.doors.pages import PageProblem
from noren.doors.pages.away import Away
from noren.governance.signing_in.keys import Passkey
from noren.governance.staffing.model import Credential, Means
from noren.governance.staffing.refusing import Refused


def credential_of(made: Passkey) -> Credential:
    """Return a passkey as a means of signing in."""
    return Credential(Means.PASSKEY, made.id.hex(), made.public, made.sign_count)


def passkey_of(held: Credential) -> Passkey:
    """Return a means of signing in as a passkey."""
    assert held.means is Means.PASSKEY, "a passkey"
    return Passkey(bytes.fromhex(held.name), held.secret, held.counter)


def subject(issuer: str, name: str) -> Credential:
    """Return a provider's subject as a means of signing in."""
    return Credential(Means.OIDC, f"{issuer} {name}")


def code_picture(uri: str) -> str:
    """Return a QR code of an address as SVG, for the page itself."""
    return segno.make(uri, error="m", micro=False).svg_inline(scale=4, border=4, svgclass=None, lineclass=None)


def kept(done: Refused | None) -> Away:
    """Go back to the own page; a refusal is told instead."""
    if done is not None:
        raise PageProblem(refused(done))
    return Away("/")
