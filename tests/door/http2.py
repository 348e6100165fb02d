"""As much of HTTP/2 (RFC 9113) as one request after the other needs, for tests: no library of ours speaks it."""

from __future__ import annotations

import socket
import ssl
import struct
from collections.abc import Mapping

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, SETTINGS, PING, GOAWAY = 0, 1, 4, 6, 7
ACK = END_STREAM = 1
END_HEADERS = 4


class Http2:
    """One connection that has agreed on ``h2``."""

    def __init__(self, port: int, context: ssl.SSLContext) -> None:
        context.set_alpn_protocols(["h2"])
        plain = socket.create_connection(("127.0.0.1", port), timeout=20)
        self._wire = context.wrap_socket(plain, server_hostname="127.0.0.1")
        assert self._wire.selected_alpn_protocol() == "h2"
        self._wire.sendall(PREFACE)
        self._send(SETTINGS, 0, 0, b"")
        self._stream = -1

    def close(self) -> None:
        """Close the connection."""
        self._wire.close()

    def post(self, path: str, body: bytes, headers: Mapping[str, str]) -> bytes:
        """Send a request; return the body of its answer."""
        self._stream += 2
        pseudo = {":method": "POST", ":scheme": "https", ":authority": "127.0.0.1", ":path": path}
        fields = pseudo | dict(headers) | {"content-length": str(len(body))}
        block = b"".join(b"\0" + _text(name) + _text(value) for name, value in fields.items())
        self._send(HEADERS, END_HEADERS, self._stream, block)
        self._send(DATA, END_STREAM, self._stream, body)
        return self._answer()

    def _answer(self) -> bytes:
        out = b""
        while True:
            kind, flags, stream, payload = self._receive()
            assert kind != GOAWAY, payload
            if kind in (SETTINGS, PING) and not flags & ACK:
                self._send(kind, ACK, 0, payload if kind == PING else b"")
            if stream == self._stream:
                out += payload if kind == DATA else b""
                if flags & END_STREAM and kind in (DATA, HEADERS):
                    return out

    def _send(self, kind: int, flags: int, stream: int, payload: bytes) -> None:
        self._wire.sendall(struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload)

    def _receive(self) -> tuple[int, int, int, bytes]:
        head = self._exactly(9)
        kind, flags, stream = struct.unpack(">BBI", head[3:])
        return kind, flags, stream, self._exactly(int.from_bytes(head[:3], "big"))

    def _exactly(self, size: int) -> bytes:
        got = b""
        while len(got) < size:
            part = self._wire.recv(size - len(got))
            assert part, "the connection ended"
            got += part
        return got


def _text(text: str) -> bytes:
    """Write a string of a header block, in clear (RFC 7541 §5.2)."""
    raw = text.encode("ascii")
    if len(raw) < 127:
        return bytes([len(raw)]) + raw
    rest, out = len(raw) - 127, bytearray(b"\x7f")
    while rest >= 128:
        out.append(rest % 128 + 128)
        rest //= 128
    return bytes([*out, rest]) + raw
