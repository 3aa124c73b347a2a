"""What operators do to nodes and daemons: drain, resize, restart."""

from __future__ import annotations

from node.site import Site
from store import change, daemon, database, node, setting
from store.tx import Tx
from web.acts.named import usable
from web.acts.refusal import Refusal

#: How large a node can be made live.
MOST_PROCESSES, MOST_THREADS = 64, 256
#: The longest drain, in s: a node that takes nothing new for longer should be stopped.
LONGEST_DRAIN = 7 * 86_400.0


def drain(
    site: Site, name: str, *, by: str, timeout: float | None = None, reason: str | None = None
) -> float:
    """Let a node take nothing new, and stop what still runs after `timeout` s; until when it may run.

    Raises Refusal (unknown_node, not_up).
    """
    patience = site.settings.node.drain_timeout if timeout is None else timeout
    until = site.clock.now() + patience

    def work(tx: Tx) -> None:
        tx.grant_lock()
        _known(tx, name)
        if not node.drain(tx, name, until, site.clock.now()):
            raise Refusal("not_up", f"node {name} is not up: there is nothing to drain")
        _record(tx, site, by, "drain", name, {"until": until}, reason)

    database.write(work)
    return until


def undrain(site: Site, name: str, *, by: str, reason: str | None = None) -> bool:
    """Let a draining node take runs again; False if it was not draining. Raises Refusal (unknown_node)."""

    def work(tx: Tx) -> bool:
        tx.grant_lock()
        _known(tx, name)
        done = node.undrain(tx, name, site.clock.now())
        if done:
            _record(tx, site, by, "undrain", name, None, reason)
        return done

    return database.write(work)


def resize(
    site: Site, name: str, processes: int, threads: int, *, by: str, reason: str | None = None
) -> None:
    """Give a node so many worker processes of so many threads, at once and after a restart of it.

    Raises Refusal (unknown_node, bad_value).
    """
    for value, most, what in ((processes, MOST_PROCESSES, "processes"), (threads, MOST_THREADS, "threads")):
        if not 1 <= value <= most:
            raise Refusal("bad_value", f"{what}: expected 1 to {most}, got {value}")

    def work(tx: Tx) -> None:
        _known(tx, name)
        size = {"processes": processes, "threads": threads}
        setting.put(tx, f"size {name}", size, site.clock.now())
        _record(tx, site, by, "resize", name, size, reason)

    database.write(work)


def restart(site: Site, words: str, *, by: str, at: str | None = None, reason: str | None = None) -> int:
    """Have a daemon's processes replaced (on one node); how many.

    Raises Refusal (unknown_service, legacy, off, planned, not_a_daemon, unknown_node).
    """
    service = usable(site, words)
    if service.kind != "daemon":
        raise Refusal("not_a_daemon", f"{service.title} is no daemon: `tickworks run {service.name}` runs it")

    def work(tx: Tx) -> int:
        if at is not None:
            _known(tx, at)
        count = daemon.ask_restart(tx, service.name, at)
        _record(tx, site, by, "restart", "", None, reason, target=f"service {service.name}")
        return count

    return database.write(work)


def _known(tx: Tx, name: str) -> None:
    if node.one(tx, name) is None:
        raise Refusal("unknown_node", f"there is no node {name!r}: `tickworks nodes` lists them")


def _record(
    tx: Tx, site: Site, by: str, action: str, name: str, after: object, reason: str | None, target: str = ""
) -> None:
    change.record(
        tx,
        actor=by,
        action=action,
        target=target or f"node {name}",
        now=site.clock.now(),
        after=after,
        reason=reason,
    )
