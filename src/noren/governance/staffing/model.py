"""Accounts, means of signing in, sessions, what waits for approval. Values; no I/O."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from noren.governance.staff import Role

ID: Final = re.compile(r"\A[a-z0-9][a-z0-9.-]{0,38}[a-z0-9]\Z")
MAX_NAME: Final = 60
IDLE: Final = timedelta(minutes=30)
ABSOLUTE: Final = timedelta(hours=8)
INVITE_LIFE: Final = timedelta(days=3)
WAITING_LIFE: Final = timedelta(days=14)


class State(StrEnum):
    """Where an account stands: it was made, somebody uses it, it is closed for good, it was lost with a restore."""

    INVITED = "invited"
    ACTIVE = "active"
    CLOSED = "closed"
    LOST = "lost"
    """Nobody signs in with it before its owner was invited again; its id is hers."""


class Means(StrEnum):
    """A means of signing in."""

    PASSWORD = "password"  # noqa: S105  # the word of a kind, no password
    TOTP = "totp"
    PASSKEY = "passkey"
    OIDC = "oidc"


class How(StrEnum):
    """How somebody signed in."""

    PASSWORD = "password+totp"  # noqa: S105
    PASSKEY = "passkey"
    OIDC = "oidc"


class Door(StrEnum):
    """Where a session is used: pages end after a while without a click, commands after eight hours."""

    PAGE = "page"
    COMMAND = "command"


@dataclass(frozen=True, slots=True)
class Account:
    """A member of staff. ``added_by``: the account that added it; empty: who holds the home."""

    id: str
    name: str
    roles: frozenset[Role]
    state: State
    added_at: datetime
    added_by: str


@dataclass(frozen=True, slots=True)
class Credential:
    """A means of signing in. ``name`` tells it from others of its kind, over all accounts.

    password: name empty, secret the Argon2id hash. totp: name empty, secret sealed, counter the last used step.
    passkey: name the credential id (hex), secret the public key, counter its sign count. oidc: name ``issuer subject``.
    """

    means: Means
    name: str = ""
    secret: bytes = field(default=b"", repr=False)
    counter: int = 0


def is_enough(means: Iterable[Means]) -> bool:
    """Return whether somebody can sign in with these."""
    held = set(means)
    return bool({Means.PASSKEY, Means.OIDC} & held) or {Means.PASSWORD, Means.TOTP} <= held


@dataclass(frozen=True, slots=True)
class Session:
    """A signing in. ``id``: secret, to be kept by the browser alone; ``token``: for the command line."""

    account: str
    how: How
    begun_at: datetime
    ends_at: datetime
    id: str = field(repr=False)
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who is signed in now, with the roles that she has now."""

    account: Account
    how: How
    session: str
    """The session's mark: its hash, no secret."""
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """A session that stands. ``mark``: its hash, no secret."""

    mark: str
    how: How
    door: Door
    begun_at: datetime
    seen_at: datetime


class Outcome(StrEnum):
    """What became of something that waited."""

    WAITS = "waits"
    DONE = "done"
    REFUSED = "refused"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that waits for approvals. ``body``: what it is, as the performer of its ``act`` reads it.

    ``needs``: how many others must approve. ``says``: what it is, for people, Japanese and English.
    """

    number: int
    act: str
    author: str
    at: datetime
    needs: int
    body: str
    says_ja: str
    says_en: str
    approvals: tuple[str, ...] = ()
    outcome: Outcome = Outcome.WAITS
    ended_at: datetime | None = None


_ALIKE: Final = str.maketrans({"0": "o", "1": "l", "i": "l", "j": "l", "5": "s", "2": "z", "8": "b", ".": "", "-": ""})


def skeleton(name: str) -> str:
    """Return an id without what the eye does not tell apart: two ids of one skeleton are one person's."""
    return name.translate(_ALIKE).replace("rn", "m").replace("vv", "w").replace("cl", "d")


def is_name(text: str) -> bool:
    """Return whether a text can be somebody's name."""
    bad = any(unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") for sign in text)
    return 1 <= len(text.strip()) <= len(text) <= MAX_NAME and not bad
