"""A real RabbitMQ server of the tests' own: own node name, ports, folders and cookie."""

from __future__ import annotations

import base64
import glob
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.support.process import ServerFailed, end, free_port, start, wait_until

_STARTS = 3


def installed() -> Path | None:
    """The folder of the server's scripts, None if it is not installed."""
    found = sorted(glob.glob("/usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin/rabbitmq-server"))
    return Path(found[-1]).parent if found and shutil.which("epmd") else None


class RabbitmqServer:
    """One server with the management plugin. `kill`, `stop` and `start` keep its data."""

    def __init__(self) -> None:
        scripts = installed()
        assert scripts is not None
        self.scripts = scripts
        self.folder = Path(tempfile.mkdtemp(prefix="tickworks-rabbitmq-"))
        self.log = self.folder / "output.log"
        self.port = self.management_port = self.distribution_port = self.epmd_port = 0
        self._epmd: subprocess.Popen[bytes] | None = None
        self._server: subprocess.Popen[bytes] | None = None
        self._served = False

    def start(self) -> None:
        """Start, on new ports the first time, and wait until it serves. Raises ServerFailed."""
        for attempt in range(1, _STARTS + 1):
            if not self._served:  # its clients know them, once it has
                self._choose_ports()
            try:
                self._launch()
                self._served = True
                return
            except ServerFailed:
                self._end(signal.SIGKILL)
                if attempt == _STARTS:
                    raise

    def stop(self) -> None:
        """An orderly shutdown: clients are told (connection closed, 320)."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """As in a crash: nobody is told anything but by the kernel."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        self.stop()
        self.start()

    @property
    def pid(self) -> int:
        """Of the process that runs, or ran."""
        assert self._server is not None
        return self._server.pid

    def running(self) -> bool:
        return self._server is not None and self._server.poll() is None

    def remove(self) -> None:
        """Stop for good and delete the data."""
        self._end(signal.SIGKILL)
        if self._epmd is not None:
            end(self._epmd)
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, vhost: str = "/") -> str:
        return f"amqp://guest:guest@127.0.0.1:{self.port}/{urllib.parse.quote(vhost, safe='')}"

    def add_vhost(self, vhost: str) -> None:
        name = urllib.parse.quote(vhost, safe="")
        self.api("PUT", f"vhosts/{name}")
        self.api("PUT", f"permissions/{name}/guest", {"configure": ".*", "write": ".*", "read": ".*"})

    def delete_vhost(self, vhost: str) -> None:
        with suppress(urllib.error.URLError):
            self.api("DELETE", f"vhosts/{urllib.parse.quote(vhost, safe='')}")

    def connections(self, vhost: str) -> list[str]:
        """The names that clients gave their connections to this vhost, sorted."""
        found = self.api("GET", f"vhosts/{urllib.parse.quote(vhost, safe='')}/connections")
        return sorted(one.get("client_properties", {}).get("connection_name", "?") for one in found)

    def api(self, method: str, path: str, body: Any = None) -> Any:
        """Call the management API; `path` begins after ``/api/``. Raises urllib.error.URLError."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.management_port}/api/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Authorization": "Basic " + base64.b64encode(b"guest:guest").decode(),
                "Content-Type": "application/json",
            },
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def control(self, *words: str) -> None:
        """Run ``rabbitmqctl`` on this server. Raises CalledProcessError."""
        command = [str(self.scripts / "rabbitmqctl"), *words]
        subprocess.run(command, env=self._environment(), check=True, capture_output=True, timeout=60)

    def _choose_ports(self) -> None:
        self.port, self.management_port, self.distribution_port = free_port(), free_port(), free_port()
        if self._epmd is None or self._epmd.poll() is not None:
            self.epmd_port = free_port()
            # In the foreground and before the server, which would start one that outlives us.
            self._epmd = start(
                ["epmd", "-port", str(self.epmd_port), "-address", "127.0.0.1"],
                log=self.log,
                env=self._environment(),
            )
        (self.folder / "rabbitmq.conf").write_text(
            f"listeners.tcp.1 = 127.0.0.1:{self.port}\n"
            f"management.tcp.ip = 127.0.0.1\n"
            f"management.tcp.port = {self.management_port}\n"
            "disk_free_limit.absolute = 1MB\n"
            "collect_statistics_interval = 500\n"
        )
        (self.folder / "enabled_plugins").write_text("[rabbitmq_management].\n")

    def _environment(self) -> dict[str, str]:
        folder = str(self.folder)
        return {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "HOME": folder,
            "ERL_EPMD_PORT": str(self.epmd_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            # The script then becomes the server instead of its parent, so that signals reach it.
            "RUNNING_UNDER_SYSTEMD": "true",
            "RABBITMQ_NODENAME": f"tickworks-{os.getpid()}-{self.epmd_port}@localhost",
            "RABBITMQ_CONFIG_FILE": f"{folder}/rabbitmq.conf",
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{folder}/enabled_plugins",
            "RABBITMQ_MNESIA_BASE": f"{folder}/mnesia",
            "RABBITMQ_LOG_BASE": f"{folder}/log",
            "RABBITMQ_PID_FILE": f"{folder}/pid",
            "RABBITMQ_GENERATED_CONFIG_DIR": f"{folder}/generated",
            "RABBITMQ_DIST_PORT": str(self.distribution_port),
            # Two schedulers that sleep at once when idle: the tests share few cores with the server.
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 2:2 +sbwt none +sbwtdcpu none +sbwtdio none"
            " -kernel inet_dist_use_interface {127,0,0,1}",
        }

    def _launch(self) -> None:
        self._server = start([str(self.scripts / "rabbitmq-server")], log=self.log, env=self._environment())
        wait_until(self._serves, self._server, self.log)

    def _serves(self) -> bool:
        try:
            self.api("GET", "overview")
            socket.create_connection(("127.0.0.1", self.port), 1).close()
        except (OSError, ValueError):
            return False
        return True

    def _end(self, how: int) -> None:
        if self._server is not None:
            end(self._server, how=how)
