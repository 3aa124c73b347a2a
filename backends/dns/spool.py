"""Rows kept outside memory until they are known to be whole; then read, as often as wanted."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from typing import Any

#: Bytes that stay in memory; what is more goes to a file that has no name.
IN_MEMORY = 1024 * 1024


class Spool:
    """`add` tuples of texts and numbers, then iterate over them; `close` (or a with block) forgets them."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY, mode="w+b")  # noqa: SIM115 (close does)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        place = 0
        while True:
            self._file.seek(place)
            lines = self._file.readlines(IN_MEMORY)
            place = self._file.tell()
            if not lines:
                return
            for line in lines:
                yield tuple(json.loads(line))

    def __enter__(self) -> Spool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def add(self, rows: list[tuple[Any, ...]]) -> None:
        """Keep these rows too, in this order. Not while somebody iterates."""
        self._file.write(b"".join(json.dumps(row).encode() + b"\n" for row in rows))
        self._count += len(rows)

    def close(self) -> None:
        """Forget all of it."""
        self._file.close()
