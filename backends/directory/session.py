"""One conversation with a domain controller: signed in, one question at a time, every error in our words."""

from __future__ import annotations

import importlib.util
import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import Any, NoReturn, Self

from backends.directory.filters import EVERYTHING, Filter
from backends.directory.refused import SignIn, in_words, refused, sign_in
from backends.directory.server import Line, Server, secured
from backends.error import BackendError, network_words, one_line


@dataclass(frozen=True)
class Answer:
    """`found`: search results as ldap3 has them; `controls`: what came with the end, by OID."""

    found: Sequence[Mapping[str, Any]]
    controls: Mapping[str, Any]


class Session:
    """``with Session(server) as session:``, signed in as the server's user. For one thread.

    All methods raise BackendError. After ``unreachable`` and ``unknown_outcome`` it is over: open another.
    """

    def __init__(self, server: Server) -> None:
        self.server = server
        self._line: Line | None = None
        self._ldap: Any = None

    def __enter__(self) -> Self:
        self._open()
        try:
            if not self.server.password:
                # RFC 4513 §5.1.2: a sign-in without a password always succeeds, as nobody.
                raise BackendError("auth", f"{self.server}: there is no password for {self.server.user}")
            self.ask(lambda ldap: ldap.bind(read_server_info=False))
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def ask(self, question: Callable[[Any], Any], *, changes: bool = False) -> Answer:
        """Ask one question of ldap3's connection. `changes`: a lost answer is ``unknown_outcome``."""
        if self._line is None:
            raise BackendError("unreachable", f"{self.server}: the conversation is over")
        self._line.allow(self.server.read_timeout)
        try:
            question(self._ldap)
        except Exception as error:  # a parser that is fed rubbish may end in anything
            self._fail(error, changes)
        result = self._ldap.result or {}
        code, message = int(result.get("result", 80)), str(result.get("message") or "")
        if code:
            kind, words = refused(code, message)
            raise BackendError(kind, f"{self.server}: {words}")
        found, self._ldap.response = self._ldap.response or (), None
        return Answer(found, result.get("controls") or {})

    def search(
        self,
        base: str,
        condition: Filter = EVERYTHING,
        attributes: Sequence[str] = (),
        *,
        scope: str = "SUBTREE",
        controls: Sequence[Any] = (),
        **paging: Any,
    ) -> Answer:
        """One answer of a search; `scope` is one of ldap3's, `attributes` always has the objectGUID."""
        return self.ask(
            lambda ldap: ldap.search(
                base,
                condition.text,
                scope,
                "NEVER",
                attributes=[*attributes, "objectGUID"],
                controls=list(controls) or None,
                **paging,
            )
        )

    def close(self) -> None:
        """Hang up."""
        line, self._line = self._line, None
        if line is not None:
            line.close()

    def sign_in(self) -> SignIn:
        """What the server says to our name and password, where a refusal is no error."""
        self._open()
        try:
            self.ask(lambda ldap: ldap.bind(read_server_info=False))
            return "ok"
        except BackendError as error:
            result = self._ldap.result or {}
            reason = sign_in(int(result.get("result", 80)), str(result.get("message") or ""))
            if error.kind != "auth" or reason is None:
                raise
            return reason
        finally:
            self.close()

    def _open(self) -> None:
        if importlib.util.find_spec("ldap3") is None:
            text = "a directory needs a library that is not installed: `pip install 'tickworks[hosting]'`"
            raise BackendError("invalid", f"{self.server}: {text}")
        server = self.server
        try:
            plain = socket.create_connection((server.host, server.port), server.connect_timeout)
        except (OSError, UnicodeError) as error:
            words = network_words(error) if isinstance(error, OSError) else "this is no host name"
            raise BackendError("unreachable", f"{server}: {words}") from None
        try:
            self._line = secured(server, plain)
        except BaseException:
            plain.close()
            raise
        self._ldap = _connection(server, self._line)

    def _fail(self, error: Exception, changes: bool) -> NoReturn:
        from ldap3.core.exceptions import LDAPCommunicationError, LDAPExceptionError

        sent = self._line is not None and self._line.sent
        lost = isinstance(error, OSError | LDAPCommunicationError)
        if not sent and not lost:
            self._ldap.strategy._outstanding = {}
            raise BackendError(
                "invalid", f"{self.server}: this cannot be asked: {one_line(str(error))}"
            ) from None
        self.close()
        if isinstance(error, LDAPExceptionError):
            error = error.args[0] if error.args and isinstance(error.args[0], OSError) else error
        if isinstance(error, OSError):
            words = network_words(error)
        else:
            words = "it ended the connection" if lost else "its answer is no LDAP"
        if changes and sent:
            text = f"{self.server}: nobody knows whether the change was made: {words}"
            raise BackendError("unknown_outcome", text) from None
        raise BackendError("unreachable" if lost else "invalid", f"{self.server}: {words}") from None


def check_password(server: Server) -> SignIn:
    """Whether the server's `user` gets in with `password`, and why not. Counts as a try at the directory.

    Raises BackendError when nobody could say.
    """
    return Session(server).sign_in() if server.password else "wrong"


def why_not(reason: SignIn) -> str:
    """A refusal of `check_password` in words."""
    return in_words(reason)


def _connection(server: Server, line: Line) -> Any:
    """ldap3's connection over a socket that is open already: it opens none of its own, and asks nothing."""
    import ldap3

    # With the schema it refuses values that are right, so nothing but what we ask for is ever read.
    there = ldap3.Server(server.host, server.port, use_ssl=True, get_info=ldap3.NONE)
    connection = ldap3.Connection(
        there,
        server.user,
        server.password.encode(),  # text would be changed (SASLprep), and a directory compares what was typed
        auto_bind=ldap3.AUTO_BIND_NONE,
        authentication=ldap3.SIMPLE if server.password else ldap3.ANONYMOUS,
        check_names=False,
        auto_referrals=False,
        auto_range=False,
        auto_escape=False,
        auto_encode=False,
        return_empty_attributes=False,
        raise_exceptions=False,
    )
    connection.socket, connection.closed, connection.listening = line, False, True
    connection.strategy._outstanding = {}
    connection.strategy.decode_response_fast = partial(_lean, connection.strategy.decode_response_fast)
    return connection


def _lean(decode: Callable[[Any], dict[str, Any]], message: Any) -> dict[str, Any]:
    """One result as ldap3 reads it, without its guesses at the values: there may be 100,000 in an answer."""
    found = decode(message)
    if found["type"] != "searchResEntry":
        return found
    values = {sys.intern(name): each for name, each in found["raw_attributes"].items()}
    return {"type": found["type"], "raw_dn": found["raw_dn"], "raw_attributes": values}
