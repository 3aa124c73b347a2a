"""Changes of a zone at its primary name server (RFC 2136), each with what must hold before it.

An update is done whole or not at all. Where its answer is lost, a second question tells what became of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from backends.dns.lookup import ask
from backends.dns.names import to_ascii
from backends.dns.record import Record, data_of
from backends.dns.server import Conversation, Server, parsed, wire_of
from backends.error import BackendError

if TYPE_CHECKING:
    from dns.update import UpdateMessage


@dataclass(frozen=True)
class Add:
    """Add this record; one that is there already stays, with this TTL."""

    record: Record


@dataclass(frozen=True)
class Remove:
    """Remove the records at `name`: all; those of type `kind`; or the one with this `data`.

    The SOA and the last NS of a zone stay (RFC 2136 §3.4.2.4).
    """

    name: str
    kind: str | None = None
    data: str | None = None


@dataclass(frozen=True)
class Needs:
    """What must hold at `name` before: some record is there, or none is (`there`), of type `kind` if given.

    With `data`, the records of that type are exactly these (RFC 2136 §2.4).
    """

    name: str
    kind: str | None = None
    there: bool = True
    data: tuple[str, ...] = ()


Change = Add | Remove


def update(
    zone: str, changes: Sequence[Change], server: Server, *, needs: Sequence[Needs] = ()
) -> Literal["answered", "looked_up"]:
    """Make all changes, or none. ``looked_up``: the answer was lost, a second question shows them done.

    Raises BackendError: ``conflict`` where a need does not hold, ``denied``, ``auth``, ``invalid``,
    ``unreachable`` where nothing was sent or the server failed,
    ``unknown_outcome`` where the answer was lost and nothing shows the changes done.
    """
    message = _message(zone, changes, needs)
    wire = wire_of(server, message)
    with Conversation(server) as conversation:
        try:
            conversation.send(wire)
            answer = parsed(server, message, conversation.receive())
        except BackendError as error:
            if error.kind == "auth":
                raise
            lost = str(error)
        else:
            _check(answer.rcode(), zone, server)
            return "answered"
    try:
        done = took_effect(changes, server)
    except BackendError as error:
        raise BackendError("unknown_outcome", f"{lost}; it cannot be looked up: {error}") from None
    if done:
        return "looked_up"
    raise BackendError(
        "unknown_outcome", f"{lost}; a second question does not show the change of {zone} done"
    )


def took_effect(changes: Sequence[Change], server: Server) -> bool:
    """Whether the server has all that these changes add, and nothing that they remove.

    True as well where somebody else did the same. Raises BackendError where the server does not say.
    """
    return all(
        _done(change, [other for other in changes if other is not change], server) for change in changes
    )


def _done(change: Change, others: list[Change], server: Server) -> bool:
    if isinstance(change, Add):
        record = change.record
        return _canonical(record.kind, record.data) in _at(record.name, record.kind, server)
    # What another change adds again may stand where this one removes.
    added = [other.record for other in others if isinstance(other, Add)]
    added = [each for each in added if each.name == to_ascii(change.name)]
    if change.kind is None:
        return bool(added) or not _at(change.name, "ANY", server)
    kept = {_canonical(each.kind, each.data) for each in added if each.kind == change.kind}
    found = _at(change.name, change.kind, server)
    if change.data is None:
        return found <= kept
    return _canonical(change.kind, change.data) not in found - kept


def _at(name: str, kind: str, server: Server) -> set[str]:
    """The canonical data of the records there. Raises BackendError ``unreachable``."""
    answer = ask(name, kind, server)
    if answer.state == "found":
        return set(answer.records) if kind == "ANY" else {_canonical(kind, each) for each in answer.records}
    if answer.state in ("no_data", "no_name", "alias"):
        return set()
    raise BackendError("unreachable", answer.text)


def _canonical(kind: str, data: str) -> str:
    return data_of(kind, data).to_digestable().hex()


def _message(zone: str, changes: Sequence[Change], needs: Sequence[Needs]) -> UpdateMessage:
    import dns.exception
    import dns.rdatatype
    import dns.update

    message = dns.update.UpdateMessage(to_ascii(zone))
    try:
        for need in needs:
            _require(message, need)
        for change in changes:
            if isinstance(change, Add):
                record = change.record
                message.add(to_ascii(record.name), record.ttl, data_of(record.kind, record.data))
            elif change.kind is None:
                message.delete(to_ascii(change.name))
            elif change.data is None:
                message.delete(to_ascii(change.name), dns.rdatatype.from_text(change.kind))
            else:
                message.delete(to_ascii(change.name), data_of(change.kind, change.data))
    except (dns.exception.DNSException, ValueError) as error:
        raise BackendError("invalid", f"{zone}: the change is none: {error}") from None
    return message


def _require(message: UpdateMessage, need: Needs) -> None:
    import dns.rdatatype

    name = to_ascii(need.name)
    if not need.there:
        message.absent(name) if need.kind is None else message.absent(
            name, dns.rdatatype.from_text(need.kind)
        )
    elif need.kind is None:
        message.present(name)
    elif not need.data:
        message.present(name, dns.rdatatype.from_text(need.kind))
    else:
        message.present(name, *(data_of(need.kind, each) for each in need.data))


def _check(code: int, zone: str, server: Server) -> None:
    import dns.rcode

    match name := dns.rcode.to_text(dns.rcode.Rcode.make(code)):
        case "NOERROR":
            return
        case "YXDOMAIN" | "YXRRSET":
            raise BackendError("conflict", f"{server}: {zone}: what must not be there is ({name})")
        case "NXDOMAIN" | "NXRRSET":
            raise BackendError("conflict", f"{server}: {zone}: what must be there is not ({name})")
        case "NOTAUTH":
            # Knot says so both for a zone it does not have and to one who may not change it.
            raise BackendError("denied", f"{server}: it has no {zone}, or we may not change it (NOTAUTH)")
        case "REFUSED":
            raise BackendError("denied", f"{server}: it does not let us change {zone} (REFUSED)")
        case "SERVFAIL":
            raise BackendError("unreachable", f"{server}: it cannot change {zone} now (SERVFAIL)")
    raise BackendError("invalid", f"{server}: {zone}: it answers {name}")
