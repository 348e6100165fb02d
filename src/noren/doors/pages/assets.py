"""Styles, scripts and pictures: read once at start, served from memory under a name that changes with the content."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

FOLDER: Final = Path(__file__).parent / "assets"
_TYPES: Final = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
_FOREVER: Final = "public, max-age=31536000, immutable"
_STAMP_DIGITS: Final = 12


@dataclass(frozen=True, slots=True)
class Asset:
    """One file: its bytes, media type and content stamp."""

    content: bytes
    media_type: str
    stamp: str


def _read(path: Path) -> Asset:
    content = path.read_bytes()
    return Asset(content, _TYPES[path.suffix], hashlib.sha256(content).hexdigest()[:_STAMP_DIGITS])


ASSETS: Final = {path.name: _read(path) for path in sorted(FOLDER.iterdir()) if path.suffix in _TYPES}


def asset_url(name: str) -> str:
    """Return the address of an asset; an unknown name is a programmer's error."""
    return f"/assets/{ASSETS[name].stamp}/{name}"


@get("/assets/{stamp:str}/{name:str}", sync_to_thread=False, include_in_schema=False)
def serve_asset(stamp: FromPath[str], name: FromPath[str]) -> Response[bytes]:
    """Answer one asset. An old stamp (a page from before an upgrade) gets today's content, not kept."""
    asset = ASSETS.get(name)
    if asset is None:
        raise NotFoundException
    kept = _FOREVER if stamp == asset.stamp else "no-store"
    return Response(asset.content, media_type=asset.media_type, headers={"Cache-Control": kept})
