"""The link by which somebody asks for no more (RFC 2369, RFC 8058), signed against guessing."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac

#: Bytes of the signature that go into the link.
SIGNATURE = 16
PATH = "/unsubscribe/"


def token(key: bytes, recipient_id: int) -> str:
    """What names a recipient in a link."""
    number = recipient_id.to_bytes(8, "big")
    return base64.urlsafe_b64encode(number + _sign(key, number)).rstrip(b"=").decode()


def recipient_of(key: bytes, text: str) -> int | None:
    """The recipient that a link names; None for one that we have not made."""
    if len(text) != 32 or not text.isascii():
        return None
    try:
        raw = base64.urlsafe_b64decode(text)
    except (binascii.Error, ValueError):
        return None
    number, signature = raw[:8], raw[8:]
    return int.from_bytes(number, "big") if hmac.compare_digest(_sign(key, number), signature) else None


def link(site: str, key: bytes, recipient_id: int) -> str:
    """The address of the page; `site` is ``[web] public_url``."""
    return f"{site.rstrip('/')}{PATH}{token(key, recipient_id)}"


def headers(address: str) -> tuple[tuple[str, str], ...]:
    """The fields of a mail; one click is for HTTPS alone (RFC 8058 §3.1)."""
    fields = [("List-Unsubscribe", f"<{address}>"), ("Precedence", "bulk")]
    if address.startswith("https://"):
        fields.append(("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
    return tuple(fields)


def _sign(key: bytes, number: bytes) -> bytes:
    return hmac.new(key, b"unsubscribe" + number, hashlib.sha256).digest()[:SIGNATURE]
