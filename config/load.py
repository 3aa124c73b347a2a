"""The settings of this process: defaults < tickworks.toml < environment < command line.

Live edits stand above all of these; they are in the database and are no business of this package.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from config import environment, toml_file
from config.given import OPTION, SERVICE, Given, kind_of, model_of
from config.problems import ConfigError, Refused
from config.secrets import SecretError, is_reference, resolve
from config.section import Section
from config.settings import SECTIONS, Settings
from config.zone import machine_zone

Merged = dict[tuple[str, str], Given]


def load(
    path: Path | None = None,
    environ: Mapping[str, str] = os.environ,
    command_line: Mapping[str, str | None] | None = None,
) -> Settings:
    """Read and check everything once.

    `path` is the file of ``--config``; without it TICKWORKS_CONFIG, then ./tickworks.toml if it exists.
    `command_line` gives texts by ``section.key`` (``{"node.threads": "8"}``); None is not given.

    Raises ConfigError with all problems.
    """
    located = toml_file.locate(path, environ)
    from_file, file_problems = toml_file.read(located)
    from_environment, environment_problems = environment.read(environ)
    merged = _machine(environ) | _merge(from_file + from_environment + _options(command_line or {}))
    problems = file_problems + environment_problems + _follow_references(merged, environ, located.root)

    sections = {name: _section(name, merged, problems) for name in SECTIONS}
    names = dict.fromkeys(section for section, _ in merged if section.startswith(SERVICE))
    services = {name.removeprefix(SERVICE): _section(name, merged, problems) for name in names}
    if not problems:
        problems += sections["oidc"].problems()
    if problems:
        raise ConfigError(problems)
    sections["database"] = sections["database"].under(located.root)
    sections["backup"] = sections["backup"].under(located.root)
    sections["logs"] = sections["logs"].under(located.root)
    sections["mail"] = sections["mail"].under(located.root)
    sections["oidc"] = sections["oidc"].under(located.root)
    sections["secrets"] = sections["secrets"].under(located.root)
    return Settings(
        **sections, service=services, root=located.root, file=located.path, sources=_sources(merged, names)
    )


def _machine(environ: Mapping[str, str]) -> Merged:
    name, said_by = machine_zone(environ)
    return {("site", "zone"): Given("site", "zone", name, f"default ({said_by})", "the machine's zone")}


def _merge(given: Iterable[Given]) -> Merged:
    return {(entry.section, entry.key): entry for entry in given}


def _options(command_line: Mapping[str, str | None]) -> list[Given]:
    given = []
    for name, text in command_line.items():
        if text is not None:
            section, _, key = name.partition(".")
            option = f"--{key.replace('_', '-')}"
            given.append(Given(section, key, kind_of(section, key).read(text), option, option))
    return given


def _follow_references(merged: Merged, environ: Mapping[str, str], root: Path) -> list[str]:
    """Put the URL in the place of a reference to it; what cannot be followed is dropped and reported."""
    problems = []
    for address, given in list(merged.items()):
        text = given.value
        if given.section not in SECTIONS or not kind_of(*address).secret:
            continue
        if isinstance(text, str) and is_reference(text):
            del merged[address]
            try:
                value = resolve(text, environ, root)
                merged[address] = Given(
                    given.section, given.key, value, given.source, f"{given.place} ({text})"
                )
            except SecretError as error:
                problems.append(f"{given.place}: {error}")
    return problems


def _section(name: str, merged: Merged, problems: list[str]) -> Any:
    """The checked section; with its problems added to `problems`, an unchecked one."""
    given = {key: entry for (section, key), entry in merged.items() if section == name and key}
    values: dict[str, Any] = {key: entry.value for key, entry in given.items() if not key.startswith(OPTION)}
    options = {key.removeprefix(OPTION): e.value for key, e in given.items() if key.startswith(OPTION)}
    if options:
        # Options that are no table are still there, and refused below.
        values.setdefault("options", options)
    model: type[Section] = model_of(name)
    try:
        return model.model_validate(values)
    except ValidationError as error:
        for found in error.errors(include_url=False, include_input=False):
            refused: Refused = found["ctx"]["error"]
            place = given[str(found["loc"][0])].place
            problems += [f"{place}: {text}" for text in refused.texts]
        return model.model_construct()


def _sources(merged: Merged, services: Iterable[str]) -> dict[str, str]:
    """Who set each value: by ``section.key``, and by ``service.NAME`` for each service that is named."""
    sources = {
        f"{section}.{key}": "default" for section, model in SECTIONS.items() for key in model.model_fields
    }
    for name in services:
        sources[name] = next(entry.source for (section, _), entry in merged.items() if section == name)
    return sources | {f"{e.section}.{e.key}": e.source for e in merged.values() if e.key}
