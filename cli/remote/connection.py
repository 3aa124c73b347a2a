"""One request to a system that runs elsewhere: its answer, or one line that says why there is none.

The standard library's client: it follows no redirect, so the token goes to no other server.
"""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import time
from typing import Any
from urllib.parse import quote, urlencode

from cli.remote.address import Address
from cli.remote.failed import failed, not_tickworks
from web.acts.refusal import Refusal

Row = dict[str, Any]

#: Seconds without a sign of life after which a server counts as away, and in which all must have come.
TIMEOUT = 20.0
WHOLE = 120.0
#: Seconds without a sign of life for what is long at work before it answers: the import of a file.
PATIENCE = 600.0
#: The largest answer, in bytes: 2,000 services have 4 MB.
LARGEST = 128 * 1024 * 1024
CHUNK = 256 * 1024


class Connection:
    """Asks the system at an address; each request is a connection of its own."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self._tls = ssl.create_default_context() if address.scheme == "https" else None

    def get(self, *path: str | int, **query: Any) -> Row:
        """Read. Raises Refusal."""
        return self._document("GET", _api(path, query), None)[1]

    def post(self, *path: str | int, body: Row) -> Row:
        """Do. Raises Refusal."""
        return self._document("POST", _api(path, {}), body)[1]

    def post_once(self, *path: str | int, body: Row, key: str | None) -> tuple[int, Row]:
        """Do what the same `key` does only once; with the status. Raises Refusal."""
        if key and not (key.isprintable() and all(ord(letter) < 256 for letter in key)):
            raise Refusal("bad_value", "key: elsewhere it may have letters of Latin-1 only, no line breaks")
        return self._document("POST", _api(path, {}), body, {"Idempotency-Key": key} if key else {})

    def post_anyway(self, *path: str | int, body: Row) -> Row:
        """Do it to something, whoever has changed it before. Raises Refusal."""
        return self._document("POST", _api(path, {}), body, {"If-Match": "*"})[1]

    def ask(self, *path: str | int, body: Row, **query: Any) -> Row:
        """Read or do what needs a body and words beside it. Raises Refusal."""
        return self._document("POST", _api(path, query), body)[1]

    def patch(self, *path: str | int, body: Row) -> Row:
        """Change, whoever has changed it before. Raises Refusal."""
        return self._document("PATCH", _api(path, {}), body, {"If-Match": "*"})[1]

    def delete(self, *path: str | int, **query: Any) -> Row:
        """Take away. Raises Refusal."""
        return self._document("DELETE", _api(path, query), None)[1]

    def post_file(self, *path: str | int, data: bytes, kind: str, **query: Any) -> Row:
        """Hand in a file of a media type; long ones take their time. Raises Refusal."""
        headers = {"Content-Type": kind}
        return self._document("POST", _api(path, query), data, headers, PATIENCE)[1]

    def get_text(self, *path: str | int) -> str:
        """Read a file that is text. Raises Refusal."""
        return self.get_bytes(*path).decode("utf-8", "replace")

    def get_bytes(self, *path: str | int) -> bytes:
        """Read a file. Raises Refusal."""
        status, content_type, raw = self._answer("GET", _api(path, {}), None, {})
        if status >= 400:
            raise failed(self.address, status, self._read(status, content_type, raw))
        if status != 200 or "json" in content_type:
            raise not_tickworks(self.address, status, content_type)
        return raw

    def ready(self) -> tuple[int, Row]:
        """What ``/readyz`` says, with its status. Raises Refusal (unreachable)."""
        status, content_type, raw = self._answer("GET", "/readyz", None, {})
        document = self._read(status, content_type, raw)
        if status not in (200, 503) or "status" not in document:
            raise not_tickworks(self.address, status, content_type)
        return status, document

    def rows(self, document: Row, part: str) -> list[Row]:
        """The listing in a document. Raises Refusal (unreachable) if there is none."""
        found = document.get(part)
        if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
            raise not_tickworks(self.address, 200, f"without {part}")
        return found

    def value(self, document: Row, part: str) -> Any:
        """A value of a document. Raises Refusal (unreachable) if it is not there."""
        if part not in document:
            raise not_tickworks(self.address, 200, f"without {part}")
        return document[part]

    def _document(
        self,
        method: str,
        path: str,
        body: Row | bytes | None,
        headers: dict[str, str] | None = None,
        timeout: float = TIMEOUT,
    ) -> tuple[int, Row]:
        status, content_type, raw = self._answer(method, path, body, headers or {}, timeout)
        if status == 204:
            return status, {}
        if 300 <= status < 400:
            raise not_tickworks(self.address, status, content_type)
        document = self._read(status, content_type, raw)
        if status >= 400:
            raise failed(self.address, status, document)
        return status, document

    def _read(self, status: int, content_type: str, raw: bytes) -> Row:
        try:
            document = json.loads(raw) if "json" in content_type else None
        except (ValueError, RecursionError):
            document = None
        if not isinstance(document, dict):
            raise not_tickworks(self.address, status, content_type)
        return document

    def _answer(
        self,
        method: str,
        path: str,
        body: Row | bytes | None,
        headers: dict[str, str],
        timeout: float = TIMEOUT,
    ) -> tuple[int, str, bytes]:
        """Status, content type and body. Raises Refusal (unreachable)."""
        sent = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        own = {"Accept": "application/json", "User-Agent": "tickworks", "Connection": "close"}
        if sent is not None:
            own["Content-Type"] = "application/json"
        own |= headers
        if self.address.token is not None:
            own["Authorization"] = f"Bearer {self.address.token}"
        client = self._client(timeout)
        reading = method == "GET"
        try:
            client.request(method, self.address.prefix + path, sent, own)
            answer = client.getresponse()
            return answer.status, answer.headers.get("content-type", ""), self._whole(answer)
        except (OSError, http.client.HTTPException) as error:
            raise self._away(error, reading) from None
        finally:
            client.close()

    def _client(self, timeout: float) -> http.client.HTTPConnection:
        where = self.address
        if self._tls is None:
            return http.client.HTTPConnection(where.host, where.port, timeout=timeout)
        return http.client.HTTPSConnection(where.host, where.port, timeout=timeout, context=self._tls)

    def _whole(self, answer: http.client.HTTPResponse) -> bytes:
        """The body, unless it takes for ever or never ends."""
        until = time.monotonic() + WHOLE
        parts: list[bytes] = []
        size = 0
        while part := answer.read1(CHUNK):
            parts.append(part)
            size += len(part)
            if time.monotonic() > until:
                raise TimeoutError
            if size > LARGEST:
                raise http.client.HTTPException
        if answer.length:
            raise http.client.IncompleteRead(b"", answer.length)
        return b"".join(parts)

    def _away(self, error: Exception, reading: bool) -> Refusal:
        doubt = "" if reading else "; whether it was done is not known: look before you repeat it"
        if isinstance(error, ssl.SSLCertVerificationError):
            said = f"its certificate is not trusted ({error.verify_message}): see SSL_CERT_FILE"
        elif isinstance(error, ssl.SSLError):
            said = "it does not speak TLS there: check the port, or is it http://?"
        elif isinstance(error, socket.gaierror):
            said = "no such host"
        elif isinstance(error, ConnectionRefusedError):
            said = "connection refused: is it up, and is this its port?"
        elif isinstance(error, TimeoutError):
            said = f"no answer within {TIMEOUT:g} s{doubt}"
        elif isinstance(error, http.client.RemoteDisconnected | ConnectionResetError | BrokenPipeError):
            said = f"it hung up without an answer{doubt}"
        elif isinstance(error, http.client.HTTPException):
            said = f"what it answers is not HTTP, or cut off{doubt}"
        else:
            said = getattr(error, "strerror", None) or type(error).__name__
        return Refusal("unreachable", f"cannot reach {self.address}: {said}")


def _api(path: tuple[str | int, ...], query: dict[str, Any]) -> str:
    where = "/api/v1/" + "/".join(quote(str(part), safe="") for part in path)
    given = {name: value for name, value in query.items() if value not in (None, [], ())}
    return f"{where}?{urlencode(given, doseq=True)}" if given else where
