"""What must never be allowed, whatever the policy files say: written from the law, not from the files.

Each is a set of bad requests. z3 shows that the files allow none of them, for every principal, entity and instant,
those that come later too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import z3
from tests.proofs.cedar_z3 import TEXT, World


@dataclass(frozen=True)
class Never:
    """A set of requests that must never be allowed. ``chief``: the issue of governance names it."""

    name: str
    says: str
    bad: Callable[[World], Any]
    chief: bool = False


class Flow:
    """Short words for a flow's variables."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.now = world.at("context.at")
        self.ours = self.at("recipient.name") == world.word("programme")
        self.joins_persons = self.at("joins") == world.word("person")

    def at(self, path: str) -> Any:
        return self.world.at(f"resource.{path}")

    def route(self, *names: str) -> Any:
        return z3.Or([self.at("route") == self.world.word(name) for name in names])

    def kind(self, *names: str) -> Any:
        return z3.Or([self.at("recipient.kind") == self.world.word(name) for name in names])

    def notice(self, *names: str) -> Any:
        return z3.Or([self.at("notice.kind") == self.world.word(name) for name in names])

    def shows(self, *words: str) -> Any:
        return z3.And([self.at("evidence")[self.world.word(word)] for word in words])

    def outside(self, window: str) -> Any:
        dot = f"{window}." if window else ""
        return z3.Not(z3.And(self.at(f"{dot}from") <= self.now, self.now < self.at(f"{dot}until")))

    @property
    def noticed(self) -> Any:
        return z3.Not(self.notice("none"))


def flow(name: str, says: str, bad: Callable[[Flow], Any], *, chief: bool = False) -> Never:
    return Never(name, says, lambda world: bad(Flow(world)), chief)


def _needs_a_notice(it: Flow) -> Any:
    """Return that the law or the regime wants a notice of a kind."""
    return z3.Or(it.route("joint-use", "third-party-consent"), it.at("rule.notice") != it.world.word("none"))


def _group_ended(it: Flow) -> Any:
    begun, over = it.at("recipient.group_from") <= it.now, it.at("recipient.group_until") <= it.now
    return z3.And(it.route("joint-use"), it.kind("group", "affiliate"), z3.Or(z3.Not(begun), over))


def _subset(part: Any, whole: Any) -> Any:
    return z3.IsSubset(part, whole)


FLOWS: Final = (
    flow("notice-window", "nothing flows outside its notice's window",
         lambda it: z3.And(z3.Or(_needs_a_notice(it), it.noticed), it.outside("notice"), it.noticed), chief=True),
    flow("no-notice", "nothing flows without the notice that its route needs",
         lambda it: z3.And(_needs_a_notice(it), z3.Not(it.noticed)), chief=True),
    flow("notice-kind", "a notice is of the kind that the regime wants",
         lambda it: z3.And(it.at("rule.notice") != it.world.word("none"),
                           it.at("notice.kind") != it.at("rule.notice"))),
    flow("five-items", "joint use has a joint-use notice with all five items",
         lambda it: z3.And(it.route("joint-use"), z3.Or(z3.Not(it.notice("joint-use")),
                                                        z3.Not(it.at("notice.complete"))))),
    flow("consent-text", "provision by consent has the text that was agreed to",
         lambda it: z3.And(it.route("third-party-consent"), z3.Not(it.notice("third-party")))),
    flow("notice-items", "no item flows that its notice does not name",
         lambda it: z3.And(it.noticed, z3.Not(_subset(it.at("items"), it.at("notice.items"))))),
    flow("notice-purpose", "nothing flows for a purpose that its notice does not name",
         lambda it: z3.And(it.noticed, z3.Not(it.at("notice.purposes")[it.at("purpose.name")]))),
    flow("notice-scope", "nothing goes to a company that its notice does not name",
         lambda it: z3.And(it.notice("joint-use", "third-party", "opt-out"),
                           z3.Not(it.at("notice.scope")[it.at("recipient.name")]))),
    flow("entrustment-join", "no persons are matched under entrustment, whatever a regime says",
         lambda it: z3.And(it.route("entrustment"), it.joins_persons), chief=True),
    flow("removed-company", "a removed company is refused, from that very instant",
         lambda it: it.at("recipient.until") <= it.now, chief=True),
    flow("company-to-come", "a company is refused before it is registered",
         lambda it: it.now < it.at("recipient.from")),
    flow("unknown-company", "a company that nobody registered is refused",
         lambda it: z3.Not(it.at("recipient.known"))),
    flow("closed-route", "a route that the regime does not open is closed",
         lambda it: z3.Not(it.at("rule.enabled"))),
    flow("regime-window", "nothing flows outside the regime's window", lambda it: it.outside("rule")),
    flow("terms-window", "nothing flows outside the terms' window", lambda it: it.outside("terms")),
    flow("purpose-window", "nothing flows for a purpose outside its window",
         lambda it: z3.Or(z3.Not(it.at("purpose.known")), it.outside("purpose"))),
    flow("flow-window", "a registered flow runs in its window alone", lambda it: it.outside("")),
    flow("nameless-items", "what flows is named by the catalogue's words",
         lambda it: z3.Or(z3.Not(it.at("items_known")), it.at("items") == z3.EmptySet(TEXT))),
    flow("no-contract", "no entrustment without a contract",
         lambda it: z3.And(it.route("entrustment"), z3.Not(it.shows("contract")))),
    flow("entrustee", "entrustment goes to entrustees, rooms apart",
         lambda it: z3.And(it.route("entrustment"), z3.Not(it.at("room")), z3.Not(it.kind("entrustee")))),
    flow("own-use", "own use is the operator's",
         lambda it: z3.And(it.route("own-use"), z3.Not(it.ours))),
    flow("partner", "a partner is a third party",
         lambda it: z3.And(it.route("joint-use"), it.kind("partner"))),
    flow("left-the-group", "who is not in the group is in no joint use", _group_ended),
    flow("opt-out-filing", "no opt-out without filing and publication",
         lambda it: z3.And(it.route("third-party-opt-out"), z3.Not(it.shows("filing", "ppc-publication")))),
    flow("instrument", "nothing under a law without its instrument and its scope",
         lambda it: z3.And(it.route("law"), z3.Not(it.shows("instrument", "scope-decided")))),
    flow("authority", "an authority is answered under a law only",
         lambda it: z3.And(it.kind("authority"), z3.Not(it.route("law")))),
    flow("abroad", "nothing goes abroad on a route within Japan",
         lambda it: z3.And(it.at("recipient.country") != it.world.word("JP"),
                           z3.Not(it.route("abroad", "statistics")))),
    flow("art-31", "no personal-related information unconfirmed",
         lambda it: z3.And(it.route("personal-related-information"),
                           z3.Not(it.shows("recipient-consent-confirmed")))),
    flow("pseudonymised", "pseudonymised information stays with the operator and its entrustees",
         lambda it: z3.And(it.route("pseudonymised"), z3.Not(z3.Or(it.ours, it.kind("entrustee")))), chief=True),
    flow("pseudonymised-contact", "nobody is contacted by pseudonymised information",
         lambda it: z3.And(it.route("pseudonymised"), it.at("purpose.contacts"))),
    flow("re-identification", "what was processed is not matched again and names nobody",
         lambda it: z3.And(it.route("pseudonymised", "anonymised"),
                           z3.Or(it.at("identifies"), it.joins_persons))),
    flow("statistics", "statistics are of nobody",
         lambda it: z3.And(it.route("statistics"), z3.Or(it.at("person_level"), it.joins_persons))),
    flow("regime-join", "no persons are matched where the regime does not allow it",
         lambda it: z3.And(it.joins_persons, z3.Not(it.at("rule.person_level_match")))),
    flow("special-care", "special care-required information flows by consent or a law only",
         lambda it: z3.And(it.at("special_care"), z3.Not(it.route("third-party-consent", "law")))),
    flow("shops", "a shop gets of what identifies no more than it registered",
         lambda it: z3.And(it.kind("partner", "franchisee", "identity-shop"),
                           z3.Not(_subset(it.at("identity_items"), it.at("recipient.handles"))))),
    flow("apart", "names and purchases do not flow together without consent or a law",
         lambda it: z3.And(it.at("identifies"), it.at("history"),
                           z3.Not(it.route("third-party-consent", "law")))),
    flow("vetting", "no room without vetting",
         lambda it: z3.And(it.at("room"), z3.Not(it.at("recipient.vetted")))),
    flow("minors", "no minor is addressed without a guardian's consent",
         lambda it: z3.And(it.at("with_minors"), it.at("purpose.contacts"), z3.Not(it.shows("guardian-consent")))),
    flow("evidence", "all evidence is there that the regime wants",
         lambda it: z3.Not(_subset(it.at("rule.needs"), it.at("evidence")))),
)  # fmt: skip


def _stopped(world: World, which: str) -> Any:
    law, own = (world.at("context.route") == world.word(name) for name in ("law", "own-use"))
    return z3.And(world.at(which), z3.Not(z3.Or(law, z3.And(own, world.at("context.essential")))))


MEMBERS: Final = (
    Never("stopped-all", "no company, none that is added later either, gets a member who stopped all",
          lambda world: _stopped(world, "context.stopped_everything"), chief=True),
    Never("stopped", "no flow has a member who stopped it", lambda world: _stopped(world, "context.stopped")),
    Never("no-consent", "no flow that needs consent has a member who did not give it",
          lambda world: z3.And(world.at("context.needs_consent"), z3.Not(world.at("context.consented")))),
    Never("minor", "no minor is addressed by default",
          lambda world: z3.And(world.at("context.minor"), world.at("context.contacts"),
                               z3.Not(world.at("context.with_minors")))),
)  # fmt: skip

ROLES: Final = ("marketer", "analyst", "privacy-officer", "voice", "counter", "host", "auditor")
ACTIONS_BY_ROLE: Final[Mapping[str, tuple[tuple[str, ...], ...]]] = {
    # role: the actions that it alone may do, each with the sides or holdings where
    "marketer": (("draft", "house"), ("count", "house")),
    "analyst": (("draft", "house"), ("count", "house"), ("run", "house", "=lake")),
    "privacy-officer": (
        ("draft", "house"), ("approve", "house"), ("publish", "house"), ("audit", "house"), ("count", "house"),
        ("look", "=member-record"), ("break-glass", "=member-record"),
    ),
    "voice": (("look", "=voices"), ("draft", "=voices"), ("approve", "=voices")),
    "counter": (("look", "=counter-view", "=contacts", "=slips"),),
    "host": (
        ("operate", "*"), ("break-glass", "=member-record"), ("publish", "=accounts"),
        ("approve", "=accounts", "=register", "=cases"),
    ),
    "auditor": (("audit", "house"),),
}  # fmt: skip
"""The table of house.md and of the mission, written a second time: what each role is for, and nothing else."""


def _in_role(world: World, role: str) -> Any:
    return world.within("principal", "Role", role)


def _in_side(world: World, side: str) -> Any:
    return world.within("resource", "Side", side)


def _place(world: World, place: str) -> Any:
    if place == "*":
        return z3.BoolVal(True)
    return world.is_one("resource", "Holding", place[1:]) if place[0] == "=" else _in_side(world, place)


def _no_role_for_it(world: World) -> Any:
    """Return that none of the asker's roles is for this."""
    may = [
        z3.And(_in_role(world, role), world.acts(action), z3.Or([_place(world, place) for place in places]))
        for role, table in ACTIONS_BY_ROLE.items()
        for action, *places in table
    ]
    return z3.Not(z3.Or(may))


def _looks(world: World, holding: str, unless: str) -> Any:
    here = world.is_one("resource", "Holding", holding)
    return z3.And(world.acts("look"), here, z3.Not(world.at(f"context.{unless}")))


STAFF: Final = (
    Never("analyst", "an analyst never reaches identity, whatever other roles she has",
          lambda world: z3.And(_in_role(world, "analyst"), _in_side(world, "identity")), chief=True),
    Never("marketer", "a marketer never reaches identity, whatever other roles she has",
          lambda world: z3.And(_in_role(world, "marketer"), _in_side(world, "identity")), chief=True),
    Never("purchases", "no staff look at a member's purchases",
          lambda world: z3.And(world.acts("look", "break-glass"), _in_side(world, "ledger")), chief=True),
    Never("host", "a host looks at nothing", lambda world: z3.And(_in_role(world, "host"), world.acts("look"))),
    Never("own", "nobody approves what she made",
          lambda world: z3.And(world.acts("approve"), world.at("context.own"))),
    Never("auditor", "an auditor changes nothing",
          lambda world: z3.And(_in_role(world, "auditor"), world.acts("draft", "approve", "publish", "operate"))),
    Never("glass", "glass is broken with two others, and loudly",
          lambda world: z3.And(world.acts("break-glass"),
                               z3.Or(world.at("context.approvals") < 2, z3.Not(world.at("context.loud"))))),
    Never("no-request", "nobody opens a registration without a request of hers",
          lambda world: _looks(world, "member-record", "request_open")),
    Never("no-card", "no counter looks without her card", lambda world: _looks(world, "counter-view", "card_shown")),
    Never("not-overdue", "no contact is used unless something is overdue",
          lambda world: _looks(world, "contacts", "overdue")),
    Never("role", "nobody does what none of her roles is for", _no_role_for_it),
)  # fmt: skip

NEVER: Final[Mapping[str, tuple[Never, ...]]] = {"flows": FLOWS, "members": MEMBERS, "staff": STAFF}
