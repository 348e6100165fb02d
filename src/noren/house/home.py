"""A home: the folder of one programme, and the settings in its ``noren.toml``.

Each zone has a folder of its own in the home, so that in production each can belong to its
own user of the operating system. Nothing here opens a store or reads a key.
"""

from __future__ import annotations

import difflib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from noren.kernel.say import Say

CONFIG: Final = "noren.toml"
DEFAULT_HOME: Final = "noren-home"

Zone = Literal["till", "vault", "ledger-worker", "statement", "desk", "front", "operator"]
ZONES: Final[tuple[Zone, ...]] = ("till", "vault", "ledger-worker", "statement", "desk", "front", "operator")

_SIDE_FOLDER: Final[dict[Zone, str]] = {"vault": "vault", "ledger-worker": "ledger", "desk": "governance"}


LogSide = Literal["identity", "ledger", "house"]
LOG_SIDES: Final[dict[LogSide, Zone]] = {"identity": "vault", "ledger": "ledger-worker", "house": "desk"}
"""The audit logs, one a side, and which zone writes each."""


class HomeProblem(Exception):
    """The home or its settings can not be used; ``say`` tells what, why and how to fix it."""

    def __init__(self, says: Say | str) -> None:
        super().__init__(says.en if isinstance(says, Say) else says)
        self.say = says if isinstance(says, Say) else Say(says, says)


class Programme(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who the programme is. ``kind``: a sandbox takes test keys only and its clock can be moved."""

    name_ja: str = "のれんポイント"
    name_en: str = "Noren Points"
    kind: Literal["live", "sandbox"] = "live"
    zone: str = "Asia/Tokyo"
    currency: str = "JPY"


class Points(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Programme-wide point rules: one point per ``per`` minor units; pool expiry after the last movement."""

    per: int = 100
    expiry_days: int = 365


class Receipts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How long receipts are kept, so how long a resend is recognised (days)."""

    keep_days: int = 400


class Lake(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the lake is filled: pause between rounds, rows of one commit, hours that files no longer used stay."""

    every_seconds: Annotated[int, msgspec.Meta(ge=1)] = 2
    batch_rows: Annotated[int, msgspec.Meta(ge=1)] = 200_000
    vacuum_hours: Annotated[int, msgspec.Meta(ge=1)] = 24


class Doors(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """TCP ports of the doors that face people and tills; the zones' inner doors are Unix sockets."""

    front: int = 8001
    till: int = 8002
    vault: int = 8003
    statement: int = 8004
    desk: int = 8005


class Stores(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What holds the stores: files of the home, or databases of a PostgreSQL server (``house/databases.py``)."""

    engine: Literal["sqlite", "postgresql"] = "sqlite"


class PostgreSQL(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the databases are; no secret. ``identity_*``: a server of its own for the vault (empty, 0: the same)."""

    host: str = "localhost"
    port: int = 5432
    identity_host: str = ""
    identity_port: int = 0
    prefix: Annotated[str, msgspec.Meta(pattern="^[a-z][a-z0-9_]{0,29}$")] = "noren"
    sslmode: Literal["disable", "prefer", "require", "verify-ca", "verify-full"] = "prefer"


Whole = Annotated[int, msgspec.Meta(ge=1)]
Threshold = Annotated[int, msgspec.Meta(ge=0, le=1_000)]


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one caller may take of a door.

    Requests a second of one terminal, and of keys that are no good from one address; seconds until
    a request's head and its body have come; connections at a time.
    """

    per_terminal: Whole = 5_000
    bad_keys: Whole = 100
    header_seconds: Whole = 30
    body_seconds: Whole = 20
    connections: Whole = 1_024

    @property
    def idle_seconds(self) -> float:
        """When a connection on which nothing happens is ended: a little after what is timed by itself."""
        return max(self.header_seconds, self.body_seconds) + 1.0


class Alerts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When the till raises an alert, and how long it stays to be read; a threshold of 0 turns its alert off."""

    probing_keys: Threshold = 20
    probing_minutes: Whole = 10
    own_card_purchases: Threshold = 6
    own_card_minutes: Whole = 60
    keep_days: Whole = 90


Epsilon = Annotated[float, msgspec.Meta(gt=0, le=10)]


class Audiences(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Guards of audiences, and what private figures may cost: epsilon of one, of an asker's and the programme's month.

    ``sensitive``: classes beside the products' own, as ``"category=TOBACCO"``.
    """

    minimum_size: Whole = 50
    figure_epsilon: Epsilon = 0.05
    asker_epsilon_a_month: Epsilon = 1.0
    programme_epsilon_a_month: Epsilon = 3.0
    privacy_officers: list[str] = msgspec.field(default_factory=list[str])
    sensitive: list[str] = msgspec.field(default_factory=list[str])


class KeySettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Custody and age of keys, and where the member keys lie a second time (paths count from the home)."""

    custody: Literal["file", "passphrase", "aws-kms"] = "file"
    passphrase_file: str = ""
    kms_key: str = "alias/noren-{zone}"
    kms_region: str = ""
    kms_endpoint: str = ""
    max_age_days: Annotated[int, msgspec.Meta(ge=1)] = 365
    second_custodian: str = ""


class Erasure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How long erasures are gathered before the lake is rewritten without them all, and the lists' second place.

    Then its old files stay for ``readers_minutes``; both together are under a day. ``keep_withdrawn_days``: how long
    the data of a member who has left is kept. ``second_lists``: a folder on
    another disk in which each side's erasure list stands once more (empty: nowhere; paths count from the home).
    """

    keep_withdrawn_days: Annotated[int, msgspec.Meta(ge=0, le=1_000)] = 30
    gather_hours: Annotated[int, msgspec.Meta(ge=0, le=20)] = 12
    readers_minutes: Annotated[int, msgspec.Meta(ge=0, le=180)] = 15
    second_lists: str = ""


class Retention(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """After how many months without purchase, points and sign-in a member is erased (0: never), told how long before.

    ``dormant_months`` never ends before points would have lapsed. She goes on the first day of a month.
    """

    dormant_months: Annotated[int, msgspec.Meta(ge=0, le=600)] = 36
    dormant_notice_days: Annotated[int, msgspec.Meta(ge=30, le=400)] = 60


class LogSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The audit logs: what they are called, whose cosignatures a check demands (public keys), and of how many.

    ``name`` is a host name, with a path or without; a log that was begun keeps the name that it had then.
    """

    name: Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-z][0-9a-z./-]{0,99}\Z")] = "noren.example"
    witnesses: list[str] = msgspec.field(default_factory=list[str])
    quorum: Annotated[int, msgspec.Meta(ge=0, le=16)] = 0


class SignIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How staff sign in by page. ``origin``: where browsers find the desk (empty: on this machine alone).

    ``issuer``, ``client_id``, ``client_secret_file``: the company's OpenID Connect provider (empty: none);
    ``company_ja``, ``company_en``: what the button calls it. Paths count from the home.
    """

    origin: str = ""
    issuer: str = ""
    client_id: str = ""
    client_secret_file: str = ""
    company_ja: str = "会社のアカウント"
    company_en: str = "your company’s account"


class Campaigns(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Campaigns: at most so many slips a member in so many days, over all of them (0: no such limit)."""

    member_slips: Annotated[int, msgspec.Meta(ge=0, le=1_000)] = 0
    member_days: Annotated[int, msgspec.Meta(ge=1, le=400)] = 7


class Slips(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The paper of slips. ``english_at``: shops and companies whose tills print them in English.

    ``check_at``: the public pages' address, as members' phones reach it; each slip then carries a code by which any
    phone checks its draw (empty: none). ``gs1_reference``: company prefix and coupon reference, 12 digits; the barcode
    is then a GS1 coupon number (empty: EAN-13 in the in-store range).
    """

    english_at: list[str] = msgspec.field(default_factory=list[str])
    check_at: Annotated[str, msgspec.Meta(pattern=r"\A(https?://[!-~]{1,100})?\Z")] = ""
    gs1_reference: Annotated[str, msgspec.Meta(pattern=r"\A([0-9]{12})?\Z")] = ""


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything ``noren.toml`` may say."""

    programme: Programme = Programme()
    points: Points = Points()
    receipts: Receipts = Receipts()
    lake: Lake = Lake()
    doors: Doors = Doors()
    stores: Stores = Stores()
    postgresql: PostgreSQL = PostgreSQL()
    limits: Limits = Limits()
    alerts: Alerts = Alerts()
    audiences: Audiences = msgspec.field(default_factory=Audiences)
    campaigns: Campaigns = Campaigns()
    slips: Slips = msgspec.field(default_factory=Slips)
    keys: KeySettings = KeySettings()
    erasure: Erasure = Erasure()
    retention: Retention = Retention()
    log: LogSettings = msgspec.field(default_factory=LogSettings)
    sign_in: SignIn = SignIn()


@dataclass(frozen=True, slots=True)
class Home:
    """Paths of one home and its settings."""

    path: Path
    settings: Settings

    @property
    def zone(self) -> ZoneInfo:
        """The programme's time zone: the only one in which days are counted."""
        return ZoneInfo(self.settings.programme.zone)

    @property
    def sandbox(self) -> bool:
        """True when this programme takes test keys and its clock can be moved."""
        return self.settings.programme.kind == "sandbox"

    @property
    def on_postgresql(self) -> bool:
        """True when the stores are databases of a PostgreSQL server; the paths below then name nothing."""
        return self.settings.stores.engine == "postgresql"

    @property
    def ledger_db(self) -> Path:
        """The ledger store: purchases, points, handles."""
        return self.path / "ledger" / "ledger.db"

    @property
    def standings_db(self) -> Path:
        """Members' standings: a cache of the ledger, a file in homes of either engine."""
        return self.path / "ledger" / "standings.db"

    @property
    def lake(self) -> Path:
        """The folder of Delta tables."""
        return self.path / "ledger" / "lake"

    @property
    def audiences(self) -> Path:
        """The ledger side's folder of audiences: their store, the mark of what was spent, and builds."""
        return self.path / "ledger" / "audiences"

    @property
    def audiences_db(self) -> Path:
        """The audiences' store: a file also in a home on PostgreSQL (decision 0025)."""
        return self.audiences / "audiences.db"

    @property
    def provision_db(self) -> Path:
        """The records of provision, on the ledger side: a file in homes of either engine."""
        return self.path / "ledger" / "provision.db"

    @property
    def cases_db(self) -> Path:
        """Incidents and legal requests, at the desk: a file in homes of either engine."""
        return self.governance_db.with_name("cases.db")

    @property
    def staff_db(self) -> Path:
        """Staff accounts, at the desk: a file in homes of either engine."""
        return self.governance_db.with_name("staff.db")

    def copies_db(self, zone: Zone) -> Path:
        """The census of the copies that a zone made: a file in homes of either engine."""
        return self.path / _SIDE_FOLDER[zone] / "copies.db"

    def copies(self, zone: Zone) -> Path:
        """Where the copies that a zone made lie, each sealed under a key of its own."""
        return self.path / _SIDE_FOLDER[zone] / "copies"

    @property
    def lists(self) -> Path:
        """The operator's named lists for conditions, ``NAME.txt``, a value a line."""
        return self.path / "lists"

    @property
    def register_db(self) -> Path:
        """Companies, shops, agreements, terminals: no person in it."""
        return self.path / "register" / "register.db"

    @property
    def governance_db(self) -> Path:
        """The desk's register of dated documents: parties, purposes, notices, terms, regimes, flows."""
        return self.path / "governance" / "register.db"

    @property
    def vault_db(self) -> Path:
        """The vault store: sealed persons, cards, link tokens."""
        return self.path / "vault" / "vault.db"

    @property
    def member_keys_db(self) -> Path:
        """The member-key store, apart from the vault store so that backups can treat it apart."""
        return self.path / "vault" / "member-keys.db"

    @property
    def statutory_db(self) -> Path:
        """The statutory vault: what the law makes outlive an erasure; a file in homes of either engine."""
        return self.path / "vault" / "statutory.db"

    @property
    def key_snapshots(self) -> Path:
        """Where the member-key store's hourly snapshots lie, for a day each: in no backup."""
        return self.path / "vault" / "key-snapshots"

    def erasures(self, side: Literal["ledger", "vault"]) -> tuple[Path, Path | None]:
        """The erasure list of a side, in no backup, and its second place."""
        second = self.settings.erasure.second_lists
        return self.path / side / "erasures.list", self.path / second / f"{side}.erasures.list" if second else None

    def work(self, side: Literal["ledger", "vault", "desk"]) -> Path:
        """Where a backup of a side is gathered and a restored one unpacked: gone when that is done."""
        return self.path / ("governance" if side == "desk" else side) / "backup-work"

    @property
    def reconciling(self) -> Path:
        """Stands while a restored vault has not yet read back what was chosen since: its doors stay shut."""
        return self.path / "vault" / "reconciling.json"

    @property
    def keys(self) -> Path:
        """Key files, one per zone (mode 0600), and ``trust/`` with the public halves."""
        return self.path / "keys"

    def audit_log(self, side: LogSide) -> Path:
        """The folder of a side's audit log: ``checkpoint`` and ``tile/`` are public, ``private/`` is the zone's own."""
        return self.path / "log" / side

    def log_keys(self, side: LogSide) -> Path:
        """The public keys that a side's audit log ever had."""
        return self.keys / "trust" / f"log-{side}.vkeys"

    def acknowledgement_keys(self, zone: Literal["vault", "statement"]) -> Path:
        """The public keys by which a zone ever signed what a member is given, base64url, one a line."""
        return self.keys / "trust" / f"acknowledgements-{zone}.keys"

    def cosigned(self, side: LogSide) -> Path:
        """The newest checkpoint of a side's audit log that witnesses cosigned."""
        return self.path / "log" / f"{side}.cosigned"

    def socket(self, zone: Zone) -> Path:
        """The Unix socket of a zone's inner door."""
        return self.path / "run" / f"{zone}.sock"

    def log(self, zone: Zone) -> Path:
        """The log file of a zone started by ``noren up`` or as a child of a command."""
        return self.path / "log" / f"{zone}.log"


def find_home(given: Path | None) -> Path:
    """Return the home's path: ``--home``, else ``NOREN_HOME``, else ``./noren-home``."""
    return (given or Path(os.environ.get("NOREN_HOME", DEFAULT_HOME))).resolve()


def open_home(given: Path | None = None) -> Home:
    """Read a home's settings.

    Raises:
        HomeProblem: there is no home, or its settings are wrong.
    """
    path = find_home(given)
    config = path / CONFIG
    if not config.is_file():
        raise HomeProblem(
            Say(
                f"{path} にプログラムのホームがありません。noren init --home {path} で作れます。",
                f"There is no programme at {path}. Make one with: noren init --home {path}",
            )
        )
    return Home(path, read_settings(config))


def read_settings(config: Path) -> Settings:
    """Read and check ``noren.toml``.

    Raises:
        HomeProblem: not TOML, an unknown key (the nearest known one is named) or a wrong value.
    """
    try:
        settings = msgspec.toml.decode(config.read_bytes(), type=Settings)
        ZoneInfo(settings.programme.zone)
    except (msgspec.ValidationError, msgspec.DecodeError) as wrong:
        raise HomeProblem(f"{config}: {wrong}.{_nearest(str(wrong))}") from None
    except (ZoneInfoNotFoundError, ValueError):
        raise HomeProblem(
            Say(
                f"{config}: programme.zone は時間帯の名前ではありません。Asia/Tokyo のように書いてください。",
                f"{config}: programme.zone is not a known time zone; write one like Asia/Tokyo.",
            )
        ) from None
    if settings.points.per < 1 or settings.points.expiry_days < 1 or settings.receipts.keep_days < 1:
        raise HomeProblem(
            Say(
                f"{config}: points.per、points.expiry_days、receipts.keep_days は1以上の整数です。",
                f"{config}: points.per, points.expiry_days and receipts.keep_days are whole numbers from 1.",
            )
        )
    if settings.alerts.own_card_purchases == 1:
        raise HomeProblem(
            Say(
                f"{config}: alerts.own_card_purchases は0(知らせない)か、2以上の整数です。",
                f"{config}: alerts.own_card_purchases is 0 (no alert) or a whole number from 2.",
            )
        )
    return settings


def _nearest(message: str) -> str:
    """Suggest the known key nearest to the one that a decoding message names."""
    parts = (
        Settings,
        Programme,
        Points,
        Receipts,
        Lake,
        Doors,
        Stores,
        PostgreSQL,
        Limits,
        Alerts,
        Audiences,
        KeySettings,
        Erasure,
        LogSettings,
        SignIn,
    )
    known = [field for part in parts for field in part.__struct_fields__]
    for word in message.split("`")[1::2]:
        close = difflib.get_close_matches(word, known, n=1)
        if close and close[0] != word:
            return f" Did you mean `{close[0]}`?"
    return ""


def write_settings(settings: Settings) -> str:
    """Return the text of a ``noren.toml`` that says ``settings``."""
    out: list[str] = []
    for section in settings.__struct_fields__:
        out.append(f"[{section}]")
        part = getattr(settings, section)
        out += [f"{name} = {_toml(getattr(part, name))}" for name in part.__struct_fields__]
        out.append("")
    return "\n".join(out)


def _toml(value: object) -> str:
    return msgspec.json.encode(value).decode() if isinstance(value, str) else str(value)
