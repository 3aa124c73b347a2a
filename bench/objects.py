"""The import of objects: 100,000 organisations from a CSV file, on both databases.

``python -m bench.objects``, or with fewer rows: ``python -m bench.objects 10000``.
"""

from __future__ import annotations

import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from config.load import load
from domain.objects.catalogue import find
from node.site import Site, open_site
from store import database, migrate
from tests.support.clock import FakeClock
from tests.support.postgresql import PostgresqlServer
from web.acts.object_import import import_file

ROWS = 100_000
AIM = "≥ 2,000 objects/s"


def main(rows: int = ROWS) -> list[tuple[str, str, str]]:
    """(what, figure, aim) of everything measured."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        found += _measured("SQLite", Path(folder), f"sqlite:///{folder}/t.db", rows)
    with tempfile.TemporaryDirectory() as folder:
        server = PostgresqlServer()
        try:
            server.start()
            server.add_database("bench")
            found += _measured("PostgreSQL", Path(folder), server.url("bench"), rows)
        finally:
            server.remove()
    return found


def _measured(name: str, folder: Path, url: str, rows: int) -> list[tuple[str, str, str]]:
    (folder / "tickworks.toml").write_text(f'[node]\nname = "n1"\n[database]\nurl = "{url}"\n')
    site = replace(open_site(load(folder / "tickworks.toml", {})), clock=FakeClock())
    database.open(url)
    try:
        migrate.up()
        return [
            (f"{name}: {what} {rows:,} organisations", _speed(site, text, rows), AIM)
            for what, text in (
                ("import of", _file(rows, "Łódź")),
                ("the same file again,", _file(rows, "Łódź")),
                ("change of", _file(rows, "Bern")),
            )
        ]
    finally:
        database.close()


def _file(rows: int, city: str) -> bytes:
    lines = (f"Örganisation {n};customer;{'Örganisation 0' if n else ''};{city}\n" for n in range(rows))
    return ("\ufeffName;Kind;Belongs to;City\n" + "".join(lines)).encode()


def _speed(site: Site, data: bytes, rows: int) -> str:
    begin = time.perf_counter()
    done = import_file(site, find("organisation"), data, by="bench").shown()
    took = time.perf_counter() - begin
    if done["counts"]["error"]:
        raise RuntimeError(f"rows were refused: {done['rows'][:3]}")
    return f"{rows / took:,.0f} objects/s"


if __name__ == "__main__":
    for figure in main(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS):
        print(*figure, sep="\t")
