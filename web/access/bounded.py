"""HTTP whose answers are bounded in time and size, for servers that may be slow or send anything."""

from __future__ import annotations

import time

import httpx2

#: For one request, from its start to the last byte of its answer, in s.
LONGEST = 5.0
#: Bytes of an answer that are read.
LARGEST = 512 * 1024


class TooLarge(httpx2.TransportError):
    """The answer is longer than `LARGEST`."""


class Bounded(httpx2.BaseTransport):
    """Reads each answer as a whole; raises TransportError (also a time-out) when it passes a bound."""

    def __init__(self, inner: httpx2.BaseTransport, seconds: float = LONGEST) -> None:
        self._inner = inner
        self._seconds = seconds

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        deadline = time.monotonic() + self._seconds
        # What is unpacked here cannot be larger than what was sent.
        request.headers["accept-encoding"] = "identity"
        answer = self._inner.handle_request(request)
        try:
            content = self._read(answer, deadline)
        finally:
            answer.close()
        kept = [pair for pair in answer.headers.multi_items() if pair[0] != "content-encoding"]
        return httpx2.Response(answer.status_code, headers=kept, content=content, request=request)

    def close(self) -> None:
        self._inner.close()

    @staticmethod
    def _read(answer: httpx2.Response, deadline: float) -> bytes:
        content = bytearray()
        stream = answer.stream
        assert isinstance(stream, httpx2.SyncByteStream)
        for part in stream:
            content += part
            if len(content) > LARGEST:
                raise TooLarge("the answer is too large")
            if time.monotonic() > deadline:
                raise httpx2.ReadTimeout("the answer takes too long")
        return bytes(content)
