"""What all pages share: layout, tokens, languages, error pages, security headers, vendored assets.

This room promises that every page is told in Japanese and in English, that no page asks
anything of another site, and that nothing a person wrote can run in it. It knows no store,
no key and no member: the doors hand in what a page shows.
"""

from noren.doors.pages.errors import PageProblem, ZoneUnavailable
from noren.doors.pages.headers import Policy, secured
from noren.doors.pages.shell import Shell, compose

__all__ = ["PageProblem", "Policy", "Shell", "ZoneUnavailable", "compose", "secured"]
