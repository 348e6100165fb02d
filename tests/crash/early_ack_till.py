"""A till that acknowledges before it has stored: what noren's must never be. The audit has to find it out.

Run as a process: ``early_ack_till.py PORT FILE``. It keeps purchases in memory, answers, and
writes them to FILE five times a second; after a kill it knows only what FILE holds.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

FLUSH_SECONDS = 0.2


class Forgetful:
    """Purchases by receipt and balances by card, in memory first."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._unwritten: list[list[Any]] = []
        self._answers: dict[str, list[str]] = {}
        self._points: dict[str, int] = {}
        raw = path.read_bytes() if path.exists() else b""
        whole = raw[: raw.rfind(b"\n") + 1]
        if whole != raw:  # the kill cut the last one
            os.truncate(path, len(whole))
        for row in whole.splitlines():
            self._remember(*json.loads(row))

    def _remember(self, receipt: str, body: str, answer: str, card: str, points: int) -> None:
        self._answers[receipt] = [body, answer]
        self._points[card] = points

    def buy(self, raw: bytes) -> tuple[int, bool, bytes]:
        body = json.loads(raw)
        known = self._answers.get(body["receipt"])
        if known is not None:
            return (201, True, known[1].encode()) if known[0] == raw.decode() else (409, False, b"{}")
        card, used = body["card"], body["points_used"]
        before = self._points.get(card, 0)
        if used > before:
            return 409, False, b"{}"
        earned = (body["amount"] - used) // 100
        points = {"earned": earned, "used": used, "balance": before - used + earned}
        answer = json.dumps({"purchase": f"pu_{body['receipt']}", "points": points, "effects": []})
        row = [body["receipt"], raw.decode(), answer, card, points["balance"]]
        self._remember(*row)
        self._unwritten.append(row)
        return 201, False, answer.encode()

    def balance(self, raw: bytes) -> tuple[int, bool, bytes]:
        return 200, False, json.dumps({"points": self._points.get(json.loads(raw)["card"], 0)}).encode()

    async def flush_now_and_then(self) -> None:
        with self._path.open("a") as out:
            while True:
                await asyncio.sleep(FLUSH_SECONDS)
                rows, self._unwritten = self._unwritten, []
                out.writelines(json.dumps(row) + "\n" for row in rows)
                out.flush()
                os.fsync(out.fileno())

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                length = int(head.lower().split("content-length:")[1].split("\r\n")[0]) if "ontent-" in head else 0
                raw = await reader.readexactly(length)
                path = head.split()[1]
                if path == "/readyz":
                    status, replayed, body = 200, False, b"{}"
                else:
                    status, replayed, body = self.balance(raw) if path == "/v1/balance" else self.buy(raw)
                more = "Idempotent-Replayed: true\r\n" if replayed else ""
                writer.write(f"HTTP/1.1 {status} x\r\n{more}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        except (EOFError, OSError):
            writer.close()


async def main(port: int, path: Path) -> None:
    till = Forgetful(path)
    server = await asyncio.start_server(till.answer, "127.0.0.1", port)
    async with server:
        await till.flush_now_and_then()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), Path(sys.argv[2])))
