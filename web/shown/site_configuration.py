"""The configuration in force: every key with its value and who set it; never a secret."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from config.given import kind_of
from config.known_secrets import hidden
from config.secrets import is_reference
from config.settings import SECTIONS, Settings

Shown = dict[str, Any]


def sections(settings: Settings) -> list[Shown]:
    """``{section, keys}`` in the order of the reference; a key has key, value, source, set, meaning.

    Then one for each service that the file or the environment says something about. `source` is
    "default", or the file, variable or option that gave the value; the settings are those of this process.
    """
    found = [
        {"section": name, "keys": [_key(settings, name, key) for key in model.model_fields]}
        for name, model in SECTIONS.items()
    ]
    for name, defaults in sorted(settings.service.items()):
        section = f"service.{name}"
        keys = [_given(settings, section, key, value) for key, value in defaults.given().items()]
        found.append({"section": section, "keys": keys})
    return found


def mail(settings: Settings) -> Shown:
    """The part that says how mail goes out."""
    return next(each for each in sections(settings) if each["section"] == "mail")


def _key(settings: Settings, section: str, key: str) -> Shown:
    field = SECTIONS[section].model_fields[key]
    value = getattr(getattr(settings, section), key)
    source = settings.sources.get(f"{section}.{key}", "default")
    return {
        "key": key,
        "value": _unsaid(value) if kind_of(section, key).secret else _text(value),
        "source": source,
        "set": not source.startswith("default"),
        "meaning": field.description or "",
    }


def _given(settings: Settings, section: str, key: str, value: Any) -> Shown:
    named = settings.sources.get(f"{section}.{key}") or settings.sources.get(section, "default")
    return {"key": key, "value": _text(value), "source": named, "set": True, "meaning": ""}


def _unsaid(value: Any) -> str:
    """Of a value that is or may hold a secret: a reference, a file, or only what kind of thing it is."""
    text = str(value)
    if not text or is_reference(text) or "://" not in text or text.startswith("sqlite:"):
        return text
    return f"{text.partition('://')[0]}://… (kept back)"


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple | list):
        return hidden(", ".join(str(each) for each in value))
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, Path | str | int):
        return hidden(str(value))
    return hidden(json.dumps(value, default=str, sort_keys=True))
