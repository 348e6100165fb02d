"""Papers: documents as people write them in a TOML file, read strictly into what is put forward.

A file holds any number of ``[[party]]``, ``[[purpose]]``, ``[[notice]]``, ``[[flow]]``, and a ``[regime]`` or
``[terms]``. A key that is not known is an error that names the nearest known one.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, cast

import msgspec

from noren.governance.announced.announcing import Wanted
from noren.governance.announced.store import text_sha256
from noren.governance.flows import Flow, Joins
from noren.governance.notices import Notice, NoticeKind, Responsible, Terms
from noren.governance.parties import Handling, Party, PartyKind, Vetting
from noren.governance.purposes import Purpose
from noren.governance.regimes import CLOCKS, Regime, RouteRule
from noren.governance.register import Body, DocumentKind
from noren.governance.routes import Route
from noren.kernel.say import Say

MAX_PAPERS: Final = 1_000
_ABOUT: Final = ("effective", "new_consent", "renamed")


class PaperProblem(Exception):
    """A file of papers can not be read; ``say`` tells where, why and what to do."""

    def __init__(self, say: Say) -> None:
        super().__init__(say.en)
        self.say = say


class _Form(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What every form has: unknown keys are errors."""


class _Both(_Form, frozen=True):
    ja: str
    en: str

    def say(self) -> Say:
        return Say(self.ja, self.en)


class _Vetted(_Form, frozen=True):
    on: date
    by: str
    record: str


class _Handles(_Form, frozen=True):
    items: list[str]
    door: str


class _Party(_Form, frozen=True):
    id: str
    kind: PartyKind
    name: _Both
    address: str = ""
    representative: str = ""
    country: str = "JP"
    vetted: _Vetted | None = None
    handles: _Handles | None = None
    public_key: str | None = None
    group_since: datetime | None = None
    group_until: datetime | None = None

    def body(self) -> Party:
        vetted = self.vetted and Vetting(self.vetted.on, self.vetted.by, self.vetted.record)
        handles = self.handles and Handling(frozenset(self.handles.items), self.handles.door)
        key, since, until = self.public_key, self.group_since, self.group_until
        where = self.address, self.representative, self.country
        return Party(self.id, self.kind, self.name.say(), *where, vetted, handles, key, since, until)


class _Purpose(_Form, frozen=True):
    id: str
    name: _Both
    says: _Both
    contacts: bool = False
    essential: bool = False

    def body(self) -> Purpose:
        return Purpose(self.id, self.name.say(), self.says.say(), self.contacts, self.essential)


class _Responsible(_Form, frozen=True):
    name: str
    address: str
    representative: str


class _Notice(_Form, frozen=True):
    id: str
    kind: NoticeKind
    items: list[str]
    purposes: list[str]
    responsible: _Responsible
    text: _Both
    scope: list[str] = []

    def body(self) -> Notice:
        who = Responsible(self.responsible.name, self.responsible.address, self.responsible.representative)
        sets = frozenset(self.items), frozenset(self.scope), frozenset(self.purposes)
        return Notice(self.id, self.kind, *sets, who, self.text.say())


class _Flow(_Form, frozen=True):
    id: str
    purpose: str
    recipient: str
    items: list[str]
    route: Route
    notice: str | None = None
    joins: Joins = Joins.NONE
    channel: str | None = None
    evidence: dict[str, str] = {}
    room: bool = False
    with_minors: bool = False

    def body(self) -> Flow:
        way = self.route, self.notice, self.joins, self.channel, self.evidence, self.room, self.with_minors
        return Flow(self.id, self.purpose, self.recipient, frozenset(self.items), *way)


class _Route(_Form, frozen=True):
    enabled: bool = True
    consent: bool = False
    notice: NoticeKind | None = None
    record: bool = False
    minimum_notice_days: int = 0
    person_level_match: bool = False
    needs: list[str] = []


class _Regime(_Form, frozen=True):
    routes: dict[Route, _Route]
    clocks: dict[str, int] = {}
    id: str = "japan"

    def body(self) -> Regime:
        rules = {route: _rule(form) for route, form in self.routes.items()}
        return Regime(rules, {**CLOCKS, **self.clocks}, self.id)


class _Terms(_Form, frozen=True):
    scope_rule: _Both
    text: _Both
    id: str = "member-terms"

    def body(self) -> Terms:
        return Terms(self.scope_rule.say(), text_sha256(self.text.say()), self.id)


_FORMS: Final[Mapping[DocumentKind, type[_Party | _Purpose | _Notice | _Flow | _Regime | _Terms]]] = {
    DocumentKind.REGIME: _Regime,
    DocumentKind.PURPOSE: _Purpose,
    DocumentKind.PARTY: _Party,
    DocumentKind.NOTICE: _Notice,
    DocumentKind.TERMS: _Terms,
    DocumentKind.FLOW: _Flow,
}
"""In the order in which they are announced: what is named stands before what names it."""


@dataclass(frozen=True, slots=True)
class Paper:
    """What one table of a file puts forward; ``text``: of the member terms."""

    wanted: Wanted
    text: Say | None = None


def read_papers(content: Mapping[str, Any]) -> list[Paper]:
    """Return what a parsed file puts forward. Dates of the papers themselves are instants already.

    Raises:
        PaperProblem: a key is not known, a value is missing or no such value.
    """
    unknown = [name for name in content if name not in {kind.value for kind in _FORMS}]
    if unknown:
        raise PaperProblem(_unknown(unknown[0], unknown[0], [kind.value for kind in _FORMS]))
    out = [paper for kind in _FORMS if kind.value in content for paper in _of_kind(kind, content[kind.value])]
    if len(out) > MAX_PAPERS:
        raise PaperProblem(Say(f"1つのファイルには{MAX_PAPERS}件までです。", f"A file holds {MAX_PAPERS} at most."))
    return out


def _of_kind(kind: DocumentKind, given: Any) -> Iterator[Paper]:
    tables: list[Any] = cast(list[Any], given) if isinstance(given, list) else [given]
    for number, table in enumerate(tables, 1):
        where = f"{kind.value}" if len(tables) == 1 else f"{kind.value} {number}"
        if not isinstance(table, dict):
            raise PaperProblem(Say(f"{where} は表([[{kind.value}]])で書いてください。", f"{where} must be a table."))
        yield _paper(kind, where, cast(dict[str, Any], table))


def _paper(kind: DocumentKind, where: str, table: dict[str, Any]) -> Paper:
    form = _FORMS[kind]
    fields = {name: value for name, value in table.items() if name not in _ABOUT}
    try:
        read = msgspec.convert(fields, form)
        about = msgspec.convert({name: table[name] for name in _ABOUT if name in table}, _About)
    except msgspec.ValidationError as wrong:
        raise PaperProblem(_said(where, str(wrong), _known(form))) from None
    body: Body = read.body()
    text = read.text.say() if isinstance(read, _Terms) else None
    return Paper(Wanted(kind, body.id, body, about.effective, about.new_consent, about.renamed), text)


class _About(_Form, frozen=True):
    """What a table says of its announcement, beside the document."""

    effective: datetime | None = None
    new_consent: bool = False
    renamed: bool = False


def _rule(form: _Route) -> RouteRule:
    days, match = form.minimum_notice_days, form.person_level_match
    return RouteRule(form.enabled, form.consent, form.notice, form.record, days, match, frozenset(form.needs))


def _known(form: type[msgspec.Struct]) -> list[str]:
    nested = (_Both, _Vetted, _Handles, _Responsible, _Route)
    return [name for each in (form, *nested) for name in each.__struct_fields__] + list(_ABOUT)


_UNKNOWN: Final = re.compile(r"unknown field `(?P<name>[^`]+)`(?: - at `\$(?P<at>[^`]*)`)?")
_MISSING: Final = re.compile(r"missing required field `(?P<name>[^`]+)`(?: - at `\$(?P<at>[^`]*)`)?")
_NO_SUCH: Final = re.compile(r"Invalid enum value '(?P<value>[^']*)'(?: - at `\$(?P<at>[^`]*)`)?")


def _said(where: str, wrong: str, known: list[str]) -> Say:
    """Return a decoding message in words: what, where, and the nearest that would do."""
    if found := _UNKNOWN.search(wrong):
        return _unknown(f"{where}{found['at'] or ''}.{found['name']}", found["name"], known)
    if found := _MISSING.search(wrong):
        at = f"{where}{found['at'] or ''}.{found['name']}"
        return Say(f"{at} がありません。書いてください。", f"{at} is missing: write it.")
    if found := _NO_SUCH.search(wrong):
        at = f"{where}{found['at'] or ''}"
        words = [each.value for kinds in (PartyKind, NoticeKind, Route, Joins) for each in kinds]
        near = difflib.get_close_matches(found["value"], words, n=1)
        ja, en = (f"{near[0]} ではありませんか。", f" Did you mean {near[0]}?") if near else ("", "")
        return Say(
            f"{at} に {found['value']} という語はありません。{ja}", f"{at}: there is no word {found['value']}.{en}"
        )
    return Say(f"{where}: {wrong}", f"{where}: {wrong}")


def _unknown(at: str, name: str, known: list[str]) -> Say:
    near = difflib.get_close_matches(name, known, n=1)
    ja, en = (f"{near[0]} ではありませんか。", f" Did you mean {near[0]}?") if near else ("", "")
    return Say(f"{at} というキーはありません。{ja}", f"There is no key {at}.{en}")
