"""The database being away, said in the words of the edge to the broker."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from broker.errors import BrokerUnreachable
from store.errors import DatabaseAway


@contextmanager
def unreachable() -> Iterator[None]:
    """Turns DatabaseAway into BrokerUnreachable."""
    try:
        yield
    except DatabaseAway as error:
        raise BrokerUnreachable(f"the database broker cannot be used: {error}") from error
