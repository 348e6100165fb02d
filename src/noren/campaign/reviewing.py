"""A read campaign, looked at in its programme: is all that it names known and allowed, and does its slip tell nothing.

The guards are the audiences' own (``noren.audience``): sensitive classes, other companies' purchases, published
purposes. A campaign of several companies is looked at as each of them, for each hands out its slips.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Final

from noren.audience.catalogue import Catalogue
from noren.audience.judging import Judged, judge
from noren.audience.language import Refused
from noren.audience.operations import Rules, unknown_purpose
from noren.audience.ports import ClearedFlows
from noren.audience.spec_file import Problem
from noren.campaign.lints import telling
from noren.campaign.prizes import Severity, prize_findings
from noren.campaign.spec import Campaign, Channel
from noren.kernel.say import Say
from noren.kernel.values import value

_ANY: Final = "any"


@value
class Around:
    """What a programme knows. ``shops``: the company of each shop; ``today``: the programme's day."""

    names: Catalogue
    rules: Rules
    flows: ClearedFlows
    shops: Mapping[str, str]
    currency: str
    today: date

    def companies_of(self, campaign: Campaign) -> list[str]:
        """Return the companies that hand out a campaign's slips."""
        if campaign.issue.partners:
            return sorted(set(campaign.issue.partners))
        return sorted({self.shops[shop] for shop in campaign.issue.shops if shop in self.shops})


@value
class Reviewed:
    """``errors`` refuse; ``warnings`` are shown to the approvers; ``sensitive``: one of them is a privacy officer."""

    errors: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    sensitive: bool


def review(campaign: Campaign, around: Around) -> Reviewed:
    """Return what is to be said of a campaign in its programme today."""
    errors = [*_unready(campaign), *_unknown(campaign, around), *telling(campaign)]
    warnings: list[Problem] = []
    judged = list(_judged(campaign, around))
    for company, each in judged:
        errors += _of_condition(campaign, company, each, around)
        if not isinstance(each, Refused):
            warnings += [Problem("condition", one.say) for one in each.warnings if one.code != "other-company"]
    for found in prize_findings(campaign, around.currency):
        (errors if found.severity is Severity.REFUSES else warnings).append(found.problem)
    goods = _goods(campaign, around)
    if goods is not None:
        errors += [Problem("offer.products", each.say) for each in goods.errors]
    sensitive = any(isinstance(each, Judged) and each.sensitive for _, each in (*judged, ("", goods)))
    return Reviewed(tuple(dict.fromkeys(errors)), tuple(dict.fromkeys(warnings)), sensitive)


def _unready(campaign: Campaign) -> Iterator[Problem]:
    if campaign.channel is not Channel.TILL:
        yield _problem("channel", "まだレジ(till)だけです。", "Only the till is served yet.")


def _unknown(campaign: Campaign, around: Around) -> Iterator[Problem]:
    refused = unknown_purpose(campaign.purpose, around.rules)
    if refused is not None:
        yield Problem("purpose", refused.say)
    yield from _strangers("issue.partners", campaign.issue.partners, around.names.companies)
    yield from _strangers("issue.shops", campaign.issue.shops, around.shops)
    yield from _strangers("offer.redeem_at", campaign.offer.redeem_at, around.names.companies)
    if campaign.issue.until < around.today:
        yield _problem(
            "issue.until", f"もう過ぎています(今日は{around.today})。", f"It is past: today is {around.today}."
        )


def _strangers(at: str, given: Iterable[str], known: Iterable[str]) -> Iterator[Problem]:
    there = set(known)
    for name in given:
        if name not in there:
            near = difflib.get_close_matches(name, there, 1)
            ja, en = (f"もしかして {near[0]}? ", f" Did you mean {near[0]}?") if near else ("", "")
            yield _problem(at, f"『{name}』は登録されていません。{ja}", f"“{name}” is not registered.{en}")


def _judged(campaign: Campaign, around: Around) -> Iterator[tuple[str, Judged | Refused]]:
    day = around.today - timedelta(days=1)
    for company in around.companies_of(campaign):
        yield company, judge(campaign.condition, company, around.names, day)


def _of_condition(campaign: Campaign, company: str, judged: Judged | Refused, around: Around) -> Iterator[Problem]:
    if isinstance(judged, Refused):
        yield from (Problem("condition", each.say) for each in judged.problems)
        return
    yield from (Problem("condition", each.say) for each in judged.errors)
    if judged.foreign and not around.flows.cleared(campaign.purpose, company):
        yield _problem(
            "condition",
            f"『{company}』以外の会社での購入も見ますが、目的『{campaign.purpose}』にそれを許す取扱いの根拠がありません。"
            f'partner = "{company}" で自社の購入に限ってください。',
            f"It looks at purchases at other companies than “{company}”, and no cleared flow allows that for"
            f' “{campaign.purpose}”. Keep to its own purchases: partner = "{company}".',
        )


def _goods(campaign: Campaign, around: Around) -> Judged | None:
    """Return what is to be said of the offer's goods; None: all goods."""
    if campaign.offer.products == _ANY:
        return None
    found = judge(f"visits({campaign.offer.products}) >= 1", None, around.names, around.today - timedelta(days=1))
    assert isinstance(found, Judged), "a read campaign's goods were parsed"
    return found


def _problem(at: str, ja: str, en: str) -> Problem:
    return Problem(at, Say(ja, en))
