"""Opening a connection, and telling in one line why there is none."""

from __future__ import annotations

import copy
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TypeAlias

import pika
import pika.exceptions

from broker.errors import BrokerUnreachable
from broker.rabbitmq.headers import bear_any_headers

Parameters: TypeAlias = pika.connection.Parameters | Sequence[pika.connection.Parameters]

# What a connection or a channel that is gone may raise, by pika 1.4 and by the socket below it.
GONE = (pika.exceptions.AMQPError, OSError)

_SOCKET_TIMEOUT = 3.0
_STACK_TIMEOUT = 5.0
_BLOCKED_TIMEOUT = 30.0
# An idle publisher sends nothing for hours: the kernel keeps its connection alive and finds it dead.
_TCP_OPTIONS = {"TCP_KEEPIDLE": 30, "TCP_KEEPINTVL": 10, "TCP_KEEPCNT": 3, "TCP_USER_TIMEOUT": 10_000}


def open_connection(parameters: Parameters, *, name: str, heartbeat: bool = True) -> pika.BlockingConnection:
    """A connection to the first of `parameters` that answers; `name` is what the server lists.

    Without `heartbeat` nobody needs to serve the connection while it is idle.
    Raises BrokerUnreachable.
    """
    bear_any_headers()
    _quiet_pika()
    choices = [_tuned(one, name, heartbeat) for one in _each(parameters)]
    with unreachable(parameters):
        return pika.BlockingConnection(choices)


@contextmanager
def unreachable(parameters: Parameters) -> Iterator[None]:
    """Turn what a lost connection raises inside into one BrokerUnreachable."""
    try:
        yield
    except GONE as error:
        where = " or ".join(_address(one) for one in _each(parameters))
        raise BrokerUnreachable(
            f"RabbitMQ at {where} cannot be used: {_cause(error)}; check [broker] url and the server"
        ) from error


def _each(parameters: Parameters) -> Sequence[pika.connection.Parameters]:
    return [parameters] if isinstance(parameters, pika.connection.Parameters) else parameters


def _tuned(parameters: pika.connection.Parameters, name: str, heartbeat: bool) -> pika.connection.Parameters:
    tuned = copy.copy(parameters)
    tuned.connection_attempts = 1
    tuned.retry_delay = 0
    tuned.socket_timeout = _SOCKET_TIMEOUT
    tuned.stack_timeout = _STACK_TIMEOUT
    tuned.blocked_connection_timeout = _BLOCKED_TIMEOUT
    tuned.tcp_options = {**_TCP_OPTIONS, **(tuned.tcp_options or {})}
    tuned.client_properties = {**(tuned.client_properties or {}), "connection_name": f"tickworks {name}"}
    if not heartbeat:
        tuned.heartbeat = 0
    return tuned


def _address(parameters: pika.connection.Parameters) -> str:
    return f"{parameters.host}:{parameters.port}{'/' + parameters.virtual_host.lstrip('/')}"


def _quiet_pika() -> None:
    # It logs a dozen lines and a traceback for each failed try; BrokerUnreachable says it in one.
    log = logging.getLogger("pika")
    if log.level == logging.NOTSET:
        log.setLevel(logging.CRITICAL)


def _cause(error: BaseException) -> str:
    if isinstance(error, pika.exceptions.ProbableAuthenticationError):
        return "it refused the user name or the password"
    if isinstance(error, pika.exceptions.ProbableAccessDeniedError):
        return "it refused access to the virtual host"
    while not str(error) and len(error.args) == 1 and isinstance(error.args[0], BaseException):
        error = error.args[0]
    text = str(error) or repr(error)
    return text if isinstance(error, OSError) else f"{type(error).__name__}: {text}"
