"""``tickworks.toml``: where it is, and what it gives."""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.given import SERVICE, Given, options_of
from config.problems import closest, did_you_mean
from config.section import NAME_IN_WORDS, NAME_PATTERN
from config.service import ServiceDefaults
from config.settings import SECTIONS

FILE_NAME = "tickworks.toml"
PATH_VARIABLE = "TICKWORKS_CONFIG"


@dataclass(frozen=True)
class Located:
    """The file to read (None: there is none) and who asked for it (empty: it was just found)."""

    path: Path | None
    asked_by: str = ""

    @property
    def root(self) -> Path:
        """The folder that relative paths start from."""
        # Not resolved: a mounted file may be a link into a folder that changes with each update.
        return Path.cwd() if self.path is None else self.path.absolute().parent


def locate(path: Path | None, environ: Mapping[str, str]) -> Located:
    """The file named by `path`, else by TICKWORKS_CONFIG, else ./tickworks.toml if it exists."""
    if path is not None:
        return Located(path, "--config")
    if named := environ.get(PATH_VARIABLE):
        return Located(Path(named), PATH_VARIABLE)
    found = Path(FILE_NAME)
    # A link that leads nowhere was meant to be read: it is an error, not a missing file.
    return Located(found if os.path.lexists(found) else None)


def read(located: Located) -> tuple[list[Given], list[str]]:
    """What the file gives, and a line for everything in it that is no setting."""
    if located.path is None:
        return [], []
    label = str(located.path)
    asked = f"{located.asked_by}: " if located.asked_by else ""
    try:
        # Some editors begin a file with a byte order mark.
        document = tomllib.loads(located.path.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError:
        return [], [f"{asked}{label}: no such file; create it (it may be empty) or name another one"]
    except OSError as error:
        return [], [f"{asked}{label}: cannot be read: {error.strerror or error}"]
    except UnicodeDecodeError:
        return [], [f"{label}: not UTF-8 text; save it as UTF-8"]
    except (ValueError, RecursionError) as error:
        return [], [f"{label}: not valid TOML: {error}"]
    return _walk(document, label)


def _walk(document: Mapping[str, Any], label: str) -> tuple[list[Given], list[str]]:
    given: list[Given] = []
    problems: list[str] = []
    for section, table in document.items():
        if section == "service":
            found = _services(table, label)
        elif section in SECTIONS:
            found = _entries(section, list(SECTIONS[section].model_fields), table, label)
        else:
            found = iter([_unknown_section(section, table, label)])
        for entry in found:
            if isinstance(entry, str):
                problems.append(entry)
            else:
                given += options_of(entry)
    return given, problems


def _services(tables: object, label: str) -> Iterator[Given | str]:
    if not isinstance(tables, dict):
        yield f"{label}: service: expected tables like [service.NAME]"
        return
    for name, table in tables.items():
        if not isinstance(table, dict):
            yield f"{label}: [service] {_key(name)}: expected a table [service.NAME] for one service"
        elif re.fullmatch(NAME_PATTERN, name) is None:
            usable = re.sub(r"\W+", "_", name.lower(), flags=re.ASCII)[:64]
            yield f"{label}: [service.{_key(name)}]: expected {NAME_IN_WORDS}{did_you_mean(usable or None)}"
        else:
            yield Given(f"{SERVICE}{name}", "", None, label, f"{label}: [{SERVICE}{name}]")
            yield from _entries(f"{SERVICE}{name}", list(ServiceDefaults.model_fields), table, label)


def _entries(section: str, keys: list[str], table: object, label: str) -> Iterator[Given | str]:
    if not isinstance(table, dict):
        yield f"{label}: {section}: expected one table [{section}]"
        return
    for key, value in table.items():
        place = f"{label}: [{section}] {_key(key)}"
        if key in keys:
            yield Given(section, key, value, label, place)
        else:
            suggestion = closest(key, keys) or _in_other_section(key)
            known = f"known here: {', '.join(keys)}"
            yield f"{place}: unknown key{did_you_mean(suggestion, known)}"


def _unknown_section(name: str, table: object, label: str) -> str:
    if not isinstance(table, dict):
        ending = did_you_mean(_in_other_section(name), "put it under its [section]")
        return f"{label}: {_key(name)}: a key outside every section{ending}"
    near = closest(name, [*SECTIONS, "service"])
    suggestion = "[service.NAME]" if near == "service" else near and f"[{near}]"
    ending = did_you_mean(suggestion, f"known: {', '.join(SECTIONS)}, service.NAME")
    return f"{label}: [{_key(name)}]: unknown section{ending}"


def _in_other_section(key: str) -> str | None:
    owners = [section for section, model in SECTIONS.items() if key in model.model_fields]
    return f"{key} in {' or '.join(f'[{owner}]' for owner in owners)}" if owners else None


def _key(text: str) -> str:
    """A key as TOML writes it; one with unusual characters in quotes, on one line."""
    return text if re.fullmatch(r"[A-Za-z0-9_-]+", text) else json.dumps(text)
