"""The member's own ledger door: balance, purchases and one-time code of the one member whose ticket was opened.

This room promises to show a member what is hers and nobody else's, to write nothing, and to
log neither addresses nor times finer than an hour. It does not know her name, her card
number or any condition; there is no list of members to ask for.
"""

from noren.doors.statement.app import statement_app

__all__ = ["statement_app"]
