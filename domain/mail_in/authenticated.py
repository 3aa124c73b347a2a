"""Whether our own mail server says that a mail is from whom it says (Authentication-Results, RFC 8601)."""

from __future__ import annotations

import re

_PASS = re.compile(r"\b(dmarc|dkim|spf)\s*=\s*pass\b([^;]*)", re.IGNORECASE)
_OF = {
    "dmarc": re.compile(r"\bheader\.from\s*=\s*([A-Za-z0-9.-]+)", re.IGNORECASE),
    "dkim": re.compile(r"\bheader\.d\s*=\s*([A-Za-z0-9.-]+)", re.IGNORECASE),
}
_COMMENT = re.compile(r"\([^()]{0,500}\)")


def vouches(results: str, trusted_server: str, sender: str) -> bool:
    """Whether `results`, the topmost such field of a mail, vouches for the sender's domain.

    It must be written by `trusted_server` ("" trusts none), and say that DMARC passed for the domain in
    From, or that a signature of that very domain (DKIM) is good. SPF alone says nothing of From.
    """
    said, semicolon, rest = _COMMENT.sub(" ", results).partition(";")
    if not trusted_server or not semicolon or said.split()[:1] != [trusted_server]:
        return False
    domain = sender.rpartition("@")[2].lower()
    for method, more in _PASS.findall(rest):
        pattern = _OF.get(method.lower())
        match = pattern.search(more) if pattern else None
        if match and match[1].lower().rstrip(".") == domain:
            return True
    return False
