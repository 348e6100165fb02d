"""The table of stops: rules, and what each does to uses; it makes `docs/reference/choices.md`."""

from __future__ import annotations

from dataclasses import dataclass

from noren.governance.stopping import Rule, Use

MAIL = Use("mail", "P1", "email")
COUPON = Use("register-coupon", "P1", "till")
OF_TOMORROW = Use("register-coupon", "a-company-of-tomorrow", "till")
DM = Use("postal-dm", "programme", "post")
EXTRACT = Use("shop-operation", "P1")
USES = (MAIL, COUPON, OF_TOMORROW, DM, EXTRACT)


@dataclass(frozen=True, slots=True)
class Row:
    """A rule and which of ``USES`` it stops."""

    rule: Rule
    stops: frozenset[Use]


ROWS = (
    Row(Rule(), frozenset(USES)),
    Row(Rule(purpose="register-coupon"), frozenset({COUPON, OF_TOMORROW})),
    Row(Rule(recipient="P1"), frozenset({MAIL, COUPON, EXTRACT})),
    Row(Rule(channel="till"), frozenset({COUPON, OF_TOMORROW})),
    Row(Rule("register-coupon", "P1"), frozenset({COUPON})),
    Row(Rule("mail", channel="email"), frozenset({MAIL})),
    Row(Rule(recipient="P1", channel="email"), frozenset({MAIL})),
    Row(Rule("register-coupon", "P1", "till"), frozenset({COUPON})),
    Row(Rule("mail", "P2", "email"), frozenset()),
)
