"""`tickworks up`, `node`, `beat` and `web`: the processes of this machine."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from cli import output, process_log, welcome
from cli.opened import settings_of, stored_profiles
from config.settings import Settings
from node.site import Site, open_site
from store import change, database
from web.access import oidc_extra
from web.access.loopback import loopback
from web.acts.refusal import Refusal

if TYPE_CHECKING:
    from node.child import Child
    from node.slot import Part

Seconds = Annotated[float | None, typer.Option("--seconds", min=0, help="Stop after so many seconds.")]
Port = Annotated[
    int | None, typer.Option("--port", min=0, max=65535, help="Of the page; 0 takes a free one.")
]
NodeName = Annotated[str | None, typer.Option("--name", help="The node's name.")]
Roles = Annotated[str | None, typer.Option("--roles", metavar="A,B", help="What it may run.")]
Processes = Annotated[int | None, typer.Option("--processes", help="Worker processes.")]
Threads = Annotated[int | None, typer.Option("--threads", help="Runs at once in each process.")]


def up(
    ctx: typer.Context,
    seconds: Seconds = None,
    port: Port = None,
    name: NodeName = None,
    roles: Roles = None,
    processes: Processes = None,
    threads: Threads = None,
) -> None:
    """Everything on this machine: coordinator, workers, beat and page. Ctrl-C drains and stops it."""
    site = _site(ctx, port=port, name=name, roles=roles, processes=processes, threads=threads)
    listener = _listen(site.settings)
    parts = [*_node_parts(site), _beat_part(), _web_part(listener)]
    with listener:
        _run(site, parts, seconds, lambda: _welcome(site, listener), installs=True)


def node(
    ctx: typer.Context,
    name: NodeName = None,
    roles: Roles = None,
    processes: Processes = None,
    threads: Threads = None,
    seconds: Seconds = None,
) -> None:
    """Workers and a coordinator on this machine; for a site of several."""
    site = _site(ctx, name=name, roles=roles, processes=processes, threads=threads)
    _run(site, _node_parts(site), seconds, lambda: output.note(f"{_node_line(site)}. Ctrl-C stops it."))


def beat(ctx: typer.Context, seconds: Seconds = None) -> None:
    """The minute tick alone; several may run."""
    site = _site(ctx)
    _run(site, [_beat_part()], seconds, lambda: output.note("The beat runs. Ctrl-C stops it."), joins=False)


def web(ctx: typer.Context, port: Port = None, seconds: Seconds = None) -> None:
    """The page alone."""
    site = _site(ctx, port=port)
    listener = _listen(site.settings)

    def lines(sign_in: str) -> list[str]:
        return [f"The page is at {_address(listener)}.", f"sign in: {sign_in}", "Ctrl-C stops it."]

    with listener:
        _run(site, [_web_part(listener)], seconds, lambda: welcome.say(site, lines), joins=False)


def _site(ctx: typer.Context, port: int | None = None, roles: str | None = None, **node: object) -> Site:
    """The site as the command line wants it. Raises ConfigError, CatalogueError, DatabaseAway."""
    given = {f"node.{key}": None if value is None else str(value) for key, value in node.items()}
    given |= {"web.port": None if port is None else str(port), "node.roles": roles}
    settings = settings_of(ctx, given)
    process_log.for_processes(settings.logs, settings.node.name)
    live = stored_profiles(settings)
    # The agent forks: nothing of an open database may be inherited.
    database.close()
    return open_site(settings, live)


def _node_parts(site: Site) -> list[Part]:
    from node import system, worker
    from node.slot import Part

    workers = range(1, site.settings.node.processes + 1)
    return [
        Part("system", "system", process_log.named(system.main)),
        *(Part("worker", f"worker-{number}", process_log.named(worker.main)) for number in workers),
    ]


def _beat_part() -> Part:
    from node import beat as beat_process
    from node.slot import Part

    return Part("beat", "beat", process_log.named(beat_process.main))


def _web_part(listener: socket.socket) -> Part:
    from node.slot import Part
    from web import child

    return Part("web", "web", process_log.named(lambda mine: child.main(mine, listener)))


def _listen(settings: Settings) -> socket.socket:
    """The page's socket, taken before anything starts.

    Raises Refusal (port_taken, open_network, missing_libraries).
    """
    host, port = settings.web.host, settings.web.port
    if settings.oidc.configured and (text := oidc_extra.missing()):
        raise Refusal("missing_libraries", text)
    if not loopback(host):
        welcome.refuse_open_network(settings)
    # With the protocol named, asyncio switches Nagle's algorithm off: small answers would wait 40 ms.
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        # Listening at once, or a second program could bind the port as well.
        listener.listen(128)
    except OSError as error:
        listener.close()
        advice = (
            f"stop it, or choose another port: --port {port + 1}, or 0 for any" if port else "choose another"
        )
        why = "is in use by another program" if error.errno == 98 else f"cannot be used ({error.strerror})"
        raise Refusal("port_taken", f"port {port} on {host} {why}: {advice}") from None
    return listener


def _run(
    site: Site,
    parts: Sequence[Part],
    seconds: float | None,
    ready: Callable[[], None],
    *,
    joins: bool = True,
    installs: bool = False,
) -> None:
    from node.agent import Agent

    agent = Agent(site, parts, joins=joins, installs=installs, starters=_starters())
    # What the processes change is no command of whoever started them.
    with change.origin(via="system"):
        raise typer.Exit(agent.run(ready, seconds))


def _starters() -> dict[str, Callable[[Child], int]]:
    """The main functions of children that a node starts by order."""
    from node import daemon, long_run

    return {"daemon": process_log.named(daemon.main), "run": process_log.named(long_run.main)}


def _welcome(site: Site, listener: socket.socket) -> None:
    """Where the page is, how to sign in, and what to do first."""
    # One that runs on a new site as it is: not a daemon, not switched off, nothing to be set first.
    ready = (name for name, each in site.services.items() if each.enabled and not each.needs)
    built = next((name for name in ready if site.services[name].kind != "daemon"), None)
    only = "   (this machine only)" if loopback(site.settings.web.host) else ""

    def lines(sign_in: str) -> list[str]:
        return [
            f"{_node_line(site)}.",
            "",
            f"  page       {_address(listener)}{only}",
            f"  sign in: {sign_in}",
            "  services   tickworks services",
            "  live       tickworks top",
            *([f"  force one  tickworks run {built} --wait"] if built else []),
            "",
            "Ctrl-C stops it; runs get 10 s to end, a second Ctrl-C stops at once.",
        ]

    welcome.say(site, lines)


def _node_line(site: Site) -> str:
    settings = site.settings
    path = settings.database.path
    where = f"SQLite at {os.path.relpath(path)}" if path else "PostgreSQL"
    broker = "" if settings.broker.embedded else " and RabbitMQ"
    workers = output.count(settings.node.processes, "worker process", "worker processes")
    slots = settings.node.processes * settings.node.threads
    return f"Tickworks runs as node {settings.node.name}: {workers}, {slots} runs at once, {where}{broker}"


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
