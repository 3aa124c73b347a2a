"""A real nginx with good and bad pages, and with good, expired and foreign certificates."""

from __future__ import annotations

import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.certificates import Authority
from tests.support.process import end, free_port, require, start, wait_until

_PROGRAM = Path("/usr/sbin/nginx")
#: What the pages hold.
GOOD, WRONG = "Welcome, all is well", "Fatal error: no database"
LARGE = 3_000_000

_SETTINGS = """
daemon off;
{user}
worker_processes 1;
error_log stderr crit;
pid {folder}/nginx.pid;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    default_type text/html;
    keepalive_timeout 5;
    client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
    uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
    server {{
        listen 127.0.0.1:{http} backlog=1024;
        listen 127.0.0.1:{good} ssl;
        ssl_certificate {folder}/good.pem; ssl_certificate_key {folder}/good.pem;
        location = / {{ return 200 "{GOOD}"; }}
        location = /moved {{ return 302 /; }}
        location = /moved-twice {{ return 302 /moved; }}
        location = /circle {{ return 302 /circle; }}
        location = /away {{ return 302 ftp://127.0.0.1/; }}
        location = /wrong {{ return 200 "{WRONG}"; }}
        location = /broken {{ return 500 "{WRONG}"; }}
        location = /latin {{ charset iso-8859-1; root {folder}/www; }}
        location = /packed {{ add_header Content-Encoding gzip; return 200 "not really"; }}
        location = /stopped-pool {{ add_header Server Microsoft-HTTPAPI/2.0 always; return 503; }}
        location = /stopped-site {{ add_header Server Microsoft-HTTPAPI/2.0 always; return 404; }}
        location = /half {{ return 200 "node_cpu_seconds_total 5\\nnode_load1 0."; }}
        location = /locked {{ return 401; }}
        location / {{ root {folder}/www; }}
    }}
    server {{
        listen 127.0.0.1:{expired} ssl;
        ssl_certificate {folder}/expired.pem; ssl_certificate_key {folder}/expired.pem;
        location / {{ return 200 "{GOOD}"; }}
    }}
    server {{
        listen 127.0.0.1:{foreign} ssl;
        ssl_certificate {folder}/foreign.pem; ssl_certificate_key {folder}/foreign.pem;
        location / {{ return 200 "{GOOD}"; }}
    }}
}}
"""


class RealNginx:
    """`http` and the three TLS ports `good`, `expired`, `foreign` (a certificate for another name)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.http, self.good, self.expired, self.foreign = (free_port() for _ in range(4))
        authority = Authority(folder)
        self.ca_file = str(authority.ca_file)
        authority.issue("good", "localhost", "127.0.0.1", days=30.5)
        authority.issue("expired", "localhost", "127.0.0.1", days=-3.5)
        authority.issue("foreign", "www.example.org", days=30.5)
        (folder / "www").mkdir()
        (folder / "www" / "latin").write_bytes("caf\u00e9".encode("latin-1"))
        (folder / "www" / "large").write_bytes(b"x" * LARGE)

    def url(self, path: str = "/") -> str:
        """The address of a page."""
        return f"http://127.0.0.1:{self.http}{path}"

    def settings(self) -> str:
        """Its configuration."""
        ports = {"http": self.http, "good": self.good, "expired": self.expired, "foreign": self.foreign}
        return _SETTINGS.format(folder=self.folder, GOOD=GOOD, WRONG=WRONG, user="user root;", **ports)


@contextmanager
def real_nginx() -> Iterator[RealNginx]:
    """One that serves until the block ends; the test is skipped by name where it cannot be."""
    require(_PROGRAM.exists(), "nginx", "nginx-light")
    folder = Path(tempfile.mkdtemp(prefix="tickworks-nginx-"))
    process = None
    try:
        server = RealNginx(folder)
        settings, log = folder / "nginx.conf", folder / "output.log"
        settings.write_text(server.settings())
        process = start([str(_PROGRAM), "-p", str(folder), "-c", str(settings), "-e", "stderr"], log=log)
        wait_until(lambda: takes_connections(server.http), process, log)
        yield server
    finally:
        if process is not None:
            end(process)
        shutil.rmtree(folder, ignore_errors=True)


def takes_connections(port: int) -> bool:
    """Whether somebody listens on a port of loopback."""
    try:
        socket.create_connection(("127.0.0.1", port), 5).close()
    except OSError:
        return False
    return True
