"""A real Active Directory domain controller: Samba, with LDAPS on a free loopback port.

Its ports are fixed, so it runs in a network of its own, or else on an address of its own; root only. Making
a domain takes a quarter of a minute: it is made once for each version and kept in `var/cache`, and unpacked
for each server.
"""

from __future__ import annotations

import fcntl
import hashlib
import itertools
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from ipaddress import ip_address
from pathlib import Path

from tests.support import inside_a_network
from tests.support.certificates import Authority
from tests.support.process import end, require, start, wait_until

REALM, DOMAIN, HOST = "ad.example.org", "EXAMPLE", "dc1.ad.example.org"
BASE = "DC=ad,DC=example,DC=org"
ADMIN, PASSWORD = f"administrator@{REALM}", "Tests-Only-1"
#: Wrong passwords in a row that lock an account.
LOCKS_AFTER = 3
_CACHE = Path(__file__).parents[2] / "var" / "cache"
_PACKAGES = "samba samba-ad-provision samba-dsdb-modules samba-vfs-modules winbind"
_MADE_BY = (
    f"domain provision --realm={REALM} --domain={DOMAIN} --adminpass={PASSWORD} --server-role=dc "
    "--dns-backend=NONE --host-name=dc1 --host-ip=127.0.0.1 --option=interfaces=lo"
)
_NUMBERS = itertools.count()
#: Puts users into a domain that is not running.
_FILLED_BY = Path(__file__).with_name("samba_users.py")
_RULES = (
    f"domain passwordsettings set --account-lockout-threshold={LOCKS_AFTER} --min-pwd-age=0 "
    "--history-length=0 --max-pwd-age=42"
)


@contextmanager
def real_samba(users: int = 0) -> Iterator[RealSamba]:
    """A controller of a new domain until the block ends; the test is skipped by name where it cannot be.

    `users`: so many in it from the beginning, in ten units, and all in the group ``everybody``. Ten thousand
    take minutes to make; they are kept like the domain itself.
    """
    require(os.geteuid() == 0 and installed(), "a Samba domain controller (it needs root)", _PACKAGES)
    server = RealSamba(users)
    try:
        server.start()
        yield server
    finally:
        server.remove()


def installed() -> bool:
    """Whether there is everything that a domain controller is made of."""
    modules = Path("/usr/lib").glob("*/samba/ldb/samba_dsdb.so")
    acl = Path("/usr/lib").glob("*/samba/vfs/acl_xattr.so")
    setup = Path("/usr/share/samba/setup/provision.ldif")
    return bool(shutil.which("samba") and setup.exists() and any(modules) and any(acl))


class RealSamba:
    """`port` is the same over all starts; `ca_file` vouches for HOST and 127.0.0.1."""

    def __init__(self, users: int = 0) -> None:
        self._users = users
        self.folder = Path(tempfile.mkdtemp(prefix="tickworks-samba-"))
        self.log = self.folder / "output.log"
        authority = Authority(self.folder, "Samba of the tests")
        self.ca_file = str(authority.ca_file)
        self._certificate = authority.issue("controller", HOST, "127.0.0.1")
        self._process: subprocess.Popen[bytes] | None = None
        # Of loopback, and its own among all that run at the same moment.
        self._address = str(ip_address("127.64.0.0") + (os.getpid() * 8 + next(_NUMBERS)) % 0x400000)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = int(self._listener.getsockname()[1])
        self.go_back()

    def start(self) -> None:
        """Start it and wait until it answers. Raises ServerFailed."""
        listener = self._listener.fileno()
        command = [sys.executable, inside_a_network.__file__, str(listener), self._address, "636"]
        samba = ["samba", "--foreground", "--no-process-group", "--model=single", "--debug-stdout"]
        self._process = start(
            [*command, *samba, "--configfile", str(self._written())], log=self.log, pass_fds=[listener]
        )
        wait_until(self._answers, self._process, self.log)

    def stop(self) -> None:
        """It ends in order. Its port stays ours, and whoever comes to it waits for the next start."""
        if self._process is not None:
            end(self._process, how=signal.SIGTERM)

    def pause(self) -> None:
        """Everything of it stands still."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGSTOP)

    def resume(self) -> None:
        """It goes on."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGCONT)

    def go_back(self) -> None:
        """While it is stopped: become the domain that was made at first, as from an old copy of the disk."""
        shutil.rmtree(self.folder / "domain", ignore_errors=True)
        _unpack(_kept(self._users), self.folder)

    def remove(self) -> None:
        """Stop it for good and delete all it has."""
        if self._process is not None:
            end(self._process)
        self._listener.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _answers(self) -> bool:
        context = ssl.create_default_context(cafile=self.ca_file)
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 5) as plain:
            plain.settimeout(5)
            with context.wrap_socket(plain, server_hostname=HOST):
                return True
        return False

    def _written(self) -> Path:
        settings = self.folder / "smb.conf"
        lines = (
            f"interfaces = {self._address}/8",
            "server services = ldap",
            "dcerpc endpoint servers =",
            f"tls keyfile = {self._certificate}",
            f"tls certfile = {self._certificate}",
            f"tls cafile = {self.ca_file}",
        )
        settings.write_text("\n".join([_settings(self.folder / "domain"), *lines]) + "\n")
        return settings


def _settings(place: Path) -> str:
    return f"""[global]
bind interfaces only = yes
netbios name = DC1
realm = {REALM}
workgroup = {DOMAIN}
server role = active directory domain controller
cache directory = {place}/cache
lock directory = {place}
private dir = {place}/private
state directory = {place}/state
pid directory = {place}
ncalrpc dir = {place}/ncalrpc
ldb:nosync = yes"""


def _kept(users: int) -> Path:
    """The packed folder of a new domain, made if there is none of this version and these settings."""
    version = subprocess.run(["samba", "--version"], check=True, capture_output=True, text=True).stdout
    made_of = [version, _MADE_BY, _RULES, _FILLED_BY.read_text() if users else "", str(users)]
    digest = hashlib.sha256("\0".join(made_of).encode()).hexdigest()[:16]
    kept = _CACHE / f"samba-{digest}.tar.gz"
    _CACHE.mkdir(parents=True, exist_ok=True)
    with (_CACHE / f"samba-{users}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            _make(kept, users)
    return kept


def _make(kept: Path, users: int) -> None:
    with tempfile.TemporaryDirectory(prefix="tickworks-samba-") as name:
        folder = Path(name)
        settings, domain, part = folder / "smb.conf", folder / "domain", kept.with_suffix(f".{os.getpid()}")
        if users:
            _unpack(_kept(0), folder)
            settings.write_text(_settings(domain))
            # The bindings it needs are those of the system's Python.
            command = ["/usr/bin/python3", str(_FILLED_BY), str(settings), str(users)]
            subprocess.run(command, check=True, timeout=900)
        else:
            settings.write_text("[global]\n")
            _tool(*_MADE_BY.split(), f"--targetdir={domain}", f"--configfile={settings}")
            _tool(*_RULES.split(), f"--configfile={domain}/etc/smb.conf", f"--URL={domain}/private/sam.ldb")
        with tarfile.open(part, "w:gz", compresslevel=1) as archive:
            archive.add(domain, "domain")
        part.replace(kept)


def _unpack(kept: Path, folder: Path) -> None:
    with tarfile.open(kept) as archive:
        archive.extractall(folder, filter="fully_trusted")


def _tool(*words: str) -> None:
    done = subprocess.run(["samba-tool", *words], capture_output=True, text=True, timeout=300)
    if done.returncode:
        raise RuntimeError(f"samba-tool {' '.join(words[:3])}: {done.stderr[-2000:]}")
