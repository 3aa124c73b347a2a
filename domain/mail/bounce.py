"""Reports of mails that could not be delivered (RFC 3464), read from the mail they come in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.message import Message
from typing import Any

_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,250}>")
#: Recipients that one report is read for.
MOST = 200


@dataclass(frozen=True)
class Bounce:
    """What a report says of one recipient: `status` is as in RFC 3463 (``5.1.1``), `message_id`: our mail."""

    address: str
    status: str
    action: str
    message_id: str
    said: str = ""

    @property
    def final(self) -> bool:
        """It will never arrive; else it is only late."""
        return self.action == "failed" and self.status.startswith("5")

    @property
    def no_such_address(self) -> bool:
        """The address itself is wrong, so nothing else will arrive there either."""
        return self.final and no_such_address(self.status)


def read(message: Message) -> list[Bounce]:
    """What a mail reports; empty for one that is no delivery report, or of which mail it does not say."""
    if message.get_content_type() != "multipart/report":
        return []
    parts = [part for part in message.walk() if part is not message]
    report = next((part for part in parts if part.get_content_type() == "message/delivery-status"), None)
    message_id = _original(parts)
    blocks: Any = [] if report is None else report.get_payload()
    if not message_id or not isinstance(blocks, list):
        return []
    found = []
    for block in blocks[: MOST + 1]:
        if not isinstance(block, Message):
            continue
        address = _address(block.get("Final-Recipient")) or _address(block.get("Original-Recipient"))
        status = _STATUS.search(str(block.get("Status", "")))
        if address and status:
            action = str(block.get("Action", "")).strip().lower()
            said = " ".join(str(block.get("Diagnostic-Code", "")).split())[:300]
            found.append(Bounce(address, status[0], action, message_id, said))
    return found


def no_such_address(text: str) -> bool:
    """Whether a status or an answer of a server says that there is no such mailbox (RFC 3463 §3.2)."""
    found = _STATUS.search(text)
    return (
        found is not None and found[1] == "5" and found[2] == "1" and found[3] in ("1", "2", "3", "6", "10")
    )


def _original(parts: list[Message]) -> str:
    """The Message-ID of the mail that the report is about."""
    for part in parts:
        if part.get_content_type() == "message/rfc822":
            inner: Any = part.get_payload()
            text = str(inner[0].get("Message-ID", "")) if isinstance(inner, list) and inner else ""
        elif part.get_content_type() == "text/rfc822-headers":
            head = part.get_payload(decode=True)
            raw = head.decode("latin-1") if isinstance(head, bytes) else ""
            line = re.search(r"(?im)^message-id:((?:.|\n[ \t])*)", raw)
            text = line[1] if line else ""
        else:
            continue
        if found := _MESSAGE_ID.search(text):
            return found[0]
    return ""


def _address(text: object) -> str:
    """The address of ``rfc822; name@example.org``."""
    kind, _, address = str(text or "").partition(";")
    return address.strip().strip("<>") if kind.strip().lower() in ("rfc822", "utf-8") else ""
