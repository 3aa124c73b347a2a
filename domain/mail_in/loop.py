"""Which mails no person wrote, so that nobody answers them and no two programs write to each other for ever.

By RFC 3834 (Auto-Submitted), RFC 2919 (lists), the null return path of bounces, and our own header.
"""

from __future__ import annotations

from typing import Literal

from domain.mail_in.parse import Parsed

#: What our own mails to departments and staff have in ``X-Tickworks-Loop``.
OWN_HEADER = "x-tickworks-loop"

#: ``own``: this site sent it. ``answer``: a program answers. ``automatic``: a program or list wrote it.
Written = Literal["own", "answer", "automatic", "person"]

_LISTS = ("list-id", "list-unsubscribe", "list-post", "feedback-id", "x-auto-response-suppress")


def written_by(mail: Parsed, site_mark: str) -> Written:
    """Who wrote a mail, by its own word; `site_mark` is what this site writes into `OWN_HEADER`."""
    fields = mail.fields
    if site_mark and site_mark in fields.get(OWN_HEADER, ""):
        return "own"
    submitted = fields.get("auto-submitted", "no").partition(";")[0].strip().lower()
    if submitted == "auto-replied" or "x-autoreply" in fields or "x-autorespond" in fields:
        return "answer"
    if fields.get("return-path", "").strip() == "<>" or mail.sender.lower().startswith("mailer-daemon@"):
        return "answer"
    bulk = fields.get("precedence", "").strip().lower() in ("bulk", "junk", "list", "auto_reply")
    if submitted not in ("no", "") or bulk or any(name in fields for name in _LISTS):
        return "automatic"
    return "person"
