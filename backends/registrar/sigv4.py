"""Signature Version 4 of Amazon Web Services, for requests with all of their body at hand.

Source: "Create a signed AWS API request" of the IAM User Guide; a test compares with its published vectors.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import quote, unquote, urlsplit

_ALGORITHM = "AWS4-HMAC-SHA256"


@dataclass(frozen=True)
class Credentials:
    """An access key, and where it is used: `service` (``route53domains``) in `region` (``us-east-1``)."""

    key_id: str
    secret: str = field(repr=False)
    region: str = "us-east-1"
    service: str = "route53domains"


def signed(
    method: str, url: str, headers: Mapping[str, str], body: bytes, credentials: Credentials, now: datetime
) -> dict[str, str]:
    """The headers with ``host``, ``x-amz-date`` and ``authorization``. `now`: aware."""
    at = now.astimezone(UTC)
    stamp, day = at.strftime("%Y%m%dT%H%M%SZ"), at.strftime("%Y%m%d")
    parts = urlsplit(url)
    all_headers = {
        **{name.lower(): value for name, value in headers.items()},
        "host": parts.netloc,
        "x-amz-date": stamp,
    }
    names = ";".join(sorted(all_headers))
    canonical = "\n".join(
        [
            method,
            _path(parts.path),
            _query(parts.query),
            *(f"{name}:{' '.join(all_headers[name].split())}" for name in sorted(all_headers)),
            "",
            names,
            hashlib.sha256(body).hexdigest(),
        ]
    )
    scope = f"{day}/{credentials.region}/{credentials.service}/aws4_request"
    to_sign = "\n".join([_ALGORITHM, stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = f"AWS4{credentials.secret}".encode()
    for word in scope.split("/"):
        key = hmac.new(key, word.encode(), hashlib.sha256).digest()
    signature = hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest()
    proof = f"Credential={credentials.key_id}/{scope}, SignedHeaders={names}, Signature={signature}"
    return {**all_headers, "authorization": f"{_ALGORITHM} {proof}"}


def _path(path: str) -> str:
    return quote(path or "/", safe="/-_.~")


def _query(query: str) -> str:
    pairs = [part.partition("=") for part in query.split("&") if part]
    written = sorted((quote(unquote(k), safe="-_.~"), quote(unquote(v), safe="-_.~")) for k, _, v in pairs)
    return "&".join(f"{name}={value}" for name, value in written)
