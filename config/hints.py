"""What `tickworks check` says about settings that are allowed and yet look wrong."""

from __future__ import annotations

from collections.abc import Iterable

from config.problems import closest, did_you_mean
from config.settings import ROLES, Settings


def unknown_services(settings: Settings, known: Iterable[str]) -> list[str]:
    """A line for each ``[service.NAME]`` whose name is not among `known`."""
    names = list(known)
    return [
        f"{_place(settings, name)}: no such service{did_you_mean(closest(name, names))}"
        for name in settings.service
        if name not in names
    ]


def role_hints(settings: Settings) -> list[str]:
    """A line for each role of one's own that looks like one of the five, misspelt."""
    used = {"node.roles": settings.node.roles}
    used |= {f"service.{name}.roles": given.roles or () for name, given in settings.service.items()}
    return [
        f"{key} ({settings.sources.get(key, 'default')}): {role} is a role of your own{did_you_mean(near)}"
        for key, roles in used.items()
        for role in roles
        if role not in ROLES and (near := closest(role, ROLES, cutoff=0.8))
    ]


def _place(settings: Settings, name: str) -> str:
    source = settings.sources.get(f"service.{name}", "")
    in_file = settings.file is not None and source == str(settings.file)
    return f"{source}: [service.{name}]" if in_file else source or f"[service.{name}]"
