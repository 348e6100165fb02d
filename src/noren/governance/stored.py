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
COPY_LINKS: Final = frozenset({"copy_lease.wrapped"})
