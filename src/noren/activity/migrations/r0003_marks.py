"""0003: keyed values name the version of their key, and move to a new one (decision 0010).

Values of before (HMAC, 32 bytes) can not be turned into marks (18 bytes) without what was hashed, which is not
here: a store that holds some stays at the revision before.
"""

from __future__ import annotations

from typing import Final

from alembic import op
from sqlalchemy import text

from noren.kernel.say import Say
from noren.revisions.errors import CanNotGo

revision: Final = "0003"
down_revision: Final = "0002"

SAYS: Final = Say("鍵の版を名乗る索引", "Indexes that name the version of their key")

KEYED: Final = (("card", "card_index"), ("receipt", "hash"), ("purchase", "body_hash"), ("goods_return", "body_hash"))
HMAC_BYTES: Final = 16
MARK_BYTES: Final = 18


def upgrade() -> None:
    """Refuse what only the old form can read."""
    _refuse(HMAC_BYTES)


def downgrade() -> None:
    """Refuse what only the new form can read."""
    _refuse(MARK_BYTES)


def _refuse(length: int) -> None:
    for table, column in KEYED:
        question = text(f"SELECT 1 FROM {table} WHERE length({column}) = {length} LIMIT 1")
        if op.get_bind().execute(question).first() is not None:
            raise CanNotGo(
                Say(
                    f"表 {table} の {column} は、鍵だけでは新しい形と古い形のあいだを移せません。"
                    "このデータを作った noren で使い続けるか、書き出して新しいホームに取り込んでください。",
                    f"{column} in the table {table} can not go between the old and the new form by its key alone. "
                    "Go on with the noren that made this data, or import it into a new home.",
                )
            )
