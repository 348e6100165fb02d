"""What a member agrees to: the kinds of consent, and the sentences for mail and post with their version.

The terms and the notices of provision to third parties are dated documents of the register; these two sentences
ship with noren. The version is made from the text: no sentence can change and keep it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Final, Literal

from noren.governance.notices import NoticeKind
from noren.governance.register import Register
from noren.kernel.say import Say

ConsentKind = Literal["terms", "email", "post", "third-party"]
KINDS: Final[Mapping[ConsentKind, Say]] = {
    "terms": Say("会員規約", "member terms"),
    "email": Say("メールでのご案内", "news by e-mail"),
    "post": Say("郵送でのご案内", "news by post"),
    "third-party": Say("第三者への提供", "provision to a third party"),
}

CHILD_YEARS: Final = 16
"""Under this age a guardian agrees; a birthday that is not known is no child's."""

_MAIL: Final = Say(
    "お客さまに合ったお知らせやクーポンを、登録したメールアドレスにお送りすることに同意します。いつでもこの画面や各メールから止められます。",
    "I agree to be sent news and coupons that suit me, to the e-mail address I registered. I can stop this here or "
    "from each mail at any time.",
)
_POST: Final = Say(
    "お客さまに合ったお知らせやクーポンを、登録した住所へ郵送することに同意します。いつでもこの画面から止められます。",
    "I agree to be sent news and coupons that suit me by post, to the address I registered. I can stop this here at "
    "any time.",
)


def texts_in_force(register: Register | None, kind: ConsentKind, recipient: str) -> Mapping[str, Say] | None:
    """Return by version the texts to which a member can agree now; None: it can not be told without the register."""
    if kind in ("email", "post"):
        text = _MAIL if kind == "email" else _POST
        return {f"{kind}-{_hash(text)}": text} if not recipient else {}
    if register is None:
        return None
    if kind == "terms":
        terms = register.terms
        if terms is None or recipient or not terms.holds(register.at):
            return {}
        return {f"terms-{terms.version}": terms.value.scope_rule}
    return {
        f"{name}-{dated.version}": dated.value.text
        for name, dated in register.notices.items()
        if dated.holds(register.at) and dated.value.kind is NoticeKind.THIRD_PARTY and recipient in dated.value.scope
    }


def _hash(text: Say) -> str:
    return hashlib.sha256(f"{text.ja}\n{text.en}".encode()).hexdigest()[:12]
