"""Take pictures of the pages of a running programme: 360 and 1,440 px wide, Japanese and English.

    .venv/bin/python tools/screenshots.py http://localhost:8001 FOLDER [PATH ...]

Default paths: / /member /handling and one that is not there. Exit 1 when a page asks another
site, breaks its own content policy, or is wider than the screen.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM: Final = "/usr/bin/chromium"
ARGS: Final = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDTHS: Final = {360: 740, 1440: 900}
PATHS: Final = ("/", "/member", "/handling", "/not-there")
_SETTLE_MS: Final = 400


def main(base: str, folder: Path, paths: tuple[str, ...]) -> int:
    """Take all pictures; print what is wrong and return the exit status."""
    folder.mkdir(parents=True, exist_ok=True)
    wrong: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        for path in paths:
            for lang in ("ja", "en"):
                for width in WIDTHS:
                    wrong += _picture(browser, base, path, lang, width, folder)
        browser.close()
    print(*wrong or ["nothing wrong seen"], sep="\n")
    return 1 if wrong else 0


def _picture(browser: Browser, base: str, path: str, lang: str, width: int, folder: Path) -> list[str]:
    page = browser.new_page(viewport={"width": width, "height": WIDTHS[width]}, reduced_motion="reduce")
    wrong = _watched(page, base)
    page.goto(f"{base}{path}{'&' if '?' in path else '?'}lang={lang}")
    page.wait_for_timeout(_SETTLE_MS)
    name = path.strip("/").replace("/", "-") or "first"
    page.screenshot(path=folder / f"{name}-{lang}-{width}.png", full_page=True)
    if page.evaluate("document.documentElement.scrollWidth") > width:
        wrong.append("is wider than the screen")
    page.close()
    return [f"{path} {lang} {width}: {what}" for what in wrong]


def _watched(page: Page, base: str) -> list[str]:
    """Return a list that fills with requests to other hosts and broken content policies."""
    wrong: list[str] = []
    host = urlsplit(base).hostname or ""
    page.on("request", lambda r: wrong.append(f"asks {r.url}") if not _ours(r.url, host) else None)
    page.on("console", lambda m: wrong.append(m.text) if "Content Security Policy" in m.text else None)
    return wrong


def _ours(url: str, host: str) -> bool:
    """Whether an address is of this programme: its host or a door's name under it."""
    asked = urlsplit(url).hostname or ""
    return asked == host or asked.endswith(f".{host}") or url.startswith("data:")


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1].rstrip("/"), Path(sys.argv[2]), tuple(sys.argv[3:]) or PATHS))
