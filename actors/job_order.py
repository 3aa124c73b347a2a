"""Ordering a job: what its kind takes is checked, and whom it is for, before it is in the queue."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from actors.job_kind import JobKind, built_arguments
from config.known_secrets import SHORTEST

if TYPE_CHECKING:
    from store.job.added import Added
    from store.tx import Tx

#: ``known(tx, organisation)``: what is wrong with it, or None.
Known = Callable[["Tx", str], str | None]
#: ``held(tx, kind, organisation)``: the reason why its jobs are held back, or None.
Held = Callable[["Tx", JobKind, str], str | None]
#: ``seal(tx, name, value)`` seals a secret under this name.
Seal = Callable[["Tx", str, str], object]

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
    seal: Seal | None = None,
) -> Added:
    """Put a job into the queue; with a key that was used for the same, the job it brought then.

    The engine holds back what a family that observes must not do; ``held`` may add a reason of its own.
    Without ``seal`` no secret can be given. Raises BadOrder, and `store.job.added.KeyUsed`.
    """
    from actors.values import ValueProblems
    from store.job.added import Order, add, secret_of

    for what, text in (("organisation", organisation), ("object", object), ("key", key or "")):
        _check_text(what, text)
    if key is not None and not key:
        raise BadOrder("key: it is empty: leave it out or give one")
    if problem := known(tx, organisation):
        raise BadOrder(f"organisation: {problem}")
    if priority is not None and not 0 <= priority <= 10:
        raise BadOrder(f"priority: expected 0 (first) to 10, got {priority}")
    organisation, object = organisation.strip(), object.strip()
    # Before anything else looks at it: what others say of a wrong value repeats it.
    _check_secret(kind, args or {}, seal)
    try:
        built = built_arguments(kind, args or {})
    except ValueProblems as error:
        raise BadOrder(f"{kind.name}: {error}") from None
    if kind.prepare is not None:
        try:
            object, built = kind.prepare(tx, organisation, object, built)
        except ValueError as error:
            raise BadOrder(f"{kind.name}: {error}") from None
    own_key = uuid4().hex
    checked, secret = _as_kept(built), ""
    if kind.sealed is not None and (secret := checked[kind.sealed]):
        checked[kind.sealed] = f"vault:{secret_of(own_key)}"
    asked = Order(
        kind=kind.name,
        organisation=organisation,
        backend=kind.backend,
        object=object,
        args=checked,
        own_key=own_key,
        key=key,
        priority=priority,
        deletion=kind.deletion,
        held_reason=(held and held(tx, kind, organisation)) or held_by_observing(tx, kind, organisation),
        by=by,
    )
    added = add(tx, asked, now)
    if secret and seal is not None and added.new:
        seal(tx, secret_of(own_key), secret)
    return added


def _as_kept(built: Any) -> dict[str, Any]:
    from actors.values import plain

    return {} if built is None else plain(asdict(built))


def _check_secret(kind: JobKind, args: Mapping[str, Any], seal: Seal | None) -> None:
    """Raises BadOrder; nothing of the secret is repeated."""
    secret = "" if kind.sealed is None else args.get(kind.sealed, "")
    if secret == "":
        return
    what = f"{kind.name}: {kind.sealed}"
    if seal is None:
        raise BadOrder(f"{what}: nothing can be sealed here: order it by page or command")
    if not isinstance(secret, str) or not SHORTEST <= len(secret.strip()) <= LONGEST:
        raise BadOrder(f"{what}: expected a text of {SHORTEST} to {LONGEST} characters")


def _check_text(what: str, text: str) -> None:
    if len(text) > LONGEST:
        raise BadOrder(f"{what}: it is longer than {LONGEST} characters")
    # These names end up in headers and paths of far systems.
    if not text.isprintable():
        raise BadOrder(f"{what}: it holds characters that cannot be printed")
