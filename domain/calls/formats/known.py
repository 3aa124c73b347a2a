"""The formats by the names that collectors give them."""

from __future__ import annotations

from typing import Protocol
from zoneinfo import ZoneInfo

from domain.calls.formats.asterisk import Asterisk
from domain.calls.formats.freeswitch import FreeSwitch
from domain.calls.formats.made import Read
from domain.calls.formats.own import Common
from domain.calls.formats.radius_detail import RadiusDetail
from domain.calls.formats.twice import Order

FORMATS = {
    "common": Common,
    "freeswitch": FreeSwitch,
    "asterisk": Asterisk,
    "radius_detail": RadiusDetail,
}


class Reader(Protocol):
    """Reads one file, block by block in their order."""

    def read(self, text: str, line: int) -> Read:
        """A block of whole lines (records), the first of them on line `line` of the file."""
        ...


def reader(name: str, zone: ZoneInfo, order: Order, head: str) -> Reader:
    """For one file. `head`: its first line; `order`: as it was left after the last block that was read.

    Raises KeyError for a format that there is not, ValueError for a first line that cannot be.
    """
    made: Reader = FORMATS[name](zone, order, head)
    return made
