"""One question to one name server, and which of nine things its answer is (RFC 1035, RFC 2308, RFC 8020)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from backends.dns.names import to_ascii
from backends.dns.server import Conversation, Server, parsed, wire_of
from backends.error import BackendError, network_words, one_line

if TYPE_CHECKING:
    from dns.message import Message

#: ``found``: records of the type; ``alias``: a CNAME stands at the name; ``no_data``: the name is there,
#: without that type; ``no_name``: NXDOMAIN; ``failed``: SERVFAIL, ask again; ``refused``: it does not
#: serve the zone to us; ``not_authoritative``: it answered from elsewhere, or sent us on;
#: ``unreachable``: no answer; ``invalid``: an answer that is none.
State = Literal[
    "found",
    "alias",
    "no_data",
    "no_name",
    "failed",
    "refused",
    "not_authoritative",
    "unreachable",
    "invalid",
]
#: How often a question is sent by UDP before its server counts as unreachable.
TRIES = 2
#: Bytes of an answer by UDP that pass every network whole (DNS flag day 2020).
_PAYLOAD = 1232


@dataclass(frozen=True)
class Answer:
    """What `server` (host and port) said. `values` in their text form; the strings of a TXT are joined.

    `records`: the same as in a zone file, a TXT with its quotes.
    `alias`: the target of a CNAME at the name; its own records are not taken for those of the name.
    `ttl`: seconds, None without values. `text`: one line for people.
    """

    server: str
    state: State
    text: str
    values: tuple[str, ...] = ()
    records: tuple[str, ...] = ()
    alias: str = ""
    ttl: int | None = None


def ask(name: str, kind: str, server: Server, *, recurse: bool = False) -> Answer:
    """Ask one server for records of type `kind` (``TXT``) at `name`; every failure is a state.

    `recurse`: the server is a resolver, which may answer from what it remembers; without it only an
    authoritative answer counts. Raises BackendError ``invalid`` for a name or a type that is none.
    """
    import dns.exception
    import dns.flags
    import dns.message
    import dns.rdatatype

    try:
        question = dns.message.make_query(
            to_ascii(name),
            dns.rdatatype.from_text(kind),
            use_edns=0,
            payload=_PAYLOAD,
            flags=dns.flags.RD if recurse else 0,
        )
    except (dns.exception.DNSException, ValueError):
        raise BackendError("invalid", f"{kind!r} is no type of DNS records") from None
    try:
        return _read(_exchange(question, server), question, server, recurse)
    except BackendError as error:
        state: State = {"unreachable": "unreachable", "auth": "refused"}.get(error.kind, "invalid")  # type: ignore[assignment]
        return Answer(str(server), state, str(error))


def _exchange(question: Message, server: Server) -> Message:
    """By UDP, tries and all; by TCP where the answer was cut short or we sign."""
    import dns.message

    if server.key is None:
        try:
            return _by_udp(question, server)
        except dns.message.Truncated:
            pass
    wire = wire_of(server, question)
    with Conversation(server) as conversation:
        conversation.send(wire)
        return parsed(server, question, conversation.receive())


def _by_udp(question: Message, server: Server) -> Message:
    """Whatever arrives and is no answer to the question is ignored: anybody may send it."""
    import socket

    import dns.exception
    import dns.message
    import dns.query

    span = min(server.connect_timeout, server.read_timeout)
    try:
        address = socket.getaddrinfo(server.host, server.port, type=socket.SOCK_DGRAM)[0][4][0]
        for last in [*[False] * (TRIES - 1), True]:
            try:
                return dns.query.udp(
                    question,
                    str(address),
                    span,
                    server.port,
                    ignore_unexpected=True,
                    ignore_errors=True,
                    raise_on_truncation=True,
                )
            except dns.exception.Timeout:
                if last:
                    raise BackendError("unreachable", f"{server}: it does not answer in time") from None
    except OSError as error:
        raise BackendError("unreachable", f"{server}: {network_words(error)}") from None
    except dns.message.Truncated:
        raise
    except dns.exception.DNSException as error:
        raise BackendError("invalid", f"{server}: its answer is no DNS: {one_line(str(error))}") from None
    raise AssertionError("a last try ends the loop")


def _read(answer: Message, question: Message, server: Server, recurse: bool) -> Answer:
    import dns.flags
    import dns.rcode
    import dns.rdataclass
    import dns.rdatatype

    asked = question.question[0]
    what = f"{asked.name.to_text(omit_final_dot=True)} {dns.rdatatype.to_text(asked.rdtype)}"

    def says(state: State, text: str) -> Answer:
        return Answer(str(server), state, f"{server}: {what}: {text}")

    code = answer.rcode()
    if code == dns.rcode.SERVFAIL:
        return says("failed", "it failed (SERVFAIL); it may know later")
    if code in (dns.rcode.REFUSED, dns.rcode.NOTAUTH):
        return says("refused", f"it does not answer us on this ({dns.rcode.to_text(code)})")
    if code not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
        return says("invalid", f"it answers {dns.rcode.to_text(code)}")
    if answer.question != question.question:
        return says("invalid", "its answer is to another question")
    if not recurse and not answer.flags & dns.flags.AA:
        return says("not_authoritative", "it is not authoritative for this name")
    every = asked.rdtype == dns.rdatatype.ANY
    if found := [
        each for each in answer.answer if each.name == asked.name and (every or each.rdtype == asked.rdtype)
    ]:
        values = tuple(_value(each) for rrset in found for each in rrset)
        records = tuple(each.to_text() for rrset in found for each in rrset)
        text = f"{server}: {what}: {len(values)} found"
        return Answer(str(server), "found", text, values, records, ttl=found[0].ttl)
    # After a CNAME the code speaks of its target (RFC 2308 §2.1), and the name itself does exist.
    if alias := answer.get_rrset(answer.answer, asked.name, dns.rdataclass.IN, dns.rdatatype.CNAME):
        target = alias[0].target.to_text()
        text = f"{server}: {what}: an alias of {target}"
        return Answer(str(server), "alias", text, alias=target, ttl=alias.ttl)
    if code == dns.rcode.NXDOMAIN:
        return says("no_name", "there is no such name (NXDOMAIN)")
    return says("no_data", "the name has no such record")


def _value(data: object) -> str:
    """The text form of a record's data; of a TXT its bytes, which are UTF-8 or shown as ``\\xff``."""
    if strings := getattr(data, "strings", None):
        return b"".join(strings).decode("utf-8", "backslashreplace")
    return str(data.to_text())  # type: ignore[attr-defined]
