"""A process for one document: lays out its paper, packs its files, and is gone. It holds no key and opens no store.

``python -m noren.house.printer`` reads one order on standard input and answers the archive's bytes. It is a process of
its own so that typst's memory ends with the document, and so that neither side's process loads it.
"""

from __future__ import annotations

import base64
import io
import json
import sys
import zipfile
from pathlib import Path
from typing import Any, Final

FONTS: Final = Path("/usr/share/fonts/opentype/noto")
NO_PAPER: Final = 3
"""How it ends where typst or the fonts are missing."""

# Long tables as lines of text: cells cost typst 90 MB and a megabyte of PDF a thousand rows, lines a tenth of that.
PAPER: Final = r"""
#let doc = json(bytes(sys.inputs.paper))
#set document(title: doc.title)
#set page(paper: "a4", margin: (x: 16mm, y: 18mm), numbering: "1 / 1",
  header: text(size: 7pt, fill: rgb("#5a6472"))[#doc.programme · #doc.title · #doc.made])
#set text(font: "Noto Sans CJK JP", size: 8.5pt, lang: doc.lang)
#show heading: set text(fill: rgb("#1b3558"))
= #doc.title
#doc.programme #h(1fr) #doc.made
#for part in doc.sections [
  == #part.title
  #part.note
  #if part.heads.len() > 0 and part.rows.len() > 0 and part.rows.len() <= 200 {
    table(columns: part.heads.len(), stroke: (x, y) => (bottom: 0.4pt + rgb("#c7ced6")), inset: (x: 3pt, y: 2.5pt),
      table.header(..part.heads.map(head => text(weight: "bold", head))),
      ..part.rows.flatten().map(cell => [#cell]))
  } else if part.rows.len() > 0 {
    block(text(weight: "bold", part.heads.join("  |  ")))
    for some in part.rows.chunks(40) {
      block(text(size: 7.5pt, some.map(row => row.join("  |  ")).join("\n")))
    }
  }
]
"""


def main() -> int:
    """Print one order."""
    order: dict[str, Any] = json.load(sys.stdin.buffer)
    if order["do"] == "print":
        if not FONTS.is_dir():
            return NO_PAPER
        try:
            import typst
        except ImportError:
            return NO_PAPER
        fonts: Any = [str(FONTS)]
        inputs = {"paper": json.dumps(order["paper"], ensure_ascii=False)}
        made: Any = typst.compile(PAPER.encode(), font_paths=fonts, ignore_system_fonts=True, sys_inputs=inputs)
        sys.stdout.buffer.write(bytes(made))
        return 0
    try:
        packed = _sealed(order)
    except ImportError:
        return NO_PAPER
    sys.stdout.buffer.write(packed)
    return 0


def _sealed(order: dict[str, Any]) -> bytes:
    """Return the files as a zip archive under AES-256 (WinZip's AE-2), whose password is the code."""
    import pyzipper  # pyright: ignore[reportMissingTypeStubs]

    out = io.BytesIO()
    made: Any = pyzipper.AESZipFile(out, "w", compression=zipfile.ZIP_DEFLATED, encryption=pyzipper.WZ_AES)
    with made as archive:
        archive.setpassword(order["code"].encode())
        archive.setencryption(pyzipper.WZ_AES, nbits=256)
        for name, content in order["files"].items():
            archive.writestr(name, base64.b64decode(content))
    return out.getvalue()


if __name__ == "__main__":
    sys.exit(main())
