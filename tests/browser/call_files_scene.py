"""Files with calls in every state, one of them with wrong rows."""

from __future__ import annotations

from domain.objects.catalogue import find
from node.site import Site
from tests.support.rows import put
from web.acts.objects import Objects

LONG = "cdr_Łódź_" + "a-very-long-name-that-a-switch-made-up_" * 3 + ".csv"
ROW = "s17,,192.0.2.1,,,,4930<script>alert(1)</script>,4420,,,2026-11-20 10:00:00,,,-5,answered,16,,,,,"


def build(here: Site, gateway: str = "switch of the scene") -> None:
    """Everything into the open database of a site; the files have the ids 1 to 5."""
    now = here.clock.now()
    acts = Objects(here, by="a test")
    at = acts.add(find("gateway"), {"name": gateway}).object["id"]
    values = {"name": "collector of the scene", "gateway": gateway, "folder": "calls/scene"}
    collector = acts.add(find("collector"), values).object["id"]
    for number, (state, name, legs, bad, text) in enumerate(
        (
            ("loaded", LONG, 1_234_567, 1, ""),
            ("quarantined", "b.csv.gz", 0, 0, "b.csv.gz is packed by gzip, and torn: it cannot be unpacked"),
            ("repeated", "c.csv", 0, 0, "a file with the same content was read before"),
            ("loading", "d.csv", 20_000, 0, ""),
            ("found", "e.csv", 0, 0, ""),
        ),
        1,
    ):
        put(
            "xdr_file",
            id=number,
            collector_id=collector,
            gateway_id=at,
            name=name,
            place=f"/srv/tickworks/var/calls/scene/{name}",
            format="common",
            size=5_000_000 * number,
            modified_at=now - 600 * number,
            sha256=f"{number:064x}",
            state=state,
            legs=legs,
            bad=bad,
            bytes_read=1_000_000 if state == "loading" else 0,
            text=text,
            found_at=now - 300 * number,
            loaded_at=None if state in ("found", "loading") else now,
        )
    put("xdr_bad_row", file_id=1, line=17, reason="its duration is negative", text=ROW)
