"""Sealed secrets as they may be seen: their names, never their values."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Literal

from config.secrets import SecretError
from config.settings import Settings
from domain.time.clock import rfc3339
from node.site import key_source
from store import secret, service, setting
from store.object.read import sealed
from store.tx import Tx

VAULT = "vault:"
#: The setting that says which key is kept elsewhere: {"key", "by", "at"}.
KEPT = "secret_key_kept"


def listing(settings: Settings, tx: Tx) -> list[dict[str, Any]]:
    """Every secret by name: `name`, `changed_at`, `changed_by`, `used_by` (places that refer to it)."""
    used = uses(settings, tx)
    return [
        {
            "name": row["name"],
            "changed_at": rfc3339(row["changed_at"]),
            "changed_by": row["changed_by"],
            "used_by": used.get(row["name"], []),
        }
        for row in secret.rows(tx)
    ]


def uses(settings: Settings, tx: Tx) -> dict[str, list[str]]:
    """By name of a secret, the settings, objects and options that refer to it as ``vault:NAME``."""
    found: dict[str, list[str]] = {}
    in_file = settings.model_dump(mode="json", exclude={"sources", "root", "file", "service"})
    for section, values in in_file.items():
        for key, value in values.items():
            for name in _names(value):
                found.setdefault(name, []).append(f"[{section}] {key}")
    for reference, place in sealed(tx):
        for name in _names(reference):
            found.setdefault(name, []).append(place)
    for row in service.rows(tx):
        for name in dict.fromkeys(_names(row["options"])):
            found.setdefault(name, []).append(f"the options of {row['title']}")
    return found


def problems(settings: Settings, tx: Tx) -> Iterator[tuple[Literal["wrong", "note"], str]]:
    """What is not well with them: (``wrong`` or ``note``, one line that says what to do)."""
    source = key_source(settings)
    rows = secret.rows(tx)
    known = {row["name"] for row in rows}
    for name, places in uses(settings, tx).items():
        if name not in known:
            advice = f"there is no such secret: `tickworks secret set {name}`"
            yield "wrong", f"{places[0]}: {VAULT}{name}: {advice}"
    if not rows:
        return
    try:
        ring = source.ring()
    except SecretError as error:
        yield "wrong", f"{len(rows)} sealed, none can be opened: {error}"
        return
    if closed := secret.closed(tx, source):
        yield (
            "wrong",
            f"{', '.join(closed)}: {source.where} does not open them: bring their key back, or set anew",
        )
    if len(ring.keys) > 1:
        yield (
            "note",
            "an old key is kept: once every node has the new one, `tickworks secret rotate --drop-old`",
        )
    kept = setting.get(tx, KEPT)
    if kept is None or kept["key"] != ring.ids[0]:
        advice = "keep a copy away from this machine, then say so: `tickworks secret kept-elsewhere`"
        yield "note", f"the key that opens them ({source.where}) is in no backup: {advice}"


def _names(value: Any) -> Iterator[str]:
    """The names after ``vault:`` in a value of JSON, or in its text."""
    if isinstance(value, str):
        if value.startswith(VAULT):
            yield value.removeprefix(VAULT)
        elif value.startswith("{") and VAULT in value:
            yield from _names(_parsed(value))
    elif isinstance(value, dict):
        for each in value.values():
            yield from _names(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _names(each)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None
