"""A gateway, a collector and its folder, and runs of Files Collector over them."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from actors import Outcome
from actors.rating.files_collector import Options, files_collector
from actors.service import call
from actors.testing import FakeContext, testing_context
from domain.calls.formats.own import COLUMNS
from domain.calls.raw import RawLeg, RawLegs
from store import database
from tests.actors.dns.scene import add

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
HEAD = ",".join(COLUMNS)


def row(number: int, **values: object) -> str:
    """A call of the common format that is right, but for `values`."""
    at = int(NOW.timestamp()) - 7200 + number % 3600
    said: dict[str, object] = {
        "session_id": f"s{number}",
        "orig_host": "192.0.2.1",
        "term_host": "192.0.2.99",
        "src": f"4930{number:07}",
        "dst": f"4420{number:07}",
        "setup_at": at,
        "connect_at": at + 3,
        "disconnect_at": at + 63,
        "duration": 60,
        "status": "answered",
        "cause": 16,
        **values,
    }
    return ",".join(str(said.get(name, "")) for name in COLUMNS)


def text(*rows: str) -> str:
    """A file of these rows."""
    return "".join(f"{line}\n" for line in (HEAD, *rows))


@dataclass
class Scene:
    """`folder`: where its files come; the site's data is in `data`."""

    data: Path
    folder: Path = field(init=False)
    now: datetime = NOW

    def __post_init__(self) -> None:
        self.folder = self.data / "in"
        self.folder.mkdir()

    def collector(self, **values: Any) -> int:
        source = values.pop("source_of_record", "file")
        add("gateway", name="gw1", zone=values.pop("gateway_zone", "UTC"), source_of_record=source)
        return add("collector", **{"name": "c1", "gateway": "gw1", "folder": "in", **values})

    def put(self, name: str, content: str | bytes, age: float = 3600) -> Path:
        """A file that was written so many seconds ago."""
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        at = self.now.timestamp() - age
        os.utime(path, (at, at))
        return path

    def run(self, options: Options | None = None, **more: Any) -> tuple[Outcome, FakeContext]:
        """One run of the service."""
        log = self.data / "log"
        context = testing_context(files_collector, now=self.now, log_folder=log, **more)
        outcome = call(files_collector, context, options or Options())
        assert outcome is not None
        return outcome, context

    def later(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def files() -> list[dict[str, Any]]:
    """All files, in the order in which they were found."""
    return database.read().dicts("SELECT * FROM xdr_file ORDER BY id")


def bad_rows() -> list[tuple[int, str]]:
    """Line and reason of all wrong rows."""
    return [tuple(each) for each in database.read().all("SELECT line, reason FROM xdr_bad_row ORDER BY id")]


def legs() -> list[RawLeg]:
    """All legs that wait to be rated."""
    rows = database.read().all("SELECT data FROM xdr_chunk ORDER BY id")
    return [leg for (data,) in rows for leg in RawLegs.decode(bytes(data))]


def sessions() -> Counter[str]:
    """How often each session of the caller's side waits to be rated."""
    return Counter(leg.session for leg in legs() if leg.origin == "orig")
