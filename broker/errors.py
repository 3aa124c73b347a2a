"""What can go wrong at the edge to the broker, each told apart by who must act on it."""

from __future__ import annotations


class BrokerUnreachable(Exception):
    """The broker cannot be used now. The text is one line: address, cause, what to look at."""


class Rejected(Exception):
    """A message that can never be served. ``str(error)`` is the reason its sender will read.

    An actor raises it for content it cannot understand; the message then goes to the rejected
    queue at once, without another try.
    """


class NotNow(Exception):
    """A message that cannot be served yet, such as while the database is away.

    An actor raises it to have the message again after a pause, as often as it takes.
    """
