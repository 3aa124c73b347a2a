"""All servers of some kinds read at once, over one event loop, and their figures kept as samples."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from actors.context import Context
from actors.outcome import Outcome
from actors.watching import secrets
from actors.watching.server import LEVELS, Server, reading
from domain.monitoring.figures import CPU

if TYPE_CHECKING:
    from backends.probe.reading import Reading
    from store.monitoring.server_state import Said

#: Servers that are read at the same time, and those in one transaction.
AT_ONCE, TOGETHER = 50, 50
#: Seconds for one server.
DEADLINE = 45.0
#: So many failures are named in the run's message.
NAMED = 3

Failed = list[str]


def sample_servers(
    context: Context, servers: Sequence[Server], wanted: Callable[[str], bool] = lambda metric: True
) -> Outcome:
    """Read these servers, and keep the figures whose metric is `wanted`, at the moment the run began.

    A server that cannot be read is one failure among the others and gets no sample: its gap stays a
    gap. ``failed`` when none could be read, ``partial`` when the run was to stop.
    """
    from store import database, sample
    from store.monitoring import server_state

    at = context.now.timestamp()
    told, failed, said = read_all(context, servers, (LEVELS,), counted=wanted(CPU[0]))
    looks = [
        (sample.of_server(server["id"]), [each for each in found.figures if wanted(each[0])], at)
        for server, found in told
    ]
    kept = 0
    for start in range(0, len(looks), TOGETHER):
        some = looks[start : start + TOGETHER]
        kept += database.write(lambda tx, some=some: sample.add_all(tx, some))  # type: ignore[misc]
    database.write(lambda tx: server_state.keep(tx, said))
    return outcome(context, len(servers), failed, samples=kept)


def read_all(
    context: Context, servers: Sequence[Server], parts: tuple[str, ...], *, counted: bool = False
) -> tuple[list[tuple[Server, Reading]], Failed, list[Said]]:
    """What each server says, why others could not be read, and what is to be noted of each.

    `counted`: figures that follow from counters are wanted too.
    """
    from backends.error import BackendError
    from backends.probe.sweep import gather
    from store import database
    from store.monitoring import server_state
    from store.monitoring.server_state import Said

    now = context.now.timestamp()
    secret = secrets.read(context.secret, servers)
    earlier = server_state.counters(database.read())
    answers = gather(
        {
            place: partial(
                reading,
                server,
                secret,
                now,
                earlier=earlier.get(server["id"]),
                parts=parts,
                counted=counted,
            )
            for place, server in enumerate(servers)
        },
        at_once=AT_ONCE,
        deadline=DEADLINE,
        stopping=context.stopping,
    )
    told, failed, said = [], [], []
    for place, answer in sorted(answers.items()):
        server = servers[place]
        if isinstance(answer, BackendError):
            failed.append(f"{server['name']}: {answer}")
            said.append(Said(server["id"], now, False, str(answer)))
            continue
        found, counters = answer
        for note in found.notes:
            context.log.warning("not all of a server was read", server=server["name"], note=note)
        told.append((server, found))
        said.append(Said(server["id"], now, True, "; ".join(found.notes)[:300], counters))
    return told, failed, said


def outcome(context: Context, asked: int, failed: Failed, **counts: Any) -> Outcome:
    """How reading `asked` servers went, with the first failures in words."""
    counts = {"servers": asked, "failed": len(failed), **counts}
    words = failed[:NAMED] + ([f"and {len(failed) - NAMED} more"] if len(failed) > NAMED else [])
    if failed and len(failed) == asked:
        return Outcome("failed", counts, "; ".join(words))
    return Outcome("partial" if context.stopping() else "done", counts, "; ".join(words))


def readable(kind: str | None = None) -> list[Server]:
    """The active servers that are read at all; of one kind, or of any."""
    from store import database
    from store.object import read

    only = {} if kind is None else {"kind": kind}
    found = read.live(database.read(), "server", enabled=True, **only)
    return [server for server in found if server["read_by"] != "nothing"]
