"""A file of a ticket as page, API and ``tickworks ticket save`` hand it out: part by part, to be saved."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import quote

from store.helpdesk import file
from store.tx import Tx
from web.acts.refusal import Refusal


@dataclass(frozen=True)
class Saved:
    """Its safe `name`, its bytes' number, and the bytes in parts."""

    name: str
    size: int
    parts: Iterator[bytes]

    @property
    def headers(self) -> dict[str, str]:
        """A browser saves it and never shows it, whatever it holds."""
        return {
            "content-disposition": f"attachment; filename*=UTF-8''{quote(self.name, safe='')}",
            "content-length": str(self.size),
        }


def saved(read: Callable[[], Tx], number: int, file_id: int) -> Saved:
    """A file of a ticket. `read` gives a look at the database to whichever thread asks for the next part.

    Raises Refusal (unknown_file).
    """
    found = file.one(read(), number, file_id)
    if found is None:
        raise Refusal("unknown_file", f"ticket {number} has no file {file_id}")
    return Saved(found["name"], found["size"], _parts(read, file_id))


def _parts(read: Callable[[], Tx], file_id: int) -> Iterator[bytes]:
    n = 0
    while (content := file.part(read(), file_id, n)) is not None:
        yield content
        n += 1
