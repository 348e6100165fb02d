"""What the page "how we handle your data" must know besides the register: this programme's own settings."""

from __future__ import annotations

import math

from noren.governance.handling.model import Facts
from noren.governance.leases.model import LONGEST, CopyKind
from noren.governance.retention import KEEP_LINES_MONTHS
from noren.house.home import Home
from noren.kernel.say import Say


def facts_of(home: Home) -> Facts:
    """Return the facts of a programme."""
    settings = home.settings
    return Facts(
        programme=Say(settings.programme.name_ja, settings.programme.name_en),
        keep_months=KEEP_LINES_MONTHS,
        receipt_days=settings.receipts.keep_days,
        erased_hours=settings.erasure.gather_hours + math.ceil(settings.erasure.readers_minutes / 60),
        backup_days=LONGEST[CopyKind.BACKUP].days,
        extract_days=LONGEST[CopyKind.EXTRACT].days,
        dormant_months=settings.retention.dormant_months,
        dormant_notice_days=settings.retention.dormant_notice_days,
    )
