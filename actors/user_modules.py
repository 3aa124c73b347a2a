"""The services that a site adds from modules of its own (``[catalogue] modules``)."""

from __future__ import annotations

import traceback
from collections.abc import Iterable
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from types import ModuleType

from actors.service import Service


def user_services(modules: Iterable[str]) -> tuple[list[Service], list[str]]:
    """The services of these modules, each with its module as origin, and one line per problem.

    Every service at the top level of a module counts, and every one in its list ``SERVICES``; one
    that is found twice counts once.
    """
    found: dict[int, Service] = {}
    problems: list[str] = []
    for name in dict.fromkeys(modules):
        try:
            module = import_module(name)
        except (Exception, SystemExit) as error:
            problems.append(f"{name}: {_absent(name, error) or why_not_imported(error)}")
            continue
        declared, strangers = _declared(module)
        problems += strangers
        if not declared and not strangers:
            problems.append(
                f"{name}: it has no service; put @service() above a function, "
                "or take the module out of [catalogue] modules"
            )
        for each in declared:
            text = each.summary or (first_line(module) if len(declared) == 1 else "")
            found.setdefault(id(each), replace(each, origin=name, description=text))
    return list(found.values()), problems


def why_not_imported(error: BaseException) -> str:
    """An import that failed, in one line: the error's own words, and the place in the module."""
    text = " ".join(str(error).split()) or type(error).__name__
    places = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.name == "<module>"]
    where = f" ({Path(places[-1].filename).name}, line {places[-1].lineno})" if places else ""
    return f"it cannot be imported: {text}{where}"


def first_line(module: ModuleType) -> str:
    """The first line of a module's docstring; empty without one."""
    return (module.__doc__ or "").strip().split("\n", 1)[0]


def _absent(name: str, error: BaseException) -> str | None:
    # A module that is there and misses another one is a different mistake.
    if not isinstance(error, ModuleNotFoundError) or not f"{name}.".startswith(f"{error.name}."):
        return None
    if name.endswith(".py"):
        return "this is a file name; give the module's name, without .py"
    return "there is no such module on the Python path; write it, or correct [catalogue] modules"


def _declared(module: ModuleType) -> tuple[list[Service], list[str]]:
    declared = {id(each): each for each in vars(module).values() if isinstance(each, Service)}
    listed = getattr(module, "SERVICES", ())
    if not isinstance(listed, (list, tuple)):
        return list(declared.values()), [f"{module.__name__}: SERVICES is no list of services: {listed!r}"]
    problems = []
    for each in listed:
        if isinstance(each, Service):
            declared[id(each)] = each
        else:
            problems.append(f"{module.__name__}: {each!r} in SERVICES is no service: put @service() above it")
    return list(declared.values()), problems
