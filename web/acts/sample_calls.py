"""What the voice sample has besides its objects: many codes and rates, and files with a day of calls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from domain.calls.made_up import Batch
from domain.objects.catalogue import find
from domain.objects.checked import checked
from domain.objects.kind import Kind
from domain.sample import voice
from node.site import Site
from store.object import bulk, references
from store.tx import Tx
from web.acts.made_up_calls import write

HOUR = 3600
#: Calls of each hour of a day (UTC): offices by day, families in the evening.
BY_HOUR = (40, 25, 15, 15, 20, 40, 90, 180, 320, 400, 420, 410, 360, 390, 400, 390, 370, 330, 280)
EVENING = (240, 220, 190, 130, 80)


def add_many(tx: Tx, now: float) -> Counter[str]:
    """The codes and rates, behind what they refer to; how many of each kind. Under the object lock."""
    counts: Counter[str] = Counter()
    for name, rows in voice.many():
        kind = find(name)
        bulk.create(tx, kind, _columns(tx, kind, rows), now, sample=True)
        counts[name] += len(rows)
    return counts


def write_calls(site: Site) -> str:
    """A file for each of the last hours into the folder of the sample's collector; what came of it."""
    now = int(site.clock.now())
    folder = site.settings.logs.dir.parent / voice.FOLDER
    begins = range(now // HOUR * HOUR - 23 * HOUR, now, HOUR)
    try:
        for start in begins:
            span = min(HOUR, now - start)
            calls = (BY_HOUR + EVENING)[start // HOUR % 24] * span // HOUR + 1
            write(folder, Batch(calls, start, span))
    except OSError as error:
        said = f"{folder}: {error.strerror or error}"
        return f"calls could not be written: {said}; `tickworks xdr generate` writes them later"
    return f"{len(begins)} files of calls wait in {folder} for Files Collector"


def _columns(tx: Tx, kind: Kind, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Checked values by column; each reference is looked up once."""
    known: dict[tuple[str, str], int | None] = {}
    found = []
    for row in rows:
        values = checked(kind, row)
        columns = {field.column: values[field.name] for field in kind.fields if not field.refers}
        for field in kind.references:
            key = values[field.name]
            if key is not None and (field.name, key) not in known:
                known[field.name, key] = references.resolve(tx, kind, field, key, None)
            columns[field.column] = None if key is None else known[field.name, key]
        found.append(columns)
    return found
