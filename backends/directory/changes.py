"""What changed in a domain since the last time (DirSync, MS-ADTS 3.1.1.3.4.1.3), and all of it when lost.

A read goes on from a cursor. One that cannot be trusted, because the controller was restored from a backup,
does not know it any more or is of another domain, is given up: everything is read, and `full` says so.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from backends.directory.entry import Entry, entry
from backends.directory.filters import EVERYTHING, Filter, equals
from backends.directory.root import Root, read_root
from backends.directory.session import Answer, Session
from backends.error import BackendError

_DIRSYNC = "1.2.840.113556.1.4.841"
#: What a read brings without being asked: who it is, where, and whether it is gone.
_ALWAYS = ("isDeleted", "parentGUID", "name")
#: Bytes of one answer that we ask for; a controller gives at most a megabyte or so.
MOST_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Cursor:
    """Where a read ended: the controller's cookie, which controller it was, and how far its changes were."""

    domain: str
    service: str
    invocation: UUID
    usn: int
    cookie: bytes

    def __str__(self) -> str:
        """As text of one line, to be kept."""
        cookie = base64.b64encode(self.cookie).decode()
        return json.dumps([self.domain, self.service, str(self.invocation), self.usn, cookie])


def cursor(text: str) -> Cursor | None:
    """A kept cursor; None if the text is none."""
    try:
        domain, service, invocation, usn, cookie = json.loads(text)
        raw = base64.b64decode(cookie, validate=True)
        return Cursor(str(domain), str(service), UUID(invocation), int(usn), raw)
    except (ValueError, TypeError, AttributeError, binascii.Error):
        return None


class Changes:
    """``for entry in changes:``, once; then `cursor` is where the next read begins.

    `full`: these are all the objects there are, else only those where one of the attributes asked for, the
    name or the place changed, each with what changed; `why_full` says why in that case, "" for a first
    read. Deleted objects come as such in either, also those that never met the condition. A rename or move
    of an object moves what lies below it, which is not said of each. Values that a controller computes are
    in no change.
    """

    def __init__(
        self,
        session: Session,
        since: str | None,
        condition: Filter = EVERYTHING,
        attributes: Sequence[str] = (),
        *,
        only_visible: bool = False,
    ) -> None:
        """`since`: a cursor as text. `only_visible`: what our user may see; else it needs the right to
        replicate. Raises BackendError.
        """
        self._session, self._visible = session, only_visible
        # A deleted object has lost most of its attributes, and no longer meets a condition about them.
        self._condition = condition | equals("isDeleted", "TRUE")
        self._attributes = [*attributes, *_ALWAYS]
        self._root = read_root(session)
        known = cursor(since) if since else None
        self.why_full = _doubt(known, self._root) if since else ""
        self._cookie = known.cookie if known and not self.why_full else b""
        self.full = not self._cookie
        self.cursor = ""
        self._found: list[Entry] = []
        self._more = True
        self._begin()

    def __iter__(self) -> Iterator[Entry]:
        while True:
            found, self._found = self._found, []
            yield from found
            if not self._more:
                break
            self._page()
        root = self._root
        self.cursor = str(Cursor(root.domain, root.service, root.invocation, root.usn, self._cookie))

    def _begin(self) -> None:
        try:
            self._page()
        except BackendError as error:
            if self.full or error.kind not in ("invalid", "missing", "conflict"):
                raise
            self.why_full = f"the controller does not take the cursor: {error}"
            self.full, self._cookie = True, b""
            self._page()

    def _page(self) -> None:
        from ldap3.protocol.microsoft import dir_sync_control

        control = dir_sync_control(
            criticality=True,
            object_security=self._visible,
            ancestors_first=False,
            public_data_only=False,
            incremental_values=False,
            max_length=MOST_BYTES,
            cookie=self._cookie,
        )
        answer = self._session.search(
            self._root.domain, self._condition, self._attributes, controls=[control]
        )
        self._more, self._cookie = _ending(self._session, answer)
        self._found = [entry(each) for each in answer.found if each["type"] == "searchResEntry"]


def _doubt(known: Cursor | None, root: Root) -> str:
    """Why a cursor cannot be trusted; "" if it can. Another controller of the domain knows it as well."""
    if known is None:
        return "the cursor cannot be read"
    if known.domain.lower() != root.domain.lower():
        return f"the cursor is of another domain, {known.domain}"
    if known.service.lower() != root.service.lower():
        return ""
    if known.invocation != root.invocation:
        return "the controller was restored from a backup"
    if known.usn > root.usn:
        return f"the controller went back from change {known.usn} to {root.usn}: an old copy of it is running"
    return ""


def _ending(session: Session, answer: Answer) -> tuple[bool, bytes]:
    control: Any = answer.controls.get(_DIRSYNC)
    value = control.get("value") if isinstance(control, dict) else None
    if not isinstance(value, dict) or not isinstance(value.get("cookie"), bytes):
        raise BackendError("invalid", f"{session.server}: it does not say where its changes end")
    return bool(value["more_results"]), value["cookie"]
