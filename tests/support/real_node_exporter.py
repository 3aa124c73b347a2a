"""A real node exporter of this machine, on loopback."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.process import end, free_port, require, start, wait_until
from tests.support.real_nginx import takes_connections

_PROGRAM = Path("/usr/bin/prometheus-node-exporter")


@contextmanager
def real_node_exporter(*more: str, systemd: bool = True) -> Iterator[int]:
    """Its port, until the block ends; `more` of its options. The test is skipped by name where it cannot be.

    Its collector `systemd` fails, and says so, where there is none.
    """
    require(_PROGRAM.exists(), "a node exporter", "prometheus-node-exporter")
    folder = Path(tempfile.mkdtemp(prefix="tickworks-exporter-"))
    process = None
    try:
        port, log = free_port(), folder / "output.log"
        address = f"--web.listen-address=127.0.0.1:{port}"
        collector = "--collector.systemd" if systemd else "--no-collector.systemd"
        process = start([str(_PROGRAM), address, collector, *more], log=log)
        wait_until(lambda: takes_connections(port), process, log)
        yield port
    finally:
        if process is not None:
            end(process)
        shutil.rmtree(folder, ignore_errors=True)
