"""``TICKWORKS_<SECTION>__<KEY>``: what the environment gives."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from config.given import OPTION, SERVICE, Given, kind_of, options_of
from config.kinds import read_free
from config.problems import closest, did_you_mean
from config.section import NAME_PATTERN
from config.service import ServiceDefaults
from config.settings import SECTIONS
from config.toml_file import PATH_VARIABLE

PREFIX = "TICKWORKS_"
#: The system elsewhere that the command line asks, and its access token.
SERVER_VARIABLE, TOKEN_VARIABLE = "TICKWORKS_SERVER", "TICKWORKS_TOKEN"
# Variables with our prefix that are no settings.
NOT_SETTINGS = frozenset({PATH_VARIABLE, SERVER_VARIABLE, TOKEN_VARIABLE})
SERVICE_KEYS = tuple(ServiceDefaults.model_fields)

# Kubernetes puts these into every pod of a namespace that has a Service called "tickworks…".
_INJECTED = re.compile(
    r"TICKWORKS_([A-Z0-9_]+_)?(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_(TCP|UDP|SCTP)(_\w+)?)"
)
_INJECTED_ADDRESS = re.compile(r"TICKWORKS_([A-Z0-9_]+_)?PORT")


def read(environ: Mapping[str, str]) -> tuple[list[Given], list[str]]:
    """What the variables give, and a line for each with our prefix that is no setting.

    A variable that is set to nothing counts as not set; an empty list is written ``[]``.
    """
    given: list[Given] = []
    problems: list[str] = []
    for name in sorted(environ):
        text = environ[name]
        if not name.startswith(PREFIX) or name in NOT_SETTINGS or _is_injected(name, text):
            continue
        address = _address(name)
        if address is None:
            problems.append(_unknown(name))
        elif text:
            given += options_of(_given(name, text, *address))
    return given, problems


def variable(section: str, key: str) -> str:
    """The variable that sets a key."""
    return PREFIX + f"{section}.{key}".replace(".", "__").upper()


def _is_injected(name: str, text: str) -> bool:
    if "__" in name:
        return False
    return bool(_INJECTED.fullmatch(name) or ("://" in text and _INJECTED_ADDRESS.fullmatch(name)))


def _address(name: str) -> tuple[str, str] | None:
    """The section and key that a variable stands for."""
    if name != name.upper():
        return None
    match name.removeprefix(PREFIX).lower().split("__"):
        case ["service", service, key] if key in SERVICE_KEYS and re.fullmatch(NAME_PATTERN, service):
            return SERVICE + service, key
        case ["service", service, "options", option] if option and re.fullmatch(NAME_PATTERN, service):
            return SERVICE + service, OPTION + option
        case [section, key] if section in SECTIONS and key in SECTIONS[section].model_fields:
            return section, key
    return None


def _given(name: str, text: str, section: str, key: str) -> Given:
    value = read_free(text) if key.startswith(OPTION) else kind_of(section, key).read(text)
    return Given(section, key, value, source=name, place=name)


def _unknown(name: str) -> str:
    known = {entry.removeprefix(PREFIX): entry for entry in _candidates(name)}
    near = closest(name.removeprefix(PREFIX), known)
    return (
        f"{name}: unknown variable{did_you_mean(near and known[near], f'expected {PREFIX}<SECTION>__<KEY>')}"
    )


def _candidates(name: str) -> Iterator[str]:
    for section, model in SECTIONS.items():
        yield from (variable(section, key) for key in model.model_fields)
    if not name.upper().startswith(f"{PREFIX}SERVICE_"):
        return
    rest = name.lower().removeprefix(f"{PREFIX}service_".lower()).strip("_")
    # With single underscores, a key that ends the name leaves the service's.
    for key in SERVICE_KEYS:
        if rest.endswith(f"_{key}"):
            yield variable(SERVICE + rest.removesuffix(key).strip("_"), key)
            return
    yield from (variable(SERVICE + rest.partition("__")[0], key) for key in SERVICE_KEYS)
