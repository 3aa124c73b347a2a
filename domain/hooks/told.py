"""What a hook is told of: events of the log, and what people do to objects."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from domain.objects.catalogue import KINDS
from domain.time.clock import rfc3339

#: Bytes of a body; what happened then goes without its data.
LARGEST = 5 * 2**20
#: The last word of an act on an object in the audit trail -> what it is told as.
ACTS = {"add": "create", "change": "update", "archive": "archive"}
_KINDS = {kind.name: kind for kind in KINDS}


@dataclass(frozen=True)
class Told:
    """One thing that happened: `source` and `source_id` say where it is kept, `at` is in epoch seconds.

    `object` is what it is about; calls about the same object keep their order.
    """

    source: str
    source_id: int
    name: str
    at: float
    object: str
    organisation: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


def of_event(row: Mapping[str, Any]) -> Told:
    """A row of the event log; its type is the name."""
    data = json.loads(row["data"])
    about = data.get("object")
    organisation = data.get("organisation")
    words = {key: row[key] for key in ("severity", "sender", "text")}
    return Told(
        source="event",
        source_id=row["id"],
        name=row["type"],
        at=row["at"],
        object=about if isinstance(about, str) and about else row["sender"],
        organisation=organisation if isinstance(organisation, str) else None,
        data={**words, "tags": row["tags"].split(), **data},
    )


def of_change(row: Mapping[str, Any]) -> Told | None:
    """An entry of the audit trail; None for one that is not about an object of ours.

    ``organisation add`` is told as ``organisation.create``, with its fields before and after.
    """
    kind_name, _, act = row["action"].partition(" ")
    kind = _KINDS.get(kind_name)
    if kind is None or act not in ACTS:
        return None
    before, after = (None if row[key] is None else json.loads(row[key]) for key in ("before", "after"))
    fields = after if isinstance(after, dict) else before if isinstance(before, dict) else {}
    about = fields.get("name") if kind.name == "organisation" else fields.get("organisation")
    return Told(
        source="change",
        source_id=row["id"],
        name=f"{kind.name}.{ACTS[act]}",
        at=row["at"],
        object=row["object"],
        organisation=about if isinstance(about, str) and about else None,
        data={"by": row["actor"], "reason": row["reason"], "before": before, "after": after},
    )


def wanted(told: Told, events: Sequence[str], organisations: Collection[str] | None, since: float) -> bool:
    """Whether a hook asks for it: by name (``*`` is any), organisation (None: all) and time (`since`)."""
    if told.at < since or (organisations is not None and told.organisation not in organisations):
        return False
    return any(fnmatchcase(told.name, pattern) for pattern in events)


def body(told: Told, key: str, site: str) -> str:
    """The JSON of a call, the same for all its tries."""
    said = {
        "id": key,
        "name": told.name,
        "at": rfc3339(told.at),
        "object": told.object,
        "organisation": told.organisation,
        "site": site,
    }
    text = json.dumps({"event": said, "data": dict(told.data)}, ensure_ascii=False)
    if len(text.encode("utf-8", "replace")) <= LARGEST:
        return text
    return json.dumps({"event": {**said, "too_large": True}, "data": {}}, ensure_ascii=False)
