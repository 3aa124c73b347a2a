"""What can go wrong between us and the database."""

from __future__ import annotations

import sqlite3

import peewee
import psycopg


class DatabaseError(Exception):
    """The database refused a statement; its text says why."""


class DatabaseAway(DatabaseError):
    """The database cannot be reached, is locked by another program, or its disk is full.

    Whether the work of the transaction took place is unknown only when the commit itself failed.
    """


class WrongMachine(DatabaseError):
    """The SQLite file belongs to a node on another host; SQLite is for one machine."""


#: SQLite says these in words only; each of them may pass without our doing anything.
AWAY_TEXTS = ("database is locked", "disk is full", "disk i/o error", "unable to open", "readonly database")


def translated(error: Exception) -> Exception:
    """The error as one of ours: `DatabaseAway` when trying again later may help."""
    cause = _driver_error(error)
    text = str(cause).strip().split("\n", 1)[0] or type(cause).__name__
    if isinstance(cause, psycopg.OperationalError | psycopg.InterfaceError | psycopg.errors.AdminShutdown):
        if isinstance(cause, psycopg.errors.DeadlockDetected | psycopg.errors.SerializationFailure):
            return DatabaseAway(f"database is busy: {text}")
        if isinstance(cause, psycopg.errors.QueryCanceled):
            return DatabaseError(text)
        return DatabaseAway(f"database cannot be reached: {text}")
    if isinstance(cause, psycopg.errors.InvalidSqlStatementName):
        # As through a pooler that hands each transaction to another server: take another connection.
        return DatabaseAway(f"database has lost its statements: {text}")
    if isinstance(cause, sqlite3.OperationalError) and any(words in text.lower() for words in AWAY_TEXTS):
        return DatabaseAway(f"database cannot be written: {text}")
    if isinstance(cause, peewee.InterfaceError | peewee.OperationalError):
        return DatabaseAway(f"database cannot be reached: {text}")
    return DatabaseError(text)


def _driver_error(error: BaseException) -> BaseException:
    """What the driver said, where peewee has wrapped it."""
    while isinstance(error, peewee.PeeweeException):
        inner = error.__cause__ or error.__context__
        if inner is None:
            break
        error = inner
    return error


#: What the two drivers and peewee raise.
DRIVER_ERRORS = (sqlite3.Error, psycopg.Error, peewee.PeeweeException)
