"""The vault's only words to the ledger side: `identity.ports.LedgerSide` over the ledger worker's inner door.

What crosses: card numbers and coarse traits one way, link tokens both ways, and at an
erasure a tag for what the law keeps. Nothing else fits through.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import asdict
from http import HTTPStatus
from typing import Any, Final

import msgspec

from noren.governance.stopping import Rule
from noren.house.inner import CallRefused, InnerClient, ZoneDown
from noren.identity.choices import Choices, Stop
from noren.identity.errors import LedgerAway, LedgerRefused
from noren.identity.model import CardState, Refused
from noren.identity.ports import Introduction, Provided, Recalled
from noren.kernel.ids import CardNumber, LinkToken
from noren.kernel.say import Say

_STATES: Final = {CardState.ACTIVE: "active", CardState.LOST: "lost", CardState.BLOCKED: "blocked"}


class LedgerDoor:
    """`LedgerSide` by calls with the vault's passes."""

    def __init__(self, client: InnerClient) -> None:
        self._client = client

    def enrol(self, introductions: Sequence[Introduction]) -> Sequence[LinkToken | None]:
        """Introduce members."""
        members = [{"cards": [c.reveal() for c in each.cards], "traits": each.traits} for each in introductions]
        tokens = self._call("/enrol", {"members": members})["tokens"]
        return [None if token is None else LinkToken(base64.b64decode(token)) for token in tokens]

    def set_card(self, card: CardNumber, state: CardState) -> None:
        """Say what a card may do from now on."""
        self._call("/cards/state", {"card": card.reveal(), "state": _STATES[state]})

    def merge(self, source: LinkToken, target: LinkToken) -> Refused | None:
        """Give cards, points and purchases of one member to another."""
        try:
            self._client.call("/cards/merge", {"source": _text(source), "target": _text(target)})
        except ZoneDown as down:
            raise LedgerAway(str(down)) from None
        except CallRefused as refused:
            if refused.status != HTTPStatus.CONFLICT:
                raise LedgerRefused(f"The ledger side did not take a merge: status {refused.status}.") from None
            return _reason(refused.body)
        return None

    def erase(self, token: LinkToken) -> Sequence[Provided]:
        """Erase a member."""
        kept = self._call("/erase/member", {"token": _text(token)})["kept"]
        return [Provided(base64.b64decode(each["tag"]), each["month"]) for each in kept]

    def withdraw(self, token: LinkToken) -> None:
        """End a membership."""
        self._call("/erase/withdraw", {"token": _text(token)})

    def set_choices(self, rows: Sequence[tuple[LinkToken, Choices]]) -> None:
        """Say of members all that they chose."""
        self._call("/choices/set", {"rows": [_chosen(token, choices) for token, choices in rows]})

    def points_only(self, token: LinkToken) -> bool:
        """Return whether a member is in points-only mode."""
        return bool(self._call("/choices/get", {"token": _text(token)})["points_only"])

    def recall(self, rows: Sequence[tuple[LinkToken, Sequence[CardNumber]]]) -> Sequence[Recalled]:
        """Have said back what was told of members."""
        asked = [{"token": _text(token), "cards": [card.reveal() for card in cards]} for token, cards in rows]
        return [_recalled(each) for each in self._call("/choices/recall", {"rows": asked})["rows"]]

    def dormant(self, tokens: Sequence[LinkToken]) -> Sequence[bool]:
        """Ask which members are dormant on that side."""
        return list(self._call("/dormant", {"tokens": [_text(token) for token in tokens]})["dormant"])

    def renew_tokens(self, tokens: Sequence[LinkToken]) -> Sequence[LinkToken]:
        """Have link tokens made anew under the current link key."""
        answer = self._call("/cards/tokens", {"tokens": [_text(token) for token in tokens]})
        return [LinkToken(base64.b64decode(token)) for token in answer["tokens"]]

    def reindex(self, cards: Sequence[CardNumber]) -> int:
        """Show cards to be indexed under the current key."""
        return int(self._call("/cards/reindex", {"cards": [card.reveal() for card in cards]})["moved"])

    def _call(self, path: str, body: object) -> Any:
        try:
            return self._client.call(path, body)
        except ZoneDown as down:
            raise LedgerAway(str(down)) from None
        except CallRefused as refused:
            # The refusal's body may name a card; only its status goes on.
            raise LedgerRefused(f"The ledger side refused {path} with status {refused.status}.") from None


def _chosen(token: LinkToken, choices: Choices) -> dict[str, Any]:
    stops, points_only, keep_months = choices.crosses
    told = [{**asdict(each.rule), "since": each.since} for each in stops]
    return {"token": _text(token), "stops": told, "points_only": points_only, "keep_months": keep_months}


def _recalled(said: Any) -> Recalled:
    stops = tuple(Stop(Rule(e["purpose"], e["recipient"], e["channel"]), e["since"]) for e in said["stops"])
    named = {name: state for state, name in _STATES.items()}
    cards = tuple(None if name is None else named[name] for name in said["cards"])
    return Recalled(said["state"], stops, said["points_only"], said["keep_months"], cards)


def _text(token: LinkToken) -> str:
    return base64.b64encode(token.reveal()).decode()


def _reason(body: bytes) -> Refused:
    """Return the ledger side's reason, in both languages where it gives both."""
    try:
        said = msgspec.json.decode(body, type=_Said)
    except msgspec.DecodeError:
        said = _Said()
    return Refused(
        Say(
            said.reason_ja or "取引台帳が統合を受け付けませんでした。2人の会員番号を確かめてください。",
            said.reason_en or "The ledger did not take the merge. Check the two member numbers.",
        )
    )


class _Said(msgspec.Struct):
    reason_ja: str = ""
    reason_en: str = ""
