"""The open database of this process: PostgreSQL, or SQLite in WAL mode.

``open`` comes once, after the process was forked. Reads go through `read`, changes through
`write`; no change happens outside a transaction.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

import peewee

from store.busy import BUSY_TIMEOUT
from store.errors import DRIVER_ERRORS, DatabaseError, translated
from store.tx import Dialect, Tx
from store.wal import WalDatabase
from store.writer import Writer

Result = TypeVar("Result")

#: How long a connection attempt to PostgreSQL may take, in s.
CONNECT_TIMEOUT = 5

#: After how many seconds without an answer from PostgreSQL's machine a connection counts as lost.
TCP_TIMEOUT = 12

#: The models are bound to this; it points at the open database.
proxy = peewee.DatabaseProxy()


class _Open:
    """What is open now."""

    def __init__(self, url: str, database: peewee.Database, dialect: Dialect, path: Path | None) -> None:
        self.url = url
        self.database = database
        self.dialect: Dialect = dialect
        self.path = path
        #: Connections that write, the one used last on top: its server and its memory are warm.
        self.spare: list[Any] = []
        self.closing = False
        self.writer = Writer(path, self.another) if path else None
        self.inside = threading.local()

    def connection(self) -> Any:
        """This thread's connection, opened on first use and after a loss."""
        try:
            if self.database.is_closed():
                self.database.connect(reuse_if_open=True)
            connection = self.database.connection()  # type: ignore[no-untyped-call]
            if self.dialect == "postgresql" and connection.closed:
                self.database.close()
                self.database.connect(reuse_if_open=True)
                connection = self.database.connection()  # type: ignore[no-untyped-call]
            return connection
        except DRIVER_ERRORS as error:
            raise translated(error) from error

    def reconnected(self) -> Any:
        """A new connection for this thread."""
        if not self.database.is_closed():
            self.database.close()
        return self.connection()

    def another(self) -> Any:
        """A new connection that belongs to no thread."""
        try:
            return self.database._connect()  # type: ignore[attr-defined]  # as its pools do
        except DRIVER_ERRORS as error:
            raise translated(error) from error

    def lend(self) -> Any:
        """A connection to write with, for `give_back`."""
        with suppress(IndexError):
            while (connection := self.spare.pop()).closed:
                pass
            return connection
        return self.another()

    def give_back(self, connection: Any) -> None:
        """One that was lent, with no transaction open; it may be closed."""
        if self.closing:
            connection.close()
        elif not connection.closed:
            self.spare.append(connection)

    def replaced(self) -> Any:
        """A connection for one that had died unused: the others will have died with it."""
        self.close_spare()
        return self.another()

    def close_spare(self) -> None:
        """Close those that nobody has borrowed."""
        with suppress(IndexError):
            while True:
                self.spare.pop().close()


_current: _Open | None = None


def open(url: str) -> None:
    """Open ``sqlite:///path`` or ``postgresql://…`` for this process.

    Connections are made when first used; nothing is contacted here.
    """
    global _current
    close()
    scheme = urlsplit(url).scheme
    if scheme == "sqlite":
        path = sqlite_path(url)
        path.parent.mkdir(parents=True, exist_ok=True)
        # The writers' one goes from thread to thread, in turns.
        pragmas = {"foreign_keys": 1, "busy_timeout": BUSY_TIMEOUT}
        database: peewee.Database = WalDatabase(
            str(path), pragmas=pragmas, timeout=BUSY_TIMEOUT / 1000, check_same_thread=False
        )
        _current = _Open(url, database, "sqlite", path)
    elif scheme in ("postgresql", "postgres"):
        database = peewee.PostgresqlDatabase(
            url.replace("postgres://", "postgresql://", 1),
            prefer_psycopg3=True,
            connect_timeout=CONNECT_TIMEOUT,
            application_name="tickworks",
            options="-c jit=off",
            keepalives_idle=5,
            keepalives_interval=2,
            keepalives_count=3,
            tcp_user_timeout=TCP_TIMEOUT * 1000,
        )
        _current = _Open(url, database, "postgresql", None)
    else:
        raise DatabaseError(
            f"database.url: expected sqlite:// or postgresql://, got {scheme or 'nothing'}://"
        )
    proxy.initialize(_current.database)


def close() -> None:
    """Close this thread's connection and the writers'; others close as their threads end."""
    global _current
    if _current is None:
        return
    if not _current.database.is_closed():
        _current.database.close()
    _current.closing = True
    _current.close_spare()
    if _current.writer:
        _current.writer.close()
    _current = None


def is_open() -> bool:
    """True between `open` and `close`."""
    return _current is not None


def dialect() -> Dialect:
    """``sqlite`` or ``postgresql``."""
    return _opened().dialect


def url() -> str:
    """The address given to `open`; it may hold a password."""
    return _opened().url


def folder() -> Path | None:
    """The folder of the SQLite file; None on PostgreSQL."""
    path = _opened().path
    return path.parent if path else None


def path() -> Path | None:
    """The SQLite file; None on PostgreSQL."""
    return _opened().path


def peewee_database() -> peewee.Database:
    """The peewee object, for migrations and the models of `store`."""
    return _opened().database


def connection() -> Any:
    """This thread's driver connection for reading, for LISTEN."""
    return _opened().connection()


def read() -> Tx:
    """This thread's connection for reading; each statement sees what is committed then."""
    opened = _opened()
    return Tx(opened.connection(), opened.dialect, opened.reconnected)


def write(work: Callable[[Tx], Result], *, durable: bool = True) -> Result:
    """Run `work(tx)` in one transaction and return its result; all or nothing.

    With ``durable=False`` a power cut (never a crash) may undo it. `work` may run in another
    thread's place and must not call `write`.

    Raises DatabaseAway when the database cannot be reached or written.
    """
    opened = _opened()
    if getattr(opened.inside, "write", False):
        raise RuntimeError("a write inside a write: pass the transaction on instead")
    opened.inside.write = True
    try:
        if opened.writer:
            return opened.writer.run(work, durable)  # type: ignore[no-any-return]
        return _write_postgresql(opened, work)
    finally:
        opened.inside.write = False


def flush_soon() -> None:
    """Have what this process wrote with ``durable=False`` flushed to the disk, without waiting for it."""
    opened = _opened()
    if opened.writer:
        opened.writer.flush_soon()


def drop_connection() -> None:
    """Close this thread's connection (a thread that ends soon, or a fault)."""
    opened = _opened()
    if not opened.database.is_closed():
        opened.database.close()


def sqlite_path(address: str) -> Path:
    """The file a ``sqlite:///relative`` or ``sqlite:////absolute`` address names."""
    path = unquote(urlsplit(address).path)
    return Path(path[1:]) if path.startswith("/") else Path(path)


def _write_postgresql(opened: _Open, work: Callable[[Tx], Result]) -> Result:
    tx = Tx(opened.lend(), "postgresql", opened.replaced, begins=True)
    try:
        result = work(tx)
        tx.commit()
    except Exception as error:
        _undo(opened, tx)
        if isinstance(error, DRIVER_ERRORS):
            raise translated(error) from error
        raise
    except BaseException:
        tx.connection.close()  # this thread is being stopped, at any place of the driver's
        raise
    opened.give_back(tx.connection)
    for then in tx.after:
        then()
    return result


def _undo(opened: _Open, tx: Tx) -> None:
    try:
        tx.rollback()
    except DatabaseError:
        tx.connection.close()
    else:
        opened.give_back(tx.connection)


def _opened() -> _Open:
    if _current is None:
        raise DatabaseError("the database is not open")
    return _current
