"""The ways on which staff sign in beside a password: by passkey, and by the company's provider, where it is configured.

Their libraries are in the extra ``sign-in``. Without it the desk starts, and its pages say what is missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from noren.governance.signing_in.provider import Provider, is_safe
from noren.house.home import Home, HomeProblem
from noren.house.origins import origins
from noren.house.provider_door import HttpProviderDoor
from noren.kernel.clock import Clock
from noren.kernel.say import Say

if TYPE_CHECKING:
    from noren.governance.signing_in.passkeys import Passkeys
    from noren.governance.signing_in.relying import RelyingParty

BACK: Final = "/company/back"
_OPEN_TO_OTHERS: Final = 0o077


@dataclass(frozen=True, slots=True)
class Ways:
    """``passkeys`` and ``company`` None: not on this desk; ``missing`` says what would have to be installed."""

    passkeys: Passkeys | None
    company: RelyingParty | None
    missing: Say | None = None


def open_ways(home: Home, clock: Clock) -> Ways:
    """Open the ways that are configured and installed.

    Raises:
        HomeProblem: ``[sign_in]`` of noren.toml can not be used.
    """
    provider = provider_of(home)
    try:
        from noren.governance.signing_in.passkeys import Passkeys
        from noren.governance.signing_in.relying import RelyingParty
    except ImportError:
        return Ways(None, None, _MISSING)
    passkeys = Passkeys(origins(home).desk, home.settings.programme.name_en, clock)
    company = None if provider is None else RelyingParty(provider, HttpProviderDoor(provider), clock)
    return Ways(passkeys, company)


def provider_of(home: Home) -> Provider | None:
    """Return the provider that ``noren.toml`` names; None: none.

    Raises:
        HomeProblem: it is named in part, without TLS, or its secret can not be read by the desk alone.
    """
    said, desk = home.settings.sign_in, origins(home).desk
    parts = urlsplit(desk)
    if not is_safe(desk) or parts.path or parts.query or parts.fragment or "@" in parts.netloc:
        raise _wrong("origin", "https://desk.example.co.jp のように", "like https://desk.example.co.jp")
    if not said.issuer:
        return None
    if not is_safe(said.issuer):
        raise _wrong(
            "issuer", "https:// で始まる発行者の識別子を", "as the issuer's identifier, beginning with https://"
        )
    if not said.client_id or not said.client_secret_file:
        raise _wrong("client_id、client_secret_file", "issuer とあわせて", "beside issuer")
    secret = _secret(home.path / said.client_secret_file)
    return Provider(said.issuer, said.client_id, secret, Say(said.company_ja, said.company_en), desk + BACK)


def _secret(path: Path) -> str:
    try:
        mode, text = path.stat().st_mode, path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise _wrong("client_secret_file", "読めるファイルを", "as a file that can be read") from None
    if mode & _OPEN_TO_OTHERS or not text:
        raise _wrong(
            "client_secret_file",
            "ほかの利用者が読めないファイル(chmod 600)を",
            "as a file of mode 600 that is not empty",
        )
    return text


def _wrong(name: str, ja: str, en: str) -> HomeProblem:
    return HomeProblem(
        Say(f"noren.toml の sign_in.{name} は、{ja}書いてください。", f"noren.toml: write sign_in.{name} {en}.")
    )


_MISSING: Final = Say(
    "パスキーと会社のアカウントでのサインインには、追加の部品が要ります: pip install 'noren[sign-in]'",
    "Signing in by passkey or by your company needs an extra: pip install 'noren[sign-in]'",
)
