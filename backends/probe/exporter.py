"""An exporter over HTTP (Prometheus text): a node exporter, or one of Windows."""

from __future__ import annotations

from backends.error import BackendError
from backends.probe import http, node_metrics, windows_metrics
from backends.probe.exposed import Exposed, exposed
from backends.probe.reading import Reading

#: Bytes; an exporter with all its collectors says about 1 MB.
LARGEST = 8_000_000


async def read(
    url: str,
    *,
    now: float,
    ca_file: str = "",
    headers: dict[str, str] | None = None,
    connect_timeout: float = http.CONNECT_TIMEOUT,
    total: float = http.TOTAL,
) -> Reading:
    """CPU, memory, volumes, network, services and inventory at `now` (epoch s). Raises BackendError.

    Half a text is ``invalid``: nothing of it is used.
    """
    said = await scrape(url, ca_file=ca_file, headers=headers, connect_timeout=connect_timeout, total=total)
    if node_metrics.KNOWN_BY in said:
        return node_metrics.reading(said, now)
    if windows_metrics.KNOWN_BY in said:
        return windows_metrics.reading(said, now)
    raise BackendError("invalid", f"{said.place}: neither a node exporter nor a Windows exporter")


async def scrape(
    url: str,
    *,
    ca_file: str = "",
    headers: dict[str, str] | None = None,
    connect_timeout: float = http.CONNECT_TIMEOUT,
    total: float = http.TOTAL,
) -> Exposed:
    """All that an exporter says. Raises BackendError."""
    page = await http.fetch(
        url,
        ca_file=ca_file,
        headers={"accept": "text/plain;version=0.0.4", **(headers or {})},
        connect_timeout=connect_timeout,
        total=total,
        largest=LARGEST,
    )
    if page.status in (401, 403):
        raise BackendError("auth", f"{page.place}: status {page.status}")
    if page.status != 200:
        raise BackendError(
            "missing" if page.status == 404 else "invalid", f"{page.place}: status {page.status}"
        )
    if not page.whole or (page.text and not page.text.endswith("\n")):
        raise BackendError("invalid", f"{page.place}: its text is cut off, or longer than {LARGEST} bytes")
    return exposed(page.place, page.text)
