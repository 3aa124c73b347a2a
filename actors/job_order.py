"""Ordering a job: what its kind takes is checked, and whom it is for, before it is in the queue."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from actors.job_kind import JobKind, checked_arguments

if TYPE_CHECKING:
    from store.job.added import Added
    from store.tx import Tx

#: ``known(tx, organisation)``: what is wrong with it, or None.
Known = Callable[["Tx", str], str | None]
#: ``held(tx, kind, organisation)``: the reason why its jobs are held back, or None.
Held = Callable[["Tx", JobKind, str], str | None]

#: No reference is longer than this; keys and names of people's systems fit with room to spare.
LONGEST = 200


class BadOrder(ValueError):
    """The order cannot be taken: the text names the input and says what to do."""


def not_archived(tx: Tx, organisation: str) -> str | None:
    """Any name will do but that of an organisation that is archived."""
    from store.object.read import organisation_archived

    if not organisation.strip():
        return "it is empty: name whom the job is for"
    if organisation_archived(tx, organisation.strip()):
        return f"{organisation.strip()} is archived: nothing is done for it any more"
    return None


def held_by_observing(tx: Tx, kind: JobKind, organisation: str) -> str | None:
    """``observe`` while the family of the kind's service observes and the kind reaches out; else None."""
    from store.job.lock import lock
    from store.live_family import observes
    from store.service import family_of

    family = family_of(tx, kind.service)
    if family is None or not kind.is_held_in(family) or not observes(tx, family):
        return None
    # Who goes live meanwhile releases what is held: this order comes before that, or sees it.
    lock(tx)
    return "observe" if observes(tx, family) else None


def order(
    tx: Tx,
    kind: JobKind,
    *,
    organisation: str,
    by: str,
    now: float,
    object: str = "",
    args: Mapping[str, Any] | None = None,
    key: str | None = None,
    priority: int | None = None,
    known: Known = not_archived,
    held: Held | None = None,
) -> Added:
    """Put a job into the queue; with a key that was used for the same, the job it brought then.

    The engine holds back what a family that observes must not do; ``held`` may add a reason of its own.
    Raises BadOrder, and `store.job.added.KeyUsed`.
    """
    from actors.values import ValueProblems
    from store.job.added import Order, add

    for what, text in (("organisation", organisation), ("object", object), ("key", key or "")):
        _check_text(what, text)
    if key is not None and not key:
        raise BadOrder("key: it is empty: leave it out or give one")
    if problem := known(tx, organisation):
        raise BadOrder(f"organisation: {problem}")
    if priority is not None and not 0 <= priority <= 10:
        raise BadOrder(f"priority: expected 0 (first) to 10, got {priority}")
    try:
        checked = checked_arguments(kind, args or {})
    except ValueProblems as error:
        raise BadOrder(f"{kind.name}: {error}") from None
    asked = Order(
        kind=kind.name,
        organisation=organisation.strip(),
        backend=kind.backend,
        object=object.strip(),
        args=checked,
        key=key,
        priority=priority,
        deletion=kind.deletion,
        held_reason=(held and held(tx, kind, organisation)) or held_by_observing(tx, kind, organisation),
        by=by,
    )
    return add(tx, asked, now)


def _check_text(what: str, text: str) -> None:
    if len(text) > LONGEST:
        raise BadOrder(f"{what}: it is longer than {LONGEST} characters")
    # These names end up in headers and paths of far systems.
    if not text.isprintable():
        raise BadOrder(f"{what}: it holds characters that cannot be printed")
