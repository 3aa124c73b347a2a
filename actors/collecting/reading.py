"""Reading one file: known by the SHA-256 of its content, made into chunks block by block, put away."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from actors.collecting.collector import Collector
from actors.collecting.finding import Waiting
from actors.context import Context
from backends.error import BackendError
from backends.files import blocks as file
from domain.calls.formats.known import reader
from domain.calls.formats.table import Bad
from domain.calls.formats.twice import Order
from domain.calls.raw import RawLegs

#: Legs of one chunk: a batch of the calculator is made of several.
MOST_LEGS = 20_000
#: Ends the name of what stands beside a file in quarantine.
_REASONS = ".reasons.txt"


class Turn:
    """What this run does; `check` raises when it must end, `is_over` says that others want their turn."""

    def __init__(self, context: Context, seconds: float) -> None:
        self.context, self._until = context, context.now.timestamp() + seconds
        self.counts: Counter[str] = Counter(files=0, legs=0, bad=0)

    @property
    def now(self) -> float:
        return self.context.now.timestamp()

    def is_over(self) -> bool:
        return self.now >= self._until or self.context.stopping()

    def check(self) -> None:
        self.context.check_stop()


def read(turn: Turn, collector: Collector, waiting: Waiting) -> str | None:
    """Read one file from where its reading stands; its state, or None if the turn ended before its end.

    What is wrong with the file itself is written to it. Raises StopRequested, OSError, DatabaseError.
    """
    known = waiting.known
    try:
        content = file.content(waiting.path, turn.check)
        if not content.size:
            return _close(turn, known.id, "repeated", "it is empty", content.sha256)
        if known.state == "loading" and known.sha256 != content.sha256:
            return _close(turn, known.id, "quarantined", "it was changed while it was read")
        order, line = _resumed(known.cursor)
        reading = reader(collector.format, collector.zone, order, content.head)
    except BackendError as error:
        return _close(turn, known.id, "quarantined", str(error))
    except ValueError as error:
        return _close(turn, known.id, "quarantined", str(error))
    if known.state == "found" and not _begin(turn, known.id, waiting, content.sha256):
        return _close(turn, known.id, "repeated", "a file with the same content was read before")
    at = known.bytes_read if known.state == "loading" else 0
    for block in file.blocks(waiting.path, at, records=collector.format == "radius_detail"):
        if block.end > content.size:
            break  # It grew after its content was known: the rest is another file's, next time.
        if block.too_long:
            legs, bad = RawLegs.of([]), [Bad(line, "it is longer than 1 MB", block.text)]
        else:
            legs, bad, _ = reading.read(block.text, line)
        line += block.lines
        cursor = json.dumps({"line": line, "latest": order.latest, "second": order.is_second})
        _add(turn, collector, known.id, legs, bad, at, block.end, cursor)
        at = block.end
        turn.counts["legs"] += len(legs)
        turn.counts["bad"] += len(bad)
        turn.context.progress(at, content.size)
        if turn.is_over() and at < content.size:
            return None
    return _end(turn, known.id, at)


def _resumed(cursor: str) -> tuple[Order, int]:
    if not cursor:
        return Order(), 1
    kept = json.loads(cursor)
    return Order(kept["latest"], kept["second"]), int(kept["line"])


def _begin(turn: Turn, file_id: int, waiting: Waiting, sha256: str) -> bool:
    from store import database
    from store.call_file import loading

    return database.write(lambda tx: loading.begin(tx, waiting.known, sha256))


def _add(
    turn: Turn,
    collector: Collector,
    file_id: int,
    legs: RawLegs,
    bad: list[Bad],
    before: int,
    after: int,
    cursor: str,
) -> None:
    from store import database
    from store.call_file import loading

    number = -(-len(legs) // MOST_LEGS) or 1
    size = -(-len(legs) // number)
    parts = [legs.part(at, at + size) for at in range(0, len(legs), size or 1)]
    database.write(
        lambda tx: loading.add(
            tx,
            file_id,
            parts,
            bad,
            gateway=collector.gateway,
            gateway_id=collector.gateway_id,
            before=before,
            after=after,
            cursor=cursor,
            now=turn.now,
        )
    )


def _end(turn: Turn, file_id: int, at: int) -> str:
    from store import database
    from store.call_file import loading

    return database.write(lambda tx: loading.end(tx, file_id, at, turn.now))


def _close(turn: Turn, file_id: int, state: str, text: str, sha256: str | None = None) -> str | None:
    from store import database
    from store.call_file import loading

    done = database.write(lambda tx: loading.close(tx, file_id, state, text, turn.now, sha256=sha256))
    return state if done else None


def put_away(
    turn: Turn, collector: Collector, waiting: Waiting, state: str, say: Callable[[str], None]
) -> bool:
    """Move a file that is done with out of the folder; False: it stays for now, and `say` hears why."""
    from backends.files.folder import put_away as move
    from store import database
    from store.call_file import known as store

    path = waiting.path
    target = collector.quarantine if state == "quarantined" else collector.archive_of(turn.context.now)
    try:
        if not path.exists() or (path.parent == collector.folder and _has_changed(waiting)):
            return True  # A file that went on growing is another one, which the next look finds.
        reasons = path.with_name(f"{path.name}{_REASONS}")
        if path.parent == collector.quarantine:
            reasons.unlink(missing_ok=True)
        place = path if path.parent == target else move(path, target)
        if state == "quarantined":
            _write_reasons(waiting.known.id, place)
    except OSError as error:
        say(f"{waiting.path.name} stays in its folder: {error.strerror or error}")
        return False
    database.write(lambda tx: store.put_away(tx, waiting.known.id, str(place)))
    return True


def _has_changed(waiting: Waiting) -> bool:
    about, known = waiting.path.stat(), waiting.known
    return about.st_size != known.size or abs(about.st_mtime - known.modified_at) >= 0.001


def _write_reasons(file_id: int, place: Path) -> None:
    from store import database
    from store.call_file import listed

    tx = database.read()
    found = listed.one(tx, file_id)
    rows = listed.bad_rows(tx, file_id, limit=1_000)
    lines = [found["text"] if found else "", *(f"line {row['line']}: {row['reason']}" for row in rows)]
    place.with_name(f"{place.name}{_REASONS}").write_text("\n".join(lines) + "\n", "utf-8", "replace")
