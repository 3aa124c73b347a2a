"""How httpx connects: to an address that was looked at, and never past a deadline."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import httpcore
import httpx

from backends.http.place import addresses


class Wire(httpx.BaseTransport):
    """One request's connections. `until`: when all must be over, by time.monotonic()."""

    def __init__(self, context: ssl.SSLContext, allow: Sequence[str], until: float) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=context, network_backend=_Network(allow, until), retries=0
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """As httpx's own transport does; raises httpcore's errors, and BackendError of the place."""
        assert isinstance(request.stream, httpx.SyncByteStream)
        given = httpcore.Request(
            method=request.method,
            url=httpcore.URL(
                scheme=request.url.raw_scheme,
                host=request.url.raw_host,
                port=request.url.port,
                target=request.url.raw_path,
            ),
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        answer = self._pool.handle_request(given)
        assert isinstance(answer.stream, Iterable)
        return httpx.Response(
            answer.status,
            headers=answer.headers,
            stream=_Body(answer.stream),
            extensions=answer.extensions,
        )

    def close(self) -> None:
        """End all connections."""
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, stream: Iterable[bytes]) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        yield from self._stream

    def close(self) -> None:
        if hasattr(self._stream, "close"):
            self._stream.close()


class _Network(httpcore.NetworkBackend):
    def __init__(self, allow: Sequence[str], until: float) -> None:
        self._allow, self._until = allow, until
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore.NetworkStream:
        problem: Exception = httpcore.ConnectError("its name has no address")
        for address in addresses(host, port, self._allow):
            try:
                stream = self._inner.connect_tcp(address, port, _left(self._until, timeout))
                return _Stream(stream, self._until)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                problem = error
        raise problem


class _Stream(httpcore.NetworkStream):
    """A stream whose single waits are bounded by what is left of the whole."""

    def __init__(self, inner: httpcore.NetworkStream, until: float) -> None:
        self._inner, self._until = inner, until

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if (left := _left(self._until, timeout)) <= 0:
            raise httpcore.ReadTimeout("the time for all of it is over")
        return self._inner.read(max_bytes, left)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        if (left := _left(self._until, timeout)) <= 0:
            raise httpcore.WriteTimeout("the time for all of it is over")
        self._inner.write(buffer, left)

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left = max(_left(self._until, timeout), 0.001)
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, left), self._until)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def _left(until: float, timeout: float | None) -> float:
    left = until - time.monotonic()
    return left if timeout is None else min(left, timeout)
