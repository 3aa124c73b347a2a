"""What servers are made of and what runs on them, as mirrors: one source for each server."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Literal

from actors.context import Context
from actors.outcome import Outcome
from actors.shapes.mirror import Read, Remote, Vanishing, mirror
from actors.watching.sampled import outcome, read_all, readable
from actors.watching.server import INVENTORY, SERVICES

if TYPE_CHECKING:
    from backends.probe.reading import Reading

#: Processes come and go; a list that lacks half of them at once is not believed.
LIMITS = Vanishing(share=0.5, at_least=20)
_READ: dict[str, tuple[str, Callable[[Reading], list[Remote]]]] = {
    "service": (
        SERVICES,
        lambda told: [
            Remote(each.name, each.name, attrs={"running": each.running, "state": each.state})
            for each in told.services
        ],
    ),
    "part": (
        INVENTORY,
        lambda told: [Remote(name, name, attrs={"value": value}) for name, value in told.inventory.items()],
    ),
}


def mirror_servers(context: Context, kind: Literal["service", "part"]) -> Outcome:
    """Mirror this of every server of kind mail; one that cannot be read stays as it was known.

    ``failed`` when none could be read or none was believed.
    """
    from store import database, sample
    from store.monitoring import server_state

    servers = readable("mail")
    part, remotes = _READ[kind]
    told, failed, said = read_all(context, servers, (part,))
    counts: dict[str, float] = {}
    for server, found in told:
        read = Read(remotes(found))
        source = sample.of_server(server["id"])
        one = mirror(context, source, kind, partial(_whole, read), limits=LIMITS)
        for name, value in one.counts.items():
            counts[name] = counts.get(name, 0) + value
        if one.kind == "failed":
            failed.append(f"{server['name']}: {one.message}")
    database.write(lambda tx: server_state.keep(tx, said))
    return outcome(context, len(servers), failed, **counts)


def _whole(read: Read, cookie: str | None) -> Read:
    return read
