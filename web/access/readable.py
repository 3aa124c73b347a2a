"""What a request says is text: UTF-8 without NUL, of a known kind, packed by nobody, and not endless.

PostgreSQL keeps no NUL, and what is decoded wrongly is kept wrongly for ever. So it is looked at in one
place, before any handler reads it: the address, and the body of what changes something. Escapes in JSON
count as the letters they stand for (RFC 8259 asks for UTF-8 without a byte order mark).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import unquote_to_bytes

from fastapi import Request, Response
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.access.same_site import SAFE

#: The most bytes of a body.
LARGEST = 2 * 1024 * 1024
#: The most bytes of a file, and where files are taken: whoever reads them says what is wrong in them.
LARGEST_FILE = 64 * 1024 * 1024
FILES = re.compile(r"(/api/v1)?/objects/[^/]+/import")
#: The most bytes where an answer may have files of any kind, and where: in base64 they are a third more.
LARGEST_ANSWER = 24 * 1024 * 1024
ANSWERS = re.compile(r"/api/v1/tickets/[^/]+/replies|/tickets/[^/]+/reply")
CSV = "text/csv"
JSON, FORM, PARTS = "application/json", "application/x-www-form-urlencoded", "multipart/form-data"
_NUL_IN_JSON = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
#: Answers with status, title, detail and code.
Answer = Callable[[Request, int, str, str, str | None], Response]


class Unreadable(Exception):
    """The text says what is wrong, and `status` is that of the answer."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


class Readable:
    """Answers 400, 413, 415 or 422 to what cannot be read; handlers see the rest as it was sent."""

    def __init__(self, app: ASGIApp, answer: Answer) -> None:
        self._app = app
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # What lies under /static is looked up by its whole name, and meets no database.
        if scope["type"] != "http" or scope["path"].startswith("/static/"):
            await self._app(scope, receive, send)
            return
        try:
            check_address(scope.get("raw_path") or b"", scope["query_string"])
            if scope["method"] not in SAFE:
                receive = await _checked(scope, receive)
        except Unreadable as error:
            said = "The request cannot be read"
            answer = self._answer(Request(scope), error.status, said, str(error), "bad_request")
            await answer(scope, receive, send)
            return
        await self._app(scope, receive, send)


def check_address(path: bytes, query: bytes) -> None:
    """Raises Unreadable (422)."""
    _text(unquote_to_bytes(path.partition(b"?")[0]), "the address", 422)
    _pairs(query, 422)


def check_body(kind: str, body: bytes, *, api: bool, binary: bool = False) -> None:
    """Raises Unreadable: 415 for another `kind` (Content-Type) than is taken there, 400, or 422 for NUL.

    `binary`: a form whose files may hold anything; only its other fields are looked at.
    """
    name, _, rest = kind.lower().partition(";")
    name = name.strip()
    charset = re.search(r'charset="?([^\s";]*)', rest)
    if charset and charset[1] not in ("utf-8", "utf8"):
        raise Unreadable(415, f"Content-Type: the body must be UTF-8, not {charset[1]!r}")
    if api != (name == JSON or name.endswith("+json")) or (not api and name not in (FORM, PARTS)):
        wanted = JSON if api else FORM
        raise Unreadable(415, f"Content-Type: expected {wanted}, got {name or 'none'!r}")
    if name == FORM:
        _pairs(body, 400)
        return
    if binary:
        _parts(body, kind)
        return
    text = _text(body, "the body", 400)
    if api and text.startswith("\ufeff"):
        raise Unreadable(400, "the body begins with a byte order mark: send UTF-8 without one")
    if api and _NUL_IN_JSON.search(text):
        raise Unreadable(422, "the body has a NUL character in it (\\u0000), which no text may hold")


def _pairs(sent: bytes, status: int) -> None:
    """Fields of a form or a query string; the one that is wrong is named."""
    for pair in sent.split(b"&"):
        name, _, value = pair.replace(b"+", b" ").partition(b"=")
        if not pair.isascii():
            raise Unreadable(status, "a letter is neither ASCII nor percent-encoded UTF-8")
        known = _text(unquote_to_bytes(name), "the name of a field", status)[:100]
        _text(unquote_to_bytes(value), known or "a field", status)


def _parts(body: bytes, kind: str) -> None:
    """Heads of all parts of a form are text, and so is what is in those that are no files."""
    found = re.search(r'boundary="?([^\s";]+)', kind, re.IGNORECASE)
    if found is None:
        raise Unreadable(400, "the form has no boundary in its Content-Type")
    for part in body.split(b"--" + found[1].encode()):
        head, _, content = part.partition(b"\r\n\r\n")
        fields = _text(head, "the name of a field", 400)
        if "filename" not in fields.lower():
            _text(content, "a field", 400)


def _text(sent: bytes, what: str, status: int) -> str:
    try:
        text = sent.decode()
    except UnicodeDecodeError:
        raise Unreadable(status, f"{what}: it is not valid UTF-8") from None
    if "\0" in text:
        raise Unreadable(422, f"{what}: it has a NUL character in it, which no text may hold")
    return text


async def _checked(scope: Scope, receive: Receive) -> Receive:
    """The same body for the handler, once it has come as a whole and was looked at. Raises Unreadable."""
    headers = Headers(scope=scope)
    packed = headers.get("content-encoding", "identity").strip().lower()
    if packed not in ("", "identity"):
        raise Unreadable(415, f"Content-Encoding: send the body as it is, not packed as {packed[:20]!r}")
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    file = (
        kind == (CSV if scope["path"].startswith("/api/") else PARTS)
        and FILES.fullmatch(scope["path"]) is not None
    )
    answer = ANSWERS.fullmatch(scope["path"]) is not None
    largest = LARGEST_FILE if file else LARGEST_ANSWER if answer else LARGEST
    body = bytearray()
    more = True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            return _replayed(message, receive)  # whoever asked has gone
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > largest:
            raise Unreadable(413, f"the body is too large: at most {largest} bytes are taken")
    if body and not (file and kind == CSV):
        api = scope["path"].startswith("/api/")
        try:
            binary = answer and kind == PARTS
            check_body(headers.get("content-type", ""), bytes(body), api=api, binary=binary)
        except Unreadable as error:
            raise Unreadable(
                error.status, f"{error}: save the file as CSV in UTF-8" if file else str(error)
            ) from None
    return _replayed({"type": "http.request", "body": bytes(body), "more_body": False}, receive)


def _replayed(first: Message, receive: Receive) -> Receive:
    """The message once more, then what comes after it."""
    kept = [first]

    async def replay() -> Message:
        return kept.pop() if kept else await receive()

    return replay
