"""Logins of a PostgreSQL server that is not ours: listed, renamed, switched off, dropped. Needs psycopg.

Each statement is a transaction of its own. Names are identifiers, quoted by the driver: none becomes SQL.
Superusers, and whoever may create or replicate, are never changed.
"""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Literal, Self

import psycopg
from psycopg import errors, sql

from backends.error import BackendError, Kind, one_line

Encryption = Literal["verified", "required", "none"]
#: libpq's sslmode for each.
_MODES: Mapping[str, str] = {"verified": "verify-full", "required": "require", "none": "disable"}
#: Seconds for a connection, and for each answer.
CONNECT, ANSWER = 5, 20.0
_KINDS: tuple[tuple[type[psycopg.Error], Kind, str], ...] = (
    (errors.DuplicateObject, "conflict", "there is a login of this name already"),
    (errors.UndefinedObject, "missing", "there is no such login"),
    (errors.DependentObjectsStillExist, "conflict", "the login still owns something, or has rights on it"),
    (errors.ObjectInUse, "conflict", "the login is signed in"),
    (errors.InsufficientPrivilege, "denied", "our user may not do this"),
    (errors.ReadOnlySqlTransaction, "unreachable", "it takes no changes now"),
    (errors.QueryCanceled, "throttled", "it gave the question up"),
)
_LIST = """
    SELECT oid, rolname, rolcanlogin,
           rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls
               OR rolname = current_user OR rolname LIKE 'pg\\_%' OR oid < 16384
    FROM pg_roles ORDER BY rolname"""


@dataclass(frozen=True)
class Role:
    """A login or group. `fixed`: it is the server's own or has powers, and is left alone."""

    oid: int
    name: str
    can_login: bool
    fixed: bool


@dataclass(frozen=True)
class SqlServer:
    """Where it is, and who we are there."""

    host: str
    port: int
    database: str
    user: str
    password: str = field(repr=False)
    encryption: Encryption = "verified"
    ca_file: str = ""
    answer: float = ANSWER

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class Roles:
    """``with Roles(server) as roles:``. All methods raise BackendError."""

    def __init__(self, server: SqlServer) -> None:
        self.server = server
        self._line: psycopg.Connection[Any] | None = None

    def __enter__(self) -> Self:
        server = self.server
        try:
            self._line = psycopg.connect(
                host=server.host,
                port=server.port,
                dbname=server.database,
                user=server.user,
                password=server.password or None,
                connect_timeout=CONNECT,
                sslmode=_MODES[server.encryption],
                sslrootcert=server.ca_file or ("system" if server.encryption == "verified" else None),
                application_name="tickworks",
                options=f"-c statement_timeout={int(server.answer * 1000)}",
                autocommit=True,
            )
        except psycopg.OperationalError as error:
            raise BackendError(*_not_opened(server, error)) from None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._line is not None:
            self._line.close()

    def all(self) -> list[Role]:
        """Every login and group of the server."""
        return [Role(*row) for row in self._ask(lambda line: line.execute(_LIST).fetchall(), changes=False)]

    def rename(self, old: str, new: str) -> None:
        """Give a login another name; what it owns and may do stays. A password kept as MD5 is lost by it."""
        self._change(sql.SQL("ALTER ROLE {} RENAME TO {}").format(sql.Identifier(old), sql.Identifier(new)))

    def switch_off(self, name: str) -> None:
        """Let nobody sign in with it; what it owns stays."""
        self._change(sql.SQL("ALTER ROLE {} NOLOGIN").format(sql.Identifier(name)))

    def drop(self, name: str) -> None:
        """Drop a login that owns nothing; ``conflict`` if it does: nothing of anybody is deleted with it."""
        self._change(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))

    def _change(self, statement: sql.Composed) -> None:
        self._ask(lambda line: line.execute(statement), changes=True)

    def _ask(self, question: Callable[[psycopg.Connection[Any]], Any], *, changes: bool) -> Any:
        line = self._line
        if line is None or line.closed:
            raise BackendError("unreachable", f"{self.server}: the conversation is over")
        try:
            with _patience(line, self.server.answer + CONNECT):
                return question(line)
        except psycopg.Error as error:
            raise BackendError(*self._refused(line, error, changes)) from None

    def _refused(self, line: Any, error: psycopg.Error, changes: bool) -> tuple[Kind, str]:
        for kind, means, words in _KINDS:
            if isinstance(error, kind):
                return means, f"{self.server}: {words} ({one_line(error.diag.message_primary or '')})"
        if line.closed or not error.sqlstate:
            line.close()
            if changes:
                return "unknown_outcome", f"{self.server}: nobody knows whether the change was made"
            return "unreachable", f"{self.server}: it ended the connection"
        return "invalid", f"{self.server}: {one_line(str(error))}"


def server_of(found: Mapping[str, Any], secret: Callable[[str], str]) -> SqlServer:
    """The server of an object of kind `sql_server`. Raises what `secret` raises."""
    return SqlServer(
        found["host"],
        found["port"] or 5432,
        found["database"] or "postgres",
        found["username"],
        secret(found["password"]) if found["password"] else "",
        found["encryption"],
        found["ca_file"],
    )


def try_out(found: Mapping[str, Any], secret: Callable[[str], str]) -> list[tuple[bool, str]]:
    """What worked and what did not, a line each. Raises what `secret` raises."""
    server = server_of(found, secret)
    try:
        with Roles(server) as roles:
            every = roles.all()
    except BackendError as error:
        return [(False, str(error))]
    ours = [role for role in every if role.can_login and not role.fixed]
    return [(True, f"{server} lets {server.user} in"), (True, f"{len(ours)} logins that may be followed")]


@contextmanager
def _patience(line: psycopg.Connection[Any], seconds: float) -> Iterator[None]:
    """Hang up if the answer does not come: libpq would wait for ever."""

    def hang_up() -> None:
        with suppress(OSError), socket.socket(fileno=os.dup(line.fileno())) as own:
            own.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, hang_up)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _not_opened(server: SqlServer, error: psycopg.OperationalError) -> tuple[Kind, str]:
    said = one_line(str(error))
    lines = str(error).lower()
    if (
        "password authentication failed" in lines
        or "no password supplied" in lines
        or "does not exist" in lines
    ):
        return "auth", f"{server}: it does not let {server.user} in ({said})"
    if "certificate" in lines or "does not support ssl" in lines:
        return "invalid", f"{server}: no safe connection ({said})"
    return "unreachable", f"{server}: {said}"
