"""Columns of text and of whole numbers, packed into few bytes quickly.

A column of numbers is kept as its least value and the distances to it, as narrow as they can be. One of
few different texts is kept as these and the place of each; other texts are lines. Then Huffman's code (of
zlib) goes over it.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from domain.rating.arrays import Ints

#: Says what follows, and by which rules.
MARK = b"TWL1"
_WIDTHS = ((1 << 8, "u1"), (1 << 16, "<u2"), (1 << 32, "<u4"))


def clean(column: Sequence[str]) -> list[str]:
    """Without line breaks and NUL (a blank instead), and with only what UTF-8 can say."""
    whole = "".join(column)
    if not any(each in whole for each in "\n\r\0") and (whole.isascii() or _can_be_said(whole)):
        return list(column)
    return [_cleaned(value) for value in column]


def pack(columns: Sequence[list[str] | Ints]) -> bytes:
    """Any number of columns; texts must be clean."""
    heads, bodies = [], []
    for column in columns:
        head, body = _lines(column) if isinstance(column, list) else _numbers(column)
        body = _squeezed(body)
        heads.append({**head, "bytes": len(body)})
        bodies.append(body)
    first = json.dumps(heads, separators=(",", ":")).encode()
    return b"".join((MARK, len(first).to_bytes(4, "little"), first, *bodies))


def unpack(data: bytes | memoryview) -> list[Any]:
    """The columns again. Raises ValueError."""
    data = memoryview(data)
    if bytes(data[:4]) != MARK:
        raise ValueError("this was not packed here")
    at = 8 + int.from_bytes(data[4:8], "little")
    columns: list[Any] = []
    try:
        for head in json.loads(bytes(data[8:at])):
            body = zlib.decompress(data[at : at + head["bytes"]])
            at += head["bytes"]
            columns.append(_read[head["as"]](head, body))
    except (zlib.error, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"packed columns cannot be read: {error}") from None
    return columns


def _numbers(column: Ints) -> tuple[dict[str, Any], bytes]:
    least = int(column.min()) if len(column) else 0
    most = int(column.max()) - least if len(column) else 0
    width = next((name for end, name in _WIDTHS if most < end), "<i8")
    narrow = column if width == "<i8" else column - least
    least = 0 if width == "<i8" else least
    return {"as": "numbers", "width": width, "least": least}, narrow.astype(width).tobytes()


def _read_numbers(head: dict[str, Any], body: bytes) -> Ints:
    import numpy as np

    column: Ints = np.frombuffer(body, head["width"]).astype(np.int64)
    column += head["least"]
    return column


def _lines(column: list[str]) -> tuple[dict[str, Any], bytes]:
    import numpy as np

    values = set(column)
    if len(values) < 256 and len(column) > 2 * len(values):
        places = {value: at for at, value in enumerate(values)}
        body = np.fromiter(map(places.__getitem__, column), np.uint8, len(column)).tobytes()
        return {"as": "words", "values": list(places)}, body
    return {"as": "lines", "count": len(column)}, "\n".join(column).encode()


def _squeezed(body: bytes) -> bytes:
    # What repeats is gone by now; to look for more of it in digits costs more than it saves.
    squeeze = zlib.compressobj(1, zlib.DEFLATED, 15, 9, zlib.Z_HUFFMAN_ONLY)
    return squeeze.compress(body) + squeeze.flush()


def _read_lines(head: dict[str, Any], body: bytes) -> list[str]:
    return body.decode().split("\n") if head["count"] else []


def _read_words(head: dict[str, Any], body: bytes) -> list[str]:
    values = head["values"]
    return [values[at] for at in body]


_read = {"numbers": _read_numbers, "lines": _read_lines, "words": _read_words}


def _can_be_said(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _cleaned(value: str) -> str:
    for each in "\n\r\0":
        value = value.replace(each, " ")
    return value.encode("utf-8", "replace").decode()
