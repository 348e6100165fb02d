"""A document's files: printed, signed by the side's log key, packed for the member or sealed for hands between.

Of either side: it imports neither. The printer is a process of its own (``house/printer.py``).
"""

from __future__ import annotations

import base64
import io
import json
import subprocess
import sys
import threading
import zipfile
from pathlib import Path
from typing import Any, Final

from noren.governance.disclosing import verify_document
from noren.governance.disclosing.model import Document
from noren.governance.disclosing.signing import SIGNATURE, sign_files
from noren.governance.log import Log
from noren.kernel.say import Lang

SECONDS: Final = 110
"""How long a paper may take."""

NAMES: Final = {"identity": "registration", "ledger": "purchases"}
_PRINTING: Final = threading.Lock()
_WAIT: Final = 20.0


class PrinterBusy(Exception):
    """Another document is being printed; one at a time, since typst takes memory."""


class NotInstalled(Exception):
    """What seals a file for hands between is not installed: the extra [pdf]."""


def files_of(document: Document, log: Log, lang: Lang) -> dict[str, bytes]:
    """Return a document's files: data, paper (where typst is installed), signature, and what checks it.

    Raises:
        PrinterBusy: another one is being printed.
    """
    name = NAMES[document.side]
    files = {f"{name}.json": document.as_json()}
    paper = _printed({"do": "print", "paper": document.as_paper(lang)})
    if paper is not None:
        files[f"{name}.pdf"] = paper
    signature = sign_files(document.side, files, log.keys.origin, log.keys.privates[0])
    script = Path(verify_document.__file__).read_bytes()
    keys = "".join(f"{key}\n" for key in log.keys.known()).encode()
    return {**files, SIGNATURE: signature, "verify_document.py": script, "keys.txt": keys}


def packed(files: dict[str, bytes]) -> bytes:
    """Return the files as an archive in clear: for the member's own browser."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def sealed(files: dict[str, bytes], code: str) -> bytes:
    """Return the files as an archive that only the code opens.

    Raises:
        NotInstalled: the extra [pdf] is not.
        PrinterBusy: another one is being printed.
    """
    within = {name: base64.b64encode(content).decode() for name, content in files.items()}
    made = _printed({"do": "seal", "files": within, "code": code})
    if made is None:
        raise NotInstalled("the extra [pdf] is not installed")
    return made


def _printed(order: dict[str, Any]) -> bytes | None:
    if not _PRINTING.acquire(timeout=_WAIT):
        raise PrinterBusy("another document is being printed")
    try:
        done = subprocess.run(  # the interpreter itself, and nothing of the order stands in argv
            [sys.executable, "-m", "noren.house.printer"],
            input=json.dumps(order).encode(),
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    finally:
        _PRINTING.release()
    if done.returncode == 3:  # printer.NO_PAPER, which is not imported: it is another process's
        return None
    if done.returncode != 0:
        raise RuntimeError(f"the printer ended with {done.returncode}")  # its words may hold hers: they go nowhere
    return done.stdout
