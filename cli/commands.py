"""The commands by name, each imported when it is asked for: `tickworks run` need not know campaigns."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from importlib import import_module
from typing import Any

import typer
from typer._click import Command
from typer.main import get_group

#: Where each is, as module and function; a module alone has an `app` of several. In the order of help.
COMMANDS = {
    "up": "up.up",
    "node": "up.node",
    "beat": "up.beat",
    "web": "up.web",
    "services": "services.services",
    "show": "services.show",
    "run": "run.run",
    "runs": "runs.runs",
    "run-show": "runs.run_show",
    "logs": "logs.logs",
    "cancel": "runs.cancel",
    "drain": "machines.drain",
    "undrain": "machines.undrain",
    "resize": "machines.resize",
    "restart": "machines.restart",
    "enable": "switches.enable",
    "disable": "switches.disable",
    "pause": "switches.pause",
    "resume": "switches.resume",
    "maintenance": "switches.maintenance",
    "logging": "switches.logging",
    "schedule": "schedule.schedule",
    "priority": "limits.priority",
    "parallel": "limits.parallel",
    "groups": "groups.groups",
    "nodes": "nodes.nodes",
    "servers": "watched.servers",
    "checks": "watched.checks",
    "zones": "names.zones",
    "domains": "names.domains",
    "top": "top.top",
    "check": "check.check",
    "migrate": "check.migrate",
    "health": "check.health",
    "rejected": "rejected.rejected",
    "new-service": "new_service.new_service",
    "jobs": "jobs",
    "object": "objects",
    "sample": "sample",
    "voice": "voice",
    "xdr": "xdr",
    "calls": "calls",
    "rerating": "rerating",
    "files": "call_files",
    "backup": "backup",
    "alerts": "alerts",
    "events": "events",
    "reports": "reports",
    "hooks": "hooks",
    "ticket": "tickets",
    "campaign": "campaigns",
    "workflow": "workflows",
    "directory": "directory",
    "secret": "secrets",
    "site": "site",
    "user": "users",
    "token": "tokens",
    "export": "export",
}
#: Their values may begin with a minus.
NUMBERS = frozenset({"priority", "parallel"})


class Commands(MutableMapping[str, Command]):
    """All of `COMMANDS`, made when they are looked up."""

    def __init__(self) -> None:
        self._made: dict[str, Command] = {}

    def __getitem__(self, name: str) -> Command:
        if name not in self._made:
            self._made[name] = _made(name, COMMANDS[name])
        return self._made[name]

    def __setitem__(self, name: str, command: Command) -> None:
        self._made[name] = command

    def __delitem__(self, name: str) -> None:
        del self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(COMMANDS)

    def __len__(self) -> int:
        return len(COMMANDS)


def _made(name: str, place: str) -> Command:
    module, _, function = place.partition(".")
    found: Any = import_module(f"cli.{module}")
    parent = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
    if function:
        settings = {"ignore_unknown_options": True} if name in NUMBERS else None
        parent.command(name, context_settings=settings)(getattr(found, function))
    else:
        parent.add_typer(found.app, name=name)
    return get_group(parent).commands[name]
