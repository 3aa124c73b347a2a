"""EPP, the protocol of registries (RFC 5730), for domains (RFC 5731) and their contacts (RFC 5733)."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from backends.error import BackendError
from backends.registrar.epp_frame import CONTACT, DOMAIN, EPP, Result, element, text_of, texts_of
from backends.registrar.epp_session import EppServer, EppSession
from backends.registrar.json_reply import moment
from backends.registrar.registrar import Act, Contact, Domain, Outcome, Role, cannot, looked_up
from backends.registrar.written_name import written

#: The command was taken and is carried out later (RFC 5730 §3).
_PENDING = 1001
_NO_MESSAGES = 1300


@dataclass(frozen=True)
class Message:
    """A message of the registry that waits for us; `waiting`: how many there are with it."""

    id: str
    text: str
    waiting: int


class Epp:
    """A Registrar. EPP has no list: whoever uses it knows its names."""

    can: frozenset[Act] = frozenset({"info", "contacts", "renew", "set_name_servers"})

    def __init__(self, server: EppServer) -> None:
        self._server = server
        self._session = EppSession(server)

    def list(self) -> Iterator[str]:
        """EPP has no list."""
        raise cannot("list", str(self._server))

    def check(self, name: str) -> bool:
        """Whether nobody has registered the name yet."""
        found = self._session.ask(_domain("check", element(DOMAIN, "name", written(name))))
        told = found.find(DOMAIN, "name")
        if told is None:
            raise BackendError("invalid", f"{self._server}: its answer to the check says nothing")
        return told.get("avail") in ("1", "true")

    def info(self, name: str) -> Domain:
        """All of a name."""
        tree = self._info(name).tree
        statuses = tuple(
            status for each in tree.iter(f"{{{DOMAIN}}}status") if (status := each.get("s") or "")
        )
        hosts = [*texts_of(tree, DOMAIN, "hostObj"), *texts_of(tree, DOMAIN, "hostName")]
        return Domain(
            name=text_of(tree, DOMAIN, "name").lower().rstrip("."),
            registrar=text_of(tree, DOMAIN, "clID"),
            statuses=statuses,
            name_servers=tuple(host.lower().rstrip(".") for host in hosts),
            created_at=_time(tree, "crDate"),
            changed_at=_time(tree, "upDate"),
            expires_at=_time(tree, "exDate"),
            locked=any(status.endswith("TransferProhibited") for status in statuses),
        )

    def contacts(self, name: str) -> Mapping[Role, Contact]:
        """Who stands behind a name; each handle is asked for once."""
        tree = self._info(name).tree
        roles: dict[str, Role] = {"admin": "admin", "tech": "tech", "billing": "billing"}
        handles: dict[Role, str] = {}
        if registrant := text_of(tree, DOMAIN, "registrant"):
            handles["registrant"] = registrant
        for each in tree.iter(f"{{{DOMAIN}}}contact"):
            if (role := roles.get(each.get("type") or "")) and (each.text or "").strip():
                handles.setdefault(role, (each.text or "").strip())
        found = {handle: self._contact(handle) for handle in dict.fromkeys(handles.values())}
        return {role: found[handle] for role, handle in handles.items()}

    def renew(self, name: str, years: int, *, expires_at: datetime) -> Outcome:
        """Renew it; the registry refuses where it does not expire on that day (RFC 5731 §3.2.3)."""
        command = _domain(
            "renew",
            element(DOMAIN, "name", written(name)),
            element(DOMAIN, "curExpDate", expires_at.astimezone(UTC).date().isoformat()),
            element(DOMAIN, "period", str(years), unit="y"),
        )
        try:
            return _outcome(self._session.ask(command, changes=True))
        except BackendError as error:
            if error.kind != "unknown_outcome":
                raise
            return looked_up(error, lambda: (self.info(name).expires_at or expires_at) > expires_at)

    def set_name_servers(self, name: str, servers: Sequence[str]) -> Outcome:
        """Add what is missing and remove the rest, in one command (RFC 5731 §3.2.5)."""
        tree = self._info(name).tree
        as_objects = not texts_of(tree, DOMAIN, "hostName")
        before = {host.lower() for word in ("hostObj", "hostName") for host in texts_of(tree, DOMAIN, word)}
        after = {written(server) for server in servers}
        if before == after:
            return "done"
        parts = [("add", sorted(after - before)), ("rem", sorted(before - after))]
        command = _domain(
            "update",
            element(DOMAIN, "name", written(name)),
            *(element(DOMAIN, word, _hosts(hosts, as_objects)) for word, hosts in parts if hosts),
        )
        try:
            return _outcome(self._session.ask(command, changes=True))
        except BackendError as error:
            if error.kind != "unknown_outcome":
                raise
            return looked_up(error, lambda: set(self.info(name).name_servers) == after)

    def poll(self) -> Message | None:
        """The oldest message that waits for us, None without any; it waits until `acknowledge`."""
        found = self._session.ask(element(EPP, "poll", op="req"))
        if found.code == _NO_MESSAGES or not found.message_id:
            return None
        queue = found.find(EPP, "msgQ")
        said = text_of(queue, EPP, "msg") if queue is not None else ""
        return Message(found.message_id, said or found.said, found.waiting)

    def acknowledge(self, message: Message) -> None:
        """The message need not wait any more."""
        self._session.ask(element(EPP, "poll", op="ack", msgID=message.id))

    def close(self) -> None:
        """Sign out."""
        self._session.close()

    def _info(self, name: str) -> Result:
        known = written(name)
        found = self._session.ask(_domain("info", element(DOMAIN, "name", known, hosts="all")))
        told = text_of(found.tree, DOMAIN, "name").lower().rstrip(".")
        if told != known:
            raise BackendError(
                "invalid", f"{self._server}: asked for {known}, it answers on {told or 'none'}"
            )
        return found

    def _contact(self, handle: str) -> Contact:
        command = element(EPP, "info", element(CONTACT, "info", element(CONTACT, "id", handle)))
        try:
            tree = self._session.ask(command).tree
        except BackendError as error:
            if error.kind not in ("denied", "missing"):
                raise
            # Registries keep contacts of other registrars back: that is known, and no failure.
            return Contact(handle=handle, redacted=True)
        infos = list(tree.iter(f"{{{CONTACT}}}postalInfo"))
        best = next((each for each in infos if each.get("type") == "loc"), infos[0] if infos else tree)
        disclose = next(tree.iter(f"{{{CONTACT}}}disclose"), None)
        return Contact(
            handle=handle,
            name=text_of(best, CONTACT, "name"),
            organisation=text_of(best, CONTACT, "org"),
            email=text_of(tree, CONTACT, "email"),
            phone=text_of(tree, CONTACT, "voice"),
            street=", ".join(filter(None, texts_of(best, CONTACT, "street"))),
            city=text_of(best, CONTACT, "city"),
            region=text_of(best, CONTACT, "sp"),
            postal_code=text_of(best, CONTACT, "pc"),
            country=text_of(best, CONTACT, "cc"),
            redacted=disclose is not None and disclose.get("flag") in ("0", "false"),
        )


def _domain(command: str, *inside: ET.Element) -> ET.Element:
    return element(EPP, command, element(DOMAIN, command, *inside))


def _hosts(hosts: Sequence[str], as_objects: bool) -> ET.Element:
    """As references to host objects, or as attributes: a registry has one of both (RFC 5731 §1.1)."""
    if as_objects:
        return element(DOMAIN, "ns", *(element(DOMAIN, "hostObj", host) for host in hosts))
    attributes = (element(DOMAIN, "hostAttr", element(DOMAIN, "hostName", host)) for host in hosts)
    return element(DOMAIN, "ns", *attributes)


def _outcome(found: Result) -> Outcome:
    return "pending" if found.code == _PENDING else "done"


def _time(tree: ET.Element, name: str) -> datetime | None:
    return moment(text_of(tree, DOMAIN, name))
