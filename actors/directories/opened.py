"""The directories that a run works on, one after the other: one that fails hides none of the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from actors.context import Context
from actors.outcome import Outcome

if TYPE_CHECKING:
    from backends.directory.server import Server

Directory = dict[str, Any]
#: So many failures are named in the run's message.
NAMED = 3


def each_directory(
    context: Context,
    work: Callable[[Directory, Server, Counter[str]], None],
    *,
    timeout: float,
    only: str = "",
    counts: Counter[str] | None = None,
) -> Outcome:
    """Do `work` with each active directory, those first that were not tried for longest.

    `only`: the directory of this name. What a directory's work raises as BackendError is kept with it
    and told in the outcome: ``failed`` if none went well, ``partial`` if one did not.
    """
    from backends.error import BackendError
    from config.secrets import SecretError

    counts = Counter() if counts is None else counts
    directories = active(only)
    if only and not directories:
        return Outcome("failed", {}, f"there is no active directory {only!r}")
    troubles: list[str] = []
    for number, directory in enumerate(directories):
        if context.stopping():
            return Outcome("partial", counts, "stopped; the next run goes on")
        try:
            work(directory, server(context, directory, timeout), counts)
            counts["directories"] += 1
        except BackendError as error:
            _failed(context, directory, error.kind, str(error), troubles)
        except (SecretError, LookupError) as error:
            _failed(context, directory, "auth", str(error), troubles)
        context.progress(number + 1, len(directories))
    counts["failed"] += len(troubles)
    texts = troubles[:NAMED] + ([f"and {len(troubles) - NAMED} more"] if len(troubles) > NAMED else [])
    if troubles and not counts["directories"]:
        return Outcome("failed", counts, "; ".join(texts))
    return Outcome("partial" if troubles else "done", counts, "; ".join(texts))


def active(only: str = "") -> list[Directory]:
    """The active directories; `only`: that of this name."""
    from store import database
    from store.directory import state
    from store.object import read

    tx = database.read()
    tried = state.states(tx)
    found = read.live(tx, "directory", enabled=True)
    if only:
        found = [each for each in found if each["name"].lower() == only.lower()]
    return sorted(found, key=lambda each: (tried.get(each["id"], {}).get("tried_at") or 0.0, each["id"]))


def server(context: Context, directory: Directory, timeout: float) -> Server:
    """The controller of a directory object. Raises SecretError and LookupError."""
    from backends.directory.connection import server_of

    return server_of(directory, context.secret, connect_timeout=min(timeout, 5.0), read_timeout=timeout)


def _failed(context: Context, directory: Directory, kind: str, text: str, troubles: list[str]) -> None:
    from store import database
    from store.directory import state

    now = context.now.timestamp()
    database.write(lambda tx: state.failed(tx, directory["id"], kind, text, now))
    context.log.error("directory not read", directory=directory["name"], error=text)
    troubles.append(f"{directory['name']}: {text}")
