"""What becomes of files on the other server once they are here: moved or deleted, if the source says so.

Each is an act on the world outside and is asked for; a lost answer is looked up by the next try, which finds
no such file. After some refusals it is left there, and told.
"""

from __future__ import annotations

from collections import Counter

from actors.context import Context
from actors.fetching.source import Source
from backends.error import BackendError
from backends.files.remote import Remote
from store.call_file.remote import Seen

#: Tries of one file before it is left there for good; seconds between the first two, doubled each time.
MOST_TRIES = 5
AGAIN = 600.0


def tidy(context: Context, source: Source, there: Remote, counts: Counter[str], troubles: list[str]) -> None:
    """All that are fetched and not yet tidied. Raises BackendError if the server is away."""
    from store import database
    from store.call_file import remote as store

    now = context.now.timestamp()
    for seen in store.open_of(database.read(), source.id):
        context.check_stop()
        if source.after == "keep":
            database.write(lambda tx, seen=seen: store.done(tx, seen))  # type: ignore[misc]
            continue
        if (seen.retry_at or 0.0) > now:
            continue
        what = "Delete" if source.after == "delete" else f"Move to {source.move_to}"
        said = f"{what}: {seen.name} on {source.server}"
        if not context.act("outward", said, key=f"remote_file:{seen.id}:{source.after}", object=source.name):
            counts["held"] += 1
            continue
        text = _tidied(source, there, seen)
        if text is None:
            counts["tidied"] += 1
            database.write(lambda tx, seen=seen: store.done(tx, seen))  # type: ignore[misc]
        else:
            _told(source, seen, text, now, troubles)


def _tidied(source: Source, there: Remote, seen: Seen) -> str | None:
    """What went wrong, or None. Raises BackendError if the server is away."""
    try:
        now = there.about(seen.name)
        if now.size != seen.size:
            return None  # Another file by now: the next look sees it.
        if source.after == "delete":
            there.remove(seen.name)
        else:
            there.move(seen.name, source.move_to)
    except BackendError as error:
        if error.kind in ("unreachable", "auth"):
            raise
        return None if error.kind == "missing" and not _is_there(there, seen.name) else str(error)
    return None


def _is_there(there: Remote, name: str) -> bool:
    # A folder to move to that is missing is no reason to believe that the file is gone.
    try:
        there.about(name)
    except BackendError as error:
        if error.kind == "unreachable":
            raise
        return False
    return True


def _told(source: Source, seen: Seen, text: str, now: float, troubles: list[str]) -> None:
    from store import database
    from store.call_file import remote as store

    if seen.tries + 1 < MOST_TRIES:
        later = now + AGAIN * 2**seen.tries
        database.write(lambda tx: store.failed(tx, seen, text, later))
        troubles.append(f"{source.name}: {text}")
    else:
        database.write(lambda tx: store.done(tx, seen, f"left there after {MOST_TRIES} tries: {text}"))
        troubles.append(f"{source.name}: {seen.name} is left there after {MOST_TRIES} tries: {text}")
