"""TLS: for how many days the certificate is good, and whether its chain and its name are (RFC 5280, 6125)."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime

from backends.error import BackendError, one_line
from backends.probe.conversation import CONNECT_TIMEOUT, conversation, tls_context
from backends.probe.finding import Finding

DAY = 86_400.0


async def ask(
    host: str,
    port: int = 443,
    *,
    now: float,
    server_name: str = "",
    ca_file: str = "",
    connect_timeout: float = CONNECT_TIMEOUT,
) -> Finding:
    """The certificate's days from `now` (epoch s) on, below 0 once it has expired. Raises BackendError.

    Not ok if the chain, the name (`server_name`, or the host) or the dates are wrong; the days are
    told all the same, so that a limit on them says more than "not trusted".
    """
    try:
        async with conversation(
            host,
            port,
            tls=tls_context(ca_file),
            server_name=server_name,
            connect_timeout=connect_timeout,
        ) as connection:
            problem, encoded, place = "", _encoded(connection.writer.get_extra_info("ssl_object")), ""
    except BackendError as error:
        if error.kind != "auth":
            raise
        # Who is not trusted is asked again without trust, only to read the dates.
        async with conversation(
            host,
            port,
            tls=tls_context(check=False),
            server_name=server_name,
            connect_timeout=connect_timeout,
        ) as connection:
            problem, encoded = str(error), _encoded(connection.writer.get_extra_info("ssl_object"))
            place = connection.where
    return _judged(problem, encoded, place, now)


def _encoded(connection: ssl.SSLObject) -> bytes:
    return connection.getpeercert(binary_form=True) or b""


def _judged(problem: str, encoded: bytes, place: str, now: float) -> Finding:
    from cryptography import x509

    try:
        certificate = x509.load_der_x509_certificate(encoded)
    except ValueError:
        raise BackendError("invalid", f"{place}: its certificate cannot be read") from None
    ends = certificate.not_valid_after_utc.timestamp()
    days = (ends - now) / DAY
    date = datetime.fromtimestamp(ends, UTC).strftime("%Y-%m-%d")
    if days < 0:
        return Finding(False, f"{place or 'the certificate'}: expired on {date}".strip(), days, "d")
    if problem:
        return Finding(False, one_line(problem), days, "d")
    return Finding(True, f"good until {date}", days, "d")
