"""0003: keyed values name the version of their key, and move to a new one (decision 0010).

Values of before (HMAC, 32 bytes) can not be turned into marks (18 bytes) without what was hashed, which is not
here: a store that holds some stays at the revision before.
"""

from __future__ import annotations

from typing import Final

from alembic import op
from sqlalchemy import Connection

from noren.kernel.say import Say
from noren.revisions.errors import CanNotGo
from noren.revisions.keyed import other_form

revision: Final = "0003"
down_revision: Final = "0002"

SAYS: Final = Say("鍵の版を名乗る索引", "Indexes that name the version of their key")

KEYED: Final = (("terminal", "key_hash"),)
HMAC_BYTES: Final = 32
MARK_BYTES: Final = 18


def hindrance(connection: Connection, *, up: bool) -> Say | None:
    """Return why this step can not be taken, as the store is now."""
    return other_form(connection, KEYED, HMAC_BYTES if up else MARK_BYTES)


def upgrade() -> None:
    """Refuse what only the old form can read."""
    _refuse(up=True)


def downgrade() -> None:
    """Refuse what only the new form can read."""
    _refuse(up=False)


def _refuse(*, up: bool) -> None:
    no = hindrance(op.get_bind(), up=up)
    if no is not None:
        raise CanNotGo(no)
