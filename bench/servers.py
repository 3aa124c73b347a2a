"""The servers that everybody is measured on: one of each, started when first asked for, gone afterwards."""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench.workload import Missing
from tests.support import postgresql, rabbitmq
from tests.support.postgresql import PostgresqlServer
from tests.support.process import end, free_port, start, wait_until
from tests.support.rabbitmq import RabbitmqServer

#: PostgreSQL as it is installed, but for its memory: nothing that is committed is lost in a power cut.
POSTGRESQL = {"fsync": "on", "full_page_writes": "on", "shared_buffers": "256MB"}
#: Redis's own durable setting: up to a second of accepted jobs can be lost in a power cut.
REDIS = ("--appendonly", "yes", "--appendfsync", "everysec", "--save", "")
#: The program, where it is not on the path.
REDIS_VARIABLE = "BENCH_REDIS_SERVER"


class Servers:
    """One PostgreSQL, RabbitMQ and Redis of our own on free ports; a folder that goes with them."""

    def __init__(self) -> None:
        self._last = ExitStack()
        self._postgresql: PostgresqlServer | None = None
        self._rabbitmq: RabbitmqServer | None = None
        self._redis: int | None = None
        #: What a workload keeps from one round to the next: a database with a long history.
        self.kept: dict[str, str] = {}
        self.folder = Path(self._last.enter_context(tempfile.TemporaryDirectory(prefix="tickworks-bench-")))

    def __enter__(self) -> Servers:
        return self

    def __exit__(self, *_: object) -> None:
        self._last.close()

    @property
    def postgresql(self) -> PostgresqlServer:
        """Raises Missing if it is not installed."""
        if self._postgresql is None:
            if not postgresql.installed():
                raise Missing("PostgreSQL is not installed: apt-get install postgresql")
            self._postgresql = PostgresqlServer(**POSTGRESQL)
            self._last.callback(self._postgresql.remove)
            self._postgresql.start()
        return self._postgresql

    @property
    def rabbitmq(self) -> RabbitmqServer:
        """Raises Missing if it is not installed."""
        if self._rabbitmq is None:
            if not rabbitmq.installed():
                raise Missing("RabbitMQ is not installed: apt-get install rabbitmq-server")
            self._rabbitmq = RabbitmqServer()
            self._last.callback(self._rabbitmq.remove)
            self._rabbitmq.start()
        return self._rabbitmq

    @property
    def redis(self) -> str:
        """The address of its database 0. Raises Missing if it is not installed."""
        if self._redis is None:
            program = os.environ.get(REDIS_VARIABLE) or shutil.which("redis-server")
            if program is None:
                raise Missing("Redis is not installed: apt-get install redis-server")
            self._redis = self._start_redis(program)
        return f"redis://127.0.0.1:{self._redis}/0"

    def new_folder(self) -> Path:
        """An empty one."""
        return Path(tempfile.mkdtemp(dir=self.folder))

    @contextmanager
    def database(self) -> Iterator[str]:
        """The ``postgresql://`` address of an empty database of one measurement."""
        name = _own_name()
        self.postgresql.add_database(name)
        try:
            yield self.postgresql.url(name)
        finally:
            self.postgresql.drop_database(name)

    @contextmanager
    def vhost(self) -> Iterator[str]:
        """The ``amqp://`` address of a virtual host of one measurement."""
        name = _own_name()
        self.rabbitmq.add_vhost(name)
        try:
            yield self.rabbitmq.url(name)
        finally:
            self.rabbitmq.delete_vhost(name)

    def _start_redis(self, program: str) -> int:
        folder, port = self.new_folder(), free_port()
        command = [program, "--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder), *REDIS]
        log = folder / "redis.log"
        process = start(command, log=log)
        self._last.callback(end, process)
        wait_until(lambda: "eady to accept" in log.read_text(errors="replace"), process, log)
        return port


def _own_name() -> str:
    return f"bench_{uuid.uuid4().hex[:12]}"
