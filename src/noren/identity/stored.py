"""What the vault holds, column by column: item, purposes, and how what joins is parted again."""

from __future__ import annotations

from typing import Final

from noren.governance.columns import Columns, joined, of
from noren.kernel.say import Say

_MEMBER: Final = "points counter-identity-check inquiry law"
_CONTACT: Final = "mail postal-dm counter-return-contact inquiry"

_KEY: Final = Say(
    "退会・消去のとき、会員の鍵を壊して読めなくし、行も消します。",
    "At withdrawal or erasure the member's key is destroyed, so that nobody reads it, and the row goes.",
)
_TOKEN: Final = Say(
    "取引台帳とのただ1つのつなぎ目。会員の鍵とともに壊れ、台帳の側の行も消えます。",
    "The one joint with the ledger side: destroyed with the member's key, and the ledger's rows go too.",
)
_MERGE: Final = Say(
    "個人の情報を含まない目印として残ります(統合先が消えれば、指す先はありません)。",
    "It stays as a mark that holds no datum of anybody; once the other is erased it leads nowhere.",
)

_STATUTORY: Final = Say(
    "消去された会員の行から鍵で作った番号で、消去の後はだれのものとも分かりません。",
    "Made with a key from the row of the member erased: after that it leads to nobody.",
)

VAULT: Final[Columns] = {
    "member": joined(
        of("machinery", _MEMBER, "row standing"),
        of("member-number", _MEMBER, "number_index", _KEY),
        of("member-number", _MEMBER, "member_number"),
        of("machinery", _MEMBER, "merged_into", _MERGE),
        of("handle", "points", "pending link_index link_token told", _TOKEN),
        of("name", f"{_MEMBER} postal-dm", "family_name given_name"),
        of("kana", f"{_MEMBER} postal-dm", "family_kana given_kana"),
        of("birth-date", _MEMBER, "birth_date"),
        of("sex", "points register-coupon statistics", "sex"),
        of("joined", "points", "since"),
        of("reachability", "mail postal-dm", "email_ok post_ok"),
        of("card-number", "points", "cards", _KEY),
        of("credential", "security", "password"),
        of("consent", "law", "choices"),
        of("choice", "points", "chosen"),
        of("last-heard", "law", "seen"),
    ),
    "contact": joined(
        of("machinery", _CONTACT, "member", _KEY),
        of("postal-code", _CONTACT, "postal_code"),
        of("address", _CONTACT, "prefecture city street"),
        of("phone", _CONTACT, "phone"),
        of("email", _CONTACT, "email"),
    ),
    "card": joined(
        of("machinery", "points security", "row state"),
        of("card-number", "points security", "card_index member", _KEY),
        of("card-number", "points security", "number"),
    ),
    "statutory_record": joined(
        of("machinery", "law", "month"), of("consent", "law", "row", _STATUTORY), of("consent", "law", "sealed")
    ),
    "month_key": of("key", "security", "month wrapped"),
    "request": joined(
        of("machinery", "inquiry law", "row is_open"),
        of("machinery", "inquiry law", "member", _KEY),
        of("choice", "inquiry law", "body said reason"),
    ),
    "request_count": of("books", "law", "row year kind word number"),
    "total": of("books", "service-improvement", "row inactive_cards looked heard_since"),
    "arrival": of("machinery", "security", "row in_order"),
    "member_key": joined(of("key", "security", "member", _KEY), of("key", "security", "wrapped")),
}

LINKS: Final = frozenset(
    {
        "member.number_index", "member.merged_into", "member.pending", "member.link_index", "member.link_token",
        "member.told", "member.cards", "contact.member", "card.card_index", "card.member", "member_key.member",
        "statutory_record.row", "request.member",
    }
)  # fmt: skip
