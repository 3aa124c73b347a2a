"""IIS from outside: whether a site runs, by what http.sys answers in its place; and its pools.

http.sys takes every request itself. It answers 503 when the site's application pool is stopped, 404
(400: by name) when no running site wants the request, with ``Server: Microsoft-HTTPAPI/2.0``; a site
that runs answers as ``Microsoft-IIS``, whatever its status is. The states of pools by name come from
the Windows exporter.
"""

from __future__ import annotations

from backends.error import BackendError
from backends.probe import exporter, http, windows_metrics
from backends.probe.finding import Finding

KERNEL = "microsoft-httpapi"


async def site(
    url: str,
    *,
    ca_file: str = "",
    connect_timeout: float = http.CONNECT_TIMEOUT,
    total: float = http.TOTAL,
) -> Finding:
    """Whether the site behind `url` and its pool run. Raises BackendError."""
    page = await http.fetch(url, ca_file=ca_file, connect_timeout=connect_timeout, total=total)
    who = page.headers.get("server", "").lower()
    if page.status == 503:
        return Finding(False, f"{page.place}: its application pool is stopped (503)", page.status)
    if KERNEL in who:
        return Finding(False, f"{page.place}: no running site has this name ({page.status})", page.status)
    return Finding(True, f"answers with status {page.status}", page.status)


async def pool(
    exporter_url: str,
    name: str,
    *,
    ca_file: str = "",
    connect_timeout: float = http.CONNECT_TIMEOUT,
    total: float = http.TOTAL,
) -> Finding:
    """Whether an application pool runs, by the Windows exporter's collector iis. Raises BackendError."""
    said = await exporter.scrape(exporter_url, ca_file=ca_file, connect_timeout=connect_timeout, total=total)
    pools = {each.name.lower(): each for each in windows_metrics.pools(said)}
    if not pools:
        raise BackendError("missing", f"{said.place}: shows no application pools; its collector iis is off")
    found = pools.get(name.lower())
    if found is None:
        return Finding(False, f"{said.place}: no application pool {name}; it has {', '.join(sorted(pools))}")
    return Finding(found.running, f"{said.place}: application pool {found.name} is {found.state}")
