"""The database as a broker: messages are rows, a fetch is the claim, a ring wakes the listeners."""

from broker.database.broker import DatabaseBroker
from broker.database.wake import EVERYONE, Bell, announce

__all__ = ["EVERYONE", "Bell", "DatabaseBroker", "announce"]
