"""Headers of messages from outside, which pika must survive.

pika 1.4 raises on a header it cannot turn into a Python value, such as a time stamp beyond the
year 9999 or a not-a-number, and drops the connection; the message then comes again, for ever.
We read no headers of incoming messages, so a table that cannot be read is taken as empty.
"""

from __future__ import annotations

import logging
import struct
from typing import Any

import pika.data

logger = logging.getLogger(__name__)

_read_strictly = pika.data.decode_table


def bear_any_headers() -> None:
    """Make pika take unreadable header tables as empty, in this whole process."""
    pika.data.decode_table = _read


def _read(encoded: bytes, offset: int) -> tuple[dict[str, Any], int]:
    try:
        table, end = _read_strictly(encoded, offset)
        return dict(table), end
    except Exception as error:
        logger.warning("the headers of a message cannot be read and are ignored: %s", error)
        (length,) = struct.unpack_from(">I", encoded, offset)
        return {}, offset + 4 + length
