"""A real vsftpd that lets one user in, in the clear or after AUTH TLS.

It says a wrong address for its data connections, as one behind NAT does.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.certificates import Authority
from tests.support.process import end, free_port, require, start, wait_until
from tests.support.real_nginx import takes_connections

_PROGRAM = Path("/usr/sbin/vsftpd")
# The passwords of users of the machine are PAM's, which has no settings but the machine's; those of
# "anonymous" can be kept in a file of ours.
USER, PASSWORD = "anonymous", "s3cret@example.org"

_SETTINGS = """
background=NO
listen=YES
listen_address=127.0.0.1
listen_port={port}
run_as_launching_user=NO
anonymous_enable=YES
local_enable=NO
write_enable={write}
anon_upload_enable={write}
anon_other_write_enable={write}
anon_world_readable_only=NO
secure_email_list_enable=YES
email_password_file={folder}/passwords
anon_root={folder}/files
secure_chroot_dir={folder}/empty
nopriv_user=nobody
ftp_username=ftp
seccomp_sandbox=NO
pasv_enable=YES
pasv_address=203.0.113.7
ssl_enable=YES
allow_anon_ssl=YES
rsa_cert_file={folder}/server.pem
ssl_ciphers=HIGH
require_ssl_reuse=NO
xferlog_enable=NO
"""


@dataclass(frozen=True)
class RealVsftpd:
    """`port` on loopback; `ca_file` vouches for its certificate for localhost; users see `files` as ``/``."""

    port: int
    ca_file: str
    files: Path


@contextmanager
def real_vsftpd(*, write: bool = False) -> Iterator[RealVsftpd]:
    """One that serves until the block ends; skipped by name where it cannot be. `write`: into sub-folders."""
    require(_PROGRAM.exists(), "vsftpd", "vsftpd")
    if os.geteuid() != 0:
        pytest.skip("vsftpd starts as root only")
    folder = Path(tempfile.mkdtemp(prefix="tickworks-ftp-"))
    folder.chmod(0o755)
    process = None
    try:
        for name in ("files", "empty"):
            (folder / name).mkdir(mode=0o555)
        authority = Authority(folder)
        authority.issue("server", "localhost", "127.0.0.1")
        (folder / "passwords").write_text(f"{PASSWORD}\n")
        server = RealVsftpd(free_port(), str(authority.ca_file), folder / "files")
        settings, log = folder / "vsftpd.conf", folder / "output.log"
        settings.write_text(
            _SETTINGS.format(folder=folder, port=server.port, write="YES" if write else "NO").lstrip()
        )
        process = start([str(_PROGRAM), str(settings)], log=log)
        wait_until(lambda: takes_connections(server.port), process, log)
        yield server
    finally:
        if process is not None:
            end(process)
        shutil.rmtree(folder, ignore_errors=True)
