"""A plain page of services, without a script, until the operators' page is there."""

from __future__ import annotations

from html import escape
from typing import Any

from node.site import Site

HEADINGS = ("Service", "Schedule", "Nodes", "Run groups", "Last run", "Result", "Next", "State")

STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 76rem; padding: 0 1rem;
       color: #1c2330; background: #fff }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid #dfe3ea;
         vertical-align: top }
th, small, .quiet { color: #5a6472; font-weight: normal }
@media (prefers-color-scheme: dark) {
  body { color: #dde3ee; background: #14181f }
  th, td { border-color: #2b323d }
  th, small, .quiet { color: #98a2b3 }
}
"""


def page(site: Site, services: list[dict[str, Any]]) -> str:
    """The HTML of the services that are on; the others are counted."""
    listed = [row for row in services if row["status"] not in ("off", "planned", "legacy")]
    body = "\n".join(map(_row, listed))
    heads = "".join(f"<th scope=col>{heading}</th>" for heading in HEADINGS)
    name = escape(site.settings.site.name)
    rest = len(services) - len(listed)
    return f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="10">
<title>{name}</title>
<style>{STYLE}</style>
<h1>{name}</h1>
<p>The operators' page is on its way. Until then: <code>tickworks services</code>, <code>tickworks top</code>,
or <a href="/api/v1/services">the same as JSON</a>.</p>
<table>
<thead><tr>{heads}</tr></thead>
<tbody>
{body}
</tbody>
</table>
<p class=quiet>{rest} more are off, planned or legacy. Times are UTC.</p>
</html>
"""


def _row(row: dict[str, Any]) -> str:
    cells = (
        f"{escape(row['title'])}<br><small>{escape(row['name'])}</small>",
        escape(row["schedule"]),
        escape(", ".join(row["allowed_nodes"])),
        escape(", ".join(row["run_groups"])),
        _time(row["last_run_at"]),
        escape(row["last_outcome"] or ""),
        _time(row["next_due_at"]),
        escape(_state(row)),
    )
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def _state(row: dict[str, Any]) -> str:
    if row["running"]:
        return "running"
    if row["waiting_reason"]:
        return f"waiting: {row['waiting_reason']}"
    if row["paused"]:
        return row["status_reason"] or "paused"
    status = row["status"].replace("_", " ")
    return f"{status}: {row['status_reason']}" if row["status_reason"] else status


def _time(text: str | None) -> str:
    return text[:19].replace("T", " ") if text else ""
