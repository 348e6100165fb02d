"""What governance's own stores hold: directory, register of documents, census of copies, cases. No member."""

from __future__ import annotations

from typing import Final

from noren.governance.columns import Columns, joined, of
from noren.kernel.say import Say

_COPY: Final = Say(
    "複製の期限とともに鍵を壊します。空の欄だけが残ります。",
    "Destroyed at the end of the copy's time; the emptied field stays.",
)

DIRECTORY: Final[Columns] = {
    "shop": of(
        "company",
        "points shop-operation",
        "shop partner name industry postal_code prefecture handles_personal_information handling_since",
    ),
    "agreement": of("company", "points accounts law", "partner since route per exclude balance until"),
    "terminal": of("company", "points security", "key_hash shop terminal test created expires revoked rate"),
    "alert": of("company", "security", "hour word shop terminal count"),
}
DOCUMENTS: Final[Columns] = {
    "document": of("company", "law", "kind id version announced_us effective_us body"),
    "terms_text": of("company", "law", "sha256 ja en"),
}
COPIES: Final[Columns] = {
    "copy_lease": joined(
        of(
            "machinery",
            "security law",
            "copy kind owner purpose items recipient made_us expires_us place state rows size digest proof ended_us"
            " attested_by",
        ),
        of("key", "security law", "wrapped", _COPY),
    ),
}
CASES: Final[Columns] = {"case_step": of("machinery", "law", "kind id number at_us who step body")}
STAFF: Final[Columns] = {
    "staff_account": of("staff", "security law", "id name roles state added_us added_by"),
    "staff_credential": of("staff", "security", "account means name secret counter added_us"),
    "staff_invite": of("staff", "security", "code_sha256 account expires_us secret"),
    "staff_session": of("staff", "security", "id_sha256 account how door begun_us seen_us ended_us"),
    "staff_failure": of("staff", "security", "number mark at_us"),
    "staff_waiting": of("staff", "security law", "number act author at_us needs body says_ja says_en outcome ended_us"),
    "staff_approval": of("staff", "security law", "number account at_us"),
}
COPY_LINKS: Final = frozenset({"copy_lease.wrapped"})
